import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { Client } from '../../src/cli/client/client.ts'
import type { ClientError } from '../../src/cli/client/client-error.ts'
import type { QueryList } from '../../src/engine/describe/entities.ts'
import type { Overview } from '../../src/engine/describe/overview.ts'
import type { BrowsedTopic } from '../../src/engine/requests.ts'
import { silentLog } from '../../src/server/log.ts'
import { TestEngine, temporaryDirectory } from '../support/engine.ts'
import { openHttp2 } from '../support/http.ts'
import { startTestServer, type TestServer } from '../support/test-server.ts'

/** The way from HTTP to the log and back, with nothing replaced. */
let engine: TestEngine
let server: TestServer
let client: Client
const warnings: string[] = []
const directory = temporaryDirectory()

beforeAll(async () => {
  engine = await TestEngine.open(directory.path)
  const log = { ...silentLog, warn: (_fields: object, message: string) => warnings.push(message) }
  server = await startTestServer(engine.engine, {}, log)
  client = new Client(server.url)
  await client.execute(`
    CREATE STREAM logs (userid STRING KEY, state STRING, kind STRING, n BIGINT, d DECIMAL(20, 2))
      WITH (kafka_topic='logs', value_format='JSON', partitions=2);
    CREATE STREAM la_users AS SELECT userid, n FROM logs WHERE state = 'LA' AND kind = 'user';
    CREATE TABLE per_state AS SELECT state, COUNT(*) AS n FROM logs GROUP BY state;`)
})

afterAll(async () => {
  await server.close()
  await engine.close()
  directory.remove()
})

async function rowsOf(sql: string): Promise<string[]> {
  const rows: string[] = []
  for await (const element of client.query(sql)) if (element.kind === 'row') rows.push(element.text)
  return rows
}

/** Those that run. */
async function pushQueries(): Promise<number> {
  const [list] = (await client.execute('SHOW QUERIES;')) as unknown as [QueryList]
  return list.queries.filter(({ queryType, state }) => queryType === 'PUSH' && state === 'RUNNING').length
}

/** A push query over a websocket. */
function follow(sql: string) {
  const request = encodeURIComponent(JSON.stringify({ ksql: sql }))
  const socket = new WebSocket(`${server.url.replace('http', 'ws')}/ws/query?request=${request}`)
  const frames: string[] = []
  socket.on('message', (data) => frames.push(String(data)))
  const closed = new Promise<{ code: number; reason: string }>((resolve) =>
    socket.once('close', (code, reason) => resolve({ code, reason: String(reason) })),
  )
  return { frames, closed }
}

async function failure(work: Promise<unknown>): Promise<ClientError> {
  return (await work.catch((error: unknown) => error)) as ClientError
}

describe('statements and queries over HTTP', () => {
  it('inserts rows, exact to the last digit, and reads them by push, pull and websocket', async () => {
    const push = openHttp2(server.url, '/query-stream', '{"sql":"SELECT userid, n FROM la_users EMIT CHANGES;"}')
    const socket = new WebSocket(
      `${server.url.replace('http', 'ws')}/ws/query?request=${encodeURIComponent('{"ksql":"SELECT * FROM la_users EMIT CHANGES LIMIT 1;"}')}`,
    )
    const frames: string[] = []
    socket.on('message', (data) => frames.push(String(data)))
    const closed = new Promise<number>((resolve) => socket.once('close', resolve))
    const inserts = client.insert({ target: 'LOGS' })
    await inserts.write(['{"userid":"u1","state":"LA","kind":"user","n":9223372036854775807,"d":0.10}'])
    await inserts.write(['{"userid":"u2","state":"CA","kind":"user","n":1,"d":123456789012345678.25}'])
    await inserts.end()
    expect(inserts.stored).toBe(2)
    await push.until(2)
    expect(push.frames[1]).toBe('["u1",9223372036854775807]\n')
    push.stream.close()
    expect(await closed).toBe(1000)
    expect(frames.slice(1)).toEqual(['{"row":{"columns":["u1",9223372036854775807]}}', '{"error":"done"}'])
    expect(await rowsOf("SELECT userid, d FROM logs WHERE userid = 'u2';")).toEqual([
      '{"row":{"columns":["u2",123456789012345678.25]}}',
    ])
    await engine.settled()
    expect(await rowsOf("SELECT * FROM per_state WHERE state = 'LA';")).toEqual(['{"row":{"columns":["LA",1]}}'])
  })

  it('shows the console what is defined and what it has done', async () => {
    const read = async () => (await (await fetch(`${server.url}/console/api/overview`)).json()) as Overview
    const { sources } = await read()
    expect(sources.find(({ name }) => name === 'PER_STATE')).toEqual({
      name: 'PER_STATE',
      kind: 'TABLE',
      topic: 'PER_STATE',
      valueFormat: 'JSON',
      isWindowed: false,
    })
    const perState = async () => (await read()).queries.find(({ writes }) => writes === 'PER_STATE')
    expect(await perState()).toMatchObject({ state: 'RUNNING', reads: [{ name: 'LOGS' }], trouble: null })
    await expect.poll(async () => (await perState())?.counts.recordsOut, { timeout: 10_000 }).toBeGreaterThan(0)
    const { recordsIn, recordsOut } = (await perState())!.counts
    expect(recordsOut, 'what goes to its repartition topic counts as well').toBeLessThanOrEqual(recordsIn)
  })

  it('shows the console records of a topic, from an offset, a time or the end', async () => {
    const read = async (query: string) => {
      const answer = await fetch(`${server.url}/console/api/topics/logs${query}`)
      return (await answer.json()) as BrowsedTopic
    }
    const all = await read('?offset=0')
    expect(all.records.length).toBeGreaterThan(1)
    expect(all.partitions.reduce((sum, { start, end }) => sum + end - start, 0)).toBe(all.records.length)
    expect(all.valueFormat).toContain('JSON')
    const [first, last] = [all.records[0]!, all.records.at(-1)!]
    expect(JSON.parse(first.value!)).toHaveProperty('STATE')
    expect((await read('?limit=1')).records).toEqual([last])
    expect((await read(`?limit=1&timestamp=${first.timestamp}`)).records).toEqual([first])
    const { partition, offset } = last
    expect((await read(`?partition=${partition}&offset=${offset}`)).records[0]).toEqual(last)
    expect((await read(`?timestamp=${last.timestamp + 1}`)).records).toEqual([])
    expect((await fetch(`${server.url}/console/api/topics/log`)).status).toBe(404)
    expect((await fetch(`${server.url}/console/api/topics/logs?partition=9`)).status).toBe(404)
  })

  it('ends a push query by /close-query, and in the engine when its client leaves', async () => {
    const push = openHttp2(server.url, '/query-stream', '{"sql":"SELECT * FROM logs EMIT CHANGES;"}')
    await push.until(1)
    const { queryId } = JSON.parse(push.frames[0]!) as { queryId: string }
    await client.closeQuery(queryId)
    await push.ended
    const other = openHttp2(server.url, '/query-stream', '{"sql":"SELECT * FROM logs EMIT CHANGES;"}')
    await other.until(1)
    const { queryId: left } = JSON.parse(other.frames[0]!) as { queryId: string }
    other.session.destroy()
    await expect.poll(async () => (await failure(client.closeQuery(left))).message).toBe(`No query with id ${left}`)
  })

  it('knows what became of a command', async () => {
    const status = await fetch(`${server.url}/status/stream/LOGS/create`)
    expect(await status.json()).toMatchObject({ status: 'SUCCESS', message: 'Stream created' })
  })
})

describe('bad input', () => {
  it.each([
    ['SELEC 1;', 40001, "Did you mean 'SELECT'?"],
    ['SELECT * FROM logs EMIT CHANGES;', 40002, ''],
    ["INSERT INTO logs (userid, n) VALUES ('u', 'secret');", 40001, ''],
    ['DROP STREAM nobody;', 40001, 'NOBODY'],
    ["SET 'no.such.property'='1';", 40001, 'no.such.property'],
  ])('refuses %s on /ksql', async (sql, errorCode, message) => {
    const error = await failure(client.execute(sql))
    expect(error).toMatchObject({ status: 400, errorCode })
    expect(error.message).toContain(message)
  })

  it('masks values in the text of a failed INSERT', async () => {
    const error = await failure(client.execute("INSERT INTO logs (userid, n) VALUES ('secret', 'x');"))
    expect(error.statementText).toContain("'[value]'")
    expect(error.statementText).not.toContain('secret')
  })

  it('does nothing of a request whose last statement is bad', async () => {
    const error = await failure(
      client.execute("CREATE STREAM fresh (a INT) WITH (kafka_topic='logs', value_format='JSON'); DROP STREAM nobody;"),
    )
    expect(error.status).toBe(400)
    expect((await failure(client.execute('DROP STREAM fresh;'))).message).toContain('FRESH')
  })

  it.each([
    ['SELECT * FROM nobody;', 'NOBODY'],
    ['SELECT nope FROM logs EMIT CHANGES;', 'NOPE'],
    ['SELECT 1 FROM logs; SELECT 2 FROM logs;', 'Expected exactly one KSQL statement; found 2 instead'],
    ['SHOW STREAMS;', '/ksql'],
  ])('refuses %s on /query before the first byte', async (sql, message) => {
    const error = await failure(rowsOf(sql))
    expect(error.status).toBe(400)
    expect(error.message).toContain(message)
  })

  it('leaves out unknown and server-only properties of /query-stream, and refuses them elsewhere', async () => {
    const properties = { 'ksql.service.id': 'other', 'no.such.property': '1', 'auto.offset.reset': 'earliest' }
    const sql = "SELECT userid FROM logs WHERE userid = 'u1';"
    const send = (path: string, body: object) =>
      fetch(server.url + path, { method: 'POST', body: JSON.stringify(body), headers: { accept: '*/*' } })
    const answered = await send('/query-stream', { sql, properties })
    expect(answered.status).toBe(200)
    await answered.text()
    expect(warnings).toEqual([
      expect.stringContaining("Cannot override property 'ksql.service.id'"),
      expect.stringContaining("'no.such.property'"),
    ])
    const invalid = await send('/query-stream', { sql, properties: { 'auto.offset.reset': 'never' } })
    expect(invalid.status).toBe(400)
    await invalid.text()
    const refused = await send('/query', { ksql: sql, streamsProperties: properties })
    expect(refused.status).toBe(400)
    await refused.text()
  })

  it('takes a wildcard beside other columns in a pull query on a stream, as ksqlDB does, but not on a table', async () => {
    expect(await rowsOf("SELECT *, n AS m FROM la_users WHERE userid = 'u1';")).toHaveLength(1)
    expect((await failure(rowsOf('SELECT *, n AS m FROM per_state;'))).message).toContain('only support wildcards')
  })

  it('refuses a query on a source that was dropped, while another goes on', async () => {
    await client.execute(
      "CREATE STREAM brief (a INT) WITH (kafka_topic='brief', value_format='JSON', partitions=1); DROP STREAM brief;",
    )
    expect((await failure(rowsOf('SELECT * FROM brief;'))).message).toContain('BRIEF')
    expect(await rowsOf("SELECT userid FROM logs WHERE userid = 'u1';")).toHaveLength(1)
  })

  it('refuses rows that do not fit, and tells which', async () => {
    const inserts = client.insert({ target: 'LOGS' })
    await inserts.write(['{"userid":"u9","n":1}'])
    await inserts.write(['{"userid":"u9","n":"many"}'])
    const error = await failure(inserts.end())
    expect(error.message).toMatch(/^Row 2: /)
    expect((await failure(client.insert({ target: 'NOBODY' }).end())).message).toContain('NOBODY')
  })

  it('passes over a record that cannot be parsed', async () => {
    await client.execute(`
      CREATE STREAM raw (k STRING KEY, v STRING) WITH (kafka_topic='logs', value_format='KAFKA');
      INSERT INTO raw VALUES ('bad', '{"state": no json');`)
    await client.execute("INSERT INTO logs (userid, state) VALUES ('after', 'NY');")
    await expect.poll(() => rowsOf("SELECT userid FROM logs WHERE userid = 'after';")).toHaveLength(1)
  })

  it('tells all that follow a stream why it has ended when its topic is deleted', async () => {
    await client.execute(
      "CREATE STREAM doomed (k STRING KEY, v INT) WITH (kafka_topic='doomed', value_format='JSON', partitions=1);",
    )
    const lines = openHttp2(server.url, '/query-stream', '{"sql":"SELECT * FROM doomed EMIT CHANGES;"}')
    const objects = fetch(`${server.url}/query`, {
      method: 'POST',
      body: '{"ksql":"SELECT * FROM doomed EMIT CHANGES;"}',
    }).then((answer) => answer.text())
    const socket = follow('SELECT * FROM doomed EMIT CHANGES;')
    await lines.until(1)
    await expect.poll(pushQueries).toBe(3)
    await engine.broker.deleteTopic('doomed')
    const body = { '@type': 'generic_error', error_code: 50000, message: 'Topic doomed does not exist.' }
    await lines.ended
    expect(JSON.parse(lines.frames.at(-1)!)).toEqual(body)
    expect(JSON.parse(await objects).at(-1)).toEqual({ errorMessage: body })
    expect(await socket.closed).toEqual({ code: 1011, reason: body.message })
    expect(socket.frames.at(-1)).toBe(JSON.stringify({ error: body.message }))
  })
})
