"""Writes and reads Avro payloads with fastavro, one JSON object a line from standard input to standard output.

{"write": SCHEMA, "value": VALUE} gives {"payload": HEX}; {"read": SCHEMA, "payload": HEX} gives {"value": VALUE}. Values are as in
avro_values.py.
"""
import io
import json
import sys

import fastavro

from avro_values import from_python, to_python

for line in sys.stdin:
    order = json.loads(line)
    if "write" in order:
        out = io.BytesIO()
        fastavro.schemaless_writer(out, fastavro.parse_schema(order["write"]), to_python(order["write"], order["value"]))
        print(json.dumps({"payload": out.getvalue().hex()}), flush=True)
    else:
        schema = order["read"]
        data = io.BytesIO(bytes.fromhex(order["payload"]))
        value = fastavro.schemaless_reader(
            data, fastavro.parse_schema(schema), None, return_record_name=True, return_record_name_override=True
        )
        if data.read() != b"":
            raise ValueError("bytes are left over")
        print(json.dumps({"value": from_python(schema, value)}), flush=True)
