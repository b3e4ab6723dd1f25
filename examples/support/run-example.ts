/** Runs an example against a server: statements, data, queries; and compares the answers with the plain computation. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { Client } from '../../src/cli/client/client.ts'
import { columnNames } from '../../src/cli/output/schema-text.ts'
import type { Example, Expected, Input, Row } from './example.ts'
import { type NamedQuery, readQueries } from './queries-file.ts'
import { difference, inOrder, table } from './rows.ts'

export interface RunOptions {
  /** Address of the server. */
  readonly url: string
  /** Takes what is printed, a line or several at a time. */
  readonly print: (text: string) => void
}

export interface QueryResult {
  readonly title: string
  readonly columns: readonly string[]
  readonly rows: readonly Row[]
  /** How the rows differ from the computed ones; null: not at all. */
  readonly difference: string | null
}

/** A wait ends in failure when nothing has changed for this long. */
const STALL_MS = 30_000
/** Between two looks at a table that is still growing. */
const PAUSE_MS = 50
/** For a push query to come to its LIMIT. */
const QUERY_MS = 60_000

/** Removes what it made. Throws an Error when the server refuses something or the data does not come through. */
export async function runExample(example: Example, { url, print }: RunOptions): Promise<QueryResult[]> {
  const client = new Client(url)
  const made: string[] = []
  try {
    const statements = readFileSync(join(example.folder, 'statements.sql'), 'utf8')
    await refuseOldTopics(client, statements)
    await makeSources(client, statements, made)
    print(`Made ${made.length} streams and tables on ${url}.`)
    for (const input of example.inputs()) print(await insert(client, input))
    const expected = example.expected()
    print(await settle(client, expected))
    return await answerQueries(client, example, expected, print)
  } finally {
    // What went wrong before matters more than that this then fails too.
    await dropSources(client, made).catch((error: Error) => print(`Not everything could be removed: ${error.message}`))
  }
}

/** A topic that is left of a run that was killed would be read again, and every count would be wrong. */
async function refuseOldTopics(client: Client, statements: string): Promise<void> {
  const names = new Set([...statements.matchAll(/kafka_topic = '([^']+)'/g)].map(([, topic]) => topic!))
  const [answer] = await client.execute('SHOW TOPICS;')
  if (answer?.['@type'] !== 'kafka_topics') return
  const old = answer.topics.flatMap(({ name }) => (names.has(name) ? [name] : []))
  if (old.length === 0) return
  throw new Error(
    `The topics ${old.join(', ')} are there already, perhaps of a run that was killed. Delete them first.`,
  )
}

async function makeSources(client: Client, statements: string, made: string[]): Promise<void> {
  for (const entity of await client.execute(statements)) {
    const id = entity['@type'] === 'currentStatus' ? entity.commandId : ''
    const [, kind, name] = /^(stream|table)\/`(.+)`\/create$/.exec(id) ?? []
    if (kind !== undefined) made.push(`${kind.toUpperCase()} ${name}`)
  }
}

/** The last made first: each of them is read by later ones only. */
async function dropSources(client: Client, made: readonly string[]): Promise<void> {
  for (const source of made.toReversed()) await client.execute(`DROP ${source} DELETE TOPIC;`)
}

async function insert(client: Client, { target, rows }: Input): Promise<string> {
  const start = performance.now()
  const stream = client.insert({ target })
  for (const row of rows) await stream.write([JSON.stringify(row)])
  await stream.end()
  return `Inserted ${stream.stored} rows into ${target} in ${seconds(start)}.`
}

async function settle(client: Client, { settled }: Expected): Promise<string> {
  const start = performance.now()
  for (const { sql, isSettled } of settled) {
    let seen = ''
    let changed = performance.now()
    for (;;) {
      const { rows } = await ask(client, { sql, properties: {} })
      if (isSettled(rows)) break
      const text = JSON.stringify(rows)
      if (text !== seen) changed = performance.now()
      seen = text
      if (performance.now() - changed > STALL_MS) {
        throw new Error(
          `The data does not come through. For ${STALL_MS / 1000} s, ${sql} has answered: ${text.slice(0, 1000)}`,
        )
      }
      await delay(PAUSE_MS)
    }
  }
  return `Everything has gone through, ${seconds(start)} after the last row was stored.`
}

async function answerQueries(
  client: Client,
  { folder }: Example,
  { answers }: Expected,
  print: RunOptions['print'],
): Promise<QueryResult[]> {
  const results: QueryResult[] = []
  for (const [i, query] of readQueries(folder).entries()) {
    const { columns, rows } = await ask(client, query)
    const result = { title: query.title, columns, rows, difference: difference(rows, answers[i]!) }
    print(`\n${query.title}\n\n${query.sql.replaceAll(/^/gm, '  ')}\n\n${table(columns, inOrder(rows))}`)
    if (result.difference !== null) print(`\n  NOT AS COMPUTED: ${result.difference}`)
    results.push(result)
  }
  return results
}

async function ask(
  client: Client,
  { sql, properties }: Pick<NamedQuery, 'sql' | 'properties'>,
): Promise<{ columns: string[]; rows: Row[] }> {
  const rows: Row[] = []
  let columns: string[] = []
  for await (const element of client.query(sql, { properties, signal: AbortSignal.timeout(QUERY_MS) })) {
    if (element.kind === 'header') columns = columnNames(element.header.schema)
    if (element.kind === 'row') rows.push((JSON.parse(element.text) as { row: { columns: Row } }).row.columns)
  }
  return { columns, rows }
}

const seconds = (start: number): string => `${((performance.now() - start) / 1000).toFixed(2)} s`
