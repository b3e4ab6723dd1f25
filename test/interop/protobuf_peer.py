"""Compiles Protobuf schemas, and writes and reads payloads with Python's protobuf, one JSON object a line.

{"compile": {PATH: TEXT, ...}} gives {"files": BASE64}, a FileDescriptorSet of the first path and all that it imports;
{"write": {"files": BASE64, "message": NAME}, "value": VALUE} gives {"payload": HEX}; {"read": {...}, "payload": HEX} gives
{"value": VALUE}. Values are in Protobuf's own JSON form, with the defaults of fields that have no presence.
"""
import base64
import json
import sys

from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory

from protobuf_compiler import compiled


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
