/** Order, equality and hash keys of values, compiled once per type. */
import { Decimal } from './decimal.ts'
import { isNumeric, type SqlType } from './sql-type.ts'
import { DAY_MS } from './time-text.ts'
import type { Value } from './value.ts'

/** Negative, zero or positive; for values that are not NULL. */
export type Comparator = (a: Value, b: Value) => number
/** For values that are not NULL. */
export type Equality = (a: Value, b: Value) => boolean

/**
 * Order of two values of `type`: numbers by size (NaN is the largest), BOOLEAN false first, text by UTF-16 code units, BYTES
 * lexicographic on signed bytes, structures element by element with NULL first, a shorter one before its extension.
 */
export function comparator(type: SqlType): Comparator {
  switch (type.kind) {
    case 'DOUBLE':
      return compareDoubles as Comparator
    case 'DECIMAL':
      return compareDecimals as Comparator
    case 'BYTES':
      return compareBytes as Comparator
    case 'ARRAY': {
      const element = nullsFirst(comparator(type.element))
      return (a, b) => compareLists(a as readonly Value[], b as readonly Value[], () => element)
    }
    case 'MAP':
      return mapComparator(nullsFirst(comparator(type.key)), nullsFirst(comparator(type.value)))
    case 'STRUCT': {
      const fields = type.fields.map((field) => nullsFirst(comparator(field.type)))
      return (a, b) => compareLists(a as readonly Value[], b as readonly Value[], (i) => fields[i]!)
    }
    default:
      return comparePlain as Comparator
  }
}

/** Order of values of two types: as `comparator` for one kind, and across numbers, DATE and TIMESTAMP; null where there is none. */
export function mixedComparator(left: SqlType, right: SqlType): Comparator | null {
  if (left.kind === right.kind) return comparator(left)
  if (isNumeric(left) && isNumeric(right)) return numericComparator(left, right)
  if (left.kind === 'DATE' && right.kind === 'TIMESTAMP') {
    return (a, b) => (a as number) * DAY_MS - (b as number)
  }
  if (left.kind === 'TIMESTAMP' && right.kind === 'DATE') {
    return (a, b) => (a as number) - (b as number) * DAY_MS
  }
  return null
}

/** Equality of two values of `type`. Inside structures NULL equals NULL; DECIMALs are equal by number. */
export function equality(type: SqlType): Equality {
  switch (type.kind) {
    case 'DOUBLE':
      return (a, b) => a === b || (Number.isNaN(a) && Number.isNaN(b))
    case 'DECIMAL':
      return (a, b) => (a as Decimal).equals(b as Decimal)
    case 'BYTES':
      return (a, b) => equalBytes(a as Uint8Array, b as Uint8Array)
    case 'ARRAY': {
      const element = nullsEqual(equality(type.element))
      return (a, b) => equalLists(a as readonly Value[], b as readonly Value[], () => element)
    }
    case 'MAP':
      return mapEquality(type.key, nullsEqual(equality(type.value)))
    case 'STRUCT': {
      const fields = type.fields.map((field) => nullsEqual(equality(field.type)))
      return (a, b) => equalLists(a as readonly Value[], b as readonly Value[], (i) => fields[i]!)
    }
    default:
      return equalPlain
  }
}

/** `equals`, extended to NULL: equal to itself only (IS NOT DISTINCT FROM). */
export const nullsEqual =
  (equals: Equality): Equality =>
  (a, b) =>
    a === null || b === null ? a === b : equals(a, b)

/** `compare`, extended to NULL, which comes first. */
export const nullsFirst =
  (compare: Comparator): Comparator =>
  (a, b) =>
    a === null || b === null ? (a === b ? 0 : a === null ? -1 : 1) : compare(a, b)

/** What a Map or Set of values can be keyed by. */
export type HashKey = null | boolean | number | bigint | string

/** From a value of `type`, NULL included, to a primitive that is the same exactly for equal values. */
export function hashKey(type: SqlType): (value: Value) => HashKey {
  switch (type.kind) {
    case 'DECIMAL':
    case 'BYTES':
    case 'ARRAY':
    case 'MAP':
    case 'STRUCT':
      return keyText(type)
    default:
      return (value) => value as HashKey
  }
}

type KeyText = (value: Value) => string | null

/** Texts of parts are prefixed by their length, so that no two lists of parts give the same text. */
function keyText(type: SqlType): KeyText {
  const text = nonNullKeyText(type)
  return (value) => (value === null ? null : text(value))
}

function nonNullKeyText(type: SqlType): (value: Value) => string {
  switch (type.kind) {
    case 'DECIMAL':
      return (value) => decimalKey(value as Decimal)
    case 'BYTES':
      return (value) => Buffer.from(value as Uint8Array).toString('latin1')
    case 'ARRAY': {
      const element = keyText(type.element)
      return (value) => (value as readonly Value[]).map((item) => part(element(item))).join('')
    }
    case 'MAP': {
      const key = keyText(type.key)
      const item = keyText(type.value)
      return (value) =>
        Array.from(value as ReadonlyMap<Value, Value>, ([k, v]) => part(key(k)) + part(item(v)))
          .sort()
          .join('')
    }
    case 'STRUCT': {
      const fields = type.fields.map((field) => keyText(field.type))
      return (value) => fields.map((field, i) => part(field((value as readonly Value[])[i] ?? null))).join('')
    }
    case 'DOUBLE':
      return (value) => String(value === 0 ? 0 : value)
    default:
      return String
  }
}

const part = (text: string | null): string => (text === null ? '-' : `${text.length}:${text}`)

function decimalKey(value: Decimal): string {
  const text = value.toString()
  return value.scale === 0 ? text : text.replace(/\.?0+$/, '')
}

/** Serves BIGINT too: JavaScript compares number with bigint exactly. */
function comparePlain(a: number | string | boolean | bigint, b: number | string | boolean | bigint): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** A BIGINT is a bigint only beyond the safe integers, so equal values have the same representation. */
const equalPlain: Equality = (a, b) => a === b

/** As Double.compare, but with one zero. */
function compareDoubles(a: number, b: number): number {
  if (a < b) return -1
  if (a > b) return 1
  return Number(Number.isNaN(a)) - Number(Number.isNaN(b))
}

const compareDecimals = (a: Decimal, b: Decimal): number => a.compare(b)

/** Lexicographic on signed bytes, as Java's ByteBuffer compares. */
function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) {
    // Flipping the sign bit orders unsigned bytes as signed ones.
    if (a[i] !== b[i]) return (a[i]! ^ 0x80) - (b[i]! ^ 0x80)
  }
  return a.length - b.length
}

function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}

function compareLists(a: readonly Value[], b: readonly Value[], comparatorAt: (i: number) => Comparator): number {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) {
    const order = comparatorAt(i)(a[i]!, b[i]!)
    if (order !== 0) return order
  }
  return a.length - b.length
}

function equalLists(a: readonly Value[], b: readonly Value[], equalityAt: (i: number) => Equality): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (!equalityAt(i)(a[i]!, b[i]!)) return false
  return true
}

function mapComparator(key: Comparator, item: Comparator): Comparator {
  const entries = (map: Value): [Value, Value][] =>
    [...(map as ReadonlyMap<Value, Value>)].sort(([a], [b]) => key(a, b))
  return (a, b) => {
    const left = entries(a)
    const right = entries(b)
    for (let i = 0; i < Math.min(left.length, right.length); i++) {
      const order = key(left[i]![0], right[i]![0]) || item(left[i]![1], right[i]![1])
      if (order !== 0) return order
    }
    return left.length - right.length
  }
}

function mapEquality(keyType: SqlType, item: Equality): Equality {
  const keyOf = hashKey(keyType)
  return (a, b) => {
    const left = a as ReadonlyMap<Value, Value>
    const right = b as ReadonlyMap<Value, Value>
    if (left.size !== right.size) return false
    const items = new Map(Array.from(right, ([key, value]) => [keyOf(key), value]))
    for (const [key, value] of left) {
      const other = items.get(keyOf(key))
      if (other === undefined || !item(value, other)) return false
    }
    return true
  }
}

/** Exact across representations: a DECIMAL makes both sides decimals, else JavaScript compares number with bigint exactly. */
function numericComparator(left: SqlType, right: SqlType): Comparator {
  if (left.kind === 'DECIMAL') return (a, b) => compareDecimalTo(a as Decimal, b as number | bigint)
  if (right.kind === 'DECIMAL') return (a, b) => -compareDecimalTo(b as Decimal, a as number | bigint)
  return left.kind === 'DOUBLE' || right.kind === 'DOUBLE'
    ? (compareDoubles as Comparator)
    : (comparePlain as Comparator)
}

function compareDecimalTo(a: Decimal, b: number | bigint): number {
  if (typeof b === 'bigint') return a.compare(Decimal.fromInteger(b))
  if (Number.isFinite(b)) return a.compare(Decimal.fromNumber(b))
  return b === Number.NEGATIVE_INFINITY ? 1 : -1
}
