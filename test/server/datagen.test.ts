import { PassThrough } from 'node:stream'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type DatagenOptions, runDatagen, type TextRecord } from '../../src/cli/commands/datagen.ts'
import { runDemo } from '../../src/cli/commands/demo.ts'
import { Screen } from '../../src/cli/output/screen.ts'
import { MillraceClient } from '../../src/client/millrace-client.ts'
import { systemClock, systemTimer } from '../../src/clock.ts'
import { QUICKSTARTS } from '../../src/datagen/quickstarts.ts'
import { TestEngine, temporaryDirectory } from '../support/engine.ts'
import { startTestServer, type TestServer } from '../support/test-server.ts'

const directory = temporaryDirectory()
let engine: TestEngine
let server: TestServer
let client: MillraceClient

beforeAll(async () => {
  engine = await TestEngine.open(directory.path)
  server = await startTestServer(engine.engine)
  client = new MillraceClient(server.url)
})

afterAll(async () => {
  await server.close()
  await engine.close()
  directory.remove()
})

/** Runs the command; resolves to its exit code and what it has told, and what it has written to Kafka. */
async function datagen(quickstart: string | null, options: Partial<DatagenOptions>) {
  let told = ''
  const records: TextRecord[] = []
  const io = {
    err: { write: (text: string) => (told += text) },
    clock: systemClock,
    timer: systemTimer,
    signal: new AbortController().signal,
    openTopic: async () => ({
      write: async (batch: readonly TextRecord[]) => void records.push(...batch),
      close: async () => {},
    }),
  }
  const defaults = { server: server.url, partitions: 1, rate: 0, seed: 1 }
  const code = await runDatagen(quickstart, { ...defaults, ...options }, io)
  return { code, told, records }
}

describe('millrace datagen', () => {
  it.each(Object.entries(QUICKSTARTS))('fills the quickstart %s', async (name, { topic }) => {
    const { code, told } = await datagen(name, { count: 20 })
    expect(told).toMatch(/20 records in/)
    expect(code).toBe(0)
    const query = await client.query(`SELECT * FROM ${topic} EMIT CHANGES LIMIT 20;`)
    expect(await query.all()).toHaveLength(20)
  })

  it('fills a topic with fields of its own', async () => {
    const fields = 'id=sequence; km=int(1,9); place=object(city=one(A,B))'
    expect(await datagen(null, { fields, topic: 'trips', key: 'id', count: 3 })).toMatchObject({ code: 0 })
    const rows = await client.rows('SELECT id, place->city AS city FROM trips;')
    expect(rows.map(({ ID }) => ID)).toEqual([0, 1, 2])
    expect(rows.every(({ CITY }) => CITY === 'A' || CITY === 'B')).toBe(true)
  })

  it('writes text to Kafka without a server', async () => {
    const options = { bootstrapServers: 'kafka:9092', server: 'http://nowhere', count: 2 }
    const { records } = await datagen('pageviews', options)
    expect(records.map(({ value }) => value.toString())).toEqual([
      expect.stringMatching(/^User_[1-9],Page_[1-9][0-9]?$/),
      expect.stringMatching(/^User_[1-9],Page_[1-9][0-9]?$/),
    ])
    expect(records[0]!.key!.toString()).toBe(String(records[0]!.timestamp))
    const { code, told } = await datagen('pageviews', { ...options, format: 'avro' })
    expect(code).toBe(1)
    expect(told).toContain('For AVRO send them through a server')
  })

  it.each([
    ['nothing', {}, 'There is no quickstart'],
    ['orders', { fields: 'a=sequence' }, 'Give one of'],
    [null, {}, 'Give one of'],
    [null, { fields: 'a=sequence' }, 'Name the topic'],
    [null, { fields: 'a=sequence', topic: 'a', key: 'b' }, 'There is no field b'],
    [null, { fields: 'a=what', topic: 'a' }, "There is no kind 'what'"],
  ])('refuses %s with %o', async (quickstart, options, message) => {
    const { code, told } = await datagen(quickstart, options)
    expect(told).toContain(message)
    expect(code).toBe(1)
  })
})

describe('millrace demo', () => {
  it('fills streams, runs three queries, and says what to look at', async () => {
    const out = new PassThrough({ encoding: 'utf8' })
    let shown = ''
    out.on('data', (text: string) => {
      shown += text
    })
    let stop: (signal: NodeJS.Signals) => void = () => {}
    const stopped = new Promise<NodeJS.Signals>((resolve) => {
      stop = resolve
    })
    const code = runDemo(
      { listen: 'http://127.0.0.1:0', dataDir: directory.path, rate: 200 },
      {
        serve: async () => ({ urls: [server.url], storage: '', ready: Promise.resolve(), close: async () => {} }),
        process: {
          print: () => {},
          complain: (line) => (shown += line),
          signal: () => stopped,
          exit: () => {},
          timer: systemTimer,
        },
        screen: new Screen({ out, err: out }),
        timer: systemTimer,
        program: 'npx millrace',
      },
    )
    await expect.poll(() => shown, { timeout: 10_000 }).toContain('Ctrl-C stops it.')
    expect(shown).toMatch(/\| PAGE +\| CLICKS +\| AVG_MS +\|/)
    expect(shown).toContain(`npx millrace cli ${server.url}`)
    // The console is there once it has been built.
    expect(shown.includes(`${server.url}/console`)).toBe((await fetch(`${server.url}/console`)).ok)
    expect(await client.rows('SELECT area FROM rides_per_minute LIMIT 1;')).toHaveLength(1)
    const events = client.subscribe('la_users', { from: 'earliest' })
    expect((await events.next()).value!.row).toHaveProperty('MESSAGE')
    await events.return(undefined)
    stop('SIGINT')
    expect(await code).toBe(0)
    await client.execute('DROP CONNECTOR clicks_data; DROP CONNECTOR logs_data; DROP CONNECTOR rides_data;')
  }, 20_000)
})
