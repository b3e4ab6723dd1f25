/** `millrace demo`: a server with made-up data that moves, three queries over it, and what to look at. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sleep, type Timer } from '../../clock.ts'
import { Client } from '../client/client.ts'
import { RowTable } from '../output/row-table.ts'
import { resultColumns } from '../output/schema-text.ts'
import type { Screen } from '../output/screen.ts'
import { runServer, type Serve, type ServerProcess } from './server.ts'

export interface DemoOptions {
  readonly listen: string
  readonly dataDir?: string
  readonly rate: number
}

export interface DemoParts {
  readonly serve: Serve
  readonly process: ServerProcess
  readonly screen: Screen
  readonly timer: Timer
  /** How the user calls the program, for the commands that are shown. */
  readonly program: string
}

/** Resolves to the exit code when the user has stopped the server. Without `dataDir` nothing of it stays. */
export async function runDemo({ listen, dataDir, rate }: DemoOptions, parts: DemoParts): Promise<number> {
  const temporary = dataDir === undefined ? mkdtempSync(join(tmpdir(), 'millrace-demo-')) : null
  const clean = () => {
    if (temporary !== null) rmSync(temporary, { recursive: true, force: true })
  }
  const exit = (code: number) => {
    clean()
    parts.process.exit(code)
  }
  try {
    const options = { listen, dataDir: dataDir ?? temporary!, logLevel: 'warn', check: false }
    const print = (line: string) => {
      if (!line.startsWith('Millrace listens')) parts.process.print(line)
    }
    const serve: Serve = async (given) => {
      const serving = await parts.serve(given)
      if (serving === null) return null
      const ready = serving.ready.then(() => fill(serving.urls[0]!, { ...parts, rate, isKept: dataDir !== undefined }))
      return { ...serving, ready }
    }
    return await runServer(options, serve, { ...parts.process, print, exit })
  } finally {
    clean()
  }
}

/** Streams that are filled, with what a second brings relative to the others. */
const SOURCES = [
  { name: 'clicks', share: 1 },
  { name: 'logs', share: 2 },
  { name: 'rides', share: 0.5 },
] as const

export const DEMO_STATEMENTS = `CREATE STREAM IF NOT EXISTS clicks (userid STRING KEY, page STRING, country STRING, ms INT)
  WITH (kafka_topic='clicks', value_format='JSON', partitions=2);
CREATE STREAM IF NOT EXISTS logs (host STRING KEY, state STRING, kind STRING, level STRING, message STRING)
  WITH (kafka_topic='logs', value_format='JSON', partitions=2);
CREATE STREAM IF NOT EXISTS rides (rideid STRING KEY, area STRING, passengers INT, fare DOUBLE)
  WITH (kafka_topic='rides', value_format='JSON', partitions=2);
CREATE STREAM IF NOT EXISTS la_users AS
  SELECT host, level, message FROM logs WHERE state = 'LA' AND kind = 'user';
CREATE TABLE IF NOT EXISTS clicks_per_page AS
  SELECT page, COUNT(*) AS clicks, AVG(ms) AS avg_ms FROM clicks GROUP BY page;
CREATE TABLE IF NOT EXISTS rides_per_minute AS
  SELECT area, COUNT(*) AS rides, AVG(fare) AS avg_fare FROM rides WINDOW TUMBLING (SIZE 1 MINUTE) GROUP BY area;`

export const demoSources = (rate: number): string =>
  SOURCES.map(
    ({ name, share }) =>
      `CREATE SOURCE IF NOT EXISTS ${name}_data WITH (connector='datagen', topic='${name}', quickstart='${name}', rate=${Math.max(1, Math.round(rate * share))});`,
  ).join('\n')

const PULL_QUERY = 'SELECT page, clicks, avg_ms FROM clicks_per_page ORDER BY clicks DESC;'

/** How long the first rows may take before the demo is described without them. */
const FIRST_ROWS_MS = 5000

async function fill(
  url: string,
  { screen, timer, program, rate, isKept }: DemoParts & { readonly rate: number; readonly isKept: boolean },
): Promise<void> {
  const client = new Client(url)
  await client.execute(DEMO_STATEMENTS)
  await client.execute(demoSources(rate))
  const table = await firstRows(client, screen, timer)
  const { bold } = screen.style
  const commands: (readonly [command: string, effect: string])[] = [
    ...((await hasConsole(url))
      ? [[`${url}/console`, 'the console, in a browser: live tables, charts, a graph'] as const]
      : []),
    [`${program} cli ${url}`, 'a prompt; "exit" leaves it'],
    [`${program} cli ${url} -e "SELECT * FROM la_users EMIT CHANGES LIMIT 5"`, 'a push query: rows as they come'],
    [`curl -s ${url}/query -d '{"ksql": "${PULL_QUERY}"}'`, 'a pull query: the rows of now'],
  ]
  const lines = [
    `Millrace runs at ${bold(url)}: ${SOURCES.map(({ name }) => name).join(', ')} are being filled, and three queries run over them:`,
    '  LA_USERS          a stream: logs of users in LA',
    '  CLICKS_PER_PAGE   a table: clicks of each page, and how long they took',
    '  RIDES_PER_MINUTE  a table: rides of each area by the minute',
    ...(table === null ? [] : ['', PULL_QUERY, table]),
    '',
    'Look at it in a browser, and from another terminal:',
    ...commands.map(([command, effect]) => `  ${bold(command)}\n    ${effect}`),
    '',
    `Ctrl-C stops it${isKept ? '' : ' and deletes its data'}.`,
  ]
  for (const line of lines) await screen.line(line)
}

/** Rows that make a table worth a look. */
const ENOUGH_ROWS = 3

/** The answer of the pull query as a table, once it has rows enough. */
async function firstRows(client: Client, screen: Screen, timer: Timer): Promise<string | null> {
  const startedAt = timer.elapsed()
  while (timer.elapsed() - startedAt < FIRST_ROWS_MS) {
    let schema = ''
    const rows = []
    for await (const element of client.query(PULL_QUERY)) {
      if (element.kind === 'header') schema = element.header.schema
      else if (element.kind === 'row') rows.push(element)
    }
    if (rows.length >= ENOUGH_ROWS) {
      const options = { columns: resultColumns(schema), columnWidth: 0, terminalWidth: screen.width, isWrapping: true }
      return new RowTable({ ...options, style: screen.style }).rows(rows)
    }
    await sleep(timer, 100)
  }
  return null
}

/** Whether the server has a console for browsers. */
async function hasConsole(url: string): Promise<boolean> {
  const answer = await fetch(`${url}/console`, { redirect: 'manual', headers: { accept: 'text/html' } }).catch(
    () => null,
  )
  return answer !== null && answer.status < 400
}
