#!/usr/bin/env bash
# Expectation: a record that Confluent's Python serializer writes is read by Confluent's JavaScript deserializer as the message that it is. Both
#   implement the wire format of the schema registry, in which message indexes say which message of the schema a record holds.
# Behaviour: if a message is declared within another one that has a map field, Python counts the map's implicit entry message and JavaScript
#   does not. A record of Order.Placed written by Python is read by JavaScript, without an error, as Order.Cancelled, and the
#   customer becomes the reason. With one message less, it would be an error: message index out of range.
# Version: confluent-kafka 2.16.1 (PyPI) with protobuf 7.36.2, @confluentinc/schemaregistry 1.10.1 (npm), current in November 2026. Confluent's
#   Java client counts as JavaScript does (ProtobufSchema.toMessageIndexes works on the .proto text, which has no entry messages).
# Source: confluent_kafka/schema_registry/common/protobuf.py, _create_index_array, numbers Descriptor.nested_types, where protoc puts the entry
#   of each map; dist/serde/protobuf.js, toNestedMessageDesc, numbers nestedMessages of @bufbuild/protobuf, which leaves them out.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private": true}' > package.json
npm install --silent --no-audit --no-fund --ignore-scripts @confluentinc/schemaregistry@1.10.1
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check \
  'confluent-kafka[protobuf,schemaregistry]==2.16.1' protobuf==7.36.2 grpcio-tools==1.85.1
cat > order.proto <<'SCHEMA'
syntax = "proto3";
message Order {
  map<string, string> labels = 1;
  message Placed { string customer = 1; }
  message Cancelled { string reason = 1; }
}
SCHEMA
venv/bin/python -m grpc_tools.protoc -I. --python_out=. order.proto
cat > write.py <<'CODE'
import base64
from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.protobuf import ProtobufSerializer
from confluent_kafka.serialization import MessageField, SerializationContext
from order_pb2 import DESCRIPTOR, Order

client = SchemaRegistryClient.new_client({"url": "mock://orders"})
serialize = ProtobufSerializer(Order.Placed, client, {"use.deprecated.format": False})
record = serialize(Order.Placed(customer="ann"), SerializationContext("orders", MessageField.VALUE))
print(record.hex(), base64.b64encode(DESCRIPTOR.serialized_pb).decode())
CODE
cat > read.cjs <<'CODE'
const { ProtobufDeserializer, SchemaRegistryClient, SerdeType } = require('@confluentinc/schemaregistry')
const [record, schema] = process.argv.slice(2)
async function main() {
  const client = SchemaRegistryClient.newClient({ baseURLs: ['mock://orders'] })
  await client.register('orders-value', { schemaType: 'PROTOBUF', schema })
  const deserializer = new ProtobufDeserializer(client, SerdeType.VALUE, {})
  const { $typeName, ...fields } = await deserializer.deserialize('orders', Buffer.from(record, 'hex'))
  console.log(`Python wrote Order.Placed {"customer":"ann"} as ${record}; JavaScript read ${$typeName} ${JSON.stringify(fields)}`)
  process.exit($typeName === 'Order.Cancelled' && fields.reason === 'ann' ? 0 : 1)
}
main()
CODE
written=$(venv/bin/python -W ignore write.py)
read -r record schema <<< "$written"
if node read.cjs "$record" "$schema"; then
  echo 'As found: the two clients count messages in different ways.'
else
  echo 'Not as found any more.'
  exit 1
fi
