"""Holds our signer against botocore's, request by request.

    sigv4_botocore.py PROGRAM      PROGRAM is build/unit/sigv4_test

Keys and queries are given raw, so that the encoding is compared as well. Prints how many were the same; ends
with 1 and the first differences where some were not.
"""
import datetime
import hashlib
import itertools
import random
import subprocess
import sys

import botocore.auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.utils import percent_encode

ACCESS_KEY = "AKIAIOSFODNN7EXAMPLE"
SECRET_KEY = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
# 2013, a leap day, the last second of a year, a day later in another century
TIMES = [1369353600, 1709164800, 1735689599, 4102444800]

PIECES = [
    "a", " ", "  ", "+", "%", "%20", "%2F", "%zz", "=", "&", "?", "#", "*", "/", "//", "..", "/../", "/./", ".", "~", "-", "_",
    "!", "'", "(", ")", ";", ":", "@", ",", "$", "[", "]", "{", "}", "|", "\\", "^", "`", '"', "<", ">", "\u00e9", "\u65e5\u672c",
    "\U0001f600", "\u2028", "\x01", "\x1f", "\x7f", "\t", "job-postings-raw/1721183934.jsonl", "2024-01-01T00:00:00+00:00",
]
QUERIES = [
    [],
    [("versioning", "")],
    [("uploads", "")],
    [("partNumber", "1"), ("uploadId", "a+b/c==")],
    [("partNumber", "10000"), ("uploadId", "2~AbC-_.x")],
    [("list-type", "2"), ("prefix", "a b/"), ("start-after", "raw/12:30+00/x"), ("encoding-type", "url")],
    [("list-type", "2"), ("continuation-token", "1ueGcxLPRx1Tr/XYExHnhbYLgveDs2J/wm36Hy4vbOwM=")],
    [("prefix", "J"), ("max-keys", "2")],
    [("a", "2"), ("A", "1"), ("a-b", "3"), ("a.b", "4"), ("ab", "5")],
    [("a", "b"), ("a", "a"), ("a", "")],
    [("prefix", "\u00e9\x01%&=#?+ *~"), ("delimiter", "/")],
]


def keys():
    yield ""
    yield from PIECES
    for left, right in itertools.product(["/", "x/", "x/ "], PIECES):
        yield left + right
    maker = random.Random(1)
    for _ in range(200):
        yield "".join(maker.choice(PIECES) for _ in range(maker.randint(2, 12)))


def requests():
    methods = itertools.cycle(["GET", "PUT", "POST", "DELETE", "HEAD"])
    queries = itertools.cycle(QUERIES)
    times = itertools.cycle(TIMES)
    regions = itertools.cycle(["us-east-1", "eu-central-1", "auto"])
    tokens = itertools.cycle([None, None, "FwoGZXIvYXdzEJr//////////wEaDH+x/=="])
    extras = itertools.cycle([
        {}, {"range": "bytes=0-9"}, {"content-type": "application/x-ndjson", "x-amz-meta-source": "raw/a%20b"},
        {"if-none-match": "*", "x-amz-storage-class": "STANDARD_IA"}, {"if-match": '"9b2c"', "x-amz-meta-note": "  two   spaces "},
    ])
    for number, key in enumerate(keys()):
        body = b"" if number % 2 else b"body %d" % number
        yield dict(method=next(methods), key=key, query=next(queries), time=next(times), region=next(regions),
                   token=next(tokens), headers=next(extras), body=body)


class Clock(datetime.datetime):
    """What botocore takes the time from."""
    moment = None

    @classmethod
    def utcnow(cls):
        return cls.moment

    @classmethod
    def now(cls, tz=None):
        return cls.moment.replace(tzinfo=tz)


def utc(seconds):
    """What botocore's clock gives: a time without a zone, which stands for UTC."""
    return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc).replace(tzinfo=None)


def theirs(request):
    Clock.moment = utc(request["time"])
    url = "https://bucket.example:8443/" + percent_encode(request["key"], safe="/~")
    query = "&".join("%s=%s" % (percent_encode(name, safe="~"), percent_encode(value, safe="~"))
                     for name, value in request["query"])
    aws = AWSRequest(method=request["method"], url=url + ("?" + query if query else ""), headers=request["headers"],
                     data=request["body"])
    aws.context["payload_signing_enabled"] = True
    credentials = Credentials(ACCESS_KEY, SECRET_KEY, request["token"])
    botocore.auth.S3SigV4Auth(credentials, "s3", request["region"]).add_auth(aws)
    return aws.headers["Authorization"].replace(", ", ",")


def text_for_ours(request):
    moment = utc(request["time"])
    digest = hashlib.sha256(request["body"]).hexdigest()
    headers = dict(request["headers"])
    headers["host"] = "bucket.example:8443"
    headers["x-amz-date"] = moment.strftime("%Y%m%dT%H%M%SZ")
    headers["x-amz-content-sha256"] = digest
    if request["token"]:
        headers["x-amz-security-token"] = request["token"]
    query = "&".join("%s=%s" % (name.encode().hex(), value.encode().hex()) for name, value in request["query"])
    lines = [request["method"], request["key"].encode().hex(), query, digest, str(request["time"]), request["region"], "s3"]
    lines += ["%s:%s" % pair for pair in headers.items()]
    return "\n".join(lines) + "\n\n"


def main():
    botocore.auth.datetime = type("datetime", (), {"datetime": Clock, "timezone": datetime.timezone})
    if hasattr(botocore.auth, "get_current_datetime"):
        botocore.auth.get_current_datetime = lambda remove_tzinfo=True: Clock.moment
    every = list(requests())
    ours = subprocess.run([sys.argv[1], "sign"], input="".join(map(text_for_ours, every)), text=True, check=True,
                          stdout=subprocess.PIPE).stdout.splitlines()
    assert len(ours) == len(every), (len(ours), len(every))
    different = [(request, own, other) for request, own, other in zip(every, ours, map(theirs, every)) if own != other]
    for request, own, other in different[:5]:
        print(request, own, other, sep="\n", file=sys.stderr)
    print("%d the same, %d different" % (len(every) - len(different), len(different)))
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
