/** Rules for aggregate functions, GROUP BY and HAVING. */
import type { FunctionRegistry } from '../functions/registry.ts'
import type { Expression, FunctionCall } from '../sql/ast/query.ts'
import { displayExpression } from '../sql/format.ts'
import { rewrite, walk, withoutLocations } from '../sql/walk.ts'
import { ROWTIME, WINDOW_BOUNDS } from '../types/schema.ts'
import type { AnalyzedSource, SelectColumn } from './analysis.ts'
import { refuse } from './errors.ts'
import { display, layoutName } from './layout-names.ts'

export type IsAggregate = (call: FunctionCall) => boolean

export const aggregateTest =
  (functions: FunctionRegistry): IsAggregate =>
  (call) =>
    call.over === undefined && functions.find(call.name)?.kind === 'aggregate'

/** `COUNT(*)` and `COUNT()` count rows: they read ROWTIME, which is never NULL. */
export function withRowtimeArguments(expression: Expression, isAggregate: IsAggregate, alias: string): Expression {
  return rewrite(expression, (node) =>
    node.kind === 'functionCall' && isAggregate(node) && node.args.length === 0
      ? { ...node, star: false, args: [{ kind: 'columnReference', qualifier: alias, name: ROWTIME }] }
      : null,
  )
}

/** The aggregate calls in an expression, outermost first. */
export function aggregateCalls(expression: Expression, isAggregate: IsAggregate): FunctionCall[] {
  const calls: FunctionCall[] = []
  walk(expression, (node) => {
    if (node.kind !== 'functionCall' || !isAggregate(node)) return true
    calls.push(node)
    return false
  })
  return calls
}

export const containsAggregate = (expression: Expression, isAggregate: IsAggregate): boolean =>
  aggregateCalls(expression, isAggregate).length > 0

export interface GroupedQuery {
  readonly sources: readonly AnalyzedSource[]
  readonly select: readonly SelectColumn[]
  readonly where: Expression | null
  readonly groupBy: readonly Expression[] | null
  readonly having: Expression | null
  readonly hasWindow: boolean
}

/**
 * The rules for aggregate functions: not nested, not in WHERE or GROUP BY, and only with a GROUP BY, which in turn needs one; a column
 * outside of them must be grouped by. Throws StatementError for the first rule that the query breaks.
 */
export function checkAggregates(query: GroupedQuery, isAggregate: IsAggregate): void {
  refuseNesting(query, isAggregate)
  const { groupBy, where } = query
  if (where !== null && containsAggregate(where, isAggregate)) {
    refuse(
      `Aggregate functions are not allowed in WHERE: ${display(where, query.sources)}. Filter groups with HAVING.`,
      where.location,
    )
  }
  if (groupBy === null) refuseAggregatesWithoutGrouping(query, isAggregate)
  else {
    checkGroupBy(groupBy, isAggregate)
    requireAggregate(query, isAggregate)
    checkGroupedSelect(query, groupBy, isAggregate)
    checkGroupedHaving(query, groupBy, isAggregate)
    refuseKafkaValues(query)
  }
}

function refuseNesting({ select, having }: GroupedQuery, isAggregate: IsAggregate): void {
  for (const expression of [...select.map((column) => column.expression), ...(having === null ? [] : [having])]) {
    for (const call of aggregateCalls(expression, isAggregate)) {
      const [inner] = call.args.flatMap((arg) => aggregateCalls(arg, isAggregate))
      if (inner !== undefined) {
        refuse(`Aggregate functions can not be nested: ${call.name}(${inner.name}())`, call.location)
      }
    }
  }
}

function refuseAggregatesWithoutGrouping(query: GroupedQuery, isAggregate: IsAggregate): void {
  const { select, having, hasWindow, sources } = query
  const calls = [...select.map((column) => column.expression), ...(having === null ? [] : [having])].flatMap(
    (expression) => aggregateCalls(expression, isAggregate),
  )
  if (calls.length > 0) {
    checkGroupedSelect(query, [], isAggregate)
    const shown = calls.map((call) => display(call, sources)).join(', ')
    refuse(
      `CREATE TABLE AS SELECT statement does not support aggregate function [${shown}] without a GROUP BY clause.` +
        '\nTo aggregate over all rows, group by a constant.',
      calls[0]!.location,
    )
  }
  if (having !== null) refuse('HAVING needs a GROUP BY clause. To filter rows, use WHERE.', having.location)
  if (hasWindow) {
    refuse('WINDOW clause requires a GROUP BY clause.')
  }
}

function checkGroupBy(groupBy: readonly Expression[], isAggregate: IsAggregate): void {
  if (groupBy.length === 0) refuse('GROUP BY requires at least one expression')
  const seen = new Set<string>()
  for (const expression of groupBy) {
    const [call] = aggregateCalls(expression, isAggregate)
    if (call !== undefined) {
      refuse(`GROUP BY does not support aggregate functions: ${call.name} is an aggregate function.`, call.location)
    }
    const text = withoutLocations(expression)
    if (seen.has(text)) refuse(`Duplicate GROUP BY expression: ${displayExpression(expression)}`, expression.location)
    seen.add(text)
  }
}

function requireAggregate({ select, having }: GroupedQuery, isAggregate: IsAggregate): void {
  if (select.some(({ expression }) => containsAggregate(expression, isAggregate))) return
  if (having !== null && containsAggregate(having, isAggregate)) return
  refuse('GROUP BY requires aggregate functions in either the SELECT or HAVING clause.')
}

const textsOf = (expressions: readonly Expression[]): ReadonlySet<string> => new Set(expressions.map(withoutLocations))

/** Column references that are neither grouped nor inside an aggregate. `grouped`: the texts of the GROUP BY expressions. */
function ungrouped(expression: Expression, grouped: ReadonlySet<string>, isAggregate: IsAggregate): Expression[] {
  const found: Expression[] = []
  walk(expression, (node) => {
    if (grouped.has(withoutLocations(node))) return false
    if (node.kind === 'functionCall' && isAggregate(node)) return false
    if (node.kind === 'columnReference' && !(node.qualifier === null && WINDOW_BOUNDS.includes(node.name)))
      found.push(node)
    return true
  })
  return found
}

function checkGroupedSelect(
  { select, sources }: GroupedQuery,
  groupBy: readonly Expression[],
  isAggregate: IsAggregate,
): void {
  const grouped = textsOf(groupBy)
  const plain = select.filter(({ expression }) => !containsAggregate(expression, isAggregate))
  const unmatched = plain.filter(({ expression }) => ungrouped(expression, grouped, isAggregate).length > 0)
  if (unmatched.length > 0) {
    const texts = new Set(unmatched.map(({ expression }) => display(expression, sources)))
    refuse(
      `Non-aggregate SELECT expression(s) not part of GROUP BY: ${[...texts].join(', ')}${numberAdvice(groupBy)}` +
        '\nEither add the column(s) to the GROUP BY or remove them from the SELECT.',
      unmatched[0]!.location,
    )
  }
  const mixed = select.flatMap(({ expression }) => ungrouped(expression, grouped, isAggregate))
  if (mixed.length > 0) {
    refuse(
      'Column used in aggregate SELECT expression(s) outside of aggregate functions not part of GROUP BY: ' +
        mixed.map((column) => display(column, sources)).join(', ') +
        '\nEither add the column(s) to the GROUP BY or remove them from the SELECT.',
      mixed[0]!.location,
    )
  }
}

/** In other dialects GROUP BY 1 groups by the first column of SELECT. */
const numberAdvice = (groupBy: readonly Expression[]): string => {
  const number = groupBy.find((expression) => expression.kind === 'integerLiteral')
  return number === undefined
    ? ''
    : `\nGROUP BY ${displayExpression(number)} groups by the number ${displayExpression(number)}: write the name of a column.`
}

function checkGroupedHaving(
  { having, sources }: GroupedQuery,
  groupBy: readonly Expression[],
  isAggregate: IsAggregate,
): void {
  if (having === null) return
  const columns = ungrouped(having, textsOf(groupBy), isAggregate)
  if (columns.length === 0) return
  refuse(
    `Non-aggregate HAVING expression not part of GROUP BY: ${columns.map((column) => display(column, sources)).join(', ')}` +
      '\nConsider switching the HAVING clause to a WHERE clause before the GROUP BY clause.',
    columns[0]!.location,
  )
}

function refuseKafkaValues({ sources }: GroupedQuery): void {
  const kafka = sources.filter(({ source }) => source.valueFormat.format === 'KAFKA').map(({ source }) => source.name)
  if (kafka.length > 0) {
    refuse(
      `Source(s) ${kafka.join(', ')} are using the 'KAFKA' value format. This format does not yet support GROUP BY.` +
        '\nRead the topic with another format, or copy it into one first.',
    )
  }
}

/** Bounds of the window that the query makes exist only in its SELECT. Source: ksqlDB `AggregateAnalyzer`. */
export function refuseWindowBounds(expressions: readonly Expression[], sources: readonly AnalyzedSource[]): void {
  for (const expression of expressions) {
    walk(expression, (node) => {
      if (node.kind === 'columnReference' && WINDOW_BOUNDS.includes(node.name)) {
        refuse(
          `Window bounds column ${layoutName(node, sources)} can only be used in the SELECT clause of windowed aggregations ` +
            'and can not be passed to aggregate functions.',
          node.location,
        )
      }
      return true
    })
  }
}
