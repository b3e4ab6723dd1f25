/** Random orders and calls with OVER. A NULL is greater than every value, unless the query says otherwise. */
import type { Choices } from './choices.ts'
import type { ColumnText, Item } from './expressions.ts'
import { list, type SqlText, sql, text } from './sql-text.ts'

/** `x DESC NULLS LAST`. The text for the other side always says where NULLs go. */
function sortItem(choices: Choices, { sql: column }: ColumnText): SqlText {
  const isDescending = choices.chance(50)
  const words = isDescending ? ' DESC' : ''
  const nulls = choices.chance(25) ? choices.pick([' NULLS LAST', ' NULLS FIRST']) : ''
  const byDefault = isDescending ? ' NULLS FIRST' : ' NULLS LAST'
  return {
    millrace: `${column.millrace}${words}${nulls}`,
    duckdb: `${column.duckdb}${words}${nulls === '' ? byDefault : nulls}`,
  }
}

const isSortable = ({ type, isExact }: ColumnText): boolean => isExact && type !== 'BOOLEAN'

/** An order without ties: random columns, then those that tell rows apart. */
export function totalOrder(choices: Choices, columns: readonly ColumnText[], unique: readonly string[]): SqlText {
  const first = columns.filter(isSortable)
  const chosen = choices.below(3) === 0 || first.length === 0 ? [] : [choices.pick(first)]
  const rest = columns.filter((column) => unique.includes(column.name) && !chosen.includes(column))
  return list([...chosen, ...rest].map((column) => sortItem(choices, column)))
}

/** By one column, so that there are ties. */
export function anyOrder(choices: Choices, columns: readonly ColumnText[]): SqlText {
  const sortable = columns.filter(isSortable)
  return sortItem(choices, choices.pick(sortable.length === 0 ? columns : sortable))
}

export function partition(choices: Choices, columns: readonly ColumnText[]): readonly ColumnText[] {
  const exact = columns.filter(({ isExact }) => isExact)
  return choices.chance(75) && exact.length > 0 ? [choices.pick(exact)] : []
}

export const partitionClause = (columns: readonly ColumnText[]): SqlText =>
  columns.length === 0 ? text('') : sql`PARTITION BY ${list(columns.map((column) => column.sql))} `

/** A call with OVER whose result does not depend on how ties are broken. */
export function randomOver(choices: Choices, columns: readonly ColumnText[], unique: readonly string[]): Item {
  const by = partitionClause(partition(choices, columns))
  return choices.pick([numbered, neighbour, framed, ranged])(choices, columns, unique, by)
}

type Make = (choices: Choices, columns: readonly ColumnText[], unique: readonly string[], by: SqlText) => Item

const numbered: Make = (choices, columns, unique, by) => ({
  sql: sql`${choices.pick(['ROW_NUMBER', 'RANK', 'DENSE_RANK'])}() OVER (${by}ORDER BY ${totalOrder(choices, columns, unique)})`,
  type: 'BIGINT',
  isExact: true,
})

const neighbour: Make = (choices, columns, unique, by) => {
  const column = choices.pick(columns)
  const call = choices.pick([
    sql`LAG(${column.sql})`,
    sql`LEAD(${column.sql})`,
    sql`LAG(${column.sql}, 2)`,
    sql`FIRST_VALUE(${column.sql})`,
    sql`LAST_VALUE(${column.sql})`,
  ])
  return {
    sql: sql`${call} OVER (${by}ORDER BY ${totalOrder(choices, columns, unique)})`,
    type: column.type,
    isExact: column.isExact,
  }
}

const ROW_FRAMES = [
  '',
  ' ROWS BETWEEN 2 PRECEDING AND CURRENT ROW',
  ' ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING',
  ' ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING',
  ' ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING',
  ' ROWS 1 PRECEDING',
]

const framed: Make = (choices, columns, unique, by) => {
  const call = aggregateOf(choices, columns)
  const order = sql`ORDER BY ${totalOrder(choices, columns, unique)}${choices.pick(ROW_FRAMES)}`
  return over(call, sql`${by}${choices.chance(75) ? order : text('')}`)
}

/** Ties share their frame, so that any order will do. */
const ranged: Make = (choices, columns, _unique, by) => {
  const call = aggregateOf(choices, columns)
  const numbers = columns.filter(({ type, isExact }) => isExact && (type === 'INT' || type === 'BIGINT'))
  if (numbers.length === 0) return over(call, by)
  const frame = choices.pick([
    '',
    ' RANGE BETWEEN 1 PRECEDING AND CURRENT ROW',
    ' RANGE BETWEEN 1 PRECEDING AND 2 FOLLOWING',
  ])
  return over(call, sql`${by}ORDER BY ${sortItem(choices, choices.pick(numbers))}${frame}`)
}

const over = (call: Item, window: SqlText): Item => ({
  ...call,
  sql: {
    millrace: `${call.sql.millrace} OVER (${window.millrace})`,
    duckdb: call.sql.duckdb.replace('OVER ()', `OVER (${window.duckdb})`),
  },
})

/** An aggregate before its window: where SUM has no value, it is 0 in the one dialect and NULL in the other. */
function aggregateOf(choices: Choices, columns: readonly ColumnText[]): Item {
  const numbers = columns.filter(({ type, isExact }) => isExact && type !== 'STRING' && type !== 'BOOLEAN')
  const count = { sql: { millrace: 'COUNT(*)', duckdb: 'COUNT(*) OVER ()' }, type: 'BIGINT', isExact: true } as const
  if (numbers.length === 0) return count
  const { sql: column, type } = choices.pick(numbers)
  return choices.pick<() => Item>([
    () => count,
    () => ({
      sql: { millrace: `SUM(${column.millrace})`, duckdb: `COALESCE(SUM(${column.duckdb}) OVER (), 0)` },
      type,
      isExact: true,
    }),
    () => ({
      sql: { millrace: `MAX(${column.millrace})`, duckdb: `MAX(${column.duckdb}) OVER ()` },
      type,
      isExact: true,
    }),
    () => ({
      sql: { millrace: `MIN(${column.millrace})`, duckdb: `MIN(${column.duckdb}) OVER ()` },
      type,
      isExact: true,
    }),
  ])()
}
