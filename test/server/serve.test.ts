import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { serve } from '../../src/serve.ts'
import { temporaryDirectory } from '../support/engine.ts'

/** A directory that goes with the test. */
function directory(): string {
  const { path, remove } = temporaryDirectory()
  onTestFinished(remove)
  return path
}

/** A property file in a directory of its own. */
function propertyFile(text: string): string {
  const path = join(directory(), 'server.properties')
  writeFileSync(path, text)
  return path
}

it('checks a configuration: unknown names and values that do not fit are refused, each with its place', async () => {
  const config = propertyFile('ksql.servce.id=x\nnum.stream.threads=0\n')
  const environment = { KSQL_COMMIT_INTERVAL_MS: 'soon' }
  await expect(serve({ config, check: true, environment })).rejects.toThrow(
    `${config}:1: There is no setting ksql.servce.id. Did you mean ksql.service.id?
${config}:2: Invalid value 0 for configuration num.stream.threads. It is a whole number, 1 or more.
KSQL_COMMIT_INTERVAL_MS: Invalid value soon for configuration commit.interval.ms. It is a whole number.`,
  )
  await expect(serve({ config: propertyFile('ksql.servce.id=x'), check: true })).rejects.toThrow('ksql.service.id')
  await expect(serve({ config: propertyFile('ksql.service.id=x'), check: true })).resolves.toBeNull()
})

it('does not start with a value that does not fit', async () => {
  const config = propertyFile('num.stream.threads=0\n')
  await expect(serve({ config })).rejects.toThrow('Invalid value 0 for configuration num.stream.threads.')
})

it('refuses a Kafka cluster without a port at once, wherever it is named', async () => {
  const refusal = 'Write it like localhost:9092.'
  await expect(serve({ bootstrapServers: 'foo' })).rejects.toThrow(refusal)
  await expect(serve({ environment: { KSQL_BOOTSTRAP_SERVERS: 'foo' } })).rejects.toThrow(refusal)
})

it('logs what it is given, what it executes and what it is asked, and no secret', async () => {
  const dataDir = directory()
  const lines: { level: string; msg: string; [field: string]: unknown }[] = []
  const logOutput = { write: (text: string) => void lines.push(JSON.parse(text)), isTerminal: false, hasColours: false }
  const start = () =>
    serve({
      listen: 'http://127.0.0.1:0',
      dataDir,
      config: propertyFile('ssl.key.password=hunter2\nsasl.pasword=hunter2\nksql.servce.id=x\nnum.stream.threads=1'),
      logLevel: 'debug',
      logOutput,
    })
  const messages = (level: string) => lines.filter((line) => line.level === level).map(({ msg }) => msg)
  const server = (await start())!
  await server.ready
  const sql = `CREATE STREAM s (k STRING KEY, password STRING) WITH (kafka_topic='s', value_format='JSON', partitions=1);
    CREATE STREAM copy AS SELECT * FROM s;
    INSERT INTO s VALUES ('hunter2', 'hunter2');`
  const post = (text: string) =>
    fetch(`${server.urls[0]}/ksql`, { method: 'POST', body: JSON.stringify({ ksql: text }) })
  expect((await post(sql)).status).toBe(200)
  expect((await post('TERMINATE ALL;')).status).toBe(200)
  expect(await (await post('SHOW PROPERTIES;')).text()).not.toContain('hunter2')
  await server.close()
  expect(lines[0]).toMatchObject({
    level: 'info',
    msg: expect.stringMatching(/^Millrace \S+ starts, on Node \S+\.$/),
    properties: { 'ssl.key.password': '[hidden]', 'num.stream.threads': '1', 'sasl.pasword': '[hidden]' },
  })
  expect(messages('warn')).toEqual([
    expect.stringContaining('There is no setting sasl.pasword. Did you mean sasl.password?'),
    expect.stringContaining('There is no setting ksql.servce.id. Did you mean ksql.service.id?'),
  ])
  expect(messages('info')).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/^Executed: CREATE STREAM s .*: Stream created/),
      expect.stringMatching(/^Executed: CREATE STREAM copy AS SELECT .*: Created query with ID CSAS_COPY_\d+$/),
      expect.stringMatching(/^Executed: TERMINATE .*: Query terminated\.$/),
    ]),
  )
  await expect
    .poll(() => lines)
    .toContainEqual(expect.objectContaining({ level: 'debug', method: 'POST', path: '/ksql', status: 200 }))
  expect(JSON.stringify(lines)).not.toContain('hunter2')
}, 20_000)

it('answers metrics and probes while Kafka cannot be reached, and stops at once with the reason', async () => {
  const lines: string[] = []
  const logOutput = { write: (text: string) => void lines.push(text), isTerminal: true, hasColours: false }
  const server = (await serve({
    listen: 'http://127.0.0.1:0',
    bootstrapServers: '127.0.0.1:9',
    dataDir: directory(),
    logOutput,
  }))!
  server.ready.catch(() => {})
  await expect
    .poll(() => lines.join(''))
    .toContain('Connecting to Kafka at 127.0.0.1:9 (attempt 1: connection refused).')
  const status = async (path: string) => (await fetch(`${server.urls[0]}${path}`)).status
  expect([await status('/chc/ready'), await status('/chc/live'), await status('/metrics')]).toEqual([503, 200, 200])
  await server.close()
  await expect(server.ready).rejects.toThrow('Kafka at 127.0.0.1:9 was not reached before the server was stopped.')
})
