/** What a server lacks of a folder, and what differs: the changes that `millrace plan` prints and `millrace apply` makes. */
import type { Entity } from '../../engine/describe/entities.ts'
import { describeChange } from '../../plan/change/describe-change.ts'
import { formatStatement } from '../../sql/format-statement.ts'
import { quoteName } from '../../types/sql-type.ts'
import { ClientError } from '../client/client-error.ts'
import { canonical, type Defining, type Definition, namesRead } from './definition.ts'
import { type DeployClient, existing, type ServerSource, sourcesOf } from './server-state.ts'

export type Change =
  | { readonly kind: 'create'; readonly definition: Definition; readonly sql: string }
  | {
      readonly kind: 'replace'
      readonly definition: Definition
      readonly sql: string
      /** The statement by which the server has it now. */
      readonly former: string
      /** What the statement does to the running query, line by line; empty: no query is concerned. */
      readonly effects: readonly string[]
      /** Why the server refuses it; null: it does not, as far as is known before other changes. */
      readonly refusal: string | null
    }
  | { readonly kind: 'drop'; readonly source: ServerSource; readonly sql: string }

export interface Comparison {
  /** In the order in which they are to be made. */
  readonly changes: readonly Change[]
  readonly unchanged: readonly Definition[]
  /** Streams and tables of the server that the folder does not have, and that stay. */
  readonly others: readonly ServerSource[]
}

/** `definitions`: in order. `prune`: whether what the folder does not have is dropped. Throws ClientError. */
export async function compare(
  definitions: readonly Definition[],
  client: DeployClient,
  { prune }: { readonly prune: boolean },
): Promise<Comparison> {
  const changes: Change[] = []
  const unchanged: Definition[] = []
  const changed = new Set<string>()
  for (const definition of definitions) {
    const former = await existing(definition, client)
    if (former === canonical(definition.statement)) {
      unchanged.push(definition)
      continue
    }
    const dependsOnChange = [...namesRead(definition.statement)].some((name) => changed.has(name))
    changes.push(
      former === null
        ? { kind: 'create', definition, sql: `${creating(definition.statement)};` }
        : await replacement(definition, former, dependsOnChange, client),
    )
    changed.add(definition.name)
  }
  const named = new Set(definitions.map(({ name }) => name))
  const others = (await sourcesOf(client)).filter(({ name }) => !named.has(name))
  if (!prune) return { changes, unchanged, others }
  const drops = others.map((source): Change => ({ kind: 'drop', source, sql: dropping(source) }))
  return { changes: [...changes, ...drops], unchanged, others: [] }
}

/** `kind`: the word that SQL has for it. */
export const dropping = ({ kind, name }: { readonly kind: string; readonly name: string }): string =>
  `DROP ${kind} IF EXISTS ${quoteName(name)};`

/** As the author wrote it, so that the server shows it so. */
const creating = (statement: Defining): string => statement.text

function replacing(statement: Defining): string {
  switch (statement.kind) {
    case 'createSource':
    case 'createAs':
    case 'createFunction':
      return `${formatStatement({ ...statement, orReplace: true, ifNotExists: false })};`
    case 'insertInto':
      return `${creating(statement)};`
    case 'createType':
      return `DROP TYPE ${quoteName(statement.name)}; ${creating(statement)};`
    case 'createIndex':
      return `${dropping({ kind: 'INDEX', name: statement.name })} ${creating(statement)};`
    case 'createBuiltInConnector':
      return `DROP CONNECTOR ${quoteName(statement.name)}; ${creating(statement)};`
  }
}

async function replacement(
  definition: Definition,
  former: string,
  dependsOnChange: boolean,
  client: DeployClient,
): Promise<Change> {
  const sql = replacing(definition.statement)
  const base = { kind: 'replace', definition, sql, former } as const
  if (definition.kind === 'insert') return { ...base, effects: [], refusal: OTHER_INSERT }
  if (definition.kind !== 'query') return { ...base, effects: [], refusal: null }
  if (dependsOnChange)
    return {
      ...base,
      effects: ['It reads something that is changed before it: its effects are known only then.'],
      refusal: null,
    }
  try {
    const entities = await client.execute(`EXPLAIN ${sql}`, { properties: definition.properties })
    return { ...base, effects: effectsOf(entities), refusal: null }
  } catch (error) {
    if (!(error instanceof ClientError)) throw error
    return { ...base, effects: [], refusal: error.message }
  }
}

const OTHER_INSERT =
  'Another INSERT INTO that reads and writes the same runs there. Terminate it first (SHOW QUERIES lists it), and apply the folder again.'

function effectsOf(entities: readonly Entity[]): string[] {
  const answer = entities.at(-1)
  const change = answer?.['@type'] === 'queryDescription' ? answer.queryDescription.change : undefined
  return change === undefined ? [] : describeChange(change)
}

/** Lines for the terminal. */
export function describeComparison({ changes, unchanged, others }: Comparison): string[] {
  const lines = changes.flatMap((change): string[] => {
    if (change.kind === 'drop') return [`- drop ${change.source.kind} ${change.source.name}`]
    const { kind, name, place } = change.definition
    if (change.kind === 'create') return [`+ create ${kind} ${name} (${place})`]
    const refused = change.refusal === null ? [] : [`    The server refuses it: ${change.refusal}`]
    return [`~ replace ${kind} ${name} (${place})`, ...change.effects.map((line) => `    ${line}`), ...refused]
  })
  const count = (kind: Change['kind']) => changes.filter((change) => change.kind === kind).length
  const summary = `${count('create')} to create, ${count('replace')} to replace, ${count('drop')} to drop, ${unchanged.length} unchanged.`
  const kept =
    others.length === 0
      ? []
      : [`Not in the folder, and kept: ${others.map(({ name }) => name).join(', ')}. --prune drops them.`]
  return [...lines, ...kept, summary]
}
