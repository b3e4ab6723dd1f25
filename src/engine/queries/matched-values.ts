/** Values of the sources of a pull query that have been read, by which other sources are looked up. */
import type { StepId } from '../../operators/step.ts'
import { MOST_MATCHED_VALUES, matchingQuery, type SnapshotSource } from '../../plan/queries/snapshot-reads.ts'
import type { Query } from '../../sql/ast/query.ts'
import type { Row, Value } from '../../types/value.ts'

interface Column {
  readonly of: StepId
  readonly at: number
  /** Without NULL, which nothing equals; more than enough where there are too many. */
  readonly values: Set<Value>
}

export class MatchedValues {
  readonly #columns: Column[] = []

  constructor(sources: readonly SnapshotSource[]) {
    for (const { match } of sources) {
      if (match !== null && this.#find(match) === undefined) this.#columns.push({ ...match, values: new Set() })
    }
  }

  /** Whether a source is looked up by values of this one. */
  needs(step: StepId): boolean {
    return this.#columns.some(({ of }) => of === step)
  }

  /** Takes rows of the source that `step` reads. */
  note(step: StepId, rows: readonly Row[]): void {
    for (const { of, at, values } of this.#columns) {
      if (of !== step) continue
      for (const row of rows) {
        if (values.size > MOST_MATCHED_VALUES) break
        const value = row[at]!
        if (value !== null) values.add(value)
      }
    }
  }

  /** The query that reads the rows which are needed of a source, once what it is looked up by is read. Null: none is. */
  queryOf(source: SnapshotSource): Query | null {
    const { match, query } = source
    if (match === null) return query
    const { values } = this.#find(match)!
    if (values.size === 0) return null
    return values.size > MOST_MATCHED_VALUES ? query : matchingQuery({ ...source, match }, [...values])
  }

  #find(match: Pick<Column, 'of' | 'at'>): Column | undefined {
    return this.#columns.find(({ of, at }) => of === match.of && at === match.at)
  }
}
