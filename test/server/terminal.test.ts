import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { MillraceClient } from '../../src/client/millrace-client.ts'
import { TestEngine, temporaryDirectory } from '../support/engine.ts'
import { missingTerminal, PseudoTerminal } from '../support/terminal.ts'
import { startTestServer, type TestServer } from '../support/test-server.ts'

const UP = '\u001b[A'
const CTRL_C = '\u0003'
const CTRL_D = '\u0004'
const CLI = join(import.meta.dirname, '../../src/cli/millrace.ts')
/** Colours of ECMA-48 by their numbers. */
const GREEN = 2
const BLUE = 4
const CYAN = 6

const missing = missingTerminal()
const WAIT = { timeout: 20_000, interval: 20 }

describe.skipIf(missing !== null)(
  `a session at a terminal${missing === null ? '' : ` (skipped: ${missing})`}`,
  { timeout: 40_000 },
  () => {
    const directory = temporaryDirectory()
    let engine: TestEngine
    let server: TestServer
    let client: MillraceClient
    let terminal: PseudoTerminal

    beforeAll(async () => {
      engine = await TestEngine.open(join(directory.path, 'data'))
      server = await startTestServer(engine.engine)
      client = new MillraceClient(server.url)
      await client.execute(`
      CREATE STREAM orders (id INT KEY, item STRING, price DOUBLE) WITH (kafka_topic='orders', value_format='JSON', partitions=1);
      CREATE TABLE totals AS SELECT item, COUNT(*) AS n FROM orders GROUP BY item;
      INSERT INTO orders VALUES (1, 'pen', 2.5), (2, 'ink', 9.0);`)
      terminal = start()
    })

    afterAll(async () => {
      await terminal?.close()
      await server.close()
      await engine.close()
      directory.remove()
    })

    function start(env: Readonly<Record<string, string | undefined>> = {}): PseudoTerminal {
      return new PseudoTerminal([process.execPath, CLI, 'cli', server.url], {
        columns: 80,
        rows: 24,
        // Node shows no colours where CI is set.
        env: { HOME: directory.path, CI: undefined, NO_COLOR: undefined, FORCE_COLOR: undefined, ...env },
      })
    }

    const shows = (wanted: string | RegExp) => expect.poll(() => terminal.screen(), WAIT).toMatch(wanted)

    /** What is below the line that holds `start`, once the prompt is there again. */
    async function answerTo(typed: string): Promise<string> {
      terminal.type('clear\r')
      await expect.poll(() => terminal.screen(), WAIT).toBe('ksql>')
      terminal.type(`${typed}\r`)
      await expect.poll(() => terminal.screen(), WAIT).toMatch(/\nksql>$/)
      return terminal.screen()
    }

    it('colours what is typed, and keeps it when the line is longer than the screen', async () => {
      const text = `SELECT item, price * 100 AS cents, 'a text' AS label FROM orders -- ${'x'.repeat(40)}`
      await shows(/ksql>$/)
      terminal.type(text)
      await expect.poll(() => terminal.screen().split('\n').slice(-2).join(''), WAIT).toBe(`ksql> ${text}`)
      // The line is drawn first, then its colours.
      const colours = () => ['SELECT', "'a text'", '100'].map((part) => terminal.colourOf(part))
      await expect.poll(colours, WAIT).toEqual([BLUE, GREEN, CYAN])
      expect(terminal.colourOf('price')).toBeNull()
      terminal.type(CTRL_C)
      await shows(/\^C\nksql>$/)
    })

    it('shows answers as tables, records and text', async () => {
      expect((await answerTo('SELECT * FROM totals ORDER BY item;')).replace(/in \d+ ms/, 'in 5 ms')).toBe(
        [
          'ksql> SELECT * FROM totals ORDER BY item;',
          '+------+---+',
          '| ITEM | N |',
          '+------+---+',
          '| ink  | 1 |',
          '| pen  | 1 |',
          '2 rows in 5 ms.',
          'ksql>',
        ].join('\n'),
      )
      terminal.type('.mode markdown\r')
      expect(await answerTo("SELECT * FROM totals WHERE item = 'pen';")).toMatch(
        /^.*\n\| ITEM \| N \|\n\|---\|---\|\n\| pen \| 1 \|\n1 row in \d+ ms\.\nksql>$/,
      )
      terminal.type('.mode line\r')
      expect(await answerTo("SELECT * FROM totals WHERE item = 'pen';")).toContain(
        '-[ RECORD 1 ]----\nITEM | pen\nN    | 1\n',
      )
      terminal.type('.mode table\r')
    })

    it('draws the rows of a table over their former values, key by key', async () => {
      terminal.type("clear\rSET 'auto.offset.reset' = 'earliest';\rSELECT item, n FROM totals EMIT CHANGES;\r")
      await shows(/\| ink {2}\| 1 \|\n\| pen {2}\| 1 \|\n2 keys, \d+ changes$/)
      await client.inserts('orders').insertAll([
        { id: 3, item: 'pen', price: 1 },
        { id: 4, item: 'cap', price: 1 },
      ])
      await shows(/\| cap {2}\| 1 \|\n\| ink {2}\| 1 \|\n\| pen {2}\| 2 \|\n3 keys, \d+ changes$/)
      terminal.type(CTRL_C)
      await shows(/3 keys, \d+ changes\nStopped: \d+ rows.*\nksql>$/)
      expect(terminal.screen().match(/\| ITEM \|/g)).toHaveLength(1)
    })

    it('lists what exists by short commands', async () => {
      expect(await answerTo('\\dt')).toMatch(/Table Name +\| Kafka Topic.*\n.*\n TOTALS +\| TOTALS /)
      expect(await answerTo('\\dq')).toContain('CTAS_TOTALS')
      expect(await answerTo('\\ds orders')).toContain('Name                 : ORDERS')
    })

    it('completes columns by the alias of their source', async () => {
      terminal.type('clear\rSELECT o.pri\t')
      await shows(/ksql> SELECT o.pri$/)
      terminal.type(`${CTRL_C}SELECT id FROM orders AS o WHERE o.pri\t`)
      await shows(/ksql> SELECT id FROM orders AS o WHERE o\.price$/)
      terminal.type(CTRL_C)
    })

    it('draws queries with their rates', async () => {
      terminal.type('clear\r\\top\r')
      await shows(
        /Query ID +\| State +\| In\/s \| Out\/s \| Lag \| In\/s over time\n-+\n CTAS_TOTALS_\d+ \| RUNNING \|/,
      )
      terminal.type(CTRL_C)
      await shows(/ksql>$/)
    })

    it('runs a statement again and again until Ctrl-C', async () => {
      terminal.type(`SELECT n FROM totals WHERE item = 'ink';\r`)
      await shows(/1 row in \d+ ms\.\nksql>$/)
      terminal.type('clear\r\\watch 0.05\r')
      await expect
        .poll(() => terminal.history().match(/every 0\.05 s: SELECT n/g)?.length ?? 0, WAIT)
        .toBeGreaterThan(2)
      terminal.type(CTRL_C)
      await shows(/ksql>$/)
    })

    it('copies a query into a file, and a file into a stream', async () => {
      const path = join(directory.path, 'totals.csv')
      expect(await answerTo(`\\copy (SELECT * FROM totals WHERE item = 'ink') to '${path}'`)).toContain(
        '1 row written to',
      )
      expect(readFileSync(path, 'utf8')).toBe('ITEM,N\nink,1\n')
      const rows = join(directory.path, 'rows.ndjson')
      writeFileSync(rows, '{"id": 8, "item": "nib"}\n{"id": 9, "item": "nib"}\n')
      expect(await answerTo(`\\copy orders from ${rows}`)).toContain('2 rows were written to ORDERS')
      await expect.poll(() => client.rows("SELECT n FROM totals WHERE item = 'nib';"), WAIT).toEqual([{ N: 2 }])
      const lines = join(directory.path, 'totals.ndjson')
      expect(await answerTo(`\\copy (SELECT * FROM totals WHERE item = 'nib') to ${lines}`)).toContain(
        '1 row written to',
      )
      expect(readFileSync(lines, 'utf8')).toBe('{"ITEM":"nib","N":2}\n')
      const table = join(directory.path, 'rows.csv')
      writeFileSync(table, 'id,item\n10,nib\n')
      expect(await answerTo(`\\copy orders from ${table}`)).toContain('1 row was written to ORDERS')
    })

    it('runs what was saved in the editor', async () => {
      const editor = join(directory.path, 'editor.sh')
      writeFileSync(editor, `#!/bin/sh\necho "SELECT n FROM totals WHERE item = 'ink';" > "$1"\n`, { mode: 0o755 })
      const other = start({ EDITOR: editor, VISUAL: undefined })
      await expect.poll(() => other.screen(), WAIT).toMatch(/ksql>$/)
      other.type('\\e\r')
      await expect
        .poll(() => other.screen(), WAIT)
        .toMatch(/SELECT n FROM totals WHERE item = 'ink';\n\+---\+\n\| N \|\n(?:.*\n)*1 row in \d+ ms\.\nksql>$/)
      await other.close()
    })

    it('brings statements back, and leaves with Ctrl-D', async () => {
      terminal.type(`clear\r${UP}${UP}`)
      await shows(/ksql> \\copy orders from/)
      terminal.type(`${CTRL_C}${CTRL_D}`)
      await shows('Exiting Millrace.')
      expect(await terminal.exit).toBe(0)
    })

    it('has no colours where NO_COLOR is set, and pages long answers by PAGER', async () => {
      terminal = start({ NO_COLOR: '1', PAGER: 'head -n 2' })
      await shows(/ksql>$/)
      terminal.type("SELECT 'a' FROM orders")
      await shows(/FROM orders$/)
      expect([terminal.colourOf('SELECT'), terminal.colourOf("'a'")]).toEqual([null, null])
      terminal.type(`${CTRL_C}clear\rhelp\r`)
      await shows(/^ksql> help\nCommands:\n {2}help .*\nksql>$/)
      expect(await answerTo('version')).toMatch(/^ksql> version\nVersion: .*\nksql>$/)
    })
  },
)
