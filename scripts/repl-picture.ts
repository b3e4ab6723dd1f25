/**
 * Takes the picture of the REPL that the README shows: the last screen of a session at a pseudo-terminal, drawn as SVG. `node scripts/repl-picture.ts`.
 * Needs python3 (test/support/terminal.ts).
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { ConsoleServer } from '../test/browser/support/console-server.ts'
import { PseudoTerminal } from '../test/support/terminal.ts'
import { startFeeding } from './picture-data.ts'
import { terminalPicture } from './terminal-picture.ts'

const FILE = join(import.meta.dirname, '../docs/pictures/repl.svg')
const CLI = join(import.meta.dirname, '../src/cli/millrace.ts')
const SIZE = { columns: 88, rows: 34 }
const CTRL_C = '\u0003'
const WAIT_MS = 30_000

const home = mkdtempSync(join(tmpdir(), 'millrace-picture-'))
const server = await ConsoleServer.start()
const feeding = await startFeeding(server)
const env = { HOME: home, CI: undefined, NO_COLOR: undefined, FORCE_COLOR: undefined }
const terminal = new PseudoTerminal([process.execPath, CLI, 'cli', server.url], { ...SIZE, env })
try {
  await shows(/ksql>$/)
  terminal.type('clear\r')
  await enter('\\top')
  await shows(/In\/s over time/)
  await delay(22_000)
  terminal.type(CTRL_C)
  await shows(/ksql>$/)
  await enter('SELECT state, n, ROUND(avg_ms, 2) AS avg_ms FROM per_state')
  await shows(/->$/)
  await enter("WHERE state LIKE '%A' ORDER BY avg_ms DESC;")
  await shows(/rows in \d+ ms\.\nksql>$/)
  await enter('SELECT plan, n FROM slow_by_plan EMIT CHANGES;')
  await shows(/\d keys, \d+ changes$/)
  await delay(1500)
  writeFileSync(FILE, terminalPicture(terminal.styledLines(), SIZE.columns))
} finally {
  clearInterval(feeding)
  await terminal.close()
  await server.close()
  rmSync(home, { recursive: true, force: true })
}

/** Types a line, and Enter once the line is drawn: what is pasted is not coloured. */
async function enter(line: string): Promise<void> {
  terminal.type(line)
  await shows(new RegExp(`${RegExp.escape(line)}\\s*$`))
  terminal.type('\r')
}

/** Resolves when the screen, without blanks at the ends of its lines, matches. */
async function shows(wanted: RegExp): Promise<void> {
  const deadline = Date.now() + WAIT_MS
  while (!wanted.test(terminal.screen())) {
    if (Date.now() > deadline) throw new Error(`The screen does not show ${wanted}:\n${terminal.screen()}`)
    await delay(50)
  }
}
