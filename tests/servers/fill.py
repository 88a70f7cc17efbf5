#!/usr/bin/python3
"""Fills a bucket with small objects, fast: many names for listings.

    fill.py ENDPOINT BUCKET PREFIX FIRST COUNT     PREFIX + number + .jsonl, one posting each

Credentials are AWS's variables.
"""
import concurrent.futures
import sys
import threading

import botocore.session
from botocore.config import Config


def main():
    endpoint, bucket, prefix, first, count = sys.argv[1:]
    local = threading.local()

    def put(number):
        if not hasattr(local, "client"):
            local.client = botocore.session.get_session().create_client(
                "s3", endpoint_url=endpoint, region_name="us-east-1",
                config=Config(s3={"addressing_style": "path"}, max_pool_connections=1))
        body = '{"company":"Company %d","title":"Engineer"}\n' % number
        local.client.put_object(Bucket=bucket, Key="%s%d.jsonl" % (prefix, number), Body=body.encode())

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        list(pool.map(put, range(int(first), int(first) + int(count))))


if __name__ == "__main__":
    main()
