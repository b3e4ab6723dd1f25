#!/usr/bin/env bash
# Expectation: equal decimals have equal bytes whichever program writes them, so that keys with a decimal land in one partition. The Avro
#   1.12 specification wants "the two's-complement representation of the unscaled integer value in big-endian byte order", and Java, whose
#   BigInteger.toByteArray has "the minimum number of bytes", sets the form that other programs meet.
# Behaviour: fastavro and Apache Avro for Python write -128 * 256^n with a leading ff that is not needed: -1.28 with scale 2 is ff80 and not
#   80. All other numbers have the fewest bytes. Everything can be read back; but keys are compared and partitioned by their bytes.
# Version: fastavro 1.13.1 and avro 1.12.1 (PyPI), current in November 2026.
# Source: fastavro/_logical_writers_py.py, prepare_bytes_decimal; avro/io.py, BinaryEncoder.write_decimal_bytes: the bit length of the amount
#   plus one for the sign, which is one too many for the smallest number of each length.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check fastavro==1.13.1 avro==1.12.1
cat > check.py <<'CODE'
import io, json, sys
from decimal import Decimal
import avro.io, avro.schema, fastavro
SCHEMA = {"type": "bytes", "logicalType": "decimal", "precision": 9, "scale": 2}

def fewest(value):
    unscaled = int(value.scaleb(2))
    size = next(size for size in range(1, 9) if -(1 << (8 * size - 1)) <= unscaled < 1 << (8 * size - 1))
    return unscaled.to_bytes(size, "big", signed=True).hex()

for text in ("-1.27", "-1.28", "-1.29", "1.28", "-327.68", "-83886.08"):
    value = Decimal(text)
    out = io.BytesIO()
    fastavro.schemaless_writer(out, SCHEMA, value)
    other = io.BytesIO()
    avro.io.DatumWriter(avro.schema.parse(json.dumps(SCHEMA))).write(value, avro.io.BinaryEncoder(other))
    # The first byte is the length.
    seen, also = out.getvalue()[1:].hex(), other.getvalue()[1:].hex()
    print(f"{text}: fastavro {seen}, avro {also}, fewest bytes {fewest(value)}")
    expected = ("ff" if text in ("-1.28", "-327.68", "-83886.08") else "") + fewest(value)
    if seen != expected or also != expected:
        sys.exit(1)
CODE
if venv/bin/python check.py; then
  echo 'As found: the smallest number of each length has a byte too many.'
else
  echo 'Not as found any more.'
  exit 1
fi
