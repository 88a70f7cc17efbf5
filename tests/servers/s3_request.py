#!/usr/bin/python3
"""One request to an S3 server, signed by botocore: curl's own signer cannot have a ':' in the access key.

    s3_request.py METHOD PATH      prints the body, or for HEAD the headers; ends with 22 for a status over 299

S3_ENDPOINT and AWS's variables say where and as whom.
"""
import http.client
import os
import sys
from urllib.parse import urlsplit

from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials


def main():
    method, path = sys.argv[1:3]
    endpoint = os.environ["S3_ENDPOINT"]
    request = AWSRequest(method=method, url=endpoint + path)
    S3SigV4Auth(Credentials(os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SECRET_ACCESS_KEY"]), "s3",
                "us-east-1").add_auth(request)
    connection = http.client.HTTPConnection(urlsplit(endpoint).netloc)
    connection.request(method, path, headers=dict(request.headers.items()))
    answer = connection.getresponse()
    body = answer.read()
    if method == "HEAD":
        body = "".join("%s: %s\n" % pair for pair in answer.getheaders()).encode()
    sys.stdout.buffer.write(body)
    return 0 if answer.status < 300 else 22


if __name__ == "__main__":
    sys.exit(main())
