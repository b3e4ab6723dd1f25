/** `millrace import` from a running server: what it prints makes the same again. */
import { expect, test } from 'vitest'
import { Client } from '../../src/cli/client/client.ts'
import { runImport } from '../../src/cli/commands/import.ts'
import { TestEngine, temporaryDirectory } from '../support/engine.ts'
import { startTestServer } from '../support/test-server.ts'

const STATEMENTS = `
  CREATE TYPE place AS STRUCT<x INT, tags ARRAY<STRING>, prices MAP<STRING, DECIMAL(8, 2)>>;
  CREATE STREAM s (k STRING KEY, v INT, p place) WITH (kafka_topic='s', value_format='JSON', partitions=2);
  CREATE STREAM z AS SELECT k, v FROM s WHERE v > 1;
  CREATE TABLE a AS SELECT k, COUNT(*) AS n FROM z GROUP BY k;
  INSERT INTO z SELECT k, v + 1 AS v FROM s WHERE v < 0;`

async function definitions(client: Client): Promise<unknown> {
  const [types, streams, tables, queries] = (await client.execute(
    'SHOW TYPES; SHOW STREAMS; SHOW TABLES; SHOW QUERIES;',
  )) as unknown as [
    { types: unknown },
    { streams: unknown },
    { tables: unknown },
    { queries: { queryString: string; sinks: unknown }[] },
  ]
  return {
    types: types.types,
    streams: streams.streams,
    tables: tables.tables,
    queries: queries.queries.map(({ queryString, sinks }) => ({ queryString, sinks })),
  }
}

async function withServer<Result>(use: (client: Client, url: string) => Promise<Result>): Promise<Result> {
  const directory = temporaryDirectory()
  const engine = await TestEngine.open(directory.path)
  const server = await startTestServer(engine.engine)
  try {
    return await use(new Client(server.url), server.url)
  } finally {
    await server.close()
    await engine.close()
    directory.remove()
  }
}

test('types, streams, tables and queries', async () => {
  const [script, before] = await withServer(async (client, url) => {
    await client.execute(STATEMENTS)
    const printed: string[] = []
    const readTopic = async () => []
    const ports = {
      readTopic,
      print: (text: string) => printed.push(text),
      complain: (line: string) => printed.push(line),
    }
    expect(await runImport({ fromKsqldb: url, serviceId: 'default_' }, ports)).toBe(0)
    return [printed.join(''), await definitions(client)]
  })
  const after = await withServer(async (client) => {
    await client.execute(script)
    return definitions(client)
  })
  expect(after).toEqual(before)
})
