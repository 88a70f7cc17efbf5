#!/usr/bin/python3
"""A model server that shares no code with ours: Python's grpcio, with TLS, client certificates and metadata.

usage: model_tls.py PORT SENIORITY [--tls CERT KEY] [--client-ca CA] [--authorization VALUE] [--health N] [--broken] [--flood N]

Answers SENIORITY for every pair; a call without the authorization gets UNAUTHENTICATED. With --health N it has
grpc.health.v1, which answers that status (1 SERVING, 2 NOT_SERVING); --broken fails each call with UNAVAILABLE; --flood
adds N empty answers to the first reply. Prints
"ready", then with each call that it answers their number, and this once more on SIGTERM.
"""
import argparse
import concurrent.futures
import signal
import sys
import threading

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

FIELD = descriptor_pb2.FieldDescriptorProto


def message_classes():
    proto = descriptor_pb2.FileDescriptorProto(name="model.proto", syntax="proto3")
    for name, fields in {
        "Request": [("uuid", FIELD.TYPE_INT32, None)],
        "RequestBatch": [("batch", FIELD.TYPE_MESSAGE, ".Request")],
        "Response": [("uuid", FIELD.TYPE_INT32, None), ("seniority", FIELD.TYPE_INT32, None)],
        "ResponseBatch": [("batch", FIELD.TYPE_MESSAGE, ".Response")],
    }.items():
        message = proto.message_type.add(name=name)
        for number, (field, kind, of) in enumerate(fields, 1):
            label = FIELD.LABEL_REPEATED if of else FIELD.LABEL_OPTIONAL
            message.field.add(name=field, number=number, type=kind, label=label, type_name=of)
    pool = descriptor_pool.DescriptorPool()
    pool.Add(proto)
    factory = message_factory.MessageFactory(pool)
    return [factory.GetPrototype(pool.FindMessageTypeByName(n)) for n in ("RequestBatch", "ResponseBatch")]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("port", type=int)
    parser.add_argument("seniority", type=int)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--tls", nargs=2)
    parser.add_argument("--client-ca")
    parser.add_argument("--authorization")
    parser.add_argument("--health", type=int)
    parser.add_argument("--broken", action="store_true")
    parser.add_argument("--flood", type=int, default=0)
    options = parser.parse_args()
    request_batch, response_batch = message_classes()
    calls = [0]
    lock = threading.Lock()

    def tell():
        sys.stdout.write(f"{calls[0]}\n")
        sys.stdout.flush()

    def infer(request, context):
        if options.authorization and ("authorization", options.authorization) not in context.invocation_metadata():
            context.abort(grpc.StatusCode.UNAUTHENTICATED, "who is it?")
        if options.broken:
            context.abort(grpc.StatusCode.UNAVAILABLE, "loading")
        with lock:
            calls[0] += 1
            tell()
        reply = response_batch()
        for pair in request.batch:
            reply.batch.add(uuid=pair.uuid, seniority=options.seniority)
        flood, options.flood = options.flood, 0
        return reply.SerializeToString() + b"\n\0" * flood

    handler = grpc.method_handlers_generic_handler("SeniorityModel", {
        "InferSeniority": grpc.unary_unary_rpc_method_handler(
            infer, request_deserializer=request_batch.FromString, response_serializer=None)})
    server = grpc.server(concurrent.futures.ThreadPoolExecutor(4), options=[("grpc.so_reuseport", 0)])
    server.add_generic_rpc_handlers((handler,))
    if options.health is not None:
        # a HealthCheckResponse of one field, by hand
        server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("grpc.health.v1.Health", {
            "Check": grpc.unary_unary_rpc_method_handler(lambda request, context: bytes([8, options.health]))}),))
    address = f"{options.host}:{options.port}"
    if options.tls:
        cert, key = (open(name, "rb").read() for name in options.tls)
        client_ca = open(options.client_ca, "rb").read() if options.client_ca else None
        server.add_secure_port(address, grpc.ssl_server_credentials(
            [(key, cert)], root_certificates=client_ca, require_client_auth=bool(client_ca)))
    else:
        server.add_insecure_port(address)
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
    server.start()
    print("ready", flush=True)
    signal.sigwait([signal.SIGTERM])
    server.stop(1).wait()
    tell()
    sys.exit(0)


main()
