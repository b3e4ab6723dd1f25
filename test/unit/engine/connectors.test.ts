import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { entityText } from '../../../src/cli/output/entity-text.ts'
import type { Entity } from '../../../src/engine/describe/entities.ts'
import { ConnectServer } from '../../support/connect/connect-server.ts'
import { TestEngine } from '../../support/engine.ts'

const SOURCE = 'org.apache.kafka.connect.file.FileStreamSourceConnector'
const SINK = 'org.apache.kafka.connect.file.FileStreamSinkConnector'
const directory = mkdtempSync(join(tmpdir(), 'connectors-'))

let connect: ConnectServer
let engine: TestEngine

beforeAll(async () => {
  connect = await new ConnectServer().start()
  const file = join(directory, 'credentials')
  writeFileSync(file, 'username=u\npassword=p\n')
  engine = await TestEngine.open(join(directory, 'data'), {
    'ksql.connect.url': connect.url,
    'ksql.connect.basic.auth.credentials.source': 'FILE',
    'ksql.connect.basic.auth.credentials.file': file,
  })
})
afterAll(async () => {
  await engine.close()
  await connect.close()
  rmSync(directory, { recursive: true })
})
beforeEach(() => {
  connect.requests.length = 0
  connect.configs.clear()
  connect.states.clear()
})

const run = async (sql: string): Promise<Entity> => (await engine.execute(sql))[0]!

const createSource = (name: string, more = '') =>
  `CREATE SOURCE CONNECTOR ${name} WITH ('connector.class'='${SOURCE}', 'topic'='lines', "tasks.max"=1${more});`

it('creates a connector with the options as they are given', async () => {
  expect(await run(createSource('Lines', ", 'password'='secret', 'a.flag'=true"))).toEqual({
    '@type': 'connector_info',
    statementText: `CREATE SOURCE CONNECTOR LINES WITH ("connector.class"='[string]', "topic"='[string]', "tasks.max"='[string]', "password"='[string]', "a.flag"='[string]');`,
    info: {
      name: 'LINES',
      config: {
        'connector.class': SOURCE,
        topic: 'lines',
        'tasks.max': '1',
        password: '[hidden]',
        'a.flag': 'true',
        name: 'LINES',
      },
      tasks: [{ connector: 'LINES', task: 0 }],
      type: 'source',
    },
    warnings: [],
  })
  expect(connect.configs.get('LINES')).toMatchObject({ 'tasks.max': '1', password: 'secret', 'a.flag': 'true' })
  expect(connect.authorizations.at(-1)).toBe(`Basic ${btoa('u:p')}`)
})

it('refuses a name that is taken in any case, or warns', async () => {
  await run(createSource('`lines`'))
  await expect(run(createSource('LINES'))).rejects.toMatchObject({
    code: 'CONFLICT',
    message: 'Connector LINES already exists',
  })
  const again = createSource('lines').replace('CONNECTOR', 'CONNECTOR IF NOT EXISTS')
  expect(await run(again)).toMatchObject({ '@type': 'warning_entity', message: 'Connector LINES already exists' })
})

it('refuses options that Connect refuses, before any statement of the request is carried out', async () => {
  const bad = `CREATE SINK CONNECTOR s WITH ("connector.class"='${SINK}');`
  await expect(engine.execute(`${createSource('a')} ${bad}`)).rejects.toMatchObject({
    code: 'BAD_STATEMENT',
    message: expect.stringContaining(
      'Validation error: topics - Missing required configuration "topics" which has no default value.',
    ),
  })
  expect(connect.configs.size).toBe(0)
  await expect(run(`CREATE SINK CONNECTOR s WITH ("connector.class"='x');`)).rejects.toThrow(
    'Validation error: Failed to find any class that implements Connector and which name matches x. SHOW CONNECTOR PLUGINS lists the classes that there are.',
  )
  await expect(run(`CREATE SINK CONNECTOR s WITH ('topics'='t');`)).rejects.toThrow(
    'Validation error: the connector has no class.',
  )
})

it('lists connectors with their states', async () => {
  await run(createSource('a'))
  await run(createSource('b'))
  await run(`CREATE SINK CONNECTOR c WITH ("connector.class"='${SINK}', 'topics'='t');`)
  connect.states.set('A', { connector: 'PAUSED', task: 'PAUSED' })
  connect.states.set('B', { connector: 'RUNNING', task: 'FAILED' })
  const all = await run('SHOW CONNECTORS;')
  expect(all).toMatchObject({
    '@type': 'connector_list',
    connectors: [
      { name: 'A', type: 'source', className: SOURCE, state: 'PAUSED' },
      { name: 'B', type: 'source', className: SOURCE, state: 'WARNING (0/1 tasks RUNNING)' },
      { name: 'C', type: 'sink', className: SINK, state: 'RUNNING (1/1 tasks RUNNING)' },
    ],
  })
  expect(entityText(all, 150)).toBe(`\
 Connector Name | Type   | Class                                                   | Status                      
-----------------------------------------------------------------------------------------------------------------
 A              | SOURCE | org.apache.kafka.connect.file.FileStreamSourceConnector | PAUSED                      
 B              | SOURCE | org.apache.kafka.connect.file.FileStreamSourceConnector | WARNING (0/1 tasks RUNNING) 
 C              | SINK   | org.apache.kafka.connect.file.FileStreamSinkConnector   | RUNNING (1/1 tasks RUNNING) 
-----------------------------------------------------------------------------------------------------------------`)
  expect(await run('LIST SINK CONNECTORS;')).toMatchObject({ connectors: [{ name: 'C' }] })
  expect(await run('SHOW SOURCE CONNECTORS;')).toMatchObject({ connectors: [{ name: 'A' }, { name: 'B' }] })
})

it('lists a connector that vanishes meanwhile, with a warning', async () => {
  await run(createSource('a'))
  connect.beforeAnswer = async () => {
    if (connect.requests.at(-1) === 'GET /connectors/A') connect.configs.clear()
  }
  expect(await run('SHOW CONNECTORS;')).toMatchObject({
    connectors: [{ name: 'A', type: 'unknown', className: null, state: null }],
    warnings: [{ message: 'Could not describe connector A: Connector A not found' }],
  })
  connect.beforeAnswer = async () => {}
})

it('describes a connector with its tasks, its topics, and the streams over them', async () => {
  await run(createSource('a'))
  connect.topics.set('A', ['lines'])
  connect.states.set('A', { connector: 'RUNNING', task: 'FAILED', trace: 'java.io.IOException: no file' })
  await run("CREATE STREAM lines (v STRING) WITH (kafka_topic='lines', value_format='JSON', partitions=1);")
  await run(
    "CREATE STREAM named (v STRING) WITH (kafka_topic='other', value_format='JSON', partitions=1, source_connector='A');",
  )
  const described = await run('DESCRIBE CONNECTOR a;')
  expect(described).toMatchObject({
    '@type': 'connector_description',
    connectorClass: SOURCE,
    status: {
      name: 'A',
      connector: { state: 'RUNNING', worker_id: '127.0.0.1:8083' },
      tasks: [{ id: 0, state: 'FAILED', worker_id: '127.0.0.1:8083', trace: 'java.io.IOException: no file' }],
      type: 'source',
    },
    sources: [{ name: 'LINES', topic: 'lines' }, { name: 'NAMED' }],
    topics: ['lines'],
    warnings: [],
  })
  expect(entityText(described, 100)).toBe(`\
Name                 : A
Class                : org.apache.kafka.connect.file.FileStreamSourceConnector
Type                 : source
State                : RUNNING
WorkerId             : 127.0.0.1:8083

 Task ID | State  | Error Trace                  
-------------------------------------------------
 0       | FAILED | java.io.IOException: no file 
-------------------------------------------------

 KSQL Source Name | Kafka Topic | Type   
-----------------------------------------
 LINES            | lines       | STREAM 
 NAMED            | other       | STREAM 
-----------------------------------------

 Related Topics 
----------------
 lines          
----------------`)
  await expect(run('DESCRIBE CONNECTOR nothing;')).rejects.toMatchObject({
    code: 'NOT_FOUND',
    message: 'Failed to query connector status: No status found for connector NOTHING',
  })
})

it('lists the plugins', async () => {
  const plugins = await run('SHOW CONNECTOR PLUGINS;')
  expect(plugins).toMatchObject({
    '@type': 'connector_plugins_list',
    connectorsPlugins: expect.arrayContaining([
      { className: SINK, type: 'sink', version: '4.3.1' },
      { className: SOURCE, type: 'source', version: '4.3.1' },
      { className: 'millrace.file', type: 'sink', version: null },
    ]),
  })
  expect(entityText(plugins, 100)).toContain(`${SINK}   | SINK   | 4.3.1`)
})

it('drops a connector, once', async () => {
  await run(createSource('a'))
  const dropped = await run('DROP CONNECTOR a;')
  expect(dropped).toMatchObject({ '@type': 'drop_connector', connectorName: 'A' })
  expect(entityText(dropped, 80)).toContain('Dropped connector "A"')
  expect(connect.configs.size).toBe(0)
  await expect(run('DROP CONNECTOR a;')).rejects.toMatchObject({
    code: 'NOT_FOUND',
    message: 'Failed to drop connector: Connector A not found',
  })
  expect(await run('DROP CONNECTOR IF EXISTS a;')).toMatchObject({
    '@type': 'warning_entity',
    message: "Connector 'A' does not exist.",
  })
})

it('lists what is built in, with a warning, while Connect cannot be reached', async () => {
  const alone = await TestEngine.open(join(directory, 'alone'), { 'ksql.connect.url': 'http://127.0.0.1:9' })
  const list = async (sql: string) => (await alone.execute(sql))[0]!
  const missing = (what: string) => [
    {
      message: expect.stringMatching(
        `^The ${what} of Kafka Connect are missing: The Kafka Connect worker at http://127.0.0.1:9 `,
      ),
    },
  ]
  try {
    await alone.execute("CREATE SOURCE made WITH (connector='datagen', topic='made', fields='id=sequence', records=1);")
    expect(await list('SHOW CONNECTORS;')).toMatchObject({
      connectors: [{ name: 'MADE', className: 'millrace.datagen' }],
      warnings: missing('connectors'),
    })
    expect(await list('SHOW CONNECTOR PLUGINS;')).toMatchObject({
      connectorsPlugins: expect.arrayContaining([{ className: 'millrace.file', type: 'sink', version: null }]),
      warnings: missing('plugins'),
    })
    await expect(alone.execute('DESCRIBE CONNECTOR other;')).rejects.toMatchObject({ code: 'SERVER_ERROR' })
  } finally {
    await alone.close()
  }
})

it('lists what is built in where no setting says that there is a Connect cluster', async () => {
  const plain = await TestEngine.open(join(directory, 'plain'))
  try {
    const [listed] = await plain.execute('SHOW CONNECTORS;')
    // Whatever is at the default address, the statement is no failure.
    expect(listed).toMatchObject({ '@type': 'connector_list', warnings: [] })
  } finally {
    await plain.close()
  }
})
