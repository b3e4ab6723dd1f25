#!/usr/bin/env bash
# Expectation: a value beyond 32 bits in an Avro int is an error, on writing and on reading. The Avro 1.12 specification: "int: 32-bit signed
#   integer". Java's Avro refuses to read such data ("Invalid int encoding"), Apache Avro for Python refuses to write it.
# Behaviour: fastavro writes any integer of 64 bits where the schema says int, and reads it back. A Java reader of the topic fails at that
#   record, or, up to 5 bytes, gets another number.
# Version: fastavro 1.13.1 (PyPI), current in November 2026. avro 1.12.1 (PyPI), for comparison.
# Source: fastavro/io/binary_encoder.py and binary_decoder.py: the functions for int are those for long.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check fastavro==1.13.1 avro==1.12.1
cat > check.py <<'CODE'
import io, sys
import avro.io, avro.schema, fastavro
for value in (2**31, 2**40, -2**63):
    out = io.BytesIO()
    fastavro.schemaless_writer(out, "int", value)
    seen = fastavro.schemaless_reader(io.BytesIO(out.getvalue()), "int", None)
    print(f"fastavro: {value} as int is {out.getvalue().hex()}, read back as {seen}")
    if seen != value:
        sys.exit(1)
    try:
        avro.io.DatumWriter(avro.schema.parse('"int"')).write(value, avro.io.BinaryEncoder(io.BytesIO()))
        sys.exit(1)
    except avro.errors.AvroTypeException as error:
        print(f"avro: {error}")
CODE
if venv/bin/python check.py; then
  echo 'As found: fastavro does not check the range of int.'
else
  echo 'Not as found any more.'
  exit 1
fi
