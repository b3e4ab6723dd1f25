import { EventEmitter } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { stripVTControlCharacters } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { Session } from '../../src/cli/cli-session.ts'
import { Client } from '../../src/cli/client/client.ts'
import { Screen } from '../../src/cli/output/screen.ts'
import { runRepl } from '../../src/cli/repl/repl.ts'
import { ManualTimer, systemTimer, type Timer } from '../../src/clock.ts'
import { SAMPLE_MS } from '../../src/server/console/history.ts'
import { silentLog } from '../../src/server/log.ts'
import { TestEngine, temporaryDirectory } from '../support/engine.ts'
import { startTestServer, type TestServer } from '../support/test-server.ts'

/** The interactive command line over a server, on a terminal that a test types on. */
let engine: TestEngine
let server: TestServer
const directory = temporaryDirectory()

beforeAll(async () => {
  engine = await TestEngine.open(join(directory.path, 'data'))
  server = await startTestServer(engine.engine)
})

afterAll(async () => {
  await server.close()
  await engine.close()
  directory.remove()
})

interface StartOptions {
  readonly timer?: Timer
  readonly url?: string
  readonly columns?: number
  readonly term?: string
}

function start({ timer = systemTimer, url = server.url, columns = 80, term = '' }: StartOptions = {}) {
  let text = ''
  const output = Object.assign(
    new Writable({
      write(chunk, _encoding, done) {
        text += String(chunk)
        done()
      },
    }),
    { columns, rows: 24, isTTY: true },
  )
  const input = Object.assign(new EventEmitter(), { resume: () => {}, pause: () => {} })
  const historyPath = join(directory.path, 'history')
  const screen = new Screen({ out: output, err: output, env: { TERM: term } })
  const client = new Client(url)
  const session = new Session({
    client,
    format: 'TABULAR',
    variables: new Map(),
    properties: new Map(),
    rowLimit: null,
    timeoutMs: null,
    timer,
  })
  const over = runRepl({ session, screen, credentials: {}, version: '1', input, output, historyPath })
  const shown = () => stripVTControlCharacters(text).replaceAll('\r\n', '\n')
  return {
    over,
    shown,
    historyPath,
    type: (keys: string) => void input.emit('data', keys),
    until: (wanted: string | RegExp) => expect.poll(shown).toMatch(wanted),
  }
}

it('answers pasted statements in order, with a prompt before each and none in between', async () => {
  const { type, until, shown, over, historyPath } = start()
  await until('ksql> ')
  type(`CREATE STREAM s (id INT KEY, name STRING)
  WITH (kafka_topic='s', value_format='JSON', partitions=1);
INSERT INTO s VALUES (1, 'a''
;b');
SELECT * FROM s;
exit
`)
  await over
  const session = shown().slice(shown().indexOf('ksql> CREATE'))
  expect(session).toBe(`ksql> CREATE STREAM s (id INT KEY, name STRING)
   ->   WITH (kafka_topic='s', value_format='JSON', partitions=1);

 Message        
----------------
 Stream created 
----------------
ksql> INSERT INTO s VALUES (1, 'a''
   '> ;b');
1 row inserted.
ksql> SELECT * FROM s;
+----+------+
| ID | NAME |
+----+------+
| 1  | a'   |
|    | ;b   |
1 row.
ksql> exit
Exiting Millrace.
`)
  expect(readFileSync(historyPath, 'utf8').split('\n')[0]).toBe(
    "CREATE STREAM s (id INT KEY, name STRING) WITH (kafka_topic='s', value_format='JSON', partitions=1);",
  )
})

it('stops a push query at Ctrl-C and goes on', async () => {
  const { type, until, over } = start()
  await until('ksql> ')
  type('SELECT * FROM s EMIT CHANGES;\r')
  await until(/Press Ctrl-C to stop\..*\| 1 /s)
  type('\u0003')
  await until(/Stopped: 1 row\.\nksql> $/)
  type('\u0004')
  await over
})

it('says why a push query may be silent', async () => {
  const timer = new ManualTimer()
  const { type, until, shown, over } = start({ timer })
  await until('ksql> ')
  type("SET 'auto.offset.reset' = 'latest'; SELECT * FROM s EMIT CHANGES;\r")
  await until('Press Ctrl-C to stop.')
  timer.advance(2999)
  await new Promise((resolve) => setImmediate(resolve))
  expect(shown()).not.toContain('Waiting for new records')
  timer.advance(1)
  await until(/Waiting for new records: auto\.offset\.reset is 'latest'\./)
  type('\u0003')
  await until('Stopped: 0 rows.')
  type('\u0004')
  await over
})

it('says what a line that waits for more lacks', async () => {
  const { type, until, over } = start()
  await until('ksql> ')
  type('SHOW STREAMS\r\r')
  await until('A statement ends with a semicolon. Ctrl-C drops it.')
  type('\u0003')
  type("SELECT 'abc FROM s;\r")
  await until("line 1:8: The text that begins here with ' is not closed.")
  type('exit\r')
  await until(/ '> exit\nline 1:8: The text/)
  type('\u0003\u0004')
  await over
})

it('has commands of psql, and help for statements', async () => {
  const { type, until, over } = start()
  await until('ksql> ')
  type('\\d s\r')
  await until(/ID +\| INTEGER +\(key\)/)
  type('\\x on\rSELECT id FROM s;\r')
  await until(/-\[ RECORD 1 \]--\nID \| 1/)
  type('\\timing\rSELECT id FROM s;\r')
  await until(/1 row in \d+ ms\./)
  type('\\nope\r')
  await until(String.raw`There is no command '\nope'. \? lists the commands.`)
  type('help drop stream;\r')
  await until('DROP STREAM IF EXISTS orders DELETE TOPIC;')
  type('\\q\r')
  await over
})

it('copies the session to a file, without what only concerns the screen', async () => {
  const { type, until, over } = start()
  await until('ksql> ')
  const path = join(directory.path, 'spool')
  writeFileSync(path, 'old')
  type(`spool '${path}'\rSELECT id FROM s;\rspool off\rexit\r`)
  await over
  expect(readFileSync(path, 'utf8')).toBe(
    `Spooling to ${path}\nksql> SELECT id FROM s;\n+----+\n| ID |\n+----+\n| 1  |\n1 row.\n`,
  )
})

it('draws the rates of the last minutes beside the queries, on a terminal that has the characters', async () => {
  const timer = new ManualTimer()
  const watched = await startTestServer(engine.engine, {}, silentLog, { timer })
  await engine.execute(`
    CREATE STREAM drawn (n INT) WITH (kafka_topic='drawn', value_format='JSON', partitions=1);
    CREATE STREAM copied AS SELECT * FROM drawn;`)
  const samples = async () => {
    const answer = await fetch(`${watched.url}/console/api/history`)
    return ((await answer.json()) as { readonly times: readonly number[] }).times.length
  }
  for (let taken = 0; taken < 2; taken++) {
    timer.advance(SAMPLE_MS)
    await expect.poll(samples).toBe(taken + 1)
  }
  const listing = async (term: string) => {
    const repl = start({ url: watched.url, columns: 200, term })
    await repl.until('ksql> ')
    repl.type('SHOW QUERIES;\r')
    await repl.until(/ CSAS_COPIED_\d+ .*\n(?:.*\n)*.*ksql> $/)
    repl.type('\u0004')
    await repl.over
    return repl.shown()
  }
  expect(await listing('xterm')).toMatch(/Query ID.*\| Records\/s +\|.*\n-+\n CSAS_COPIED_\d+ .*\| ▁▁ 0 +\|/)
  expect(await listing('linux')).not.toContain('Records/s')
  await watched.close()
})
