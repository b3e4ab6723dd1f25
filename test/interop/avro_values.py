"""Avro values as Python's libraries have them, and as the tests write them down.

Longs and decimals are texts, bytes are hexadecimal, times are numbers of their unit, a value of a union of several types is
{"branch": PLACE, "value": VALUE}.
"""
import datetime
import decimal
import math

import fastavro

EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
MS = datetime.timedelta(milliseconds=1)
US = datetime.timedelta(microseconds=1)
MIDNIGHT = datetime.date(1970, 1, 1)
decimal.getcontext().prec = 60


def logical(schema):
    return schema.get("logicalType") if isinstance(schema, dict) else None


def kind(schema):
    if isinstance(schema, list):
        return "union"
    return schema["type"] if isinstance(schema, dict) else schema


def is_nullable(schema):
    return len(schema) == 2 and "null" in schema


def other(schema):
    return schema[1] if schema[0] == "null" else schema[0]


def since_midnight(value):
    return datetime.datetime.combine(MIDNIGHT, value) - datetime.datetime.combine(MIDNIGHT, datetime.time())


def to_python(schema, value):
    name, of = kind(schema), logical(schema)
    if name == "union":
        if is_nullable(schema):
            return None if value is None else to_python(other(schema), value)
        branch = schema[value["branch"]]
        inner = to_python(branch, value["value"])
        return (branch["name"], inner) if isinstance(branch, dict) and "name" in branch else inner
    if of == "decimal":
        return decimal.Decimal(value)
    if of == "date":
        return MIDNIGHT + datetime.timedelta(days=value)
    if of in ("time-millis", "time-micros"):
        return (EPOCH + int(value) * (MS if of == "time-millis" else US)).time()
    if of in ("timestamp-millis", "timestamp-micros"):
        return EPOCH + int(value) * (MS if of == "timestamp-millis" else US)
    if name == "long":
        return int(value)
    if name in ("float", "double"):
        return float(value)
    if name in ("bytes", "fixed"):
        return bytes.fromhex(value)
    if name == "array":
        return [to_python(schema["items"], item) for item in value]
    if name == "map":
        return {key: to_python(schema["values"], item) for key, item in value.items()}
    if name == "record":
        return {field["name"]: to_python(field["type"], value[field["name"]]) for field in schema["fields"]}
    return value


def from_python(schema, value):
    name, of = kind(schema), logical(schema)
    if name == "union":
        if is_nullable(schema):
            return None if value is None else from_python(other(schema), value)
        place = next(place for place, branch in enumerate(schema) if fits(branch, value))
        inner = value[1] if isinstance(value, tuple) else value
        return {"branch": place, "value": from_python(schema[place], inner)}
    if of == "decimal":
        return format(value, "f")
    if of == "uuid":
        return str(value)
    if of == "date":
        return (value - MIDNIGHT).days
    if of == "time-millis":
        return since_midnight(value) // MS
    if of == "time-micros":
        return str(since_midnight(value) // US)
    if of == "timestamp-millis":
        return str((value - EPOCH) // MS)
    if of == "timestamp-micros":
        return str((value - EPOCH) // US)
    if name == "long":
        return str(value)
    if name in ("float", "double"):
        return value if math.isfinite(value) else {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}[str(value)]
    if name in ("bytes", "fixed"):
        return value.hex()
    if name == "array":
        return [from_python(schema["items"], item) for item in value]
    if name == "map":
        return {key: from_python(schema["values"], item) for key, item in value.items()}
    if name == "record":
        return {field["name"]: from_python(field["type"], value[field["name"]]) for field in schema["fields"]}
    return value


def fits(branch, value):
    if isinstance(value, tuple):
        return isinstance(branch, dict) and branch.get("name") == value[0]
    return fastavro.validate(value, branch, raise_errors=False)
