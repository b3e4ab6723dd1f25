// Queries back to SQL on one line. How expressions are printed is a parameter: they and queries hold each other.

import { assertNever } from '../assert.ts'
import type {
  CommonTable,
  Derived,
  Expression,
  Frame,
  FrameBound,
  Grouping,
  Join,
  Over,
  Query,
  QueryExpression,
  Relation,
  SelectItem,
  SetOperation,
  SortItem,
  Source,
  WindowClause,
  Within,
} from './ast/query.ts'
import { formatDuration, formatName } from './format-names.ts'

type Print = (expression: Expression) => string

export const printQuery = (query: QueryExpression, print: Print): string =>
  query.kind === 'select' ? printSelect(query, print) : printSetOperation(query, print)

/** Operands in parentheses, but for a first SELECT. */
function printSetOperation({ operator, all, left, right }: SetOperation, print: Print): string {
  const first = printQuery(left, print)
  return `${isBare(left) ? first : `(${first})`} ${operator}${all ? ' ALL' : ''} (${printQuery(right, print)})`
}

/** Whether a query has no clauses that would be those of the set operation around it. */
const isBare = (query: QueryExpression): boolean =>
  query.kind === 'select' &&
  query.emit === null &&
  query.limit === null &&
  [query.with, query.orderBy, query.stateTtl, query.offset].every((clause) => clause === undefined)

function printSelect(query: Query, print: Print): string {
  return [
    query.with && `WITH ${query.with.map((table) => printCommonTable(table, print)).join(', ')}`,
    `SELECT ${query.distinct ? 'DISTINCT ' : ''}${query.items.map((item) => printItem(item, print)).join(', ')}`,
    `FROM ${printRelation(query.from, print)}`,
    query.window && `WINDOW ${formatWindow(query.window)}`,
    query.where && `WHERE ${print(query.where)}`,
    query.groupBy && `GROUP BY ${printGrouping(query.groupBy, print)}`,
    query.partitionBy && `PARTITION BY ${printGrouping(query.partitionBy, print)}`,
    query.having && `HAVING ${print(query.having)}`,
    query.qualify && `QUALIFY ${print(query.qualify)}`,
    query.orderBy && `ORDER BY ${printSortItems(query.orderBy, print)}`,
    query.stateTtl && `STATE TTL ${formatDuration(query.stateTtl)}`,
    query.emit && `EMIT ${query.emit}`,
    query.emitTimeout && `TIMEOUT ${formatDuration(query.emitTimeout)}`,
    query.limit !== null && `LIMIT ${query.limit}`,
    query.offset !== undefined && `OFFSET ${query.offset}`,
  ]
    .filter(Boolean)
    .join(' ')
}

function printCommonTable({ name, columns, query }: CommonTable, print: Print): string {
  const list = columns.length === 0 ? '' : ` (${columns.map(formatName).join(', ')})`
  return `${formatName(name)}${list} AS (${printQuery(query, print)})`
}

function printItem(item: SelectItem, print: Print): string {
  switch (item.kind) {
    case 'singleColumn':
      return print(item.expression) + (item.alias === null ? '' : ` AS ${formatName(item.alias)}`)
    case 'allColumns':
      return item.qualifier === null ? '*' : `${formatName(item.qualifier)}.*`
    case 'structAll':
      return `${printBase(item.base, print)}->*`
    default:
      return assertNever(item)
  }
}

function printGrouping({ expressions, sets }: Grouping, print: Print): string {
  if (sets === undefined) return expressions.length === 0 ? '()' : expressions.map(print).join(', ')
  const texts = sets.map((set) => `(${set.map((index) => print(expressions[index]!)).join(', ')})`)
  return `GROUPING SETS (${texts.join(', ')})`
}

/** What a subscript, a field or a zone is taken of: a sign before it would otherwise apply to the result. */
export function printBase(base: Expression, print: Print): string {
  return base.kind === 'arithmeticUnary' ? `(${print(base)})` : print(base)
}

// ---- Sources -----------------------------------------------------------------------------------------------------------------------

const printRelation = (relation: Relation, print: Print): string =>
  relation.kind === 'join' ? printJoin(relation, print) : printSource(relation, print)

function printJoin({ left, type, right, within, criteria, asof, stateTtl }: Join, print: Print): string {
  const join = type === 'INNER' ? 'INNER JOIN' : `${type} OUTER JOIN`
  return (
    `${printRelation(left, print)} ${asof ? 'ASOF ' : ''}${join} ${printSource(right, print)}` +
    `${within === null ? '' : ` WITHIN ${formatWithin(within)}`}` +
    `${stateTtl === undefined ? '' : ` STATE TTL ${formatDuration(stateTtl)}`} ON ${print(criteria)}`
  )
}

function printSource(source: Source | Derived, print: Print): string {
  const { alias } = source
  if (source.kind === 'source') {
    return alias === source.name ? formatName(source.name) : `${formatName(source.name)} AS ${formatName(alias!)}`
  }
  return `(${printQuery(source.query, print)})${alias === null ? '' : ` AS ${formatName(alias)}`}`
}

function formatWithin({ before, after, grace }: Within): string {
  const [from, to] = [formatDuration(before), formatDuration(after)]
  const range = from === to ? from : `(${from}, ${to})`
  return grace === null ? range : `${range} GRACE PERIOD ${formatDuration(grace)}`
}

// ---- OVER --------------------------------------------------------------------------------------------------------------------------

/** What stands in the parentheses of OVER. */
export function printOver({ partitionBy, orderBy, frame }: Over, print: Print): string {
  return [
    partitionBy.length > 0 && `PARTITION BY ${partitionBy.map(print).join(', ')}`,
    orderBy.length > 0 && `ORDER BY ${printSortItems(orderBy, print)}`,
    frame !== null && formatFrame(frame),
  ]
    .filter(Boolean)
    .join(' ')
}

const printSortItems = (items: readonly SortItem[], print: Print): string =>
  items
    .map(
      ({ expression, descending, nulls }) =>
        `${print(expression)}${descending ? ' DESC' : ''}${nulls === null ? '' : ` NULLS ${nulls}`}`,
    )
    .join(', ')

const formatFrame = ({ unit, start, end }: Frame): string =>
  `${unit} BETWEEN ${formatFrameBound(start)} AND ${formatFrameBound(end)}`

function formatFrameBound(bound: FrameBound): string {
  if (bound.kind === 'currentRow') return 'CURRENT ROW'
  const { kind, offset } = bound
  const text = offset === null ? 'UNBOUNDED' : typeof offset === 'number' ? String(offset) : formatDuration(offset)
  return `${text} ${kind.toUpperCase()}`
}

// ---- Windows -----------------------------------------------------------------------------------------------------------------------

function formatWindow(window: WindowClause): string {
  const name = window.name === null ? '' : `${formatName(window.name)} `
  const retention = window.retention === null ? '' : `, RETENTION ${formatDuration(window.retention)}`
  const grace = window.grace === null ? '' : `, GRACE PERIOD ${formatDuration(window.grace)}`
  const time = window.processingTime === true ? ', PROCESSING TIME' : ''
  return `${name}${formatExtent(window)}${retention}${grace}${time})`
}

/** The window up to its options, its parenthesis open. */
function formatExtent(window: WindowClause): string {
  switch (window.kind) {
    case 'tumbling':
      return `TUMBLING (SIZE ${formatDuration(window.size)}`
    case 'hopping':
      return `HOPPING (SIZE ${formatDuration(window.size)}, ADVANCE BY ${formatDuration(window.advance)}`
    case 'cumulate':
      return `CUMULATE (SIZE ${formatDuration(window.size)}, STEP ${formatDuration(window.step)}`
    case 'session':
      return `SESSION (${formatDuration(window.gap)}`
    default:
      return assertNever(window)
  }
}
