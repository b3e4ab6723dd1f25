#!/usr/bin/env bash
# Expectation: in a union of double and long, a Python int is written as the long. Java's Avro takes the branch of the value's class, so that a Long
#   is written as the long wherever that stands in the union.
# Behaviour: fastavro takes the first branch that can hold the value, and a double can hold any int: where double or float stands before long, every
#   int is written as a floating-point number, and beyond 2^53 (2^24 for float) its last digits are lost without an error.
# Version: fastavro 1.13.1 (PyPI), current in November 2026. Avro 1.12.1 for Java (Maven) takes the branch by the class.
# Source: fastavro/_write_py.py, write_union: the first branch that passes validation is taken, unless it is a record or a float;
#   _validation_py.py, _validate_float, lets an int pass. Java: GenericData.resolveUnion and getSchemaName.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check fastavro==1.13.1
cat > check.py <<'CODE'
import io, sys
import fastavro

# Union, number, what is read back.
CASES = [
    (["null", "long", "double"], 9007199254740993, 9007199254740993),
    (["null", "double", "long"], 9007199254740993, 9007199254740992.0),
    (["null", "float", "long"], 16777217, 16777216.0),
    (["null", "double", "long"], 5, 5.0),
]
for union, number, expected in CASES:
    buffer = io.BytesIO()
    fastavro.schemaless_writer(buffer, union, number)
    buffer.seek(0)
    seen = fastavro.schemaless_reader(buffer, union)
    print(f"fastavro: {number} in {union} is read back as {seen!r}")
    if seen != expected or type(seen) is not type(expected):
        sys.exit(1)
CODE
if venv/bin/python check.py; then
  echo 'As found: fastavro writes ints by the first number type of a union.'
else
  echo 'Not as found any more.'
  exit 1
fi
