#!/usr/bin/env bash
# Expectation: protobufjs parses every .proto file that protoc compiles. An optional field a and a field _a in one message are two names.
# Behaviour: protobufjs throws "duplicate name '_a' in Type M", so that none of the file can be used. protoc compiles it, and Python writes
#   and reads both fields.
# Version: protobufjs 8.8.1 (npm), protoc of grpcio-tools 1.85.1 and protobuf 7.36.2 (PyPI), current in November 2026.
# Source: src/parse.js, parseField: the oneof that a proto3 optional field implies is always called "_" and the field's name. The language's
#   implementation notes (docs/implementing_proto3_presence.md) have compilers put X before that name until it is unique.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private": true}' > package.json
npm install --silent --no-audit --no-fund --ignore-scripts protobufjs@8.8.1
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check protobuf==7.36.2 grpcio-tools==1.85.1
echo 'syntax = "proto3"; message M { optional int32 a = 1; int32 _a = 2; }' > both.proto
venv/bin/python -m grpc_tools.protoc -I. --python_out=. both.proto
cat > check.py <<'CODE'
import sys
from both_pb2 import DESCRIPTOR, M
message = M.FromString(M(a=1, _a=2).SerializeToString())
print("protoc and Python:", message.a, message._a, "oneofs:", [oneof.name for oneof in DESCRIPTOR.message_types_by_name["M"].oneofs])
sys.exit(0 if (message.a, message._a) == (1, 2) else 1)
CODE
cat > check.cjs <<'CODE'
const { readFileSync } = require('node:fs')
const protobuf = require('protobufjs')
let seen
try {
  seen = protobuf.parse(readFileSync('both.proto', 'utf8'), { keepCase: true }).root.lookupType('M').fieldsArray.length
} catch (error) {
  seen = error.message
}
console.log('protobufjs:', seen)
process.exit(seen === "duplicate name '_a' in Type M" ? 0 : 1)
CODE
if venv/bin/python check.py && node check.cjs; then
  echo 'As found: protobufjs refuses a schema that protoc compiles.'
else
  echo 'Not as found any more.'
  exit 1
fi
