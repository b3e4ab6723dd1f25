"""Writes and reads JSON records with confluent-kafka's serializers and a schema registry, one JSON object a line.

The argument is the registry's address. {"serialize": {"topic": TOPIC, "schema": TEXT}, "value": VALUE} registers the schema and gives
{"payload": HEX}; {"deserialize": {"topic": TOPIC}, "payload": HEX} reads the payload, checks it against the schema that it names, and gives
{"value": VALUE, "text": JSON}, the latter for integers beyond 2^53. Numbers with a fraction are texts in both, so that they keep their digits.
"""
import json
import sys
import warnings
from decimal import Decimal

warnings.simplefilter("ignore")

from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.json_schema import JSONDeserializer, JSONSerializer
from confluent_kafka.serialization import MessageField, SerializationContext

client = SchemaRegistryClient({"url": sys.argv[1]})


def exact(text):
    return json.loads(text, parse_float=Decimal)


for line in sys.stdin:
    order = json.loads(line)
    if "serialize" in order:
        given = order["serialize"]
        serialize = JSONSerializer(given["schema"], client)
        context = SerializationContext(given["topic"], MessageField.VALUE)
        answer = {"payload": serialize(order["value"], context).hex()}
    else:
        payload = bytes.fromhex(order["payload"])
        text = client.get_schema(int.from_bytes(payload[1:5], "big")).schema_str
        deserialize = JSONDeserializer(text, schema_registry_client=client, json_decode=exact)
        context = SerializationContext(order["deserialize"]["topic"], MessageField.VALUE)
        value = deserialize(payload, context)
        answer = {"value": value, "text": json.dumps(value, default=str)}
    print(json.dumps(answer, default=str), flush=True)
