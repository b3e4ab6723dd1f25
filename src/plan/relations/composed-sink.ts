/** The end of a query over changes: rows in order for each key, kept for pull queries, and written under a key that is never NULL. */
import type { Analysis, AnalyzedSource } from '../../analysis/analysis.ts'
import { alternatives, conjunction } from '../../analysis/errors.ts'
import { StatementError } from '../../errors.ts'
import { keepsResult } from '../../operators/changes/change-aggregate.ts'
import { keepsFirstRows } from '../../operators/changes/first-rows-view.ts'
import { factsOf, type Step } from '../../operators/index.ts'
import { inputsOf } from '../../operators/inputs.ts'
import type { Expression as Syntax } from '../../sql/ast/query.ts'
import type { KeyColumn, PlanBuilder, Relation } from '../builder.ts'
import { settled } from '../clauses/placement.ts'
import { type ProjectedColumn, type Projection, planSinkProjection } from '../clauses/projection.ts'
import { typed } from '../clauses/typed.ts'

export const isComposedTable = ({ kind, isComposed }: Relation): boolean => kind === 'table' && isComposed === true

export function planComposedSink(
  columns: readonly ProjectedColumn[],
  relation: Relation,
  analysis: Analysis,
  builder: PlanBuilder,
): Projection {
  refuseWithoutKey(columns, relation, analysis)
  const ordered = settled('Result', relation, builder)
  return planSinkProjection(columns, keptRows(ordered, builder), analysis, builder)
}

function refuseWithoutKey(columns: readonly ProjectedColumn[], relation: Relation, analysis: Analysis): void {
  const { key } = relation
  const { location } = analysis.select[0]!
  if (key.length === 0) {
    const names = columns.map(({ name }) => name)
    throw new StatementError(
      'A row can be in the result several times, so that no key tells its rows apart. ' +
        `Write SELECT DISTINCT (or UNION without ALL), or GROUP BY what is to be the key: ${alternatives(names)}.` +
        lookUpAdvice(analysis),
      { location },
    )
  }
  const hidden = key.filter(isHidden)
  if (hidden.length > 0) {
    const names = conjunction(hidden.map(({ columns: [name] }) => name!.trim()))
    throw new StatementError(
      `The rows of the result are told apart by ${names}, which the query in FROM leaves out. ` +
        'Select it there and here, or GROUP BY what is to be the key.',
      { location },
    )
  }
  if (relation.keyOrigin === 'join expression') refuseMissing(columns, key, analysis)
}

/** Throws StatementError where SELECT leaves a key column of a join of changes out. */
function refuseMissing(
  columns: readonly ProjectedColumn[],
  key: readonly KeyColumn[],
  { sources, select }: Analysis,
): void {
  const selected = new Set(
    columns.flatMap(({ expression }) => (expression.kind === 'columnReference' ? [expression.name] : [])),
  )
  const missing = key.filter((column) => !column.columns.some((name) => selected.has(name)))
  if (missing.length === 0) return
  const shown = (parts: readonly KeyColumn[]) => parts.map((part) => qualifiedName(part.columns[0]!, sources))
  throw new StatementError(
    `The rows of the result are told apart by ${conjunction(shown(key))}, and SELECT leaves out ${conjunction(shown(missing))}. ` +
      `Write SELECT ${shown(missing).join(', ')}, ..., or GROUP BY what is to be the key.`,
    { location: select[0]!.location },
  )
}

/** The column as the query can name it. */
function qualifiedName(layout: string, sources: readonly AnalyzedSource[]): string {
  const owner = sources.find(({ alias }) => layout.startsWith(`${alias}_`))
  return owner === undefined || sources.length === 1 ? layout : `${owner.alias}.${layout.slice(owner.alias.length + 1)}`
}

/** A stream that joins a table on more than its key follows both, which may not be what is wanted. */
function lookUpAdvice({ sources, joins }: Analysis): string {
  const [first] = sources
  const table = joins.find(({ right, general }) => general !== null && sources[right]!.source.kind === 'TABLE')
  if (first?.source.kind !== 'STREAM' || table === undefined) return ''
  const { alias, source } = sources[table.right]!
  const [key] = source.schema.key
  if (key === undefined || source.isQuery === true) return ''
  return (
    ` To look a row of ${source.name} up when a record comes, which gives a stream, join on its key alone and put other conditions into WHERE: ` +
    `ON ${first.alias}.x = ${alias}.${key.name}.`
  )
}

/** Whether SELECT of a query in FROM leaves the column out. In a join the alias stands before the name. */
const isHidden = ({ columns }: KeyColumn): boolean => columns.every((name) => name.includes(' '))

/** A table in a topic has no row without a key: one whose key columns are all NULL ends here. */
function withoutNullKeys(relation: Relation, builder: PlanBuilder): Relation {
  const tests = relation.key.map(
    ({ columns }): Syntax => ({
      kind: 'isNotNull',
      operand: { kind: 'columnReference', qualifier: null, name: columns[0]! },
    }),
  )
  const predicate = tests.reduce((left, right) => ({ kind: 'logicalBinary', operator: 'OR', left, right }))
  const step = builder.add({
    kind: 'tableFilter',
    id: 'Result/KeyFilter',
    input: relation.step,
    predicate: typed(predicate, relation, builder.context),
    text: 'key IS NOT NULL',
    ...(neverDeletes(relation.step, builder) && { isOfKey: true as const }),
  })
  return { ...relation, step }
}

const kept = (relation: Relation, builder: PlanBuilder): Relation => ({
  ...relation,
  step: builder.add({
    kind: 'materialize',
    id: 'Result/Materialize',
    input: relation.step,
    store: 'Result-Materialize',
    retentionMs: null,
  }),
})

/** The relation with rows that pull queries can read, and that have a key. */
function keptRows(relation: Relation, builder: PlanBuilder): Relation {
  const keeper = keeperOf(relation.step, builder)
  if (keeper === null) return kept(withoutNullKeys(relation, builder), builder)
  return keeper.kind === 'changeAggregate' || keeper.kind === 'over' ? withoutNullKeys(relation, builder) : relation
}

/** The step before that keeps the rows, so that pull queries can read them through the steps between; null: none does. */
function keeperOf(id: string, builder: PlanBuilder): Step | null {
  const step = builder.steps.find((one) => one.id === id)
  if (step === undefined) return null
  const { view } = factsOf(step)
  if (view === null) return null
  if (view.kept === null) return keeperOf(inputsOf(step)[0]!, builder)
  return keepsTable(step) ? step : null
}

/** Whether rows come from groups of a stream, with nothing between that could leave some out. */
function neverDeletes(id: string, builder: PlanBuilder): boolean {
  const step = builder.steps.find((one) => one.id === id)
  if (step?.kind === 'project') return neverDeletes(step.input, builder)
  return step?.kind === 'changeAggregate' && step.onlyAdds === true && step.ttlMs === null
}

/** Whether the store of a step that keeps rows has them as tables do. */
function keepsTable(step: Step): boolean {
  if (step.kind === 'changeAggregate') return keepsResult(step)
  return step.kind === 'over' ? keepsFirstRows(step) : true
}
