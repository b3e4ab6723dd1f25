/**
 * Conditions that read one side of a join only. Its rows meet them before they are joined where that gives the same result: a row that cannot be in it is
 * neither sent to another partition nor kept nor found.
 */
import type { AnalyzedJoin } from '../../analysis/analysis.ts'
import type { Expression as Syntax } from '../../sql/ast/query.ts'
import { allOf, conjuncts, walk } from '../../sql/walk.ts'
import type { PlanBuilder, Relation } from '../builder.ts'
import { addFilter } from './where.ts'

/** A relation whose rows meet what could be tested on it alone, and what is left to test. */
export interface EarlyFiltered {
  readonly relation: Relation
  /** Null: nothing. */
  readonly rest: Syntax | null
}

export interface EarlyFilter {
  /** Step id. */
  readonly id: string
  readonly clause: 'WHERE' | 'JOIN'
  readonly isEarly: boolean
}

/** Tests on the relation what `predicate` says of its rows alone, unless it is not `isEarly`. `predicate`: over layout names. */
export function filterEarly(
  predicate: Syntax | null,
  { id, clause, isEarly }: EarlyFilter,
  relation: Relation,
  builder: PlanBuilder,
): EarlyFiltered {
  const conditions = predicate === null || !isEarly ? [] : conjuncts(predicate)
  const own = allOf(conditions.filter((condition) => readsOnly(condition, relation)))
  if (own === null) return { relation, rest: predicate }
  return {
    relation: addFilter(id, own, clause, relation, builder),
    rest: allOf(conditions.filter((condition) => !readsOnly(condition, relation))),
  }
}

function readsOnly(condition: Syntax, { columns }: Relation): boolean {
  const names = new Set<string>()
  walk(condition, (node) => {
    if (node.kind === 'columnReference') names.add(node.name)
    return true
  })
  return names.size > 0 && [...names].every((name) => columns.some((column) => column.name === name))
}

/** Whether rows of a side that do not meet a condition of ON are not in the result, whatever is on the other side. */
export const isJoinFilter = (type: AnalyzedJoin['type'], side: 'left' | 'right'): boolean =>
  side === 'left'
    ? type === 'INNER' || type === 'RIGHT' || type === 'SEMI'
    : type === 'INNER' || type === 'LEFT' || type === 'SEMI' || type === 'ANTI'

/**
 * Whether WHERE can be tested on the rows of a source: no join puts NULLs in their place, or looks for the newest of them. Joins of ksqlDB keep its order of
 * steps.
 */
export function isWhereFilter(joins: readonly AnalyzedJoin[], source: number): boolean {
  return joins.every(({ type, right, general }) => {
    if (general === null) return false
    if (right < source) return true
    if (right > source) return type !== 'RIGHT' && type !== 'FULL'
    return general.asof === undefined && (type === 'INNER' || type === 'RIGHT')
  })
}
