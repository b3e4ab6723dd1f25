"""Writes and reads Protobuf records with confluent-kafka's serializers and a schema registry, one JSON object a line.

The argument is the registry's address. {"compile": {PATH: TEXT, ...}} as in protobuf_peer.py; {"serialize": {"topic": TOPIC, "files": BASE64,
"message": NAME}, "value": VALUE} registers the schema and gives {"payload": HEX}; {"deserialize": {"topic": TOPIC, "imports": {PATH: TEXT}},
"payload": HEX} reads the payload as the first message of the schema that it names, and gives {"value": VALUE}.
"""
import base64
import json
import sys
import warnings

from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory

warnings.simplefilter("ignore")

from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.protobuf import ProtobufDeserializer, ProtobufSerializer
from confluent_kafka.serialization import MessageField, SerializationContext

from protobuf_compiler import compiled

client = SchemaRegistryClient({"url": sys.argv[1]})


def message_class(files, name=None):
    pool = descriptor_pool.DescriptorPool()
    schema = descriptor_pb2.FileDescriptorSet.FromString(base64.b64decode(files))
    for file in schema.file:
        pool.Add(file)
    first = schema.file[-1]
    default = f"{first.package}.{first.message_type[0].name}" if first.package else first.message_type[0].name
    return message_factory.GetMessageClass(pool.FindMessageTypeByName(name or default))


for line in sys.stdin:
    order = json.loads(line)
    if "compile" in order:
        answer = {"files": compiled(order["compile"])}
    elif "serialize" in order:
        given = order["serialize"]
        message = json_format.ParseDict(order["value"], message_class(given["files"], given["message"])())
        serialize = ProtobufSerializer(type(message), client, {"use.deprecated.format": False})
        context = SerializationContext(given["topic"], MessageField.VALUE)
        answer = {"payload": serialize(message, context).hex()}
    else:
        given, payload = order["deserialize"], bytes.fromhex(order["payload"])
        text = client.get_schema(int.from_bytes(payload[1:5], "big")).schema_str
        deserialize = ProtobufDeserializer(
            message_class(compiled({"schema.proto": text, **given["imports"]})), {"use.deprecated.format": False}
        )
        message = deserialize(payload, SerializationContext(given["topic"], MessageField.VALUE))
        value = json_format.MessageToDict(
            message, preserving_proto_field_name=True, always_print_fields_with_no_presence=True
        )
        answer = {"value": value}
    print(json.dumps(answer), flush=True)
