/**
 * How a pull query that is computed over several sources reads them: in which order, and which rows of each. A source that is found by its key or by
 * an index comes first; a table that is joined to one that was read is looked up by the values which that has, and other sources are read whole.
 */
import { StatementError } from '../../errors.ts'
import type { SourceOrigin, SourceStep, StepId } from '../../operators/step.ts'
import type { Expression, Literal, Query, SelectItem } from '../../sql/ast/query.ts'
import { allOf, conjuncts, contains } from '../../sql/walk.ts'
import { type Column, ROWOFFSET, ROWPARTITION, ROWTIME, WINDOWEND, WINDOWSTART } from '../../types/schema.ts'
import type { Value } from '../../types/value.ts'
import type { ColumnMatch, NeededRows } from './needed-rows.ts'
import { type PullContext, planPullQuery } from './pull-query.ts'

/** How the rows of one source are read and become its records. */
export interface SnapshotSource {
  readonly step: SourceStep
  /** Selects the key columns, the bounds of the window if there is one, ROWTIME, then the columns of the step's row. */
  readonly query: Query
  /** Null: no other source says which rows are needed. */
  readonly match: SourceMatch | null
  /** A column whose index would spare reading all rows, since another source says which are needed; null: none would. */
  readonly advised: string | null
}

/** Only rows are needed whose column has one of the values that another source has, which is read before. */
export interface SourceMatch {
  readonly column: Column
  readonly of: StepId
  /** Place of its values in the rows of that source's query. */
  readonly at: number
  /** Names of that source and of its column. */
  readonly source: string
  readonly sourceColumn: string
}

/** Above so many values reading the whole source is taken to be faster. */
export const MOST_MATCHED_VALUES = 1_000

/** `needed`: by the name of a source; absent: all rows. */
export function planReads(
  steps: readonly SourceStep[],
  needed: ReadonlyMap<string, NeededRows>,
  context: PullContext,
): SnapshotSource[] {
  const reading = new Reading(context)
  const waiting = steps
    .toSorted((a, b) => Number(a.sourceKind === 'stream') - Number(b.sourceKind === 'stream'))
    .map((step) => reading.candidate(step, needed.get(step.source)))
  const ordered: SnapshotSource[] = []
  while (waiting.length > 0) {
    const matchOf = (one: Candidate) => matchIn(one, ordered)
    const next =
      waiting.find(({ isFound }) => isFound) ??
      waiting.find((one) => matchOf(one) !== null) ??
      waiting.find(({ step }) => waiting.some(({ matches }) => matches.some(({ source }) => source === step.source))) ??
      waiting[0]!
    const match = next.isFound ? null : matchOf(next)
    const advised = next.isFound || match !== null ? null : advisedColumn(next, ordered)
    ordered.push({ step: next.step, query: next.query, match, advised })
    waiting.splice(waiting.indexOf(next), 1)
  }
  return ordered
}

/** The query for rows that match: the column has one of these values, at least one. */
export function matchingQuery(
  { query, match }: SnapshotSource & { readonly match: SourceMatch },
  values: readonly Value[],
): Query {
  return { ...query, where: matching(query.where, match.column, values) }
}

/** The query as it is for some values that match: its plan shows how the rows are found. */
export const sampleQuery = (source: SnapshotSource): Query =>
  source.match === null
    ? source.query
    : matchingQuery({ ...source, match: source.match }, [sampleOf(source.match.column)])

const sampleOf = ({ type }: Column): Value => (type.kind === 'STRING' ? '' : 0)

interface Candidate {
  readonly step: SourceStep
  readonly query: Query
  /** Whether the query reads less than all rows. */
  readonly isFound: boolean
  /** Those by which rows can be found. */
  readonly matches: readonly ColumnMatch[]
  /** Those that would need an index. */
  readonly unindexed: readonly ColumnMatch[]
}

const advisedColumn = ({ step, unindexed }: Candidate, read: readonly SnapshotSource[]): string | null =>
  step.window === null
    ? (unindexed.find(({ source }) => read.some((other) => other.step.source === source))?.column.name ?? null)
    : null

function matchIn({ matches }: Candidate, read: readonly SnapshotSource[]): SourceMatch | null {
  for (const { column, source, sourceColumn } of matches) {
    const other = read.find(({ step }) => step.source === source)
    const at = other === undefined ? -1 : namesOf(other.step).indexOf(sourceColumn)
    if (at >= 0) return { column, of: other!.step.id, at, source, sourceColumn }
  }
  return null
}

/** Tries reads out: what a pull query makes of them is what counts. */
class Reading {
  readonly #context: PullContext

  constructor(context: PullContext) {
    this.#context = context
  }

  candidate(step: SourceStep, { where = null, matches = [] }: Partial<NeededRows> = {}): Candidate {
    // A condition that the query computes is not always one that may stand in a query of its own.
    const isRefused = where !== null && this.#read(readQuery(step, where)) === null
    const query = readQuery(step, isRefused && this.#read(readQuery(step, null)) !== null ? null : where)
    const isFindable = ({ column }: ColumnMatch) =>
      this.#read({ ...query, where: matching(query.where, column, [sampleOf(column)]) }) === 'found'
    const { true: findable = [], false: unindexed = [] } = Object.groupBy(matches, (match) => `${isFindable(match)}`)
    return { step, query, isFound: this.#read(query) === 'found', matches: findable, unindexed }
  }

  /** Null: it is refused. */
  #read(query: Query): 'found' | 'whole' | null {
    try {
      const planned = planPullQuery(query, '', this.#context)
      if (planned.kind === 'stream') return 'whole'
      const { lookup, index } = planned
      return lookup.keys !== null || lookup.keyRange !== null || index !== null ? 'found' : 'whole'
    } catch (error) {
      if (error instanceof StatementError) return null
      throw error
    }
  }
}

/** Other conditions on the column would only hide from a look-up which values it has. */
function matching(where: Expression | null, column: Column, values: readonly Value[]): Expression {
  const isOnColumn = (condition: Expression) =>
    contains(condition, (node) => node.kind === 'columnReference' && node.name === column.name)
  const others = where === null ? [] : conjuncts(where).filter((condition) => !isOnColumn(condition))
  const operand: Expression = { kind: 'columnReference', qualifier: null, name: column.name }
  const within: Expression = {
    kind: 'in',
    negated: false,
    operand,
    values: values.map((value) => literalOf(value, column)),
  }
  return allOf([within, ...others])!
}

function literalOf(value: Value, { type }: Column): Literal {
  if (type.kind === 'STRING') return { kind: 'stringLiteral', value: value as string }
  return type.kind === 'BIGINT'
    ? { kind: 'bigintLiteral', text: String(value) }
    : { kind: 'integerLiteral', value: Number(value) }
}

function readQuery(step: SourceStep, where: Expression | null): Query {
  return {
    kind: 'select',
    items: namesOf(step).map(itemOf),
    from: { kind: 'source', name: step.source, alias: step.source },
    window: null,
    where,
    groupBy: null,
    partitionBy: null,
    having: null,
    emit: null,
    limit: null,
  }
}

/** Names of the columns of its query. */
function namesOf({ window, key, value, headers, columns }: SourceStep): string[] {
  const nameOf = ({ from }: { readonly from: SourceOrigin }): string => {
    if (from.part === 'system') return from.name
    return { key, value, header: headers }[from.part][from.index]!.name
  }
  const bounds = window === null ? [] : [WINDOWSTART, WINDOWEND]
  return [...key.map(({ name }) => name), ...bounds, ROWTIME, ...columns.map(nameOf)]
}

/** The names must differ, which those of the result need not. */
const itemOf = (name: string, i: number): SelectItem => ({
  kind: 'singleColumn',
  // A source that is read at several places has all columns; the query names none of these two.
  expression: isPosition(name)
    ? { kind: 'integerLiteral', value: 0 }
    : { kind: 'columnReference', qualifier: null, name },
  alias: `C${i}`,
})

const isPosition = (name: string): boolean => name === ROWPARTITION || name === ROWOFFSET
