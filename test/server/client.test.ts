import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ConnectionError, MillraceClient, MillraceError, ServerError } from '../../src/client/millrace-client.ts'
import { TestEngine, temporaryDirectory } from '../support/engine.ts'
import { freePort } from '../support/free-port.ts'
import { startTestServer, type TestServer } from '../support/test-server.ts'

const directory = temporaryDirectory()
let engine: TestEngine
let server: TestServer
let client: MillraceClient

const EARLIEST = { properties: { 'auto.offset.reset': 'earliest' } }

async function listen(): Promise<void> {
  server = await startTestServer(engine.engine, { listeners: `http://127.0.0.1:${port}` })
}

let port: number

beforeAll(async () => {
  engine = await TestEngine.open(directory.path)
  port = await freePort()
  await listen()
  client = new MillraceClient(server.url)
  await client.execute(`
    CREATE STREAM s (k STRING KEY, n BIGINT, d DECIMAL(20, 2), nested STRUCT<big BIGINT, items ARRAY<DECIMAL(4, 1)>, m MAP<STRING, BIGINT>>)
      WITH (kafka_topic='s', value_format='JSON', partitions=2);
    CREATE TABLE t AS SELECT k, COUNT(*) AS n FROM s GROUP BY k;
    CREATE TABLE plain (k STRING PRIMARY KEY, n INT) WITH (kafka_topic='plain', value_format='JSON', partitions=1);`)
})

afterAll(async () => {
  await server.close()
  await engine.close()
  directory.remove()
})

describe('statements', () => {
  it('are answered with an entity each', async () => {
    const entities = await client.execute('SHOW STREAMS; SHOW TABLES;')
    expect(entities.map((entity) => entity['@type'])).toEqual(['streams', 'tables'])
  })

  it('that are refused throw an error with the code, the message and the statement of the server', async () => {
    const error: unknown = await client.execute('SHOW STREAMS; DROP STREAM nope;').catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(ServerError)
    expect(error).toBeInstanceOf(MillraceError)
    expect(error).toMatchObject({ status: 400, code: 40001, statement: 'DROP STREAM nope;', entities: [] })
    expect((error as Error).message).toContain('NOPE')
  })
})

describe('rows', () => {
  it('keep every digit, also inside of other values', async () => {
    const row = {
      k: 'exact',
      n: 9_007_199_254_740_993n,
      d: '123456789012345678.90',
      nested: { big: 2n ** 62n, items: [1.5, 2], m: new Map([['a', 3n]]) },
    }
    await client.inserts('s').insert(row)
    expect(await client.rows("SELECT * FROM s WHERE k = 'exact';")).toEqual([
      {
        K: 'exact',
        N: 9_007_199_254_740_993n,
        D: '123456789012345678.90',
        NESTED: { BIG: 2n ** 62n, ITEMS: ['1.5', '2.0'], M: { a: 3 } },
      },
    ])
  })

  it('have the names and types of their columns', async () => {
    const query = await client.query('SELECT k, d, nested->items FROM s EMIT CHANGES;')
    expect(query.columns).toEqual([
      { name: 'K', type: 'STRING' },
      { name: 'D', type: 'DECIMAL(20, 2)' },
      { name: 'ITEMS', type: 'ARRAY<DECIMAL(4, 1)>' },
    ])
    query.cancel()
  })

  it('of PRINT are refused with advice', async () => {
    await client.inserts('s').insert({ k: 'printed' })
    await expect(client.query("PRINT 's' FROM BEGINNING LIMIT 1;")).rejects.toThrow('PRINT answers with text')
  })

  it('end without an error when the query is cancelled, and the server ends it', async () => {
    const query = await client.query("SELECT k FROM s WHERE k = 'one' EMIT CHANGES;")
    await client.inserts('s').insert({ k: 'one' })
    const seen: unknown[] = []
    for await (const row of query) {
      seen.push(row['K'])
      query.cancel()
    }
    expect(seen).toEqual(['one'])
    await expect
      .poll(() => client.closeQuery(query.queryId!).catch((error: Error) => error.message))
      .toMatch(/No query/)
  })

  it('end with the reason of an aborted signal', async () => {
    const stop = new AbortController()
    const query = await client.query('SELECT k FROM s EMIT CHANGES;', { signal: stop.signal })
    const rows = query.all()
    stop.abort(new Error('enough'))
    await expect(rows).rejects.toThrow('enough')
  })

  it('that were deleted from a table are changes', async () => {
    await client.inserts('plain').insert({ k: 'a', n: 1 })
    await client.inserts('plain', { tombstones: true }).insert({ k: 'a' })
    const query = await client.query('SELECT * FROM plain EMIT CHANGES;', EARLIEST)
    const changes: unknown[] = []
    for await (const change of query.changes()) if (changes.push(change) === 2) break
    expect(changes).toEqual([
      { kind: 'row', values: ['a', 1] },
      { kind: 'delete', values: ['a', null] },
    ])
  })
})

describe('inserts', () => {
  it('resolve row by row; a refused row concerns no other', async () => {
    const inserts = client.inserts('s')
    const results = await Promise.allSettled([
      inserts.insert({ k: 'x1', n: 1 }),
      inserts.insert({ k: 'x2', n: 'no number' }),
      inserts.insert({ k: 'x3', n: 3 }),
    ])
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect(results[1]).toMatchObject({ reason: { code: 40001 } })
    expect(await client.rows("SELECT k FROM s WHERE k LIKE 'x%';")).toHaveLength(2)
    await inserts.close()
    await expect(inserts.insert({ k: 'x4' })).rejects.toThrow('closed')
  })

  it('of many rows keep their order, and few wait', async () => {
    const inserts = client.inserts('s')
    let most = 0
    async function* rows() {
      for (let n = 0; n < 10_000; n++) {
        most = Math.max(most, inserts.pending)
        yield { k: 'many', n }
      }
    }
    expect(await inserts.insertAll(rows())).toBe(10_000)
    expect(most).toBeLessThanOrEqual(4000)
    const stored = await client.rows("SELECT n FROM s WHERE k = 'many';")
    expect(stored.map(({ N }) => N)).toEqual(Array.from({ length: 10_000 }, (_, n) => n))
  })

  it('into what does not exist are refused with advice', async () => {
    await expect(client.inserts('nope').insert({ k: 'a' })).rejects.toThrow(ServerError)
  })
})

describe('subscriptions', () => {
  it('of a stream continue behind the last record when the server comes back', async () => {
    const lost: Error[] = []
    const events = client.subscribe('s', {
      from: 'earliest',
      where: "k LIKE 'sub%'",
      onReconnect: (reason) => lost.push(reason),
    })
    await client.inserts('s').insertAll([{ k: 'sub-a' }, { k: 'sub-b' }])
    const first = [(await events.next()).value!.row['K'], (await events.next()).value!.row['K']]
    expect(first.toSorted()).toEqual(['sub-a', 'sub-b'])
    const next = events.next()
    await server.close()
    await listen()
    // Connections of the former server are kept by `fetch` until it finds them closed.
    await expect
      .poll(() =>
        client
          .inserts('s')
          .insert({ k: 'sub-c' })
          .then(() => 'stored', String),
      )
      .toBe('stored')
    const { value } = await next
    expect(value!.row).toMatchObject({ K: 'sub-c' })
    expect(lost.length).toBeGreaterThan(0)
    await events.return(undefined)

    const later = client.subscribe('s', { after: value!.token!, where: "k LIKE 'sub%'" })
    await client.inserts('s').insert({ k: 'sub-d' })
    expect((await later.next()).value!.row).toMatchObject({ K: 'sub-d' })
    await later.return(undefined)
  })

  it('of a table have no tokens', async () => {
    const events = client.subscribe('plain', { from: 'earliest' })
    expect((await events.next()).value).toEqual({ kind: 'row', row: { K: 'a', N: 1 }, token: null })
    await events.return(undefined)
    await expect(client.subscribe('plain', { after: '{"0":1}' }).next()).rejects.toThrow('no tokens')
    await expect(client.subscribe('s', { after: 'x' }).next()).rejects.toThrow('Not a token')
  })

  it('end with an error that would come again', async () => {
    await expect(client.subscribe('nope').next()).rejects.toThrow(ServerError)
  })
})

describe('a server that cannot be reached', () => {
  it('is a ConnectionError that says why', async () => {
    const nobody = new MillraceClient(`http://127.0.0.1:${await freePort()}`)
    await expect(nobody.info()).rejects.toThrow(ConnectionError)
    await expect(nobody.inserts('s').insert({ k: 'a' })).rejects.toThrow('nothing listens there')
  })
})
