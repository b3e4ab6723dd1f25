/** The examples of docs/connectors run, each with a stand-in for its target or a sender for its port. */
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { CONNECTORS } from '../../src/connectors/index.ts'
import { ConnectorWorld } from '../support/connectors/connector-world.ts'
import { FakeServer } from '../support/connectors/fake-server.ts'
import { freePort } from '../support/free-port.ts'

/** Polls end by themselves, and say what they have found. */
vi.setConfig({ testTimeout: 30_000 })

const WAIT = { timeout: 15_000, interval: 20 }
const SECRETS = {
  CONNECTOR_HEC_TOKEN: 'token',
  CONNECTOR_PG_PASSWORD: 'password',
  CONNECTOR_S3_SECRET: 'secret',
}

let world: ConnectorWorld
let server: FakeServer
let port: number

beforeEach(async () => {
  world = await ConnectorWorld.open(SECRETS)
  mkdirSync(world.files)
  server = new FakeServer(() => ({ status: 200, body: '{"errors":false}' }))
  await server.start()
  port = await freePort()
})

afterEach(async () => {
  await world.close()
  await server.stop()
})

/** What an example needs besides its statements, and how it is known to work. */
interface Trial {
  /** Sends or writes something, again and again until `hasWorked`. */
  readonly act?: () => unknown
  readonly hasWorked: () => boolean | Promise<boolean>
}

const insert = (target: string, columns: string, values: string) => () =>
  world.run(`INSERT INTO ${target} (${columns}) VALUES (${values});`)
const wasRequested = (path: string) => () => server.requests.some((request) => request.path.startsWith(path))
const post = (path: string, body: string) => () =>
  fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST', body, headers: { authorization: 'Splunk any' } }).catch(
    () => {},
  )
const hasRecords = (topic: string) => async () => (await world.read(topic)).length > 0
const isPlaced = (name: string) => async () => (await world.describe(name)).status.tasks.length === 1

const TRIALS: Readonly<Record<string, () => Trial>> = {
  'SINK console': () => ({ hasWorked: isPlaced('show_orders') }),
  'SINK elasticsearch': () => ({
    act: insert('user_logs', 'userid, message', "'a', 'b'"),
    hasWorked: wasRequested('/_bulk'),
  }),
  'SINK file': () => ({
    act: insert('clicks', 'userid, page', "'a', 'b'"),
    hasWorked: () => readdirSync(join(world.files, 'clicks')).some((name) => name.endsWith('.json')),
  }),
  'SINK http': () => ({ act: insert('alerts', 'id, message', "'a', 'b'"), hasWorked: wasRequested('/hooks/alerts') }),
  // Without a server of PostgreSQL the task waits for one.
  'SINK postgres': () => ({
    hasWorked: async () => ((await world.describe('users_to_postgres')).builtIn?.retries ?? 0) > 0,
  }),
  'SINK s3': () => ({ act: insert('events', 'id, message', "'a', 'b'"), hasWorked: wasRequested('/archive/') }),
  'SINK splunk': () => ({
    act: insert('machine_logs', 'host, message', "'a', 'b'"),
    hasWorked: wasRequested('/services/collector/event'),
  }),
  'SOURCE datagen': () => ({ hasWorked: hasRecords('clicks') }),
  'SOURCE elasticsearch': () => ({
    act: post('/x/_bulk', '{"index":{}}\n{"message":"a"}\n'),
    hasWorked: hasRecords('beats'),
  }),
  'SOURCE file': () => ({
    act: () => writeFileSync(join(world.files, 'access-1.ndjson'), '{"method":"GET"}\n'),
    hasWorked: hasRecords('access'),
  }),
  'SOURCE http-poll': () => ({ hasWorked: wasRequested('/quakes?limit=100') }),
  'SOURCE http': () => ({ act: post('/hooks', '{"id":1}'), hasWorked: hasRecords('hooks') }),
  'SOURCE postgres': () => ({
    hasWorked: async () => ((await world.describe('users')).builtIn?.retries ?? 0) > 0,
  }),
  'SOURCE splunk-hec': () => ({ act: post('/services/collector', '{"event":"a"}'), hasWorked: hasRecords('hec') }),
  'SOURCE syslog': () => ({
    act() {
      const socket = connect(port, '127.0.0.1', () => socket.end('<13>1 - h a - - - b\n')).on('error', () => {})
    },
    hasWorked: hasRecords('machines'),
  }),
}

test.each(CONNECTORS.map((connector) => [`${connector.kind} ${connector.name}`, connector.example] as const))(
  'the example of %s works',
  async (name, example) => {
    const sql = example
      .replaceAll(/http:\/\/localhost:\d+/g, server.url)
      .replaceAll(/localhost:5432/g, `127.0.0.1:${port}`)
      .replaceAll(/port=\d+/g, `port=${port}`)
      .replaceAll("'0.0.0.0'", "'127.0.0.1'")
    await world.run(sql)
    const { act, hasWorked } = TRIALS[name]!()
    await expect
      .poll(async () => {
        await act?.()
        return hasWorked()
      }, WAIT)
      .toBe(true)
  },
)
