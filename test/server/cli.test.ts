import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type OutputFormat, Session } from '../../src/cli/cli-session.ts'
import { Client } from '../../src/cli/client/client.ts'
import { Screen } from '../../src/cli/output/screen.ts'
import { runScript } from '../../src/cli/run-script.ts'
import { systemTimer } from '../../src/clock.ts'
import { TestEngine, temporaryDirectory } from '../support/engine.ts'
import { startTestServer, type TestServer } from '../support/test-server.ts'

/** The command line over a server, as -e and -f run it; only the terminal is replaced. */
let engine: TestEngine
let server: TestServer
const directory = temporaryDirectory()

beforeAll(async () => {
  engine = await TestEngine.open(directory.path)
  server = await startTestServer(engine.engine)
})

afterAll(async () => {
  await server.close()
  await engine.close()
  directory.remove()
})

interface Terminal {
  readonly session: Session
  /** What was written, without blanks at line ends. */
  readonly lines: () => string[]
  readonly run: (sql: string, signal?: AbortSignal) => Promise<void>
}

function terminal(format: OutputFormat = 'TABULAR'): Terminal {
  let text = ''
  const out = Object.assign(
    new Writable({
      write(chunk, _encoding, done) {
        text += String(chunk)
        done()
      },
    }),
    { columns: 40, isTTY: false },
  )
  const screen = new Screen({ out, err: out })
  const session = new Session({
    client: new Client(server.url),
    format,
    variables: new Map(),
    properties: new Map(),
    rowLimit: null,
    timeoutMs: null,
    timer: systemTimer,
  })
  return {
    session,
    lines: () => text.split('\n').map((line) => line.trimEnd()),
    run: (sql, signal = new AbortController().signal) => runScript(sql, { session, screen, signal }, 'script.sql'),
  }
}

it('runs statements one by one, each where it belongs', async () => {
  const { run, lines } = terminal()
  await run(`
    CREATE STREAM people (id INT KEY, name STRING) WITH (kafka_topic='people', value_format='JSON', partitions=1);
    DEFINE who = 'Änne 世';
    INSERT INTO people VALUES (1, '\${who}');
    SET 'auto.offset.reset' = 'earliest';
    SELECT * FROM people EMIT CHANGES LIMIT 1;`)
  expect(lines()).toEqual([
    '',
    ' Message',
    '----------------',
    ' Stream created',
    '----------------',
    '1 row inserted.',
    "Successfully changed local property 'auto.offset.reset' to 'earliest'. Use the UNSET command to revert your change.",
    '+----+---------+',
    '| ID | NAME    |',
    '+----+---------+',
    '| 1  | Änne 世 |',
    'Limit reached: 1 row.',
    '',
  ])
})

it('writes one JSON text for each row, and nothing else', async () => {
  const { run, lines } = terminal('JSON')
  await run('SELECT name FROM people;')
  const [header, row, end, rest] = lines().map((line) => (line === '' ? null : JSON.parse(line)))
  expect(header).toMatchObject({ header: { schema: '`NAME` STRING' } })
  expect(row).toEqual({ row: { columns: ['Änne 世'] } })
  expect(end).toEqual({ finalMessage: 'Query Completed' })
  expect(rest).toBeNull()
})

it('stops at the first statement that fails, with its place in the file and in the statement', async () => {
  const { run, session } = terminal()
  const failing = run('SHOW TOPICS;\n\nSELECT nope\nFROM people;\nDROP STREAM people;')
  await expect(failing).rejects.toThrow(/^script\.sql, statement in line 3: /)
  await expect(failing).rejects.toThrow(/\nStatement: SELECT nope\n {18}\^\nFROM people;$/)
  await expect(session.client.execute('DESCRIBE people;')).resolves.toHaveLength(1)
})

it('takes a last statement without its semicolon, but none whose text is not closed', async () => {
  const { run, lines } = terminal()
  await run('SELECT id FROM people')
  expect(lines().at(-2)).toBe('1 row.')
  await expect(terminal().run("SHOW TOPICS;\nSELECT name FROM people\nWHERE name = 'A;")).rejects.toThrow(
    /line 2:14: The text that begins here with ' is not closed\.\nWHERE name = 'A;\n {13}\^$/,
  )
})

it('runs scripts from within a script, but not without end', async () => {
  const { run, lines } = terminal()
  const path = join(directory.path, "it's.sql")
  writeFileSync(path, 'SELECT id FROM people;')
  await run("RUN SCRIPT 'it''s.sql';".replace('it', join(directory.path, 'it')))
  expect(lines().at(-2)).toBe('1 row.')
  const loop = join(directory.path, 'loop.sql')
  writeFileSync(loop, `RUN SCRIPT '${loop}';`)
  await expect(run(`RUN SCRIPT '${loop}';`)).rejects.toThrow(
    `Scripts run each other 20 deep: ${loop} is not run again.`,
  )
})

it('counts the rows of an INSERT, and warns of variables that nobody has defined', async () => {
  const { run, lines } = terminal()
  await run(
    `DEFINE known = 'x'; INSERT INTO people VALUES (7, '\${Nope} \${known} $\${not}'), (8, 'b'); UNDEFINE Nope;`,
  )
  expect(lines()).toEqual([
    `WARNING: There is no variable Nope; \${Nope} is sent as it is. DEFINE Nope = '...'; defines it.`,
    '2 rows inserted.',
    "Cannot undefine variable 'Nope' which was never defined.",
    '',
  ])
})

it('shows wide rows as records where a table would not fit', async () => {
  const { run, lines } = terminal()
  await run('SELECT id, name, id AS another, name AS a_name, id AS one_more, name AS last FROM people WHERE id = 1;')
  expect(lines()).toEqual([
    '-[ RECORD 1 ]--------',
    'ID       | 1',
    'NAME     | Änne 世',
    'ANOTHER  | 1',
    'A_NAME   | Änne 世',
    'ONE_MORE | 1',
    'LAST     | Änne 世',
    '1 row.',
    '',
  ])
})

it('ends a push query when the user stops it, and skips what follows', async () => {
  const { run, lines } = terminal()
  const stop = new AbortController()
  const running = run('SELECT * FROM people EMIT CHANGES; DROP STREAM people;', stop.signal)
  await expect.poll(lines).toContainEqual(expect.stringMatching(/^\| 1 {2}\| /))
  stop.abort()
  await running
  expect(lines().at(-2)).toMatch(/^Stopped: [1-3] rows?\.$/)
  await expect(terminal().session.client.execute('DESCRIBE people;')).resolves.toHaveLength(1)
})

it('tells of records that a push query could not read, and tells other clients nothing', async () => {
  const { run, lines } = terminal()
  await run(`
    CREATE STREAM readings (k STRING KEY, v INT) WITH (kafka_topic='readings', value_format='JSON', partitions=1);
    CREATE STREAM raw (k STRING KEY, v STRING) WITH (kafka_topic='readings', value_format='KAFKA');
    INSERT INTO raw VALUES ('a', 'no JSON'), ('b', 'none either');
    INSERT INTO readings VALUES ('c', 3);`)
  const sql = 'SELECT v FROM readings EMIT CHANGES LIMIT 1;'
  await run(`SET 'auto.offset.reset' = 'earliest'; ${sql}`)
  expect(lines().slice(-7)).toEqual([
    expect.stringMatching(
      /^WARNING: 2 records could not be read or processed, the last because of readings, partition 0, offset 1: .+[^.]\. See the stream KSQL_PROCESSING_LOG\.$/,
    ),
    '+---+',
    '| V |',
    '+---+',
    '| 3 |',
    'Limit reached: 1 row.',
    '',
  ])
  const answer = await fetch(`${server.url}/query`, {
    method: 'POST',
    body: JSON.stringify({ ksql: sql, streamsProperties: { 'auto.offset.reset': 'earliest' } }),
  })
  expect(await answer.text()).not.toContain('notice')
})

it('forgets overrides and variables that were unset', async () => {
  const { run, session } = terminal()
  await run("SET 'commit.interval.ms'='1'; DEFINE x='1'; UNSET 'commit.interval.ms'; UNDEFINE x;")
  expect([...session.properties, ...session.variables]).toEqual([])
  await expect(run("UNSET 'a';")).rejects.toThrow(
    "Cannot unset local property 'a' which was never set in the first place",
  )
})

it.each([
  ["SET 'auto.offset.rest'='earliest';", 'Did you mean auto.offset.reset?'],
  [
    "SET 'auto.offset.reset'='newest';",
    "Invalid value newest for configuration auto.offset.reset. It is 'earliest' or 'latest'.",
  ],
  [
    "SET 'bootstrap.servers'='x';",
    "Cannot override property 'bootstrap.servers'. It is set in the server's configuration.",
  ],
])('refuses %s at once, and later statements work', async (statement, refusal) => {
  const { run, session } = terminal()
  await expect(run(statement)).rejects.toThrow(refusal)
  expect([...session.properties]).toEqual([])
  await run('SHOW STREAMS;')
})

it('checks SET by the values of variables, and keeps earlier properties when one is refused', async () => {
  const { run, session } = terminal()
  await run(`DEFINE reset = 'earliest'; SET 'auto.offset.reset' = '\${reset}';`)
  await expect(run(`DEFINE reset = 'soon'; SET 'auto.offset.reset' = '\${reset}';`)).rejects.toThrow(
    'Invalid value soon',
  )
  expect([...session.properties]).toEqual([['auto.offset.reset', 'earliest']])
})

it('shows which properties the session overrides', async () => {
  const { run, lines } = terminal()
  await run("SET 'auto.offset.reset'='earliest'; SHOW PROPERTIES;")
  const levelOf = (name: string) =>
    lines()
      .find((line) => line.startsWith(` ${name} `))
      ?.split('|')[2]
      ?.trim()
  expect(levelOf('ksql.streams.auto.offset.reset')).toBe('SESSION')
  expect(levelOf('ksql.streams.commit.interval.ms')).toBe('SERVER')
  expect(levelOf('ksql.streams.max.task.idle.ms')).toBe('')
})

it('says how to start a server that is not there', async () => {
  const gone = new Client('http://127.0.0.1:1')
  await expect(gone.info()).rejects.toThrow(
    "Could not connect to the server at http://127.0.0.1:1: nothing listens there. Is it running? 'millrace server' starts one.",
  )
})
