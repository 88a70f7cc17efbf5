#!/usr/bin/python3
"""A small S3 server that behaves well until it is told not to: one table of odd behaviours, switched while it runs.

    odd.py PORT [RULE...]

It keeps its objects in memory, asks for no signature and creates buckets on first use. It knows ListObjectsV2, GET (Range,
If-Match), HEAD, PUT (If-None-Match: *), DELETE, multipart uploads and ListMultipartUploads. ETags are MD5s, errors are XML.

A RULE is a name of the table below, and settings for it: NAME[,SETTING=VALUE]... These settings any rule takes:

    on=put+part     for these operations instead of the row's own: list get head put delete create part complete abort uploads
    next=3          for so many requests, then never again (default: for all)
    skip=2          after so many that it would have met
    every=4         at every fourth
    percent=5       at random, for so many in a hundred (--seed N says which)
    from=KEY        only for keys from this one on, in byte order
    key=TEXT        only for keys that contain this

The first rule that fits a request is the one it meets. `odd.py --rows` prints the table. While the server runs:

    POST   /.odd    these rules (the body, one a line) instead of those before; an empty body: it behaves well
    GET    /.odd    what happened, as JSON: `met` (how often each row), `calls` (how often each operation), `requests` (all, in order)
    DELETE /.odd    forgets what happened
    POST   /.keys   one-byte objects (the body: BUCKET/KEY, one a line, and perhaps a tab and LastModified as unix seconds)
"""
import base64
import hashlib
import json
import os
import random
import re
import socket
import socketserver
import struct
import sys
import threading
import time
import zlib
from email.utils import formatdate
from html import unescape
from urllib.parse import parse_qs, quote, unquote, urlsplit
from xml.sax.saxutils import escape

ROWS = {}
XML = '<?xml version="1.0" encoding="UTF-8"?>\n'
HTML = b"<!DOCTYPE html>\n<html><head><title>Welcome</title></head><body><h1>Please log in</h1></body></html>\n"


class HangUp(Exception):
    """The connection ends here; with a reset if `reset`."""

    def __init__(self, reset=False):
        super().__init__()
        self.reset = reset


def wait_for_file(path):
    end = time.monotonic() + 60
    while not os.path.exists(path):
        if time.monotonic() > end:
            raise HangUp
        time.sleep(0.01)


class Answer:
    """`length`: what Content-Length says; None: there is no such header and the connection ends with the body;
    "chunked": the body comes in chunks. `sent`: how many bytes of the body really come. `close`: the connection ends after it.
    `until`: a file that the second half of the body waits for.
    `foreign`: it is somebody else's, without what S3 puts on every answer."""

    def __init__(self, status, headers=None, body=b""):
        self.status = status
        self.headers = dict(headers or {})
        self.body = body
        self.length = len(body)
        self.sent = None
        self.until = None
        self.close = False
        self.foreign = False

    def replace_body(self, body):
        self.body = body
        self.length = len(body)


def error(status, code, message="as arranged", **extra):
    body = "%s<Error><Code>%s</Code><Message>%s</Message>%s<RequestId>0DD</RequestId></Error>" % (
        XML, code, escape(message), "".join("<%s>%s</%s>" % (name, escape(value), name) for name, value in extra.items()))
    return Answer(status, {"Content-Type": "application/xml"}, body.encode())


# --- the table ---------------------------------------------------------------------------------------------------------------

def row(*operations):
    """A row of the table: what it does, for which operations unless a rule says otherwise. `do(server, request, rule)` gives the
    answer; server.act(request) is what a well-behaved server would do."""
    def register(function):
        ROWS[function.__name__.replace("_", "-")] = (operations, function)
        return function
    return register


ALL = ("list", "get", "head", "put", "delete", "create", "part", "complete", "abort", "uploads")


@row(*ALL)
def answer(server, request, rule):
    """Answers with status=N (503) and a body: body=xml (default, with code=CODE), coded-nothing, html, text, json or empty. With
    done=1 the request is carried out first. headers=NAME:VALUE|NAME:VALUE are added."""
    if rule.get("done"):
        server.act(request)
    kind = rule.get("body", "xml")
    reply = error(int(rule.get("status", 503)), rule.get("code", "SlowDown"), rule.get("message", "as arranged"))
    if kind != "xml":
        reply.headers.pop("Content-Type")
        reply.replace_body({"html": HTML, "text": b"no upstream\n", "json": b'{"error":"as arranged"}', "empty": b"",
                            "coded-nothing": (XML + "<Error><Message>as arranged</Message></Error>").encode()}[kind])
    if kind in ("html", "text", "json"):
        reply.headers["Content-Type"] = {"html": "text/html; charset=utf-8", "text": "text/plain", "json": "application/json"}[kind]
    reply.foreign = kind in ("html", "text", "json", "empty")
    for pair in filter(None, rule.get("headers", "").split("|")):
        name, _, value = pair.partition(":")
        reply.headers[name] = value
    return reply


@row(*ALL)
def drop(server, request, rule):
    """The connection ends without an answer: when=before the request is carried out (default), or after it. how=reset: by RST. On a
    connection that was used before, clients may send the request again by themselves: kept=1 spares fresh connections."""
    if rule.get("when") == "after":
        server.act(request)
    raise HangUp(rule.get("how") == "reset")


@row(*ALL)
def stall(server, request, rule):
    """Nothing comes for seconds=N (60); when=after: the request is carried out before that."""
    reply = server.act(request) if rule.get("when") == "after" else None
    time.sleep(float(rule.get("seconds", 60)))
    if reply is None:
        raise HangUp()
    return reply


@row("get", "list")
def cut(server, request, rule):
    """Half of the body comes, then the connection ends, though Content-Length promised all of it."""
    reply = server.act(request)
    reply.sent = len(reply.body) // 2
    return reply


@row("get")
def hold(server, request, rule):
    """Half of the body comes, and the rest once the file until=PATH is there."""
    reply = server.act(request)
    reply.until = rule["until"]
    return reply


@row(*ALL)
def redirect(server, request, rule):
    """Sends the client to to=ORIGIN (same path and query), with status=N (307). body=xml|html."""
    reply = answer(server, request, {"status": rule.get("status", "307"), "code": "TemporaryRedirect", "body": rule.get("body", "xml")})
    reply.headers["Location"] = rule["to"] + request.target
    return reply


@row("put")
def put_no_etag(server, request, rule):
    """Carried out, but the answer names no ETag."""
    reply = server.act(request)
    reply.headers.pop("ETag", None)
    return reply


@row("put", "part", "complete", "delete")
def page_stored(server, request, rule):
    """Carried out, but the answer is a page of HTML, with etag=TEXT if wanted."""
    server.act(request)
    return page(server, request, rule)


@row("get", "head", "put", "part", "complete", "delete", "list")
def page(server, request, rule):
    """A proxy in the way: 200 with a page of HTML, nothing is carried out. etag=TEXT: with an ETag of its own."""
    reply = Answer(200, {"Content-Type": "text/html"}, HTML)
    reply.foreign = True
    if "etag" in rule:
        reply.headers["ETag"] = '"%s"' % rule["etag"]
    return reply


@row("put", "part")
def object_lock(server, request, rule):
    """A bucket whose objects are locked by default: it takes nothing without Content-MD5 or an x-amz-checksum-* header, and
    compares what Content-MD5 says."""
    if not any(name == "content-md5" or name.startswith("x-amz-checksum-") for name in request.headers):
        return error(400, "InvalidRequest", "Content-MD5 OR x-amz-checksum- HTTP header is required for Put %s requests with Object "
                     "Lock parameters" % ("Part" if request.operation == "part" else "Object"))
    said = request.headers.get("content-md5")
    if said and base64.b64decode(said) != hashlib.md5(request.body).digest():
        return error(400, "BadDigest")
    return server.act(request)


@row("put", "part")
def body_limit(server, request, rule):
    """A proxy in front that takes no body over bytes=N (100): 413 with a page of its own."""
    if len(request.body) <= int(rule.get("bytes", 100)):
        return server.act(request)
    return answer(server, request, {"status": "413", "body": "html"})


@row("get")
def archived(server, request, rule):
    """Objects of the storage classes GLACIER and DEEP_ARCHIVE cannot be read."""
    item = server.peek(request)
    if item and item["headers"].get("x-amz-storage-class") in ("GLACIER", "DEEP_ARCHIVE"):
        return error(403, "InvalidObjectState", "The operation is not valid for the object's storage class",
                     StorageClass=item["headers"]["x-amz-storage-class"])
    return server.act(request)


@row("put")
def put_damaged(server, request, rule):
    """What is stored is not what was sent, the answer has no ETag."""
    request.body = request.body[:-1] + b"#" if request.body else b""
    return put_no_etag(server, request, rule)


@row("put")
def put_nowhere(server, request, rule):
    """Answered as if it were stored, without an ETag; it is not."""
    return Answer(200)


@row("part")
def part_no_etag(server, request, rule):
    """A part that is stored, but whose answer names no ETag."""
    reply = server.act(request)
    reply.headers.pop("ETag")
    return reply


@row("part")
def part_odd_etag(server, request, rule):
    """A part's ETag holds what XML must escape; the end of the upload wants it back as it was."""
    server.act(request)
    part = server.uploads[request.query["uploadId"]]["parts"][int(request.query["partNumber"])]
    part["etag"] = "a&b<c>%s'" % request.query["partNumber"]
    return Answer(200, {"ETag": '"%s"' % part["etag"]})


@row("complete")
def complete_no_etag(server, request, rule):
    """The end of an upload: its answer names no ETag."""
    reply = server.act(request)
    reply.replace_body(re.sub(rb"<ETag>.*?</ETag>", b"<ETag></ETag>", reply.body))
    return reply


@row("put", "complete")
def ignore_condition(server, request, rule):
    """If-None-Match is not looked at: what is there is overwritten."""
    request.headers.pop("if-none-match", None)
    return server.act(request)


@row("get")
def get_endless(server, request, rule):
    """No Content-Length, no chunks: the body ends where the connection does, and it ends early (half=0: it is whole)."""
    reply = server.act(request)
    reply.length = None
    if rule.get("half", "1") == "1":
        reply.sent = len(reply.body) // 2
    return reply


@row("get")
def get_half(server, request, rule):
    """Half of the object under its own ETag, with a Content-Length that says half."""
    reply = server.act(request)
    reply.replace_body(reply.body[:len(reply.body) // 2])
    return reply


@row("get")
def get_damaged(server, request, rule):
    """The body's last byte but one is another each time."""
    reply = server.act(request)
    if reply.status in (200, 206) and len(reply.body) > 1:
        server.counter += 1
        reply.body = reply.body[:-2] + b"%d" % (server.counter % 10) + reply.body[-1:]
    return reply


@row("get", "head")
def get_expanded(server, request, rule):
    """What is stored as gzip (Content-Encoding) is expanded on the way unless the client accepts gzip: no length, the stored ETag;
    etag=TEXT: another. Ranges are of no account then. always=1: whatever the client accepts."""
    encoded = server.peek(request)
    accepted = "gzip" in request.headers.get("accept-encoding", "") and not rule.get("always")
    if not encoded or encoded["headers"].get("content-encoding") != "gzip" or accepted:
        return server.act(request)
    request.headers.pop("range", None)
    reply = server.act(request)
    reply.headers.pop("Content-Encoding", None)
    reply.headers.update({"Warning": "214 UploadServer gunzipped", "x-goog-stored-content-encoding": "gzip"})
    if "etag" in rule:
        reply.headers["ETag"] = '"%s"' % rule["etag"]
    reply.body = zlib.decompress(reply.body, 31)
    reply.length = "chunked"
    return reply


@row("get")
def get_packed(server, request, rule):
    """A proxy that compresses on the way for those who accept gzip: Content-Encoding, chunks, a weak ETag."""
    reply = server.act(request)
    if reply.status == 200 and "gzip" in request.headers.get("accept-encoding", ""):
        packer = zlib.compressobj(wbits=31)
        reply.body = packer.compress(reply.body) + packer.flush()
        reply.headers.update({"Content-Encoding": "gzip", "ETag": "W/" + reply.headers["ETag"]})
        reply.length = "chunked"
    return reply


@row("get", "head", "list", "put")
def etag_no_md5(server, request, rule):
    """ETags are 32 hexadecimal digits, the same each time, but no MD5."""
    return server.with_etags(request, lambda etag: hashlib.sha256(etag.encode()).hexdigest()[:32])


@row("get", "head", "list", "put")
def etag_opaque(server, request, rule):
    """ETags say nothing of the content."""
    return server.with_etags(request, lambda etag: "opaque-" + hashlib.sha256(etag.encode()).hexdigest()[:12])


@row("get", "head", "list", "put")
def etag_upper(server, request, rule):
    """ETags are MD5s in capital letters."""
    return server.with_etags(request, str.upper)


@row("get")
def no_range_behind(server, request, rule):
    """A 416 does not say how long the object is."""
    reply = server.act(request)
    if reply.status == 416:
        reply.headers.pop("Content-Range", None)
    return reply


@row("get")
def checksum(server, request, rule):
    """Answers that hold the whole object offer kinds=crc32+crc32c+crc64nvme+sha1+sha256 (crc32), if x-amz-checksum-mode asks. Damaged=1:
    the body's first byte is another one; wrong=1: the checksum is. type=COMPOSITE, suffix=-2 as for uploads in parts. Opaque=1: with
    an ETag that is no MD5."""
    reply = server.act(request)
    if reply.status not in (200, 206) or request.headers.get("x-amz-checksum-mode") != "ENABLED":
        return reply
    whole = server.peek(request)["data"]
    for kind in rule.get("kinds", "crc32").split("+"):
        value = CHECKSUMS[kind](whole + (b"?" if rule.get("wrong") else b""))
        reply.headers["x-amz-checksum-" + kind] = base64.b64encode(value).decode() + rule.get("suffix", "")
    reply.headers["x-amz-checksum-type"] = rule.get("type", "FULL_OBJECT")
    if rule.get("damaged") and reply.body:
        reply.body = b"~" + reply.body[1:]
    if rule.get("opaque"):
        reply.headers["ETag"] = '"opaque"'
    return reply


@row("list")
def list_order(server, request, rule):
    """Names come in pages of limit=N (1000) in another order than that of bytes: by=hash (default); by=late: the first name comes
    last; by=halves: every second one, then the others. start-after means behind this name's place in that order."""
    keys = server.list_keys(request)
    by = rule.get("by", "hash")
    if by == "late":
        keys = keys[1:] + keys[:1]
    elif by == "halves":
        keys = keys[::2] + keys[1::2]
    else:
        keys.sort(key=lambda key: hashlib.sha256(key.encode()).digest())
    return by_place(server, request, rule, keys)


def by_place(server, request, rule, keys):
    limit, start = int(rule.get("limit", 1000)), int(request.query.get("continuation-token", 0))
    if not start and request.query.get("start-after") in keys:
        start = keys.index(request.query["start-after"]) + 1
    return server.list_page(request, keys[start:start + limit], str(start + limit) if start + limit < len(keys) else None)


@row("list")
def list_overlapping(server, request, rule):
    """In order, in pages of limit=N, each of which begins with the last name of the one before."""
    keys, limit = server.list_keys(request), int(rule.get("limit", 1000))
    start = int(request.query.get("continuation-token", 0))
    end = start + limit
    return server.list_page(request, keys[max(0, start - 1):end], str(end) if end < len(keys) else None)


@row("list")
def list_unsaid(server, request, rule):
    """Keys are encoded, as asked, down to the slash, but there is no EncodingType."""
    keys = server.list_keys(request)
    after = request.query.get("start-after", "")
    return server.list_page(request, [key for key in keys if key > after], None, said="")


@row("list")
def list_foreign(server, request, rule):
    """The prefix is not looked at."""
    request.query.pop("prefix", None)
    return server.act(request)


@row("list")
def list_times(server, request, rule):
    """LastModified as form=offset (+0000), zone (+02:00), fraction (30 digits), http (RFC 1123), words (nothing that can be read) or
    epoch (seconds)."""
    forms = {
        "offset": lambda t: time.strftime("%Y-%m-%dT%H:%M:%S+0000", time.gmtime(t)),
        "zone": lambda t: time.strftime("%Y-%m-%dT%H:%M:%S+02:00", time.gmtime(t + 7200)),
        "fraction": lambda t: time.strftime("%Y-%m-%dT%H:%M:%S.123456789012345678901234567890Z", time.gmtime(t)),
        "http": lambda t: formatdate(t, usegmt=True),
        "words": lambda t: "a while ago",
        "epoch": lambda t: str(int(t)),
    }
    after = request.query.get("start-after", "")
    return server.list_page(request, [key for key in server.list_keys(request) if key > after], None, time_of=forms[rule["form"]])


@row("list")
def list_endless(server, request, rule):
    """There is always one more page, with a token of its own: the first names again, or none with empty=1."""
    server.counter += 1
    keys = [] if rule.get("empty") and "continuation-token" in request.query else server.list_keys(request)[:10]
    return server.list_page(request, keys, "token-%d" % server.counter)


@row("list")
def list_short(server, request, rule):
    """As it should be, in pages of limit=N (10). slow=MS: each answer waits a random time up to that, so that they come in any order."""
    if "slow" in rule:
        time.sleep(random.random() * float(rule["slow"]) / 1000)
    request.query["max-keys"] = rule.get("limit", "10")
    return server.act(request)


@row("list")
def list_deaf(server, request, rule):
    """In order, in pages of limit=N (10), but start-after is ignored. hears=N: not so the first N times, when the page leaves out
    the name that it should begin with."""
    after = request.query.pop("start-after", "")
    request.query["max-keys"] = rule.get("limit", "10")
    if after and rule.setdefault("heard", 0) < int(rule.get("hears", 0)):
        rule["heard"] += 1
        request.query["start-after"] = next((key for key in server.list_keys(request) if key > after), after)
    return server.act(request)


# --- checksums, bit by bit, by the books ---------------------------------------------------------------------------------------

def crc_table(polynomial):
    table = []
    for byte in range(256):
        for _ in range(8):
            byte = byte >> 1 ^ (polynomial if byte & 1 else 0)
        table.append(byte)
    return table


def crc(table, bits, data):
    value = mask = (1 << bits) - 1
    for byte in data:
        value = table[(value ^ byte) & 255] ^ value >> 8
    return (value ^ mask).to_bytes(bits // 8, "big")


CRC32C = crc_table(0x82F63B78)
CRC64NVME = crc_table(0x9A6C9329AC4BC9B5)
CHECKSUMS = {
    "crc32": lambda data: zlib.crc32(data).to_bytes(4, "big"),
    "crc32c": lambda data: crc(CRC32C, 32, data),
    "crc64nvme": lambda data: crc(CRC64NVME, 64, data),
    "sha1": lambda data: hashlib.sha1(data).digest(),
    "sha256": lambda data: hashlib.sha256(data).digest(),
}


# --- the well-behaved server ---------------------------------------------------------------------------------------------------

KEPT = ("content-type", "content-encoding", "cache-control", "x-amz-storage-class", "x-amz-server-side-encryption")


class Request:
    def __init__(self, method, target, headers, body, fresh):
        self.method, self.target, self.headers, self.body = method, target, headers, body
        self.fresh = fresh  # the first on its connection
        parts = urlsplit(target)
        self.query = {name: values[-1] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
        self.bucket, _, self.key = unquote(parts.path).lstrip("/").partition("/")
        # virtual-hosted style
        host = headers.get("host", "").partition(":")[0]
        if host.endswith(".localhost"):
            self.bucket, self.key = host[:-len(".localhost")], unquote(parts.path)[1:]
        self.operation = self.name_operation()

    def name_operation(self):
        if not self.key:
            return {"GET": "uploads" if "uploads" in self.query else "list"}.get(self.method, "bucket")
        if "uploads" in self.query or "uploadId" in self.query:
            return {"POST": "create" if "uploads" in self.query else "complete", "PUT": "part", "DELETE": "abort"}.get(self.method, "")
        return self.method.lower()


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 512

    def __init__(self, port, rules, seed):
        self.lock = threading.RLock()
        self.objects = {}  # (bucket, key): data, etag, modified, headers
        self.uploads = {}
        self.counter = 0
        self.random = random.Random(seed)
        self.set_rules(rules)
        self.forget()
        super().__init__(("127.0.0.1", port), Connection)

    def forget(self):
        self.met, self.calls, self.requests = {}, {}, []

    def set_rules(self, lines):
        self.rules = []
        for line in lines:
            name, *settings = line.strip().split(",")
            if name not in ROWS:
                raise ValueError("no row %s" % name)
            rule = dict(setting.split("=", 1) for setting in settings)
            rule.update({"name": name, "seen": 0, "left": int(rule.get("next", -1))})
            rule["on"] = rule["on"].split("+") if "on" in rule else ROWS[name][0]
            self.rules.append(rule)

    def fits(self, rule, request):
        if request.operation not in rule["on"] or rule["left"] == 0 or (rule.get("kept") and request.fresh):
            return False
        if request.key < rule.get("from", "") or rule.get("key", "") not in request.key:
            return False
        rule["seen"] += 1
        if rule["seen"] <= int(rule.get("skip", 0)) or rule["seen"] % int(rule.get("every", 1)):
            return False
        if "percent" in rule and self.random.random() * 100 >= float(rule["percent"]):
            return False
        rule["left"] -= 1
        return True

    def answer(self, request):
        with self.lock:
            rule = next((rule for rule in self.rules if self.fits(rule, request)), None)
            name = rule["name"] if rule else None
            self.calls[request.operation] = self.calls.get(request.operation, 0) + 1
            if name:
                self.met[name] = self.met.get(name, 0) + 1
            note = {"operation": request.operation, "target": request.target, "row": name, "status": None, "headers": request.headers}
            self.requests.append(note)
            if name not in ("stall", "list-short"):
                reply = ROWS[name][1](self, request, rule) if name else self.act(request)
                note["status"] = reply.status
                return reply
        return ROWS[name][1](self, request, rule)

    # What any S3 server does.

    def peek(self, request):
        return self.objects.get((request.bucket, request.key))

    def act(self, request):
        with self.lock:
            return getattr(self, "do_" + request.operation, self.do_unknown)(request)

    def with_etags(self, request, change):
        """The answer as if objects in one piece had other etags."""
        for name in ("if-match", "if-none-match"):
            theirs = request.headers.get(name, "").strip('"')
            item = self.peek(request)
            if theirs and item and theirs == change(item["etag"]):
                request.headers[name] = '"%s"' % item["etag"]
        reply = self.act(request)
        if "ETag" in reply.headers and "-" not in reply.headers["ETag"]:
            reply.headers["ETag"] = '"%s"' % change(reply.headers["ETag"].strip('"'))
        if request.operation == "list":
            reply.replace_body(re.sub(rb"&quot;([0-9a-f]{32})&quot;", lambda m: b"&quot;%s&quot;" % change(m[1].decode()).encode(),
                                      reply.body))
        return reply

    def do_unknown(self, request):
        return error(405, "MethodNotAllowed", request.method)

    def do_bucket(self, request):
        return Answer({"DELETE": 204}.get(request.method, 200))

    def store(self, request, data, etag, headers):
        self.objects[request.bucket, request.key] = {
            "data": data, "etag": etag, "modified": time.time(),
            "headers": {name: value for name, value in headers.items() if name in KEPT or name.startswith("x-amz-meta-")}}

    def do_put(self, request):
        if request.headers.get("if-none-match") == "*" and self.peek(request):
            return error(412, "PreconditionFailed", Condition="If-None-Match")
        etag = hashlib.md5(request.body).hexdigest()
        self.store(request, request.body, etag, request.headers)
        return Answer(200, {"ETag": '"%s"' % etag})

    def do_delete(self, request):
        self.objects.pop((request.bucket, request.key), None)
        return Answer(204)

    def do_get(self, request):
        item = self.peek(request)
        if not item:
            return error(404, "NoSuchKey", "The specified key does not exist.", Key=request.key)
        data = item["data"]
        headers = {"ETag": '"%s"' % item["etag"], "Last-Modified": formatdate(item["modified"], usegmt=True),
                   "Accept-Ranges": "bytes", **{name.title() if name in KEPT[:3] else name: value
                                                for name, value in item["headers"].items()}}
        if request.headers.get("if-match", "*") not in ("*", '"%s"' % item["etag"], item["etag"]):
            return error(412, "PreconditionFailed", Condition="If-Match")
        asked = re.fullmatch(r"bytes=(\d*)-(\d*)", request.headers.get("range", ""))
        if not asked or asked[0] == "bytes=-":
            return Answer(200, headers, data)
        first = int(asked[1]) if asked[1] else max(0, len(data) - int(asked[2]))
        last = min(int(asked[2]), len(data) - 1) if asked[1] and asked[2] else len(data) - 1
        if first >= len(data) or first > last:
            reply = error(416, "InvalidRange")
            reply.headers["Content-Range"] = "bytes */%d" % len(data)
            return reply
        headers["Content-Range"] = "bytes %d-%d/%d" % (first, last, len(data))
        return Answer(206, headers, data[first:last + 1])

    def do_head(self, request):
        return self.do_get(request)  # its body is not sent

    def list_keys(self, request):
        """What is under the prefix, in byte order."""
        return sorted((key for bucket, key in self.objects
                       if bucket == request.bucket and key.startswith(request.query.get("prefix", ""))), key=lambda key: key.encode())

    def do_list(self, request):
        query, limit = request.query, min(int(request.query.get("max-keys", 1000)), 1000)
        after = query.get("continuation-token") or query.get("start-after", "")
        keys = [key for key in self.list_keys(request) if key > after]
        return self.list_page(request, keys[:limit], keys[limit - 1] if len(keys) > limit else None)

    def list_page(self, request, keys, token, said="url", time_of=lambda t: time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(t))):
        """A page of these keys; `token`: for the next page, None: there is none. `said`: the EncodingType that it names."""
        query = request.query
        encoded = query.get("encoding-type") == "url"
        encode = (lambda text: quote(text, safe="/" if said else "")) if encoded else escape
        items = []
        for key in keys:
            item = self.objects[request.bucket, key]
            items.append("<Contents><Key>%s</Key>%s<ETag>&quot;%s&quot;</ETag><Size>%d</Size>"
                         "<StorageClass>%s</StorageClass></Contents>" % (
                             encode(key), "<LastModified>%s</LastModified>" % time_of(item["modified"]), item["etag"],
                             len(item["data"]), item["headers"].get("x-amz-storage-class", "STANDARD")))
        return Answer(200, {"Content-Type": "application/xml"}, (
            '%s<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>%s</Name><Prefix>%s</Prefix>'
            "<KeyCount>%d</KeyCount><MaxKeys>1000</MaxKeys>%s<IsTruncated>%s</IsTruncated>%s%s</ListBucketResult>" % (
                XML, request.bucket, encode(query.get("prefix", "")), len(keys),
                "<EncodingType>%s</EncodingType>" % said if encoded and said else "", "true" if token is not None else "false",
                "<NextContinuationToken>%s</NextContinuationToken>" % escape(token) if token is not None else "",
                "".join(items))).encode())

    def do_uploads(self, request):
        return Answer(200, {"Content-Type": "application/xml"}, ("%s<ListMultipartUploadsResult>%s</ListMultipartUploadsResult>" % (
            XML, "".join("<Upload><Key>%s</Key><UploadId>%s</UploadId></Upload>" % (escape(upload["key"]), name)
                         for name, upload in self.uploads.items() if upload["bucket"] == request.bucket))).encode())

    def do_create(self, request):
        self.counter += 1
        name = "upload-%d" % self.counter
        self.uploads[name] = {"bucket": request.bucket, "key": request.key, "headers": request.headers, "parts": {}}
        return Answer(200, {"Content-Type": "application/xml"}, (
            "%s<InitiateMultipartUploadResult><Bucket>%s</Bucket><Key>%s</Key><UploadId>%s</UploadId></InitiateMultipartUploadResult>"
            % (XML, request.bucket, escape(request.key), name)).encode())

    def do_part(self, request):
        upload = self.uploads.get(request.query["uploadId"])
        if not upload:
            return error(404, "NoSuchUpload")
        etag = hashlib.md5(request.body).hexdigest()
        upload["parts"][int(request.query["partNumber"])] = {"data": request.body, "etag": etag,
                                                             "md5": hashlib.md5(request.body).digest()}
        return Answer(200, {"ETag": '"%s"' % etag})

    def do_complete(self, request):
        upload = self.uploads.get(request.query["uploadId"])
        if not upload:
            return error(404, "NoSuchUpload")
        if request.headers.get("if-none-match") == "*" and self.peek(request):
            return error(412, "PreconditionFailed", Condition="If-None-Match")
        text = request.body.decode()
        named = re.findall(r"<Part><PartNumber>(\d+)</PartNumber><ETag>([^<>]*)</ETag>.*?</Part>", text)
        if not named or text.count("<Part>") != len(named):
            return error(400, "MalformedXML")
        parts = []
        for number, etag in named:
            part = upload["parts"].get(int(number))
            if not part or part["etag"] != unescape(etag).strip('"'):
                return error(400, "InvalidPart")
            parts.append(part)
        etag = "%s-%d" % (hashlib.md5(b"".join(part["md5"] for part in parts)).hexdigest(), len(parts))
        self.store(request, b"".join(part["data"] for part in parts), etag, upload["headers"])
        del self.uploads[request.query["uploadId"]]
        return Answer(200, {"Content-Type": "application/xml"}, (
            "%s<CompleteMultipartUploadResult><Bucket>%s</Bucket><Key>%s</Key><ETag>&quot;%s&quot;</ETag></CompleteMultipartUploadResult>"
            % (XML, request.bucket, escape(request.key), etag)).encode())

    def do_abort(self, request):
        if not self.uploads.pop(request.query["uploadId"], None):
            return error(404, "NoSuchUpload")
        return Answer(204)

    # How it is told to behave.

    def control(self, method, body):
        with self.lock:
            if method == "POST":
                try:
                    self.set_rules(filter(str.strip, body.decode().splitlines()))
                except (ValueError, KeyError) as why:
                    return Answer(400, {}, ("%s\n" % why).encode())
            elif method == "DELETE":
                self.forget()
            return Answer(200, {"Content-Type": "application/json"}, json.dumps(
                {"met": self.met, "calls": self.calls, "requests": self.requests}).encode() if method == "GET" else b"")


    def add_keys(self, request):
        with self.lock:
            for line in request.body.decode().splitlines():
                name, _, modified = line.partition("\t")
                request.bucket, _, request.key = name.partition("/")
                self.store(request, b"\n", hashlib.md5(b"\n").hexdigest(), {})
                self.objects[request.bucket, request.key]["modified"] = int(modified or time.time())
        return Answer(204)


class Connection(socketserver.StreamRequestHandler):
    wbufsize = -1
    disable_nagle_algorithm = True

    def handle(self):
        try:
            fresh = True
            while self.one(fresh):
                fresh = False
        except HangUp as end:
            if end.reset:
                self.request.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.request.close()
        except (OSError, ValueError):
            pass

    def finish(self):
        try:
            super().finish()
        except OSError:
            pass

    def read_request(self, fresh):
        line = self.rfile.readline().split()
        if len(line) < 3:
            raise HangUp
        headers = {}
        while (header := self.rfile.readline().strip()):
            name, _, value = header.decode("latin-1").partition(":")
            headers[name.strip().lower()] = value.strip()
        if headers.get("expect") == "100-continue":
            self.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            self.wfile.flush()
        length = int(headers.get("content-length", 0))
        body = self.rfile.read(length)
        if len(body) < length:
            raise HangUp
        return Request(line[0].decode(), line[1].decode("latin-1"), headers, body, fresh)

    def one(self, fresh):
        request = self.read_request(fresh)
        if request.target == "/.odd":
            reply = self.server.control(request.method, request.body)
        elif request.target == "/.keys":
            reply = self.server.add_keys(request)
        else:
            reply = self.server.answer(request)
        self.send(request, reply)
        return not reply.close

    def send(self, request, reply):
        headers = {"Date": formatdate(usegmt=True), **reply.headers}
        if not reply.foreign:
            headers.update({"x-amz-request-id": "0DD", "Server": "odd"})
        body = reply.body if reply.sent is None else reply.body[:reply.sent]
        if reply.length is None:
            headers["Connection"] = "close"
        elif reply.length == "chunked":
            headers["Transfer-Encoding"] = "chunked"
            body = (b"%x\r\n%s\r\n" % (len(body), body) if body else b"") + b"0\r\n\r\n"
        elif reply.status != 204:
            headers["Content-Length"] = str(reply.length)
        reply.close = reply.close or reply.length is None or reply.sent is not None
        head = "HTTP/1.1 %d X\r\n%s\r\n" % (reply.status, "".join("%s: %s\r\n" % pair for pair in headers.items()))
        data = head.encode("latin-1") + (b"" if request.method == "HEAD" or reply.status == 204 else body)
        if reply.until:
            self.wfile.write(data[:len(data) // 2])
            self.wfile.flush()
            wait_for_file(reply.until)
            data = data[len(data) // 2:]
        self.wfile.write(data)
        self.wfile.flush()


def main():
    arguments = sys.argv[1:]
    if arguments == ["--rows"]:
        for name, (operations, function) in ROWS.items():
            print("%s (%s): %s" % (name, "all" if operations == ALL else " ".join(operations), " ".join(function.__doc__.split())))
        return
    seed = None
    if "--seed" in arguments:
        at = arguments.index("--seed")
        seed = int(arguments[at + 1])
        del arguments[at:at + 2]
    if not arguments:
        sys.exit(__doc__)
    Server(int(arguments[0]), arguments[1:], seed).serve_forever()


if __name__ == "__main__":
    main()
