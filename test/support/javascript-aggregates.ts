/** SUM, COUNT and MAX written in JavaScript, under the names JS_SUM, JS_COUNT and JS_MAX. */

import { NO_CALLER } from '../../src/functions/user-functions.ts'
import { EMPTY_METASTORE, type Metastore, putFunction } from '../../src/metastore/metastore.ts'
import { planCreateFunction } from '../../src/plan/statements/create-function.ts'
import { parseStatements } from '../../src/sql/parse.ts'
import { context } from './javascript.ts'
import { FUNCTIONS } from './partitioned-driver.ts'

const SUM = `
  export const init = () => ({ n: 0, sum: 0n })
  export function add(s, x) { s.n++; s.sum += BigInt(x) }
  export function remove(s, x) { s.n--; s.sum -= BigInt(x) }
  export const merge = (a, b) => ({ n: a.n + b.n, sum: a.sum + b.sum })
  export const result = ({ n, sum }) => (n === 0 ? null : sum)`

const COUNT = `
  export const init = () => 0
  export const add = (n) => n + 1
  export const remove = (n) => n - 1
  export const merge = (a, b) => a + b
  export const result = (n) => n`

/** The same, in an object. */
const COUNT_IN_OBJECT = `
  export const init = () => ({ n: 0 })
  export function add(s) { s.n++ }
  export function remove(s) { s.n-- }
  export const merge = (a, b) => ({ n: a.n + b.n })
  export const result = ({ n }) => n`

/** How often each value is there. */
const MAX = `
  export const init = () => new Map()
  export function add(s, x) { s.set(x, (s.get(x) ?? 0) + 1) }
  export function remove(s, x) { if (s.get(x) === 1) s.delete(x); else s.set(x, s.get(x) - 1) }
  export function merge(a, b) { for (const [x, n] of b) a.set(x, (a.get(x) ?? 0) + n); return a }
  export const result = (s) => [...s.keys()].reduce((most, x) => (most === null || x > most ? x : most), null)`

const create = (name: string, type: string, returns: string, body: string, state = '') =>
  `CREATE AGGREGATE FUNCTION ${name}(x ${type}) RETURNS ${returns} LANGUAGE JAVASCRIPT STRICT ${state} AS $$${body}$$;`

/** `JS_SUM` keeps its state in columns for one type, and as JSON for the other. */
export const JAVASCRIPT_AGGREGATES: readonly string[] = [
  create('js_sum', 'INT', 'BIGINT', SUM, 'STATE (n INT, sum BIGINT)'),
  create('js_sum', 'BIGINT', 'BIGINT', SUM),
  create('js_count', 'INT', 'BIGINT', COUNT),
  create('js_count', 'BIGINT', 'BIGINT', COUNT_IN_OBJECT),
  create('js_max', 'INT', 'INT', MAX),
  create('js_max', 'BIGINT', 'BIGINT', MAX),
]

/** The metastore with these functions. */
export const withJavaScriptAggregates = (metastore: Metastore = EMPTY_METASTORE): Metastore =>
  JAVASCRIPT_AGGREGATES.reduce<Metastore>((store, sql) => {
    const [statement] = parseStatements(sql)
    if (statement?.kind !== 'createFunction') throw new Error(`not a function: ${sql}`)
    const functions = FUNCTIONS.withUsers([...store.functions.values()].flat(), NO_CALLER)
    const { overloads } = planCreateFunction(statement, { metastore: store, functions, functionContext: context })!
    return putFunction(store, statement.name, overloads)
  }, metastore)

/** The query with these functions in place of the built-in ones. */
export const inJavaScript = (sql: string): string =>
  sql.replaceAll('COUNT(*)', 'JS_COUNT(1)').replaceAll(/\b(SUM|COUNT|MAX)\(/g, 'JS_$1(')
