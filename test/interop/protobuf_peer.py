"""Compiles Protobuf schemas, and writes and reads payloads with Python's protobuf, one JSON object a line.

{"compile": {PATH: TEXT, ...}} gives {"files": BASE64}, a FileDescriptorSet of the first path and all that it imports;
{"write": {"files": BASE64, "message": NAME}, "value": VALUE} gives {"payload": HEX}; {"read": {...}, "payload": HEX} gives
{"value": VALUE}. Values are in Protobuf's own JSON form, with the defaults of fields that have no presence.
"""
import base64
import importlib.util
import json
import pathlib
import sys
import tempfile

from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory
from grpc_tools import protoc

GOOGLE_PROTOBUF = pathlib.Path(importlib.util.find_spec("grpc_tools").origin).parent / "_proto"
GOOGLE_TYPE = pathlib.Path(importlib.util.find_spec("google.type").submodule_search_locations[0]).parent.parent


def compiled(files):
    with tempfile.TemporaryDirectory() as folder:
        for path, text in files.items():
            file = pathlib.Path(folder, path)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        out = pathlib.Path(folder, "out")
        includes = [f"-I{place}" for place in (folder, GOOGLE_PROTOBUF, GOOGLE_TYPE)]
        arguments = ["protoc", *includes, "--include_imports", f"--descriptor_set_out={out}", next(iter(files))]
        if protoc.main(arguments) != 0:
            raise ValueError("protoc refused the schema")
        return base64.b64encode(out.read_bytes()).decode()


def message_class(schema):
    pool = descriptor_pool.DescriptorPool()
    for file in descriptor_pb2.FileDescriptorSet.FromString(base64.b64decode(schema["files"])).file:
        pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName(schema["message"]))


for line in sys.stdin:
    order = json.loads(line)
    if "compile" in order:
        answer = {"files": compiled(order["compile"])}
    elif "write" in order:
        message = json_format.ParseDict(order["value"], message_class(order["write"])())
        answer = {"payload": message.SerializeToString().hex()}
    else:
        message = message_class(order["read"]).FromString(bytes.fromhex(order["payload"]))
        value = json_format.MessageToDict(
            message, preserving_proto_field_name=True, always_print_fields_with_no_presence=True
        )
        answer = {"value": value}
    print(json.dumps(answer), flush=True)
