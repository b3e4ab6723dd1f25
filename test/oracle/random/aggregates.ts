/** Random calls of aggregate functions, in the words of both sides. */
import type { Choices } from './choices.ts'
import type { ColumnText, Expressions, Item } from './expressions.ts'
import { type SqlText, sql, text } from './sql-text.ts'

/** `inJavaScript`: SUM, COUNT and MAX of integers are those of `test/support/javascript-aggregates.ts`. */
export interface AggregateOptions {
  readonly inJavaScript: boolean
}

const NUMBERS = ['INT', 'BIGINT', 'DOUBLE', 'DECIMAL'] as const

export function randomAggregate(choices: Choices, input: Expressions, options: AggregateOptions): Item {
  const filter = choices.chance(20) ? sql` FILTER (WHERE ${input.condition(1)})` : text('')
  const call = choices.pick([count, sum, extreme, countOf, mean, sumOfDistinct])
  return call(choices, input, filter, options)
}

type Make = (choices: Choices, input: Expressions, filter: SqlText, options: AggregateOptions) => Item

const countCall = (argument: SqlText, filter: SqlText, { inJavaScript }: AggregateOptions): Item => ({
  sql: {
    millrace: `${inJavaScript ? 'JS_COUNT' : 'COUNT'}(${argument.millrace})${filter.millrace}`,
    duckdb: `COUNT(${argument.duckdb})${filter.duckdb}`,
  },
  type: 'BIGINT',
  isExact: true,
})

const count: Make = (_choices, _input, filter, options) =>
  countCall({ millrace: options.inJavaScript ? '1' : '*', duckdb: '*' }, filter, options)

const countOf: Make = (choices, input, filter, options) => {
  const type = options.inJavaScript
    ? choices.pick(['INT', 'BIGINT'] as const)
    : choices.pick([...NUMBERS, 'STRING', 'BOOLEAN'] as const)
  const argument = input.value(type, 1)
  return countCall(choices.chance(50) ? sql`DISTINCT ${argument}` : argument, filter, options)
}

const sum: Make = (choices, input, filter, options) => sumCall(choices, input, filter, options, '')
const sumOfDistinct: Make = (choices, input, filter, options) => sumCall(choices, input, filter, options, 'DISTINCT ')

/** The built-in SUM is 0 where there is no value; that in JavaScript is NULL, as in the standard. */
function sumCall(
  choices: Choices,
  input: Expressions,
  filter: SqlText,
  { inJavaScript }: AggregateOptions,
  distinct: string,
): Item {
  const type = choices.pick(inJavaScript ? (['INT', 'BIGINT'] as const) : NUMBERS)
  const argument = input.value(type, 1)
  const standard = `SUM(${distinct}${argument.duckdb})${filter.duckdb}`
  return {
    sql: {
      millrace: `${inJavaScript ? 'JS_SUM' : 'SUM'}(${distinct}${argument.millrace})${filter.millrace}`,
      duckdb: inJavaScript ? standard : `COALESCE(${standard}, 0)`,
    },
    type: inJavaScript ? 'BIGINT' : type,
    isExact: true,
  }
}

const extreme: Make = (choices, input, filter, { inJavaScript }) => {
  const name = choices.pick(['MAX', 'MIN'])
  const isScript = inJavaScript && name === 'MAX'
  const type = choices.pick(isScript ? (['INT', 'BIGINT'] as const) : NUMBERS)
  const argument = input.value(type, 1)
  return {
    sql: {
      millrace: `${isScript ? 'JS_MAX' : name}(${argument.millrace})${filter.millrace}`,
      duckdb: `${name}(${argument.duckdb})${filter.duckdb}`,
    },
    type,
    isExact: true,
  }
}

/** As SUM, 0 where there is no value. */
const mean: Make = (choices, input, filter) => {
  const call = sql`AVG(${input.value(choices.pick(['INT', 'BIGINT', 'DOUBLE'] as const), 1)})${filter}`
  return { sql: { millrace: call.millrace, duckdb: `COALESCE(${call.duckdb}, 0)` }, type: 'DOUBLE', isExact: false }
}

/** A call as a column of HAVING. */
export const asColumn = (call: Item): ColumnText => ({ ...call, name: '' })
