#!/usr/bin/python3
"""All objects under a prefix of a bucket at once, by botocore, which shares no code with ours.

    bucket.py put BUCKET PREFIX FOLDER      every file of the folder
    bucket.py get BUCKET PREFIX FOLDER      every object under the prefix
    bucket.py empty BUCKET PREFIX

S3_ENDPOINT and AWS's variables say where and as whom.
"""
import os
import sys

import botocore.session
from botocore.config import Config


def keys(client, bucket, prefix):
    for page in client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
        for item in page.get("Contents", []):
            yield item["Key"]


def main():
    what, bucket, prefix = sys.argv[1:4]
    folder = sys.argv[4] if len(sys.argv) > 4 else None
    client = botocore.session.get_session().create_client(
        "s3", endpoint_url=os.environ["S3_ENDPOINT"], region_name="us-east-1",
        config=Config(s3={"addressing_style": "path"}))
    if what == "put":
        for name in sorted(os.listdir(folder)):
            with open(os.path.join(folder, name), "rb") as file:
                client.put_object(Bucket=bucket, Key=prefix + name, Body=file.read())
    elif what == "get":
        for key in keys(client, bucket, prefix):
            with open(os.path.join(folder, key[len(prefix):]), "wb") as file:
                file.write(client.get_object(Bucket=bucket, Key=key)["Body"].read())
    else:
        for key in list(keys(client, bucket, prefix)):
            client.delete_object(Bucket=bucket, Key=key)


if __name__ == "__main__":
    main()
