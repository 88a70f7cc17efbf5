#!/usr/bin/python3
"""A bad day: a proxy in front of a real S3 server that lets most requests through and spoils some.

    faulty.py PORT UPSTREAM_PORT [--every N] [--mixed] [--kinds KIND,KIND...] [--only METHOD] [--together METHOD:N]
              [--tls CERTIFICATE KEY]

Every Nth request (20) meets the next kind of fault that fits it. Requests go on as they came, byte for byte, so that
signatures hold. With --mixed gets meet 'region' too, listings and ends of uploads a fault at every second. With --together
requests of that method wait, once, until N are under way. On SIGTERM it prints how often each kind was met, as JSON.

Kinds:
  500 503 slowdown 429      an answer instead of the real one, with and without an <Error>
  later                     503 SlowDown with "Retry-After: 4"
  amz-later                 503 SlowDown with "x-amz-retry-after: 4000" (milliseconds), which counts more than that
  reset                     the connection is reset before the request is passed on
  reset-head                ... in the middle of the answer's headers
  reset-body                ... in the middle of the body (the request was carried out)
  reset-after               ... after the body was sent, where the client may think of using it again
  truncated                 the connection ends in the middle of the body
  short                     Content-Length says half, and half comes
  garbled                   the body's last byte is another one, and each time another
  crc                       no fault: the body's own CRC-32 is told in a header
  crc-garbled               ... and the body's last byte is another one
  stalled                   half of the body, and then nothing
  held                      half of the body, and nothing until a SIGUSR1, upon which the connection ends
  lost                      the request is carried out, its answer never comes: the connection ends
  cut-xml                   a listing that ends in the middle, with a Content-Length that is right
  error-200                 a CompleteMultipartUpload: 200 with an <Error>
  expired                   403 ExpiredToken
  region                    301 with another region (once: the client signs for that one from then on)
  skewed                    403 RequestTimeTooSkewed, by a clock that is a minute ahead
  none                      no fault: to let some of the requests through that had their turn

`sent` in what it prints are the headers of the latest request of each method that say what is wanted (x-amz-*, content-*, if-*),
and its target under the name `target`. `most` is how many of a method were under way at once.
`waited` are the seconds from a 503 that says when to the next request for the same (`again`) and the next for another (`other`).
`crc` in what it prints is how many CRCs came with requests and were right or wrong; `ahead` in what it prints is by how many seconds the latest-dated signature was ahead of this machine's clock.
"""
import argparse
import asyncio
import base64
import calendar
import collections
import email.utils
import json
import signal
import socket
import ssl
import struct
import sys
import time
import zlib

READ = ["500", "slowdown", "reset", "truncated", "429", "reset-head", "stalled", "reset-body", "503", "short", "reset-after"]
WRITE = ["500", "slowdown", "reset", "429", "lost", "503", "reset-after"]
ERRORS = {
    "500": (500, "InternalError"), "503": (503, None), "slowdown": (503, "SlowDown"), "429": (429, None),
    "expired": (403, "ExpiredToken"), "skewed": (403, "RequestTimeTooSkewed"),
}

LATER = {"later": "Retry-After: 4\r\n", "amz-later": "Retry-After: 1\r\nx-amz-retry-after: 4000\r\n"}


class Gone(Exception):
    """The connection is to end here."""


class Proxy:
    def __init__(self, options):
        self.options = options
        self.seen = collections.Counter()
        self.met = collections.Counter()
        self.turn = collections.Counter()
        self.calls = collections.Counter()
        self.ahead = 0
        self.crc = collections.Counter()
        self.sent = {}
        self.now = collections.Counter()
        self.company, _, count = options.together.partition(":")
        self.company_wanted = int(count or 0)
        self.company_came = asyncio.Event()
        self.let_go = asyncio.Event()
        self.most = collections.Counter()
        self.asked_to_wait = None  # target and time
        self.waited = {}

    def choose(self, method, target):
        """The fault for this request, or None."""
        self.calls[method] += 1
        if self.options.only and method != self.options.only:
            return None
        listing = "list-type=2" in target
        group = (method, listing)
        # Of all requests one in so many; with --mixed, listings and ends of uploads, of which there are few, have a count of
        # their own and meet a fault at every second.
        counted = group if self.options.mixed and (listing or method == "POST") else None
        self.seen[counted] += 1
        if self.seen[counted] % (2 if counted else self.options.every):
            return None
        kinds = self.options.kinds.split(",") if self.options.kinds else READ if method in ("GET", "HEAD") else WRITE
        if self.options.mixed and method == "GET" and not listing:
            kinds = kinds + ([] if self.met["region"] else ["region"])
        if listing and not self.options.kinds:
            kinds = ["cut-xml"] + kinds
        if method == "POST" and "uploadId=" in target and not self.options.kinds:
            kinds = ["error-200"] + kinds
        kind = kinds[self.turn[group] % len(kinds)]
        self.turn[group] += 1
        if kind == "none":
            return None
        if kind == "region" and self.met[kind]:
            return None
        self.met[kind] += 1
        return kind

    async def head(self, reader):
        try:
            return await reader.readuntil(b"\r\n\r\n")
        except (asyncio.IncompleteReadError, ConnectionError):
            raise Gone from None

    def garbled(self, byte):
        """Not the same twice: what comes twice is what is stored."""
        return bytes([byte ^ (1 + self.met["garbled"] % 255)])

    @staticmethod
    def header(head, name):
        for line in head.split(b"\r\n")[1:]:
            key, _, value = line.partition(b":")
            if key.strip().lower() == name:
                return value.strip()
        return None

    def note(self, method, target, head):
        lines = [line.decode("latin-1").partition(":") for line in head.split(b"\r\n")[1:]]
        self.sent[method] = {name.lower(): value.strip() for name, _, value in lines
                             if name.lower().startswith(("x-amz-", "content-", "if-", "host", "authorization", "range", "transfer-", "accept"))}
        self.sent[method]["target"] = target

    async def body(self, reader, head, length=None):
        """A whole body, as bytes; a chunked one is put together."""
        if b"chunked" in (self.header(head, b"transfer-encoding") or b""):
            data = b""
            while True:
                size = int((await reader.readuntil(b"\r\n")).split(b";")[0], 16)
                data += (await reader.readexactly(size + 2))[:-2]
                if size == 0:
                    return data
        return await reader.readexactly(int(self.header(head, b"content-length") or 0))

    @staticmethod
    def reset(writer):
        """An RST instead of a FIN."""
        sock = writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()
        raise Gone

    @staticmethod
    def answer(method, status, code, extra=""):
        body = "" if code is None or method == "HEAD" else (
            '<?xml version="1.0" encoding="UTF-8"?><Error><Code>%s</Code><Message>as arranged</Message>'
            "<RequestId>0BADDA1</RequestId></Error>" % code)
        ahead = 60 if code == "RequestTimeTooSkewed" else 0
        return ("HTTP/1.1 %d Bad\r\nContent-Length: %d\r\nDate: %s\r\n%s\r\n%s"
                % (status, len(body), email.utils.formatdate(time.time() + ahead, usegmt=True), extra, body)).encode()

    def spoil_request(self, kind, method, target, writer):
        """Faults without the real server. Returns whether the request is done with."""
        if kind == "reset":
            self.reset(writer)
        if kind in ERRORS:
            writer.write(self.answer(method, *ERRORS[kind]))
        elif kind == "region":
            writer.write(self.answer(method, 301, "PermanentRedirect", "x-amz-bucket-region: eu-nowhere-1\r\n"))
        elif kind in LATER:
            self.asked_to_wait = (target, time.monotonic())
            writer.write(self.answer(method, 503, "SlowDown", LATER[kind]))
        elif kind == "error-200":
            writer.write(self.answer(method, 200, "InternalError"))
        else:
            return False
        return True

    @staticmethod
    def with_length(head, length):
        lines = [line for line in head[:-4].split(b"\r\n")
                 if line.lower().split(b":")[0] not in (b"content-length", b"transfer-encoding")]
        return b"\r\n".join(lines + [b"Content-Length: %d" % length]) + b"\r\n\r\n"

    async def spoil_answer(self, kind, head, body, writer, reader):
        half = body[:len(body) // 2]
        if kind == "lost":
            raise Gone
        if kind == "reset-head":
            writer.write(head[:len(head) // 2])
            await writer.drain()
            self.reset(writer)
        if kind in ("reset-body", "truncated", "stalled", "held"):
            writer.write(self.with_length(head, len(body)) + half)
            await writer.drain()
            if kind == "stalled":
                await reader.read(1)  # until the client goes away
            if kind == "held":
                await self.let_go.wait()
            if kind == "reset-body":
                await asyncio.sleep(0.01)  # the half is to arrive
                self.reset(writer)
            raise Gone
        if kind in ("crc", "crc-garbled"):
            crc = base64.b64encode(zlib.crc32(body).to_bytes(4, "big"))
            body = body[:-1] + bytes([body[-1] ^ 1]) if kind == "crc-garbled" else body
            writer.write(self.with_length(head, len(body))[:-2] + b"x-amz-checksum-crc32: " + crc + b"\r\n\r\n" + body)
        elif kind in ("short", "cut-xml"):
            writer.write(self.with_length(head, len(half)) + half)
        elif kind == "garbled":
            writer.write(self.with_length(head, len(body)) + body[:-1] + self.garbled(body[-1]) if body else head)
        else:
            writer.write(self.with_length(head, len(body)) + body)
            if kind == "reset-after":
                await writer.drain()
                await asyncio.sleep(0.01)
                self.reset(writer)

    async def one(self, reader, writer, upstream):
        head = await self.head(reader)
        body = await self.body(reader, head)
        method, target = head.split(b" ", 2)[:2]
        method, target = method.decode(), target.decode("latin-1")
        self.note(method, target, head)
        if self.asked_to_wait:
            whose = "again" if target == self.asked_to_wait[0] else "other"
            self.waited.setdefault(whose, round(time.monotonic() - self.asked_to_wait[1], 3))
        self.now[method] += 1
        self.most[method] = max(self.most[method], self.now[method])
        try:
            if method == self.company:
                if self.now[method] >= self.company_wanted:
                    self.company_came.set()
                await self.company_came.wait()
            await self.pass_on(method, target, head, body, reader, writer, upstream)
        finally:
            self.now[method] -= 1

    async def pass_on(self, method, target, head, body, reader, writer, upstream):
        date = self.header(head, b"x-amz-date")
        if date:
            self.ahead = max(self.ahead, round(calendar.timegm(time.strptime(date.decode(), "%Y%m%dT%H%M%SZ")) - time.time()))
        crc = self.header(head, b"x-amz-checksum-crc32")
        if crc:
            self.crc["right" if base64.b64decode(crc) == zlib.crc32(body).to_bytes(4, "big") else "wrong"] += 1
        kind = self.choose(method, target)
        if kind and self.spoil_request(kind, method, target, writer):
            await writer.drain()
            return
        upstream[1].write(head + body)
        await upstream[1].drain()
        head = await self.head(upstream[0])
        status = int(head.split(b" ", 2)[1])
        body = b"" if method == "HEAD" or status in (204, 304) else await self.body(upstream[0], head)
        if kind:
            await self.spoil_answer(kind, head, body, writer, reader)
        elif method == "HEAD" or status in (204, 304):
            writer.write(head)
        else:
            writer.write(self.with_length(head, len(body)) + body)
        await writer.drain()

    async def serve(self, reader, writer):
        upstream = None
        try:
            upstream = await asyncio.open_connection("127.0.0.1", self.options.upstream, limit=1 << 24)
            while True:
                await self.one(reader, writer, upstream)
        except (Gone, ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()
            if upstream:
                upstream[1].close()


async def run(options):
    proxy = Proxy(options)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    loop.add_signal_handler(signal.SIGUSR1, proxy.let_go.set)
    context = None
    if options.tls:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(*options.tls)
    server = await asyncio.start_server(proxy.serve, "127.0.0.1", options.port, limit=1 << 24, ssl=context)
    await stop.wait()
    server.close()
    print(json.dumps({"requests": sum(proxy.calls.values()), "calls": proxy.calls, "met": proxy.met, "ahead": proxy.ahead, "crc": proxy.crc,
                      "sent": proxy.sent, "waited": proxy.waited, "most": proxy.most}), flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("port", type=int)
    parser.add_argument("upstream", type=int)
    parser.add_argument("--every", type=int, default=20)
    parser.add_argument("--kinds", default="")
    parser.add_argument("--only", default="")
    parser.add_argument("--tls", nargs=2)
    parser.add_argument("--mixed", action="store_true")
    parser.add_argument("--together", default="")
    asyncio.run(run(parser.parse_args()))
    sys.exit(0)


if __name__ == "__main__":
    main()
