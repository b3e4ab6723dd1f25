"""Writes and reads Avro records with confluent-kafka's serializers and a schema registry, one JSON object a line.

The argument is the registry's address. {"serialize": TOPIC, "schema": SCHEMA, "value": VALUE} registers the schema and gives {"payload": HEX};
{"deserialize": TOPIC, "payload": HEX} reads the payload by the schema that it names, and gives {"schema": SCHEMA, "value": VALUE}. Values are
as in avro_values.py.
"""
import json
import sys

from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroDeserializer, AvroSerializer
from confluent_kafka.serialization import MessageField, SerializationContext

from avro_values import from_python, to_python

client = SchemaRegistryClient({"url": sys.argv[1]})

for line in sys.stdin:
    order = json.loads(line)
    if "serialize" in order:
        serialize = AvroSerializer(client, json.dumps(order["schema"]), lambda value, _: to_python(order["schema"], value))
        payload = serialize(order["value"], SerializationContext(order["serialize"], MessageField.VALUE))
        answer = {"payload": payload.hex()}
    else:
        payload = bytes.fromhex(order["payload"])
        schema = json.loads(client.get_schema(int.from_bytes(payload[1:5], "big")).schema_str)
        deserialize = AvroDeserializer(client)
        value = deserialize(payload, SerializationContext(order["deserialize"], MessageField.VALUE))
        answer = {"schema": schema, "value": from_python(schema, value)}
    print(json.dumps(answer), flush=True)
