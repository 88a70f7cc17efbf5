#!/usr/bin/python3
"""aws_identity.py FOLDER: the services that AWS credentials come from, on one free port of loopback.

Instance metadata (IMDSv2), a container's endpoint (/creds), and STS (POST /), whose signatures are checked by botocore's
own signer. Writes its port to FOLDER/port, and a JSON line for each request to FOLDER/requests. Before each
request it reads FOLDER/mode, words that set how it behaves:

  lifetime=SECONDS   of the keys it gives (3600)
  same               the same keys every time; else every answer has new ones
  no-role            the instance has no role
  imds-off           the metadata service refuses tokens
  silent             accepts connections and answers nothing
  token=TEXT         what the container endpoint wants as Authorization
  down=N             the next N requests get a 503 (the file is rewritten with N-1)
  fail=N               the Nth request of all gets a 503
  hold=N             the Nth request of all makes FOLDER/held, and is answered once FOLDER/go is there
  deny               STS and the container endpoint refuse
  expired            the keys it gives are past their end
  junk               answers that are no JSON and no XML
  redirect           every answer leads elsewhere
"""
import datetime
import http.server
import json
import os
import re
import sys
import threading
import time
import urllib.parse

import botocore.auth
import botocore.awsrequest
import botocore.credentials

folder = sys.argv[1]
lock = threading.Lock()
given = 0
asked = 0
# What requests to STS may be signed with, besides what it gave itself.
secrets = {"AKIDPROFILE": ("secret/of+profile", None), "AKIDENV": ("secret/of+env", "token/of+env")}


def modes():
    try:
        with open(folder + "/mode", encoding="ascii") as file:
            words = file.read().split()
    except FileNotFoundError:
        words = []
    return dict(word.partition("=")[::2] for word in words)


def take_down(mode):
    left = int(mode.get("down") or 0)
    if left > 0:
        mode["down"] = str(left - 1)
        with open(folder + "/mode.new", "w", encoding="ascii") as file:
            file.write(" ".join(key + "=" + value if value else key for key, value in mode.items()))
        os.rename(folder + "/mode.new", folder + "/mode")
    return left > 0


def wait_for_go():
    with open(folder + "/held", "w", encoding="ascii"):
        pass
    end = time.monotonic() + 60
    while not os.path.exists(folder + "/go") and time.monotonic() < end:
        time.sleep(0.01)


def fresh_keys(mode, prefix):
    global given
    with lock:
        if "same" not in mode:
            given += 1
        number = given
    seconds = -60 if "expired" in mode else int(mode.get("lifetime") or 3600)
    expires = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)
    keys = ("ASIA%s%d" % (prefix, number), "secret/%s+%d" % (prefix, number), "token/%s+%d==" % (prefix, number),
            expires.strftime("%Y-%m-%dT%H:%M:%SZ"))
    secrets[keys[0]] = (keys[1], keys[2])
    return keys


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def body(self):
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def answer(self, status, text, content_type="text/plain", **headers):
        data = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(data)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def refused(self, mode, body):
        global asked
        with lock, open(folder + "/requests", "a", encoding="utf-8") as file:
            print(json.dumps({"method": self.command, "path": self.path, "headers": dict(self.headers),
                              "body": body.decode()}), file=file)
            down = take_down(mode)
            asked += 1
            down = down or str(asked) == mode.get("fail")
            held = str(asked) == mode.get("hold")
        if held:
            wait_for_go()
        if "silent" in mode:
            threading.Event().wait(5)
            self.close_connection = True
        elif "redirect" in mode:
            self.answer(302, "", Location="http://192.0.2.1/")
        elif down:
            self.answer(503, "")
        elif "junk" in mode:
            self.answer(200, "<junk")
        else:
            return False
        return True

    def do_PUT(self):
        mode = modes()
        if self.refused(mode, self.body()):
            return
        if "imds-off" in mode:
            self.answer(403, "")
        elif self.path == "/latest/api/token" and self.headers.get("X-aws-ec2-metadata-token-ttl-seconds"):
            self.answer(200, "metadata-token==")
        else:
            self.answer(400, "")

    def do_GET(self):
        mode = modes()
        if self.refused(mode, b""):
            return
        roles = "/latest/meta-data/iam/security-credentials/"
        if self.path == "/creds":
            self.container(mode)
        elif self.headers.get("X-aws-ec2-metadata-token") != "metadata-token==":
            self.answer(401, "")
        elif self.path == roles and "no-role" not in mode:
            self.answer(200, "my-role")
        elif self.path == roles + "my-role":
            self.json_keys(fresh_keys(mode, "IMDS"), Code="Success", Type="AWS-HMAC")
        else:
            self.answer(404, "<html>not found</html>")

    def container(self, mode):
        if "deny" in mode or (mode.get("token") and self.headers.get("Authorization") != mode["token"]):
            self.answer(401, json.dumps({"code": "AccessDenied", "message": "not you"}))
        else:
            self.json_keys(fresh_keys(mode, "ECS"))

    def json_keys(self, keys, **more):
        names = ("AccessKeyId", "SecretAccessKey", "Token", "Expiration")
        self.answer(200, json.dumps(dict(zip(names, keys), **more)), "application/json")

    def do_POST(self):
        mode = modes()
        body = self.body()
        if self.refused(mode, body):
            return
        form = dict(urllib.parse.parse_qsl(body.decode(), strict_parsing=True))
        problem = "not you" if "deny" in mode else self.sts_problem(form, body)
        if problem:
            self.answer(403, "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error><Type>Sender</Type>"
                        "<Code>AccessDenied</Code><Message>%s</Message></Error><RequestId>c6104cbe</RequestId></ErrorResponse>" % problem, "text/xml")
            return
        keys = fresh_keys(mode, form["RoleArn"].rpartition("/")[2].upper())
        self.answer(200, "<{0}Response xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><{0}Result><AssumedRoleUser><Arn>x</Arn>"
                    "</AssumedRoleUser><Credentials><AccessKeyId>{1}</AccessKeyId><SecretAccessKey>{2}</SecretAccessKey>"
                    "<SessionToken>{3}</SessionToken><Expiration>{4}</Expiration></Credentials></{0}Result></{0}Response>"
                    .format(form["Action"], *keys), "text/xml")

    def sts_problem(self, form, body):
        if form.get("Version") != "2011-06-15" or not form.get("RoleSessionName"):
            return "bad form"
        if form["Action"] == "AssumeRoleWithWebIdentity":
            return None if form["WebIdentityToken"] == "web.identity-token" and "Authorization" not in self.headers \
                else "bad web identity"
        return self.signature_problem(body)

    def signature_problem(self, body):
        found = re.match(r"AWS4-HMAC-SHA256 Credential=([^/]+)/\d{8}/([^/]+)/sts/aws4_request, ?SignedHeaders=([^,]+), ?"
                         r"Signature=([0-9a-f]{64})$", self.headers.get("Authorization", ""))
        if not found or found[1] not in secrets:
            return "not signed"
        secret, token = secrets[found[1]]
        signed = found[3].split(";")
        if self.headers.get("X-Amz-Security-Token") != token or "host" not in signed or "x-amz-date" not in signed:
            return "token"
        request = botocore.awsrequest.AWSRequest(
            "POST", "http://" + self.headers["Host"] + self.path, data=body,
            headers={name: self.headers[name] for name in signed if name != "host"})
        request.context["timestamp"] = self.headers["X-Amz-Date"]
        signer = botocore.auth.SigV4Auth(botocore.credentials.Credentials(found[1], secret, token), "sts", found[2])
        canonical = signer.canonical_request(request)
        expected = signer.signature(signer.string_to_sign(request, canonical), request)
        return None if expected == found[4] else "bad signature"


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
server.daemon_threads = True
with open(folder + "/port.new", "w", encoding="ascii") as port_file:
    port_file.write("%d\n" % server.server_address[1])
os.rename(folder + "/port.new", folder + "/port")
server.serve_forever()
