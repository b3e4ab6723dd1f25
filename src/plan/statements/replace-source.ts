/** Whether CREATE STREAM/TABLE may take a name, and what OR REPLACE may change of a source. Source: ksqlDB's CreateSourceFactory and DdlCommandExec. */
import { StatementError } from '../../errors.ts'
import type { DataSource, SourceKind } from '../../metastore/data-source.ts'
import type { CreateAs, CreateSource } from '../../sql/ast/definitions.ts'
import { type Column, formatColumn, formatSchema } from '../../types/schema.ts'
import { equalTypes } from '../../types/sql-type.ts'
import type { PlanContext } from '../builder.ts'

/** `new`: the name is free. `exists`: nothing is to be done (IF NOT EXISTS). `replace`: see `checkSourceUpgrade`. */
export type NameClaim =
  | { readonly kind: 'new' }
  | { readonly kind: 'exists'; readonly existing: DataSource }
  | { readonly kind: 'replace'; readonly existing: DataSource }

type Claim = CreateSource | CreateAs

/** Must be called before the statement is planned. Throws StatementError if the name is taken. */
export function claimName(
  statement: Claim,
  { metastore, config }: Pick<PlanContext, 'metastore' | 'config'>,
): NameClaim {
  if (statement.orReplace && config('ksql.create.or.replace.enabled') === 'false') {
    throw new StatementError(
      "CREATE OR REPLACE is switched off on this server. Set 'ksql.create.or.replace.enabled' to true, or drop the source first.",
    )
  }
  const existing = metastore.sources.get(statement.name)
  if (existing === undefined) return { kind: 'new' }
  if (statement.ifNotExists) return { kind: 'exists', existing }
  if (!statement.orReplace) throw new StatementError(takenMessage(statement, existing, "'"))
  refuseReadOnly(statement, existing)
  refuseOtherOrigin(statement, existing)
  return { kind: 'replace', existing }
}

/** What IF NOT EXISTS answers with when the name is taken. Wording: ksqlDB. */
export const existsWarning = (statement: Claim, existing: DataSource): string =>
  `${takenMessage(statement, existing, '`')}.`

const takenMessage = ({ sourceKind, name }: Claim, { kind }: DataSource, quote: string): string =>
  `Cannot add ${word(sourceKind)} ${quote}${name}${quote}: A ${word(kind)} with the same name already exists`

const word = (kind: SourceKind): string => kind.toLowerCase()

function refuseReadOnly(statement: Claim, existing: DataSource): void {
  if (!existing.isSource && !(statement.kind === 'createSource' && statement.isSource)) return
  const kind = word(statement.sourceKind)
  throw new StatementError(
    `Cannot add ${kind} '${statement.name}': CREATE OR REPLACE is not supported on source ${kind}s.`,
  )
}

/** A plain CREATE would leave the query of a derived source writing into something that it does not know. */
function refuseOtherOrigin({ kind, sourceKind, name }: Claim, existing: DataSource): void {
  if (kind !== 'createSource' || !existing.isDerived) return
  throw new StatementError(
    `Cannot add ${word(sourceKind)} '${name}': it was created by CREATE ${existing.kind} AS SELECT. ` +
      `Use CREATE OR REPLACE ${existing.kind} ${name} AS SELECT, or drop it first.`,
  )
}

/** Throws StatementError unless readers of `existing` can read `next` in its place. */
export function checkSourceUpgrade(existing: DataSource, next: DataSource): void {
  const problem = sourceUpgradeProblem(existing, next)
  if (problem !== null) throw new StatementError(problem)
}

/** Null: readers of `existing` can read `next` in its place. */
export function sourceUpgradeProblem(existing: DataSource, next: DataSource): string | null {
  const issues = [
    ...different('type', existing.kind, next.kind),
    ...different('topic', existing.topic, next.topic),
    ...different('timestamp column', timestampText(existing), timestampText(next)),
    ...different('key format', existing.keyFormat.format, next.keyFormat.format),
    ...different('value format', existing.valueFormat.format, next.valueFormat.format),
    ...different('window', JSON.stringify(existing.window), JSON.stringify(next.window)),
    ...schemaIssues(existing, next),
  ]
  if (issues.length === 0) return null
  const reasons = issues.map((issue) => `DataSource '${existing.name}' has ${issue}`)
  return `Cannot upgrade data source: ${reasons.join('\n\tAND ')}`
}

const different = (property: string, before: string, after: string): string[] =>
  before === after ? [] : [notUpgradeable(property, before, after)]

const notUpgradeable = (property: string, before: string, after: string): string =>
  `${property} = ${before} which is not upgradeable to ${after}`

const timestampText = ({ timestamp }: DataSource): string =>
  timestamp === null ? 'none' : `${timestamp.column}${timestamp.format === null ? '' : ` (${timestamp.format})`}`

function schemaIssues({ schema: before }: DataSource, { schema: after }: DataSource): string[] {
  const schemas = notUpgradeable('schema', formatSchema(before), formatSchema(after))
  const keys =
    before.key.length === after.key.length
      ? changed(before.key, after.key)
      : [...before.key, ...after.key.slice(before.key.length)]
  if (keys.length > 0) {
    return [
      `${schemas}. (Key columns must be identical. The following key columns are changed, missing or reordered: ` +
        `[${keys.map((column) => `${formatColumn(column)} KEY`).join(', ')}])`,
    ]
  }
  const values = changed(before.value, after.value)
  if (values.length === 0) return []
  return [
    `${schemas}. (The following columns are changed, missing or reordered: [${values.map(formatColumn).join(', ')}])`,
  ]
}

/** Columns of `before` that `after` does not have at the same place. */
const changed = (before: readonly Column[], after: readonly Column[]): Column[] =>
  before.filter(({ name, type }, i) => after[i]?.name !== name || !equalTypes(type, after[i].type))
