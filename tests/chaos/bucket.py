"""The S3 server of a world: tests/servers/odd.py, run in this process so that the oracle can see
what is stored. In addition it checks each body against its SHA-256 and the date of each
signature against its clock, as real servers do.

RULES is the table of faults: name, rule for odd.py, and the kinds of ETag with which the product
can notice it (None: all). RARE holds the faults that would hit every object, and so end a run;
they come a tenth as often. LEFT_OUT holds the rows of odd.py that are not used, and why.
tests/chaos.bats checks that the three tables cover all rows.
"""
import base64
import calendar
import collections
import hashlib
import os
import sys
import threading
import time
from email.utils import formatdate

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "servers"))
import odd  # noqa: E402

# Kinds of ETag: how it is made from the MD5, and whether a client can check a body against it.
STYLES = {
    "md5": (None, True),
    "upper": (str.upper, True),
    "parts": (lambda etag: etag + "-1", False),
    "opaque": (lambda etag: "opaque-" + hashlib.sha256(etag.encode()).hexdigest()[:12], False),
    "no-md5": (lambda etag: hashlib.sha256(etag.encode()).hexdigest()[:32], False),
}
CHECKSUMS = ("crc32", "crc32c", "crc64nvme", "sha1", "sha256")
SLOW_SUMS = 100000  # the table-driven ones are written in Python: not for large objects


@odd.row("get")
def flip(server, request, rule):
    """One bit of the body is flipped, if the answer has an ETag or a checksum that shows it."""
    reply = server.act(request)
    if reply.status in (200, 206) and reply.body and server.can_be_checked(request, reply):
        at = server.random.randrange(len(reply.body) * 8)
        body = bytearray(reply.body)
        body[at // 8] ^= 1 << at % 8
        reply.body = bytes(body)
        server.flips += 1
    return reply


@odd.row("put", "part")
def flip_sent(server, request, rule):
    """One bit of the body is flipped on its way to the server."""
    if request.body:
        at = server.random.randrange(len(request.body) * 8)
        body = bytearray(request.body)
        body[at // 8] ^= 1 << at % 8
        request.body = bytes(body)
        server.flips += 1
    return server.act(request)


@odd.row("put", "part", "complete", "delete")
def twice(server, request, rule):
    """The request is carried out twice; the client gets the second answer."""
    server.act(request)
    return server.act(request)


@odd.row("get")
def short(server, request, rule):
    """Content-Length says half, and half comes."""
    reply = server.act(request)
    reply.replace_body(reply.body[:len(reply.body) // 2])
    return reply


@odd.row("list")
def cut_xml(server, request, rule):
    """A listing that ends in the middle, with a Content-Length that is right."""
    return short(server, request, rule)


# name: (rule, the styles it needs)
RULES = {
    "500": ("answer,status=500,code=InternalError", None),
    "slowdown": ("answer,status=503,code=SlowDown", None),
    "503-empty": ("answer,status=503,body=empty", None),
    "502-html": ("answer,status=502,body=html", None),
    "504-html": ("answer,status=504,body=html", None),
    "520-html": ("answer,status=520,body=html", None),
    "429": ("answer,status=429,body=empty", None),
    "404-html": ("answer,status=404,body=html", None),
    "200-error": ("answer,status=200,code=InternalError,on=list+complete", None),
    "409": ("answer,status=409,code=OperationAborted,on=put+complete", None),
    "request-timeout": ("answer,status=400,code=RequestTimeout,on=get+put+part+list", None),
    "expired": ("answer,status=400,code=ExpiredToken", None),
    "lost": ("drop,when=after", None),
    "dropped": ("drop,when=before", None),
    "reset": ("drop,when=before,how=reset", None),
    "reset-after": ("drop,when=after,how=reset", None),
    "dead-kept": ("drop,when=after,how=reset,kept=1", None),
    "stall": ("stall,seconds=4", None),
    "stall-after": ("stall,seconds=4,when=after", None),
    "cut": ("cut", None),
    "cut-xml": ("cut-xml", None),
    "short": ("short", None),
    "flip": ("flip", None),
    "flip-sent": ("flip-sent", None),
    "twice": ("twice", None),
    "page": ("page", None),
    "page-stored": ("page-stored", None),
    "put-no-etag": ("put-no-etag", None),
    "put-nowhere": ("put-nowhere", None),
    "put-damaged": ("put-damaged", ("md5", "upper")),
    "part-no-etag": ("part-no-etag", None),
    "part-odd-etag": ("part-odd-etag", None),
    "complete-no-etag": ("complete-no-etag", None),
    "get-endless": ("get-endless", None),
    "get-packed": ("get-packed", None),
    "no-range-behind": ("no-range-behind", None),
}

RARE = {
    "denied": ("answer,status=403,code=AccessDenied", None),
    "403-html": ("answer,status=403,body=html", None),
    "405-html": ("answer,status=405,body=html", None),
    "400-empty": ("answer,status=400,body=empty", None),
    "413-html": ("answer,status=413,body=html,on=put+part", None),
    "no-bucket": ("answer,status=404,code=NoSuchBucket", None),
    "wants-checksum": ("answer,status=400,code=InvalidRequest,on=put+complete", None),
    "no-class": ("answer,status=400,code=InvalidStorageClass,on=put+create", None),
    "no-key": ("answer,status=400,code=KMS.InvalidKeyUsageException,on=put+create+get", None),
    "501": ("answer,status=501,code=NotImplemented", None),
    "elsewhere": ("redirect,to=TRAP", None),
    "elsewhere-301": ("redirect,status=301,to=TRAP", None),
}

LEFT_OUT = {
    "list-order": "a kind of server, not a moment's fault: tests/s3ls_odd.bats",
    "list-overlapping": "the same",
    "list-unsaid": "the same",
    "list-foreign": "the same",
    "list-endless": "the same",
    "list-times": "the same",
    "list-short": "the same: tests/s3ls_parallel.bats",
    "list-deaf": "the same",
    "object-lock": "a world's bucket has Object Lock, or has it not",
    "body-limit": "it is `413-html`",
    "archived": "some objects of a world are archived, without a storage class in the listing",
    "ignore-condition": "the pipeline sends no condition",
    "get-half": "it is `short`",
    "get-damaged": "it is `flip`",
    "get-expanded": "nothing of a world is stored with a Content-Encoding",
    "etag-no-md5": "it is a kind of ETag, for all answers",
    "etag-opaque": "it is a kind of ETag, for all answers",
    "etag-upper": "it is a kind of ETag, for all answers",
    "hold": "it waits for a file that a test makes: tests/credentials_wait.bats",
    "checksum": "a world sends its checksums with all answers",
}


class Trap(odd.Server):
    """A foreign server that redirects lead to. It accepts everything; `requests` holds what it
    got."""

    def __init__(self):
        super().__init__(0, [], None)
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True).start()

    def server_bind(self):
        self.server_address = ("127.0.0.2", self.server_address[1])
        super().server_bind()


class Bucket(odd.Server):
    """style: a name in STYLES; sums: the checksums that it sends with whole objects."""

    def __init__(self, name, style, sums, seed):
        self.name = name
        self.trap = None
        self.archived = set()  # keys of objects that cannot be read before they are restored
        self.locked = False  # Object Lock: what is stored must come with a checksum
        self.style, self.can_hold = STYLES[style]
        self.style_name = style
        self.sums = sums
        self.counts = collections.Counter()
        self.flips = 0
        self.count = 0
        self.sum_cache = {}
        super().__init__(0, [], seed)
        self.port = self.server_address[1]
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True).start()

    # faults

    def misbehave(self, names, percent):
        """From now on, each of these faults hits this percentage of the requests. No names: the
        server behaves well."""
        rules = []
        for name in names:
            rule, styles = {**RULES, **RARE}[name]
            if styles is None or self.style_name in styles:
                rules.append("%s,percent=%g,label=%s" % (rule, percent / 10 if name in RARE else percent, name))
        if self.trap is None and any("TRAP" in rule for rule in rules):
            self.trap = Trap()
        with self.lock:
            self.set_rules([rule.replace("TRAP", "http://127.0.0.2:%d" % self.trap.server_address[1]) if "TRAP" in rule else rule
                            for rule in rules])

    def fits(self, rule, request):
        found = super().fits(rule, request)
        if found:
            self.counts[rule["label"]] += 1
        return found

    def answer(self, request):
        with self.lock:
            self.count += 1
            del self.requests[:]
            refusal = self.skew(request)
            if refusal is None and request.operation == "get" and request.key in self.archived:
                refusal = odd.error(403, "InvalidObjectState", "The operation is not valid for the object's storage class")
        return refusal or super().answer(request)

    # what a real server does

    def skew(self, request):
        date = request.headers.get("x-amz-date")
        if date and abs(calendar.timegm(time.strptime(date, "%Y%m%dT%H%M%SZ")) - time.time()) > 900:
            self.counts["skewed"] += 1
            reply = odd.error(403, "RequestTimeTooSkewed", "The difference between the request time and the server's is too large.")
            reply.headers["Date"] = formatdate(usegmt=True)
            return reply
        return None

    def act(self, request):
        with self.lock:
            wanted = request.headers.get("x-amz-content-sha256", "")
            if request.operation in ("put", "part") and len(wanted) == 64 and hashlib.sha256(request.body).hexdigest() != wanted:
                return odd.error(400, "XAmzContentSHA256Mismatch")
            if self.locked and request.operation in ("put", "part") and "content-md5" not in request.headers and not any(
                    name.startswith("x-amz-checksum-") for name in request.headers):
                self.counts["locked"] += 1
                return odd.error(400, "InvalidRequest", "Content-MD5 OR x-amz-checksum- HTTP header is required for Put "
                                 "requests with Object Lock parameters")
            if self.style and request.operation in ("get", "head", "list", "put") and not getattr(request, "styled", False):
                request.styled = True
                reply = self.with_etags(request, self.style)
            else:
                reply = super().act(request)
            if request.operation in ("get", "head") and reply.status == 200 and request.headers.get("x-amz-checksum-mode") == "ENABLED":
                self.offer(request, reply)
            return reply

    def offer(self, request, reply):
        item = self.peek(request)
        for kind in self.sums:
            if len(item["data"]) > SLOW_SUMS and kind in ("crc32c", "crc64nvme"):
                continue
            key = kind, item["etag"]
            if key not in self.sum_cache:
                self.sum_cache[key] = base64.b64encode(odd.CHECKSUMS[kind](item["data"])).decode()
            reply.headers["x-amz-checksum-" + kind] = self.sum_cache[key]
            reply.headers["x-amz-checksum-type"] = "FULL_OBJECT"

    def can_be_checked(self, request, reply):
        item = self.peek(request)
        return (self.can_hold and "-" not in item["etag"]) or (
            reply.status == 200 and any(name.startswith("x-amz-checksum-") for name in reply.headers))

    # the truth

    def put(self, key, data):
        """Stores an object without a request. None: deletes it."""
        with self.lock:
            if data is None:
                del self.objects[self.name, key]
                return
            self.objects[self.name, key] = {"data": data, "etag": hashlib.md5(data).hexdigest(), "modified": time.time(),
                                            "headers": {}}

    def contents(self, prefix):
        """{name without the prefix: bytes}"""
        with self.lock:
            return {key[len(prefix):]: item["data"] for (bucket, key), item in self.objects.items()
                    if bucket == self.name and key.startswith(prefix)}
