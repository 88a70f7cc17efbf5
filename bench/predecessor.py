#!/usr/bin/python3
"""What the predecessor did, written anew for the comparison: for each raw file, one GET a posting from Redis
(`company:title`), one call of the model for all of the file's misses, and the enriched file; 10 threads, a file each.

usage: predecessor.py --folder BUCKET_FOLDER | --bucket NAME --endpoint URL
                      --raw PREFIX --mod PREFIX --redis-socket PATH --redis-db N --grpc ADDRESS
"""
import argparse
import concurrent.futures
import json
import os

import grpc
import redis
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

THREADS = 10
FIELD = descriptor_pb2.FieldDescriptorProto


def message_classes():
    """The model's contract: the messages by their fields' numbers and types."""
    proto = descriptor_pb2.FileDescriptorProto(name="model.proto", syntax="proto3")

    def message(name, *fields):
        entry = proto.message_type.add(name=name)
        for number, (field, kind, of) in enumerate(fields, 1):
            label = FIELD.LABEL_REPEATED if of else FIELD.LABEL_OPTIONAL
            entry.field.add(name=field, number=number, type=kind, label=label, type_name=of)

    message("Request", ("uuid", FIELD.TYPE_INT32, None), ("company", FIELD.TYPE_STRING, None),
            ("title", FIELD.TYPE_STRING, None))
    message("RequestBatch", ("batch", FIELD.TYPE_MESSAGE, ".Request"))
    message("Response", ("uuid", FIELD.TYPE_INT32, None), ("seniority", FIELD.TYPE_INT32, None))
    message("ResponseBatch", ("batch", FIELD.TYPE_MESSAGE, ".Response"))
    pool = descriptor_pool.DescriptorPool()
    pool.Add(proto)
    factory = message_factory.MessageFactory(pool)
    return [factory.GetPrototype(pool.FindMessageTypeByName(name)) for name in ("RequestBatch", "ResponseBatch")]


class FileStore:
    def __init__(self, folder):
        self.folder = folder

    def names(self, prefix):
        return sorted(os.listdir(os.path.join(self.folder, prefix)))

    def get(self, key):
        with open(os.path.join(self.folder, key), "rb") as file:
            return file.read()

    def put(self, key, body):
        path = os.path.join(self.folder, key)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(body)


class S3Store:
    def __init__(self, bucket, endpoint):
        import boto3
        from botocore.config import Config
        self.bucket = bucket
        self.client = boto3.client("s3", endpoint_url=endpoint, config=Config(max_pool_connections=THREADS))

    def names(self, prefix):
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=prefix)
        return [entry["Key"][len(prefix):] for page in pages for entry in page.get("Contents", [])]

    def get(self, key):
        return self.client.get_object(Bucket=self.bucket, Key=key)["Body"].read()

    def put(self, key, body):
        self.client.put_object(Bucket=self.bucket, Key=key, Body=body)


class Enricher:
    def __init__(self, options, channel):
        self.options = options
        self.store = S3Store(options.bucket, options.endpoint) if options.bucket else FileStore(options.folder)
        self.cache = redis.Redis(unix_socket_path=options.redis_socket, db=options.redis_db)
        self.request, response = message_classes()
        self.call = channel.unary_unary("/SeniorityModel/InferSeniority",
                                        request_serializer=self.request.SerializeToString,
                                        response_deserializer=response.FromString)

    def ask_model(self, postings, misses):
        batch = self.request()
        for i in misses:
            batch.batch.add(uuid=i, company=postings[i]["company"], title=postings[i]["title"])
        for answer in self.call(batch, timeout=60, wait_for_ready=True).batch:
            posting = postings[answer.uuid]
            posting["seniority"] = answer.seniority
            self.cache.set(f"{posting['company']}:{posting['title']}", answer.seniority)

    def one_file(self, name):
        postings = [json.loads(line) for line in self.store.get(self.options.raw + name).splitlines()]
        misses = []
        for i, posting in enumerate(postings):
            known = self.cache.get(f"{posting['company']}:{posting['title']}")
            if known is None:
                misses.append(i)
            else:
                posting["seniority"] = int(known)
        if misses:
            self.ask_model(postings, misses)
        lines = (json.dumps(posting, ensure_ascii=False) + "\n" for posting in postings)
        self.store.put(self.options.mod + name, "".join(lines).encode())
        return len(postings)


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    for name in ("--folder", "--bucket", "--endpoint", "--raw", "--mod", "--redis-socket", "--redis-db", "--grpc"):
        parser.add_argument(name)
    options = parser.parse_args()
    with grpc.insecure_channel(options.grpc, [("grpc.enable_http_proxy", 0)]) as channel:
        enricher = Enricher(options, channel)
        with concurrent.futures.ThreadPoolExecutor(THREADS) as pool:
            print(sum(pool.map(enricher.one_file, enricher.store.names(options.raw))))


main()
