#!/usr/bin/python3
"""A client of the model that shares no code with ours: Python's grpcio and protobuf.

usage: model_client.py ADDRESS infer [--batch N] [--timeout S] [--parallel N] < POSTINGS
       model_client.py ADDRESS raw METHOD [HEX] [--timeout S]
       model_client.py ADDRESS check|watch [SERVICE] [--timeout S]

infer prints one line {"company":...,"title":...,"seniority":...} for each input line (its company
and title), in order; pairs of one call carry uuids that are not their place in it, and what comes back is held
against them. A pair without an answer gets null. Any status but OK: "STATUS: details" on stderr, exit 1.
raw sends bytes and prints the reply's in hex; watch prints statuses until the stream ends.
"""
import argparse
import concurrent.futures
import json
import sys

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

FIELD = descriptor_pb2.FieldDescriptorProto


def message_classes():
    """The contract, written once more by hand: fields by number and type."""
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
    message("HealthRequest", ("service", FIELD.TYPE_STRING, None))
    message("HealthResponse", ("status", FIELD.TYPE_INT32, None))
    pool = descriptor_pool.DescriptorPool()
    pool.Add(proto)
    factory = message_factory.MessageFactory(pool)
    return {name: factory.GetPrototype(pool.FindMessageTypeByName(name))
            for name in ("RequestBatch", "ResponseBatch", "HealthRequest", "HealthResponse")}


TYPES = message_classes()


def unary(channel, path, request, response):
    return channel.unary_unary(path, request_serializer=TYPES[request].SerializeToString,
                               response_deserializer=TYPES[response].FromString)


def infer(channel, options):
    call = unary(channel, "/SeniorityModel/InferSeniority", "RequestBatch", "ResponseBatch")
    pairs = [(p["company"], p["title"]) for p in map(json.loads, sys.stdin)]

    def ask(first):
        batch = pairs[first:first + options.batch]
        request = TYPES["RequestBatch"]()
        for i, (company, title) in enumerate(batch):
            request.batch.add(uuid=i * 7 - 3, company=company, title=title)
        answers = {}
        for answer in call(request, timeout=options.timeout, wait_for_ready=True).batch:
            assert answer.uuid not in answers, f"uuid {answer.uuid} came twice"
            answers[answer.uuid] = answer.seniority
        levels = [answers.pop(i * 7 - 3, None) for i in range(len(batch))]
        assert not answers, f"uuids that were not asked: {answers}"
        return zip(batch, levels)

    with concurrent.futures.ThreadPoolExecutor(options.parallel) as pool:
        for answered in pool.map(ask, range(0, len(pairs), options.batch)):
            for (company, title), level in answered:
                print(json.dumps({"company": company, "title": title, "seniority": level}, ensure_ascii=False,
                                 separators=(",", ":")))


def raw(channel, options):
    call = channel.unary_unary(options.argument[0])
    print(call(bytes.fromhex("".join(options.argument[1:])), timeout=options.timeout).hex())


def check(channel, options):
    call = unary(channel, "/grpc.health.v1.Health/Check", "HealthRequest", "HealthResponse")
    print(call(TYPES["HealthRequest"](service="".join(options.argument)), timeout=options.timeout).status)


def watch(channel, options):
    call = channel.unary_stream("/grpc.health.v1.Health/Watch",
                                request_serializer=TYPES["HealthRequest"].SerializeToString,
                                response_deserializer=TYPES["HealthResponse"].FromString)
    for response in call(TYPES["HealthRequest"](service="".join(options.argument)), timeout=options.timeout):
        print(response.status, flush=True)


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("address")
    parser.add_argument("command", choices=("infer", "raw", "check", "watch"))
    parser.add_argument("argument", nargs="*")
    parser.add_argument("--batch", type=int, default=1000)
    parser.add_argument("--timeout", type=float, default=30)
    parser.add_argument("--parallel", type=int, default=1)
    options = parser.parse_args()
    limits = [("grpc.enable_http_proxy", 0), ("grpc.max_send_message_length", -1)]
    with grpc.insecure_channel(options.address, limits) as channel:
        try:
            globals()[options.command](channel, options)
        except grpc.RpcError as error:
            sys.exit(f"{error.code().name}: {error.details()}")


main()
