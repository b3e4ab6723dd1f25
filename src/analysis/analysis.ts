/** The result of analysing a SELECT: names resolved, clauses checked, joins and keys understood. Plain data; the planner's input. */

import type { Location } from '../errors.ts'
import type { AggregationWindow } from '../metastore/aggregation-window.ts'
import type { DataSource } from '../metastore/data-source.ts'
import type { ColumnReference, Expression, JoinType } from '../sql/ast/query.ts'

export interface AnalyzedSource {
  readonly alias: string
  /** Present where only expressions that name it read it: `*` does not show it, and a bare name does not mean it. */
  readonly isHidden?: true
  readonly source: DataSource
  readonly location?: Location | undefined
}

/** A column of the result. */
export interface SelectColumn {
  readonly name: string
  readonly expression: Expression
  readonly location?: Location | undefined
}

export interface JoinWindow {
  readonly beforeMs: number
  readonly afterMs: number
  /** Null if no GRACE was given. */
  readonly graceMs: number | null
}

/** One join of the left-deep tree: all sources before `right` are its left side. */
export interface AnalyzedJoin {
  readonly type: JoinType
  /** Index into `sources`. */
  readonly right: number
  readonly leftExpression: Expression
  readonly rightExpression: Expression
  /** Both sides as the query names them, for messages. */
  readonly leftText: string
  readonly rightText: string
  /** Alias of the one source that the left expression reads. */
  readonly leftAlias: string
  readonly window: JoinWindow | null
  readonly key: JoinKey
  /** A join of another kind than ksqlDB's; the two expressions above say nothing then. */
  readonly general: GeneralJoin | null
}

/** What rows must have in common to join. */
export interface GeneralJoin {
  readonly equations: readonly { readonly left: Expression; readonly right: Expression }[]
  /** Over both sides. */
  readonly residual: Expression | null
  /** How long rows are kept, in event time, ms; null: for good. */
  readonly ttlMs: number | null
  /** Present for an as-of join. */
  readonly asof?: AsofCondition
}

/** `left >= right`, or `left > right` where it is strict: of the right rows of which it holds the one with the greatest `right` joins. */
export interface AsofCondition {
  readonly left: Expression
  readonly right: Expression
  readonly isStrict: boolean
}

/**
 * What the result of a join is keyed by. `columns`: source columns that equal the key, most natural first; empty if the key is
 * `synthetic`, a column of its own that stands for neither side alone.
 */
export type JoinKey =
  | { readonly kind: 'columns'; readonly columns: readonly ColumnReference[] }
  | { readonly kind: 'synthetic'; readonly name: string }
  /** Foreign-key join: the primary key of the left table. */
  | { readonly kind: 'foreign'; readonly columns: readonly ColumnReference[] }

/** The kind of query, which decides what `*` shows and which system columns may be selected. */
export type QueryUse = 'persistent' | 'push' | 'pull'

/**
 * Expressions read columns by their layout names (layout-names.ts), under which the planner's rows hold them: none has a qualifier. Only the
 * columns of a `JoinKey` keep the alias of their source.
 */
export interface Analysis {
  readonly use: QueryUse
  /** Left-most first; one, or one more than `joins`. */
  readonly sources: readonly AnalyzedSource[]
  readonly joins: readonly AnalyzedJoin[]
  readonly select: readonly SelectColumn[]
  readonly where: Expression | null
  /** Null if there is no GROUP BY. */
  readonly groupBy: readonly Expression[] | null
  /** Whether it is one group of all rows, by a constant: the query has aggregates and no GROUP BY. */
  readonly groupsAll: boolean
  /** The sets of GROUPING SETS, ROLLUP and CUBE: indexes into `groupBy`. Null for a plain GROUP BY. */
  readonly groupingSets: readonly (readonly number[])[] | null
  /** Null if there is no PARTITION BY; an empty list for PARTITION BY NULL. */
  readonly partitionBy: readonly Expression[] | null
  /** PARTITION BY as the query names it, for messages. */
  readonly partitionTexts: readonly string[]
  readonly having: Expression | null
  /** A condition on results of OVER; null if there is none. */
  readonly qualify: Expression | null
  readonly window: AggregationWindow | null
  readonly emitFinal: boolean
  /** How long EMIT FINAL waits for records, ms of wall-clock time; null: as the server does. */
  readonly emitTimeoutMs: number | null
  readonly limit: number | null
  /** Names of the columns that the query reads, by alias of the source. */
  readonly usedColumns: ReadonlyMap<string, ReadonlySet<string>>
  /** Whether SELECT or HAVING calls aggregate functions. */
  readonly aggregates: boolean
  /** Name of the sink, for messages; null for push and pull queries. */
  readonly sinkName: string | null
}
