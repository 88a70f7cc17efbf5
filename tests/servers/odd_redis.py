#!/usr/bin/python3
"""Something that is called Redis and is not: a greeting as Redis has it, and to all else one and the same reply.

    odd_redis.py PORT

The reply is the line that came last by a command ODD: `redis-cli -p PORT ODD '-MOVED\\r\\n'` (with \\r and \\n written out).
"""
import socketserver
import sys

GREETING = {b"PING": b"+PONG\r\n", b"SELECT": b"+OK\r\n", b"AUTH": b"+OK\r\n"}


class Connection(socketserver.StreamRequestHandler):
    def handle(self):
        while (line := self.rfile.readline()).startswith(b"*"):
            words = []
            for _ in range(int(line[1:])):
                length = int(self.rfile.readline()[1:])
                words.append(self.rfile.read(length + 2)[:-2])
            if words[0] == b"ODD":
                self.server.reply = words[1].replace(b"\\r", b"\r").replace(b"\\n", b"\n")
                self.wfile.write(b"+OK\r\n")
            else:
                self.wfile.write(GREETING.get(words[0].upper(), self.server.reply))


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    reply = b"+OK\r\n"


if __name__ == "__main__":
    Server(("127.0.0.1", int(sys.argv[1])), Connection).serve_forever()
