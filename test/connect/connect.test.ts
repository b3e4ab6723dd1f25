/** Statements about connectors against a real worker of Kafka Connect, with its file connectors. */
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import type { Engine } from '../../src/engine/api.ts'
import type { Entity } from '../../src/engine/describe/entities.ts'
import { type ServerParts, startServerParts } from '../../src/main.ts'

const { url, bootstrapServers } = inject('connect')
const id = `connect_${process.pid}_${performance.now().toFixed(0)}`
const directory = mkdtempSync(join(tmpdir(), 'millrace-connect-'))
const [input, output] = [join(directory, 'in.log'), join(directory, 'out.log')]
/** Connect makes a topic, starts a task, or takes a new state within seconds, longer on a busy machine. */
const SOON = { timeout: 60_000, interval: 200 }

let parts: ServerParts
let engine: Engine

beforeAll(async () => {
  parts = startServerParts({
    dataDir: join(directory, 'data'),
    bootstrapServers,
    properties: { 'ksql.connect.url': url, 'ksql.service.id': id, 'auto.offset.reset': 'earliest' },
  })
  engine = await parts.engine
  await run(`CREATE STREAM ${id} (line STRING) WITH (kafka_topic='${id}', value_format='KAFKA', partitions=1);`)
  await run(`CREATE STREAM ${id}_loud WITH (kafka_topic='${id}_loud') AS SELECT UCASE(line) AS line FROM ${id};`)
  writeFileSync(input, 'first\n')
})
afterAll(async () => {
  for (const name of ['IN', 'OUT']) await engine.execute({ sql: `DROP CONNECTOR IF EXISTS ${id}_${name};` })
  await parts.close()
  rmSync(directory, { recursive: true, force: true, maxRetries: 5 })
})

const run = async (sql: string): Promise<Entity> => (await engine.execute({ sql }))[0]!
const CREATE_SOURCE = `CREATE SOURCE CONNECTOR IF NOT EXISTS ${id}_in WITH (
  "connector.class"='org.apache.kafka.connect.file.FileStreamSourceConnector', 'file'='${input}', 'topic'='${id}');`

test('plugins are those of the worker', async () => {
  expect(await run('SHOW CONNECTOR PLUGINS;')).toMatchObject({
    '@type': 'connector_plugins_list',
    connectorsPlugins: expect.arrayContaining([
      expect.objectContaining({
        className: 'org.apache.kafka.connect.file.FileStreamSourceConnector',
        type: 'source',
        version: expect.stringMatching(/^\d/),
      }),
    ]),
  })
})

test('lines of a file pass through a query into another file', async () => {
  const name = `${id}_IN`.toUpperCase()
  expect(await run(CREATE_SOURCE)).toMatchObject({
    '@type': 'connector_info',
    info: { name, type: 'source', config: { file: input, topic: id } },
  })
  await run(`CREATE SINK CONNECTOR ${id}_out WITH (
    "connector.class"='org.apache.kafka.connect.file.FileStreamSinkConnector', 'file'='${output}', 'topics'='${id}_loud');`)
  appendFileSync(input, 'second\n')
  await expect.poll(() => (existsSync(output) ? readFileSync(output, 'utf8') : ''), SOON).toBe('FIRST\nSECOND\n')
  await expect
    .poll(() => run(`DESCRIBE CONNECTOR ${id}_in;`), SOON)
    .toMatchObject({
      status: { name, connector: { state: 'RUNNING' }, tasks: [{ id: 0, state: 'RUNNING' }], type: 'source' },
      topics: [id],
      sources: [{ name: id.toUpperCase() }],
    })
})

test('a connector that was paused at Connect is shown as paused', async () => {
  const name = `${id}_IN`.toUpperCase()
  const shown = async () => {
    const list = await run('SHOW SOURCE CONNECTORS;')
    return list['@type'] === 'connector_list' ? list.connectors.find((listed) => listed.name === name)?.state : null
  }
  await expect.poll(shown, SOON).toBe('RUNNING (1/1 tasks RUNNING)')
  expect((await fetch(`${url}/connectors/${name}/pause`, { method: 'PUT' })).status).toBe(202)
  await expect.poll(shown, SOON).toBe('PAUSED')
  expect((await fetch(`${url}/connectors/${name}/resume`, { method: 'PUT' })).status).toBe(202)
  await expect.poll(shown, SOON).toBe('RUNNING (1/1 tasks RUNNING)')
})

test('a name that is taken, a wrong class and a wrong option are refused', async () => {
  const warning = { '@type': 'warning_entity', message: `Connector ${id.toUpperCase()}_IN already exists` }
  expect(await run(CREATE_SOURCE)).toMatchObject(warning)
  await expect(run(CREATE_SOURCE.replace(' IF NOT EXISTS', ''))).rejects.toMatchObject({ code: 'CONFLICT' })
  await expect(run(`CREATE SINK CONNECTOR ${id}_x WITH ("connector.class"='no.Such');`)).rejects.toThrow(
    /Validation error: Failed to find any class that implements Connector and which name matches no\.Such/,
  )
  const many = CREATE_SOURCE.replace(`${id}_in`, `${id}_x`).replace(');', `, "tasks.max"='many');`)
  await expect(run(many)).rejects.toThrow(/Validation error: tasks\.max - Invalid value many/)
})

test('a connector that was dropped is gone', async () => {
  expect(await run(`DROP CONNECTOR ${id}_out;`)).toMatchObject({ '@type': 'drop_connector' })
  const again = () => run(`DROP CONNECTOR ${id}_out;`)
  await expect(again()).rejects.toMatchObject({ code: 'NOT_FOUND' })
  expect(await run(`DROP CONNECTOR IF EXISTS ${id}_out;`)).toMatchObject({ '@type': 'warning_entity' })
})
