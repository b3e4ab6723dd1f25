/** Makes changes on a server one after the other, and waits for each. After a failure those before it are undone. */
import { sleep, type Timer } from '../../clock.ts'
import type { RunningQuery } from '../../engine/describe/entities.ts'
import { quoteName } from '../../types/sql-type.ts'
import { ClientError } from '../client/client-error.ts'
import { type Change, dropping } from './changes.ts'
import { DeployError } from './deploy-error.ts'
import type { DeployClient } from './server-state.ts'

export interface MakingOptions {
  readonly client: DeployClient
  readonly timer: Timer
  /** The longest that a new version may take to come as far as the running one, ms. */
  readonly timeoutMs: number
  readonly say: (line: string) => void
}

const POLL_MS = 100

interface Undo {
  readonly what: string
  readonly run: () => Promise<void>
}

/** Throws DeployError when a change has failed and those before it are undone. */
export async function makeChanges(changes: readonly Change[], options: MakingOptions): Promise<void> {
  const undo: Undo[] = []
  const drops = changes.filter((change) => change.kind === 'drop')
  for (const change of changes) {
    if (change.kind === 'drop') continue
    try {
      undo.push(...(await makeOne(change, options)))
    } catch (error) {
      if (!(error instanceof ClientError || error instanceof DeployError)) throw error
      const { name, place } = change.definition
      const left = await undoAll(undo, options)
      throw new DeployError(`${place}: ${name} could not be made. ${error.message}\n${left}`)
    }
  }
  await dropAll(drops, options)
}

async function makeOne(
  change: Exclude<Change, { kind: 'drop' }>,
  { client, say, ...options }: MakingOptions,
): Promise<Undo[]> {
  const { kind, name, properties } = change.definition
  const before = kind === 'query' ? await writerOf(name, client) : null
  const answers = await client.execute(change.sql, { properties })
  checkAnswers(answers)
  if (change.kind === 'create') {
    say(`created ${kind} ${name}`)
    const [answer] = answers
    const queryId = answer?.['@type'] === 'currentStatus' ? answer.commandStatus.queryId : null
    return [{ what: name, run: () => run(dropSql(change, queryId), client) }]
  }
  if (kind !== 'query') {
    say(`replaced ${kind} ${name}`)
    return [{ what: name, run: () => run(`${formerSql(change)};`, client) }]
  }
  const after = await switched(name, { client, say, ...options })
  say(`replaced ${kind} ${name}${after === before ? ', in place' : `: ${after} has taken the place of ${before}`}`)
  const back = after === before ? `${formerSql(change)};` : `ROLLBACK ${quoteName(name)};`
  return [{ what: name, run: () => runAndWait(back, name, { client, say, ...options }) }]
}

async function run(sql: string, client: DeployClient): Promise<void> {
  checkAnswers(await client.execute(sql))
}

async function runAndWait(sql: string, name: string, options: MakingOptions): Promise<void> {
  await run(sql, options.client)
  await switched(name, options)
}

/** Throws DeployError for the status ERROR, with which statements answer that were accepted and then failed. */
function checkAnswers(entities: Awaited<ReturnType<DeployClient['execute']>>): void {
  for (const entity of entities) {
    if (entity['@type'] === 'currentStatus' && entity.commandStatus.status === 'ERROR')
      throw new DeployError(entity.commandStatus.message)
  }
}

/** `queryId`: of the query that the statement has made. */
function dropSql(
  { definition: { statement, name } }: Extract<Change, { kind: 'create' }>,
  queryId: string | null,
): string {
  switch (statement.kind) {
    case 'createSource':
    case 'createAs':
      return dropping({ kind: statement.sourceKind, name })
    case 'insertInto':
      return `TERMINATE ${queryId};`
    case 'createBuiltInConnector':
      return dropping({ kind: 'CONNECTOR', name })
    case 'createFunction':
      return dropping({ kind: 'FUNCTION', name })
    case 'createIndex':
      return dropping({ kind: 'INDEX', name })
    case 'createType':
      return dropping({ kind: 'TYPE', name })
  }
}

function formerSql({ former, definition: { kind, name } }: Extract<Change, { kind: 'replace' }>): string {
  if (kind === 'connector') return `DROP CONNECTOR ${quoteName(name)}; ${former}`
  if (kind === 'index') return `${dropping({ kind: 'INDEX', name })} ${former}`
  return former.replace(/^CREATE\s+(?!OR\b)/i, 'CREATE OR REPLACE ')
}

/** The query that writes the stream or table; null: none does. */
async function writerOf(name: string, client: DeployClient): Promise<string | null> {
  return (await queriesOf(name, client)).find(({ replacement }) => replacement === undefined)?.id ?? null
}

async function queriesOf(name: string, client: DeployClient): Promise<RunningQuery[]> {
  const [entity] = await client.execute('SHOW QUERIES;')
  const queries = entity?.['@type'] === 'queries' ? entity.queries : []
  return queries.filter(({ sinks }) => sinks.includes(name))
}

/** Waits until no new version of the stream or table is built any more; resolves to the id of its query. Throws DeployError. */
async function switched(name: string, { client, timer, timeoutMs }: MakingOptions): Promise<string | null> {
  const startedAt = timer.elapsed()
  for (;;) {
    const queries = await queriesOf(name, client)
    const building = queries.find(({ replacement }) => replacement !== undefined)
    if (building === undefined) return queries[0]?.id ?? null
    const { problem = null, recordsLeft = 0 } = building.replacement ?? {}
    const isLate = timer.elapsed() - startedAt > timeoutMs
    if (problem !== null || isLate) {
      await client.execute(`ROLLBACK ${quoteName(name)};`)
      throw new DeployError(
        problem ??
          `The new version was ${recordsLeft} records behind after ${timeoutMs} ms. --timeout gives it more time.`,
      )
    }
    await sleep(timer, POLL_MS)
  }
}

async function undoAll(undo: readonly Undo[], { say }: MakingOptions): Promise<string> {
  const left: string[] = []
  for (const { what, run: back } of undo.toReversed()) {
    try {
      await back()
      say(`changed back ${what}`)
    } catch (error) {
      left.push(`${what} is left as it was changed: ${(error as Error).message}`)
    }
  }
  return left.length === 0 ? 'All changes before it are changed back.' : left.join('\n')
}

/** Readers go before what they read: a drop that is refused is tried again after the others. Throws DeployError if none can be dropped. */
async function dropAll(
  drops: readonly Extract<Change, { kind: 'drop' }>[],
  { client, say }: MakingOptions,
): Promise<void> {
  let left = drops
  while (left.length > 0) {
    const refused: { readonly drop: (typeof drops)[number]; readonly reason: string }[] = []
    for (const drop of left) {
      try {
        await run(drop.sql, client)
        say(`dropped ${drop.source.kind} ${drop.source.name}`)
      } catch (error) {
        if (!(error instanceof ClientError || error instanceof DeployError)) throw error
        refused.push({ drop, reason: error.message })
      }
    }
    if (refused.length === left.length) throw new DeployError(refused.map(({ reason }) => reason).join('\n'))
    left = refused.map(({ drop }) => drop)
  }
}
