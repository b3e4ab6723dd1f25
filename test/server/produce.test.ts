/** `millrace produce` and `millrace consume` over a server; only the terminal is replaced. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable, Writable } from 'node:stream'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { Client } from '../../src/cli/client/client.ts'
import { runConsume } from '../../src/cli/commands/consume.ts'
import { type ProduceOptions, runProduce } from '../../src/cli/commands/produce.ts'
import { ManualTimer, systemTimer } from '../../src/clock.ts'
import { TestEngine, temporaryDirectory } from '../support/engine.ts'
import { startTestServer, type TestServer } from '../support/test-server.ts'

let engine: TestEngine
let server: TestServer
let client: Client
const directory = temporaryDirectory()
const files = mkdtempSync(join(tmpdir(), 'millrace-produce-'))
let sources = 0

beforeAll(async () => {
  engine = await TestEngine.open(directory.path)
  server = await startTestServer(engine.engine)
  client = new Client(server.url)
})

afterAll(async () => {
  await server.close()
  await engine.close()
  directory.remove()
  rmSync(files, { recursive: true })
})

/** A stream of its own for each test. */
async function stream(columns = 'k STRING KEY, v INT, t STRING', partitions = 1): Promise<string> {
  const name = `p${sources++}`
  await client.execute(
    `CREATE STREAM ${name} (${columns}) WITH (kafka_topic='${name}', value_format='JSON', partitions=${partitions});`,
  )
  return name
}

const file = (name: string, content: string | Buffer): string => {
  const path = join(files, name)
  writeFileSync(path, content)
  return path
}

class Terminal extends Writable {
  text = ''
  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += String(chunk)
    done()
  }
}

async function produce(
  target: string,
  path: string | null,
  options: Partial<ProduceOptions> = {},
  { stdin = '', signal = new AbortController().signal } = {},
): Promise<{ readonly code: number; readonly text: string }> {
  const err = new Terminal()
  const code = await runProduce(
    target,
    path,
    {
      server: server.url,
      header: [],
      tombstone: [],
      skipErrors: false,
      resume: false,
      create: false,
      yes: false,
      partitions: 1,
      ...options,
    },
    { stdin: Readable.from([Buffer.from(stdin)]), err: err as never, timer: new ManualTimer(), signal },
  )
  return { code, text: err.text }
}

const rows = async (select: string) => (await engine.rows(select)).rows

it('reads objects a line from standard input', async () => {
  const name = await stream()
  const result = await produce(name, null, {}, { stdin: '{"k":"a","v":1}\r\n\n{"K":"b","v":2}' })
  expect(result.text).toMatch(/^2 rows were written to P\d+ \(topic p\d+\) in 0\.0 s/)
  expect(result.code).toBe(0)
  expect(await rows(`SELECT k, v FROM ${name};`)).toEqual([
    ['a', 1],
    ['b', 2],
  ])
})

it.each([
  ['an array of objects', 'a.json', '[{"k":"a",\n "v":1},\n {"k":"b","v":2}]'],
  ['CSV with a header', 'a.csv', '\uFEFFk,v,t\na,1,"x, ""y""\nz"\nb,2,\n'],
  ['TSV', 'a.tsv', 'k\tv\na\t1\nb\t2\n'],
  ['gzip', 'a.ndjson.gz', gzipSync('{"k":"a","v":1}\n{"k":"b","v":2}\n')],
  ['zstd', 'a.csv.zst', zstdCompressSync('k,v\na,1\nb,2\n')],
])('reads %s', async (_, name, content) => {
  const target = await stream()
  expect(await produce(target, file(name, content))).toMatchObject({ code: 0 })
  expect(await rows(`SELECT k, v FROM ${target};`)).toEqual([
    ['a', 1],
    ['b', 2],
  ])
})

it('reads plain lines and CSV without a header', async () => {
  const lines = await stream('line STRING')
  expect(await produce(lines, file('a.log', 'GET /\n\n"quoted"'))).toMatchObject({ code: 0 })
  expect(await rows(`SELECT line FROM ${lines};`)).toEqual([['GET /'], [''], ['"quoted"']])
  const csv = await stream()
  expect(await produce(csv, file('b.csv', 'a;1\n'), { columns: 'k, v', delimiter: ';' })).toMatchObject({ code: 0 })
  expect(await rows(`SELECT k, v FROM ${csv};`)).toEqual([['a', 1]])
})

it('sets time, headers and partition of the records', async () => {
  const name = await stream("k STRING KEY, v INT, h BYTES HEADER('by')", 3)
  const path = file('t.ndjson', '{"k":"a","v":1,"at":"2023-11-14T22:13:20Z"}\n')
  expect(await produce(name, path, { timestamp: 'at', header: ['by=me'], partition: 2 })).toMatchObject({ code: 0 })
  expect(
    await rows(`SELECT ROWTIME, ROWPARTITION, v, FROM_BYTES(h, 'utf8') AS by_whom FROM ${name} EMIT CHANGES LIMIT 1;`),
  ).toEqual([[1_700_000_000_000, 2, 1, 'me']])
  const beyond = await produce(name, path, { timestamp: 'at', partition: 3 })
  expect(beyond.text).toContain('does not exist')
  expect(beyond.code).toBe(1)
})

it('stores and counts all rows before a bad one, whoever finds it', async () => {
  const name = await stream('k STRING KEY, v INT', 4)
  const good = Array.from({ length: 5000 }, (_, i) => `{"k":"k${i}","v":${i}}`).join('\n')
  const unreadable = await produce(name, file('bad.ndjson', `${good}\nnot json\n{"k":"late","v":1}\n`))
  expect(unreadable.code).toBe(1)
  expect(unreadable.text).toContain('Line 5001 is not JSON')
  expect(unreadable.text).toContain('5,000 rows were written')
  const refused = await produce(name, file('refused.ndjson', `${good}\n{"k":"x","v":"many"}\n{"k":"late","v":1}\n`))
  expect(refused.text).toContain('Line 5001: Column V is INTEGER and cannot take "many".')
  expect(refused.text).toContain('5,000 rows were written')
  expect(await rows(`SELECT k FROM ${name};`)).toHaveLength(10_000)
})

it('skips bad rows and reports them', async () => {
  const name = await stream()
  const path = file('skip.ndjson', '{"k":"a","v":1}\nno\n{"k":"b","v":"x"}\n{"k":"c","v":3}\n')
  const result = await produce(name, path, { skipErrors: true })
  expect(result.code).toBe(0)
  expect(result.text).toContain('Line 2 is skipped: is not JSON')
  expect(result.text).toContain('Line 3 is skipped: Column V is INTEGER')
  expect(result.text).toMatch(/2 rows were written .* 2 rows were skipped\./)
  expect(await rows(`SELECT k FROM ${name};`)).toEqual([['a'], ['c']])
})

it('continues an interrupted file where it stopped', async () => {
  const name = await stream()
  const path = file('resume.ndjson', '{"k":"a","v":1}\n{"k":"b","v":2}\nno\n{"k":"c","v":3}\n')
  const first = await produce(name, path)
  expect(first.text).toContain('run the same command with --resume')
  writeFileSync(path, readFileSync(path, 'utf8').replace('no', '{"k":"bb","v":22}'))
  const second = await produce(name, path, { resume: true })
  expect(second).toMatchObject({ code: 0 })
  expect(second.text).toContain('2 rows were written')
  expect(await rows(`SELECT k FROM ${name};`)).toEqual([['a'], ['b'], ['bb'], ['c']])
  expect((await produce(name, path, { resume: true })).text).toContain('4 rows were written')
})

it('deletes rows of a table', async () => {
  await client.execute(
    "CREATE SOURCE TABLE del_source (k STRING PRIMARY KEY, v INT) WITH (kafka_topic='del', value_format='JSON', partitions=1);" +
      "CREATE TABLE del (k STRING PRIMARY KEY, v INT) WITH (kafka_topic='del', value_format='JSON');",
  )
  expect(await produce('DEL', null, {}, { stdin: '{"k":"a","v":1}\n{"k":"b","v":2}\n' })).toMatchObject({ code: 0 })
  const result = await produce('DEL', null, { tombstone: ['a'] })
  expect(result).toEqual({ code: 0, text: '1 row was deleted from DEL (topic del).\n' })
  await engine.runtime.settled()
  expect(await rows('SELECT * FROM del_source;')).toEqual([['b', 2]])
})

it('refuses a key that no row has, and a target that is not there', async () => {
  const name = await stream()
  const result = await produce(name, null, { key: 'zz' }, { stdin: '{"k":"a"}\n' })
  expect(result.text).toContain("Line 1: there is no field 'zz' for --key. Fields: k.")
  expect((await produce('nowhere', null)).text).toContain("no stream or table over topic 'nowhere'. Add --create")
})

it('creates a stream that fits the file', async () => {
  const path = file(
    'orders.csv',
    'id,amount,paid,when,group\no1,3,true,2024-01-01,a\no2,3000000000,false,2024-01-02,b\n',
  )
  const shown = await produce('orders-1', path, { create: true, key: 'id', partitions: 2 })
  expect(shown.code).toBe(1)
  expect(shown.text).toBe(
    "CREATE STREAM orders_1 (\n  id STRING KEY,\n  amount BIGINT,\n  paid BOOLEAN,\n  `WHEN` STRING,\n  `GROUP` STRING\n) WITH (kafka_topic='orders-1', " +
      "value_format='JSON', partitions=2);\n" +
      'Nothing was created. Change the statement as you like and run it, or add --yes to run it as it is.\n',
  )
  expect(await produce('orders-1', path, { create: true, yes: true, key: 'id' })).toMatchObject({ code: 0 })
  expect(await rows('SELECT id, amount, paid, `GROUP` FROM orders_1;')).toEqual([
    ['o1', 3, true, 'a'],
    ['o2', 3_000_000_000, false, 'b'],
  ])
})

it('writes rows as objects, CSV and a table', async () => {
  const name = await stream('k STRING KEY, v INT, t STRING')
  await produce(name, null, {}, { stdin: '{"k":"a","v":1,"t":"x, \\"y\\""}\n{"k":"b"}\n' })
  const consume = async (source: string, format: string, limit?: number) => {
    const out = new Terminal()
    const code = await runConsume(
      source,
      { server: server.url, format, fromBeginning: true, ...(limit === undefined ? {} : { limit }) },
      { out, err: out, signal: new AbortController().signal, timer: systemTimer },
    )
    return { code, text: out.text }
  }
  expect(await consume(name, 'ndjson', 2)).toEqual({
    code: 0,
    text: '{"K":"a","V":1,"T":"x, \\"y\\""}\n{"K":"b","V":null,"T":null}\n',
  })
  expect(await consume(`SELECT k, t, v FROM ${name};`, 'csv')).toEqual({
    code: 0,
    text: 'K,T,V\na,"x, ""y""",1\nb,,\n',
  })
  expect((await consume(`SELECT v FROM ${name};`, 'table')).text).toBe(
    '+------+\n| V    |\n+------+\n| 1    |\n| NULL |\n',
  )
  expect(await consume('nowhere', 'ndjson')).toMatchObject({ code: 1, text: expect.stringContaining('NOWHERE') })
  expect(await consume(name, 'xml')).toEqual({
    code: 1,
    text: "There is no format 'xml'. Formats: ndjson, csv, tsv, table.\n",
  })
})
