#!/usr/bin/env bash
# Expectation: protobufjs knows every field of a message that it parsed, or says which it does not take. __proto__ is a name as any other in
#   Protobuf: protoc compiles it, and Python writes and reads the field.
# Behaviour: protobufjs parses the file without an error, but the message lacks the field: it is not among fieldsArray, values given for it
#   are not written, and values on the wire are passed over as unknown. Data is lost without a word.
# Version: protobufjs 8.8.1 (npm), protoc of grpcio-tools 1.85.1 and protobuf 7.36.2 (PyPI), current in November 2026.
# Source: src/type.js, Type.prototype.add, and src/namespace.js, Namespace.prototype.add: `if (object.name === "__proto__") return this`, which
#   guards against changing the prototype of the object that holds the fields.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private": true}' > package.json
npm install --silent --no-audit --no-fund --ignore-scripts protobufjs@8.8.1
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check protobuf==7.36.2 grpcio-tools==1.85.1
echo 'syntax = "proto3"; message M { int32 __proto__ = 1; int32 other = 2; }' > field.proto
venv/bin/python -m grpc_tools.protoc -I. --python_out=. field.proto
cat > check.py <<'CODE'
from field_pb2 import M
payload = M(**{"__proto__": 7, "other": 8}).SerializeToString()
message = M.FromString(payload)
assert (getattr(message, "__proto__"), message.other) == (7, 8)
print(payload.hex())
CODE
cat > check.cjs <<'CODE'
const { readFileSync } = require('node:fs')
const protobuf = require('protobufjs')
const type = protobuf.parse(readFileSync('field.proto', 'utf8'), { keepCase: true }).root.lookupType('M')
const names = type.fieldsArray.map(({ name }) => name).join()
const read = JSON.stringify(type.toObject(type.decode(Buffer.from(process.argv[2], 'hex'))))
console.log(`Python wrote and read {"__proto__":7,"other":8} as ${process.argv[2]}; protobufjs has the fields ${names} and reads ${read}`)
process.exit(names === 'other' && read === '{"other":8}' ? 0 : 1)
CODE
payload=$(venv/bin/python check.py)
if node check.cjs "$payload"; then
  echo 'As found: the field is lost.'
else
  echo 'Not as found any more.'
  exit 1
fi
