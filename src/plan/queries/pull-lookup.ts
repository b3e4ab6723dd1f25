/**
 * What a pull query's WHERE says about keys and windows: keys to look up, a range of keys, or nothing that spares a scan. The whole
 * WHERE still decides on every row found; a lookup only spares reading others. Source: ksqlDB's QueryFilterNode.
 */
import { PUSH_ADVICE } from '../../analysis/pull-rules.ts'
import { StatementError } from '../../errors.ts'
import { type ConstantContext, convertConstant, evaluateConstant } from '../../expressions/constant.ts'
import type { DataSource } from '../../metastore/data-source.ts'
import type { ComparisonOperator, Expression } from '../../sql/ast/query.ts'
import { displayExpression } from '../../sql/format.ts'
import { contains } from '../../sql/walk.ts'
import type { KeyRange } from '../../state/store.ts'
import { jsonWriter } from '../../types/json-text.ts'
import { type Column, formatColumn, WINDOW_BOUNDS, WINDOWSTART } from '../../types/schema.ts'
import { formatType, type SqlType } from '../../types/sql-type.ts'
import { parseTimestamp } from '../../types/time-text.ts'
import type { Row, Value } from '../../types/value.ts'
import { orientedComparison } from './comparisons.ts'
import { type Conjuncts, disjunctsOf } from './disjuncts.ts'

/** Both ends belong to it; epoch ms. */
export interface TimeRange {
  readonly from: number
  readonly to: number
}

/** `keys` and `keyRange` null: every row is to be looked at. Windows null: of any time. */
export interface Lookup {
  readonly keys: readonly Row[] | null
  readonly keyRange: KeyRange<Row> | null
  readonly windowStart: TimeRange | null
  readonly windowEnd: TimeRange | null
}

export interface LookupOptions {
  readonly source: DataSource
  readonly constants: ConstantContext
  /** `ksql.query.pull.table.scan.enabled`. */
  readonly allowScan: boolean
  /** `ksql.query.pull.range.scan.enabled`. */
  readonly allowRange: boolean
}

const SCAN: Lookup = { keys: null, keyRange: null, windowStart: null, windowEnd: null }

/** `where`: over the table's columns, unqualified. Throws StatementError where it would take a scan and those are not allowed. */
export function planLookup(where: Expression | null, options: LookupOptions): Lookup {
  if (where === null) {
    if (options.allowScan) return SCAN
    throw refusal('Missing WHERE clause', options)
  }
  const disjuncts = disjunctsOf(where)
  if (disjuncts === null) return scanOrRefuse(SCAN, options)
  const found = disjuncts.map((conjuncts) => readDisjunct(conjuncts, options))
  const windows = {
    windowStart: hull(found.map(({ windowStart }) => windowStart)),
    windowEnd: hull(found.map(({ windowEnd }) => windowEnd)),
  }
  const keys = found.map(({ key }) => key)
  if (keys.every((key) => key !== null))
    return { ...windows, keys: distinct(keys, options.source.schema.key), keyRange: null }
  const [only] = found
  if (found.length === 1 && only!.keyRange !== null) return { ...windows, keys: null, keyRange: only!.keyRange }
  return scanOrRefuse({ ...SCAN, ...windows }, options)
}

function scanOrRefuse(scan: Lookup, options: LookupOptions): Lookup {
  if (options.allowScan) return scan
  throw refusal('Query requires table scan to be enabled', options)
}

interface Disjunct {
  /** All key columns, if each must equal a constant. */
  readonly key: Row | null
  readonly keyRange: KeyRange<Row> | null
  readonly windowStart: TimeRange | null
  readonly windowEnd: TimeRange | null
}

interface KeyCondition {
  readonly operator: ComparisonOperator
  readonly value: Value
}

/** One, or the two ends of a range. */
type KeyConditions = readonly KeyCondition[]

function readDisjunct(conjuncts: Conjuncts, options: LookupOptions): Disjunct {
  const { schema, window } = options.source
  const keys = new Map<string, KeyConditions>()
  let isPrecise = true
  let windowStart: TimeRange | null = null
  let windowEnd: TimeRange | null = null
  const give = (reason: string): void => {
    if (!options.allowScan) throw refusal(reason, options)
    isPrecise = false
  }
  for (const condition of conjuncts) {
    const comparison = orientedComparison(condition)
    if (comparison === null) {
      if (!isOrdinary(condition)) give(unreadable(condition))
      continue
    }
    const { column, operator, other } = comparison
    if (window !== null && WINDOW_BOUNDS.includes(column)) {
      const range = boundOf(operator, timeOf(other, options))
      if (column === WINDOWSTART) windowStart = intersection(windowStart, range)
      else windowEnd = intersection(windowEnd, range)
      continue
    }
    const key = schema.key.find(({ name }) => name === column)
    if (key === undefined) continue
    const earlier = keys.get(column)
    if (hasColumns(other)) {
      give('A comparison must be between a key column and a resolvable expression')
    } else if (earlier !== undefined && options.allowScan && isOtherEnd(operator, earlier, options)) {
      keys.set(column, [...earlier, { operator, value: keyValue(key, other, condition, options) }])
    } else if (earlier !== undefined) {
      give('A comparison condition on the key column cannot be combined with other comparisons such as an IN predicate')
    } else if (isKeyOperator(operator, options)) {
      keys.set(column, [{ operator, value: keyValue(key, other, condition, options) }])
    } else {
      give(`Bound on key columns '[${keyText(schema.key)}]' must currently be '='`)
      keys.set(column, [{ operator, value: null }])
    }
  }
  if (keys.size === 0) give(`WHERE clause missing key column for disjunct: ${displayAll(conjuncts)}`)
  else if (keys.size < schema.key.length) give(missingKeys(schema.key, keys))
  return { ...(isPrecise ? keyLookup(keys, options) : NO_KEYS), windowStart, windowEnd }
}

const NO_KEYS = { key: null, keyRange: null } as const

function keyLookup(
  keys: ReadonlyMap<string, KeyConditions>,
  { source: { schema, window }, allowRange, allowScan }: LookupOptions,
): Pick<Disjunct, 'key' | 'keyRange'> {
  const conditions = schema.key.map(({ name }) => keys.get(name)!)
  const firsts = conditions.map(([first]) => first!)
  if (firsts.every(({ operator }) => operator === '=')) return { key: firsts.map(({ value }) => value), keyRange: null }
  const [column] = schema.key
  const { kind } = column!.type
  // Without scans ksqlDB refuses ranges of other keys than texts.
  const isRanged = kind === 'STRING' || (allowScan && RANGED_KEYS.has(kind))
  const ranged = allowRange && schema.key.length === 1 && window === null && isRanged
  return { key: null, keyRange: ranged ? rangeOf(conditions[0]!) : null }
}

/** Types of numbers whose keys stores order as the dialect compares the values. */
const RANGED_KEYS: ReadonlySet<SqlType['kind']> = new Set(['INTEGER', 'BIGINT'])

/** Whether the comparison is the upper end to a lower one, or the lower to an upper. */
function isOtherEnd(operator: ComparisonOperator, earlier: KeyConditions, options: LookupOptions): boolean {
  const [first] = earlier
  if (earlier.length > 1 || !isKeyOperator(operator, options) || !RANGE_OPERATORS.has(first!.operator)) return false
  return RANGE_OPERATORS.has(operator) && operator.charAt(0) !== first!.operator.charAt(0)
}

/** Null: a bound is no value of the column. */
function rangeOf(conditions: KeyConditions): KeyRange<Row> | null {
  const ends = conditions.map(endOf)
  return ends.includes(null) ? null : Object.assign({}, ...ends)
}

function endOf({ operator, value }: KeyCondition): KeyRange<Row> | null {
  if (value === null) return null
  switch (operator) {
    case '<':
      return { to: [value], toInclusive: false }
    case '<=':
      return { to: [value], toInclusive: true }
    case '>':
      return { from: [value], fromInclusive: false }
    case '>=':
      return { from: [value], fromInclusive: true }
    default:
      return null
  }
}

const isKeyOperator = (operator: ComparisonOperator, { allowRange }: LookupOptions): boolean =>
  operator === '=' || (allowRange && RANGE_OPERATORS.has(operator))

const RANGE_OPERATORS: ReadonlySet<ComparisonOperator> = new Set(['<', '<=', '>', '>='])

/** Conditions that only filter further: a key beside them decides. */
const isOrdinary = ({ kind }: Expression): boolean => kind === 'booleanLiteral'

function unreadable(condition: Expression): string {
  if (condition.kind === 'like') return 'Like condition must be between strings'
  if (condition.kind === 'comparison') return 'A comparison must directly reference a key column'
  return `Unsupported expression in WHERE clause: ${displayExpression(condition)}`
}

const hasColumns = (expression: Expression): boolean => contains(expression, ({ kind }) => kind === 'columnReference')

/** The constant as a value of the key column. A bound that is none (10.5 for an INTEGER) still serves a scan: null. */
function keyValue(column: Column, other: Expression, condition: Expression, options: LookupOptions): Value {
  const { constants, allowScan } = options
  const constant = evaluateConstant(other, 'WHERE', constants)
  if (constant.value === null) {
    throw new StatementError(`Primary key columns can not be NULL: ${displayExpression(condition)}`, {
      location: other.location,
    })
  }
  try {
    return convertConstant(constant, column)
  } catch (error) {
    if (allowScan && condition.kind === 'comparison' && condition.operator !== '=') return null
    throw new StatementError(
      `${displayExpression(other)} can not be converted to the type of the key column: ${column.name} ${formatType(column.type)} KEY`,
      { cause: error, location: other.location },
    )
  }
}

/** A bound on WINDOWSTART or WINDOWEND: epoch ms, or a text as the dialect reads times. Null: it depends on the row. */
function timeOf(expression: Expression, { constants }: LookupOptions): number | null {
  if (hasColumns(expression)) return null
  const { type, value } = evaluateConstant(expression, 'WHERE', constants)
  if (typeof value === 'string') return parseTimestamp(value)
  return value !== null && type !== null && Number.isSafeInteger(Number(value)) ? Number(value) : null
}

function boundOf(operator: ComparisonOperator, time: number | null): TimeRange | null {
  if (time === null) return null
  switch (operator) {
    case '=':
      return { from: time, to: time }
    case '<':
      return { from: EARLIEST, to: time - 1 }
    case '<=':
      return { from: EARLIEST, to: time }
    case '>':
      return { from: time + 1, to: LATEST }
    case '>=':
      return { from: time, to: LATEST }
    default:
      return null
  }
}

const EARLIEST = 0
const LATEST = Number.MAX_SAFE_INTEGER

function intersection(a: TimeRange | null, b: TimeRange | null): TimeRange | null {
  if (a === null || b === null) return a ?? b
  return { from: Math.max(a.from, b.from), to: Math.min(a.to, b.to) }
}

/** The smallest range around all; null if one of them is unbounded. */
function hull(ranges: readonly (TimeRange | null)[]): TimeRange | null {
  if (ranges.some((range) => range === null)) return null
  const all = ranges as readonly TimeRange[]
  return { from: Math.min(...all.map(({ from }) => from)), to: Math.max(...all.map(({ to }) => to)) }
}

/** A key that is named twice is looked up once. */
function distinct(keys: readonly Row[], columns: readonly Column[]): Row[] {
  const writers = columns.map(({ type }) => jsonWriter(type))
  const byText = new Map<string, Row>()
  for (const key of keys) byText.set(key.map((value, i) => writers[i]!(value)).join(), key)
  return [...byText.values()]
}

function missingKeys(columns: readonly Column[], keys: ReadonlyMap<string, KeyConditions>): string {
  const names = (list: readonly string[]) => `[${list.join(', ')}]`
  return (
    `Multi-column sources must specify every key in the WHERE clause. Specified: ${names([...keys.keys()])} ` +
    `Expected: [${keyText(columns)}]`
  )
}

const keyText = (columns: readonly Column[]): string =>
  columns.map((column) => `${formatColumn(column)} KEY`).join(', ')

const displayAll = (conjuncts: Conjuncts): string =>
  conjuncts.map(displayExpression).reduce((left, right) => `(${left} AND ${right})`)

/** With the help that the dialect gives on what a WHERE may hold when scans are off. */
function refusal(reason: string, { source }: LookupOptions): StatementError {
  const windows =
    source.window === null
      ? ''
      : "\n  - optionally bounds WINDOWSTART and WINDOWEND by '=', '<', '<=', '>' or '>=' with a number or an ISO-8601 text"
  return new StatementError(
    `${reason}. See https://cnfl.io/queries for more info.${PUSH_ADVICE}\n` +
      'Pull queries require a WHERE clause that:\n' +
      "  - compares every key column with a constant by '=' or IN, e.g. WHERE KEY = 10" +
      `${windows}\nOr allow scans: SET 'ksql.query.pull.table.scan.enabled' = 'true';`,
  )
}
