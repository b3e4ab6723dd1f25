#!/usr/bin/env bash
# Expectation: a record a.R is read as a record b.R. The Avro 1.12 specification has two records match if they have "the same (unqualified)
#   name" (Schema Resolution); Java's Avro and fastavro read it.
# Behaviour: avsc compares the full names, and throws "no alias found for a.R" for another namespace, and for none as well.
# Version: avsc 5.7.9 (npm), current in November 2026. fastavro 1.13.1 (PyPI), for comparison.
# Source: lib/types.js, RecordType.prototype._update with hasCompatibleName: full names are compared, unless the option
#   ignoreNamespaces is given.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private": true}' > package.json
npm install --silent --no-audit --no-fund --ignore-scripts avsc@5.7.9
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check fastavro==1.13.1
cat > check.cjs <<'CODE'
const { Type } = require('avsc')
const record = (name) => Type.forSchema({ type: 'record', name, fields: [{ name: 'x', type: 'int' }] })
let isAsFound = true
for (const [name, isRead] of [['a.R', true], ['b.R', false], ['R', false]]) {
  let seen
  try {
    const reader = record(name)
    seen = JSON.stringify(reader.fromBuffer(Buffer.from([2]), reader.createResolver(record('a.R'))))
  } catch (error) {
    seen = error.message
  }
  console.log(`avsc: a.R read as ${name}: ${seen}`)
  if (seen !== (isRead ? '{"x":1}' : 'no alias found for a.R')) isAsFound = false
}
process.exit(isAsFound ? 0 : 1)
CODE
cat > check.py <<'CODE'
import io, sys
import fastavro
record = lambda name: {"type": "record", "name": name, "fields": [{"name": "x", "type": "int"}]}
for name in ("a.R", "b.R", "R"):
    seen = fastavro.schemaless_reader(io.BytesIO(bytes([2])), record("a.R"), record(name))
    print(f"fastavro: a.R read as {name}: {seen}")
    if seen != {"x": 1}:
        sys.exit(1)
CODE
if node check.cjs && venv/bin/python check.py; then
  echo 'As found: avsc wants the same namespace.'
else
  echo 'Not as found any more.'
  exit 1
fi
