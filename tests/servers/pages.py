#!/usr/bin/python3
"""Listings of as many keys as no server here could hold: ListObjectsV2 of made-up names, a page of 1,000 at a time.

    pages.py PORT COUNT [--deaf]     PREFIX + 1700000001... + .jsonl, under whatever prefix and bucket is asked for

With --deaf it takes no notice of start-after, as some servers do. Each request is told on stdout, a line each.
"""
import socketserver
import sys
from urllib.parse import parse_qs, urlsplit

FIRST = 1700000001
PAGE = 1000
TOKEN = "a+b/%2F= ~*é:"  # what a token is made of is nobody's business: it must come back as it was given
OBJECT = ("<Contents><Key>%s%d.jsonl</Key><LastModified>2024-07-17T02:38:54.000Z</LastModified>"
          "<ETag>&quot;9b2cf535f27731c974343645a3985328&quot;</ETag><Size>1043211</Size><StorageClass>STANDARD</StorageClass></Contents>")


def page(count, deaf, query):
    prefix = query.get("prefix", [""])[0]
    start = FIRST
    if "continuation-token" in query:
        start = int(query["continuation-token"][0].removeprefix(TOKEN))
    after = query.get("start-after", [""])[0][len(prefix):]
    if "continuation-token" not in query and after and not deaf:
        start = max(FIRST, int(after.split(".")[0]) + ("." in after))
    end = min(start + PAGE, FIRST + count)
    more = end < FIRST + count
    return ('<?xml version="1.0" encoding="UTF-8"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>b</Name>'
            "<EncodingType>url</EncodingType><KeyCount>%d</KeyCount><MaxKeys>1000</MaxKeys><IsTruncated>%s</IsTruncated>%s%s</ListBucketResult>"
            % (end - start, "true" if more else "false",
               "<NextContinuationToken>%s%d</NextContinuationToken>" % (TOKEN, end) if more else "",
               "".join([OBJECT % (prefix, number) for number in range(start, end)]))).encode()


class Handler(socketserver.StreamRequestHandler):
    def handle(self):
        while True:
            line = self.rfile.readline()
            if not line:
                return
            while self.rfile.readline().strip():
                pass
            target = line.split()[1].decode()
            print(target, flush=True)
            body = page(self.server.count, self.server.deaf, parse_qs(urlsplit(target).query))
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/xml\r\nContent-Length: %d\r\n\r\n" % len(body) + body)


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


def main():
    server = Server(("127.0.0.1", int(sys.argv[1])), Handler)
    server.count = int(sys.argv[2])
    server.deaf = "--deaf" in sys.argv
    server.serve_forever()


if __name__ == "__main__":
    main()
