/** ORDER BY, LIMIT and OFFSET of a pull query: what is done with the rows once they are there. */
import type { Expression, Query, SelectItem, SortItem } from '../sql/ast/query.ts'
import { formatExpression } from '../sql/format.ts'
import { ROWTIME } from '../types/schema.ts'
import { refuse } from './errors.ts'
import { nullsFirst } from './sort-items.ts'

/** One column of the order. `column`: its index among the columns of `core`, or its name where a star hides the index. */
export interface SortColumn {
  readonly column: number | string
  readonly descending: boolean
  readonly nullsFirst: boolean
}

/** A query without what concerns the order and number of its rows. */
export interface OrderedQuery {
  /** Selects the columns of the result, then `hidden` ones that only the order needs. */
  readonly core: Query
  readonly hidden: number
  readonly order: readonly SortColumn[]
  readonly limit: number | null
  readonly offset: number
}

const HIDDEN = 'KSQL_ORDER_'

/** Throws StatementError for an order that means nothing. */
export function splitOrder(query: Query): OrderedQuery {
  const { orderBy = [], offset = 0, limit, limitLocation, ...rest } = query
  const hidden: SelectItem[] = []
  const order = orderBy.map((item): SortColumn => {
    const direction = { descending: item.descending, nullsFirst: nullsFirst(item) }
    const selected = selectedColumn(item, query)
    if (selected !== null) return { column: selected, ...direction }
    if (query.distinct === true) {
      refuse('With SELECT DISTINCT, ORDER BY takes columns of the result.', item.location)
    }
    const name = `${HIDDEN}${hidden.length}`
    hidden.push({ kind: 'singleColumn', expression: item.expression, alias: name })
    return { column: name, ...direction }
  })
  return {
    core: { ...rest, items: [...query.items, ...hidden], limit: null },
    hidden: hidden.length,
    order,
    limit,
    offset,
  }
}

/** The query that gives the same rows in any order. */
export function withoutOrder({ orderBy: _, offset: __, ...query }: Query): Query {
  return query
}

/** The column of the result that is meant: by its number, its name, or its expression; null: none. */
function selectedColumn({ expression, location }: SortItem, { items, distinct }: Query): number | string | null {
  const hasStar = items.some(({ kind }) => kind !== 'singleColumn')
  if (expression.kind === 'integerLiteral') {
    if (hasStar) refuse('ORDER BY a number counts the columns of SELECT. Name the columns instead of *.', location)
    if (expression.value >= 1 && expression.value <= items.length) return expression.value - 1
    refuse(`ORDER BY ${expression.value}: the result has ${items.length} columns.`, location)
  }
  const index = items.findIndex((item) => item.kind === 'singleColumn' && isMeant(item, expression))
  if (index >= 0 && !hasStar) return index
  const isColumn = expression.kind === 'columnReference' && expression.qualifier === null && expression.name !== ROWTIME
  return hasStar && (isColumn || distinct === true) && expression.kind === 'columnReference' ? expression.name : null
}

function isMeant(item: Extract<SelectItem, { kind: 'singleColumn' }>, expression: Expression): boolean {
  if (expression.kind === 'columnReference' && expression.qualifier === null && item.alias === expression.name) {
    return true
  }
  return formatExpression(item.expression) === formatExpression(expression)
}
