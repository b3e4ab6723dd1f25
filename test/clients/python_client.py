"""Runs every operation of the client ksqldb against the server at argv[1], and prints what each gave as one JSON object."""
import asyncio
import json
import sys

from ksqldb import KSQLdbClient

client = KSQLdbClient(sys.argv[1])
EARLIEST = {"auto.offset.reset": "earliest"}


async def push():
    rows = []
    async for line in client.query_async("SELECT name FROM riders EMIT CHANGES LIMIT 2;", EARLIEST):
        rows.append(line)
    return rows


async def push_until_closed():
    lines = []
    async for line in client.query_async("SELECT name FROM riders EMIT CHANGES;", EARLIEST):
        lines.append(line)
        if len(lines) == 3:
            lines.append(client.close_query(lines[0]["queryId"]))
    return lines


def refused():
    try:
        client.ksql("DROP STREAM nobody;")
    except Exception as error:
        return error.response.json()


print(json.dumps({
    "properties": client.get_properties(),
    "ksql": client.ksql("SHOW STREAMS;"),
    "refused": refused(),
    "pull": client.query_sync("SELECT name, age FROM riders WHERE name = 'ann';"),
    "refusedPull": client.query_sync("SELECT * FROM nobody;"),
    "push": asyncio.run(push()),
    "pushUntilClosed": asyncio.run(push_until_closed()),
    "closeNobody": client.close_query("nobody"),
    "inserts": client.inserts_stream("riders", [{"name": "pia", "age": 5}, {"name": "quin", "age": 6}]),
    "refusedInserts": client.inserts_stream("riders", [{"name": "rhea", "age": "old"}]),
}))
