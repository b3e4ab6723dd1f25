// Queries back to SQL on one line. Parsing the text gives the same AST, but for places.

import { assertNever } from '../assert.ts'
import type { Expression, Grouping, Query, Relation, SelectItem, Source, WindowClause, Within } from './ast.ts'
import { formatDuration, formatExpression, formatName, printBase } from './format.ts'

/** SQL text of a query, without a semicolon. */
export function formatQuery(query: Query): string {
  return [
    `SELECT ${query.items.map(formatItem).join(', ')}`,
    `FROM ${formatRelation(query.from)}`,
    query.window && `WINDOW ${formatWindow(query.window)}`,
    clause('WHERE', query.where),
    query.groupBy && `GROUP BY ${formatGrouping(query.groupBy)}`,
    query.partitionBy && `PARTITION BY ${formatGrouping(query.partitionBy)}`,
    clause('HAVING', query.having),
    query.emit && `EMIT ${query.emit}`,
    query.limit !== null && `LIMIT ${query.limit}`,
  ]
    .filter(Boolean)
    .join(' ')
}

const clause = (word: string, expression: Expression | null): string =>
  expression === null ? '' : `${word} ${formatExpression(expression)}`

function formatItem(item: SelectItem): string {
  switch (item.kind) {
    case 'singleColumn':
      return formatExpression(item.expression) + (item.alias === null ? '' : ` AS ${formatName(item.alias)}`)
    case 'allColumns':
      return item.qualifier === null ? '*' : `${formatName(item.qualifier)}.*`
    case 'structAll':
      return `${printBase(item.base)}->*`
    default:
      return assertNever(item)
  }
}

const formatGrouping = ({ expressions }: Grouping): string =>
  expressions.length === 0 ? '()' : expressions.map(formatExpression).join(', ')

function formatRelation(relation: Relation): string {
  if (relation.kind === 'source') return formatSource(relation)
  const { left, type, right, within, criteria } = relation
  const join = type === 'INNER' ? 'INNER JOIN' : `${type} OUTER JOIN`
  return (
    `${formatRelation(left)} ${join} ${formatSource(right)}` +
    `${within === null ? '' : ` WITHIN ${formatWithin(within)}`} ON ${formatExpression(criteria)}`
  )
}

const formatSource = ({ name, alias }: Source): string =>
  alias === name ? formatName(name) : `${formatName(name)} AS ${formatName(alias)}`

function formatWithin({ before, after, grace }: Within): string {
  const [from, to] = [formatDuration(before), formatDuration(after)]
  const range = from === to ? from : `(${from}, ${to})`
  return grace === null ? range : `${range} GRACE PERIOD ${formatDuration(grace)}`
}

function formatWindow(window: WindowClause): string {
  const name = window.name === null ? '' : `${formatName(window.name)} `
  const retention = window.retention === null ? '' : `, RETENTION ${formatDuration(window.retention)}`
  const grace = window.grace === null ? '' : `, GRACE PERIOD ${formatDuration(window.grace)}`
  return `${name}${formatExtent(window)}${retention}${grace})`
}

/** The window up to its options, its parenthesis open. */
function formatExtent(window: WindowClause): string {
  switch (window.kind) {
    case 'tumbling':
      return `TUMBLING (SIZE ${formatDuration(window.size)}`
    case 'hopping':
      return `HOPPING (SIZE ${formatDuration(window.size)}, ADVANCE BY ${formatDuration(window.advance)}`
    case 'session':
      return `SESSION (${formatDuration(window.gap)}`
    default:
      return assertNever(window)
  }
}
