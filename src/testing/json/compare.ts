/** Whether records are the expected ones, as strict as the official runner. Source: ksqlDB's functional test runner. */
import { formatJsonValue, JsonNumber, type JsonValue } from '../../types/json-parse.ts'
import { type Actual, type ActualNumber, type ExactDecimal, exactDecimal, wholePart } from './actual.ts'
import type { ActualRecord } from './deserialize.ts'
import type { TestRecord, TestWindow } from './records.ts'

export interface ComparisonOptions {
  /** An expected timestamp of 0 accepts anything: in cases that are fed by INSERT VALUES. */
  readonly anyTimeForZero: boolean
}

/** What differs, or null. */
export function recordDifference(
  expected: TestRecord,
  actual: ActualRecord,
  { anyTimeForZero }: ComparisonOptions,
): string | null {
  return (
    windowDifference(expected.window, actual.window) ??
    valueDifference('key', expected.key, actual.key) ??
    valueDifference('value', expected.value, actual.value) ??
    headersDifference(expected, actual) ??
    timeDifference(expected.timestamp, actual.timestamp, anyTimeForZero)
  )
}

function windowDifference(expected: TestWindow | null, actual: TestWindow | null): string | null {
  const matches =
    expected === null || actual === null
      ? expected === actual
      : expected.type === actual.type && expected.start === actual.start && expected.end === actual.end
  return matches ? null : `window: expected ${windowText(expected)}, got ${windowText(actual)}`
}

const windowText = (window: TestWindow | null): string =>
  window === null ? 'none' : `${window.type} [${window.start}, ${window.end}]`

function headersDifference(expected: TestRecord, actual: ActualRecord): string | null {
  const texts = ({ headers }: Pick<TestRecord, 'headers'>) =>
    JSON.stringify(
      headers.map(({ key, value }) => [key, value === null ? null : Buffer.from(value).toString('base64')]),
    )
  const [wanted, found] = [texts(expected), texts(actual)]
  return wanted === found ? null : `headers: expected ${wanted}, got ${found}`
}

function timeDifference(expected: number | null, actual: number, anyTimeForZero: boolean): string | null {
  if (expected === null || expected === actual || (expected === 0 && anyTimeForZero)) return null
  return `timestamp: expected ${expected}, got ${actual}`
}

export function valueDifference(what: string, expected: JsonValue, actual: Actual): string | null {
  const found = topLevelBytesAsText(actual)
  return matchesValue(expected, found)
    ? null
    : `${what}: expected ${formatJsonValue(expected)}, got ${formatActual(found)}`
}

/** Bytes among the fields of a record compare as base64, empty ones as null. */
function topLevelBytesAsText(actual: Actual): Actual {
  if (!(actual instanceof Map)) return actual
  return new Map(Array.from(actual as ReadonlyMap<string, Actual>, ([name, field]) => [name, bytesAsText(field)]))
}

function bytesAsText(field: Actual): Actual {
  if (!(field instanceof Uint8Array)) return field
  return field.length === 0 ? null : base64(field)
}

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64')

/** The expected value decides how. */
export function matchesValue(expected: JsonValue, actual: Actual): boolean {
  if (expected === null || typeof expected === 'boolean') return actual === expected
  if (typeof expected === 'string') return matchesText(expected, actual)
  if (expected instanceof JsonNumber) return isNumber(actual) && matchesNumber(expected, actual)
  if (expected instanceof Map) return matchesObject(expected as ReadonlyMap<string, JsonValue>, actual)
  return matchesList(expected as readonly JsonValue[], actual)
}

function matchesText(expected: string, actual: Actual): boolean {
  if (actual instanceof Uint8Array) return base64(actual) === expected
  if (isNumber(actual) && actual.kind === 'decimal') {
    const decimal = exactDecimal(expected)
    return decimal !== null && equalWithScale(decimal, actual.value)
  }
  return actual === expected
}

function matchesList(expected: readonly JsonValue[], actual: Actual): boolean {
  if (!Array.isArray(actual) || actual.length !== expected.length) return false
  return expected.every((item, i) => matchesValue(item, actual[i] as Actual))
}

function matchesObject(expected: ReadonlyMap<string, JsonValue>, actual: Actual): boolean {
  if (!(actual instanceof Map) || actual.size !== expected.size) return false
  const fields = actual as ReadonlyMap<string, Actual>
  return [...expected].every(([name, value]) =>
    matchesValue(value, fields.get(name) ?? fields.get(name.toUpperCase()) ?? null),
  )
}

function matchesNumber(expected: JsonNumber, actual: ActualNumber): boolean {
  const wanted = exactDecimal(expected.text)!
  switch (actual.kind) {
    case 'int':
      return BigInt.asIntN(32, wholePart(wanted)) === actual.value
    case 'long':
      return BigInt.asIntN(64, wholePart(wanted)) === actual.value
    case 'double':
      return Math.abs(Number(expected.text) - actual.value) < 1e-6
    case 'decimal':
      return expected.isInteger() ? matchesInteger(wanted.unscaled, actual.value) : equalWithScale(wanted, actual.value)
    case 'bigInteger':
      return false
  }
}

/** A whole number written with a fraction is not an integer; and a big integer equals no exact decimal. */
const matchesInteger = (expected: bigint, actual: ExactDecimal): boolean =>
  actual.scale <= 0 && BigInt.asIntN(64, expected) === expected && wholePart(actual) === expected

const equalWithScale = (a: ExactDecimal, b: ExactDecimal): boolean => a.scale === b.scale && a.unscaled === b.unscaled

const isNumber = (actual: Actual): actual is ActualNumber =>
  typeof actual === 'object' &&
  actual !== null &&
  !Array.isArray(actual) &&
  !(actual instanceof Map) &&
  !(actual instanceof Uint8Array)

/** For messages. */
function formatActual(actual: Actual): string {
  if (actual === null || typeof actual === 'boolean') return String(actual)
  if (typeof actual === 'string') return JSON.stringify(actual)
  if (actual instanceof Uint8Array) return `bytes ${base64(actual)}`
  if (isNumber(actual)) return formatNumber(actual)
  if (actual instanceof Map) {
    const fields = Array.from(
      actual as ReadonlyMap<string, Actual>,
      ([name, field]) => `"${name}":${formatActual(field)}`,
    )
    return `{${fields.join(',')}}`
  }
  return `[${(actual as readonly Actual[]).map(formatActual).join(',')}]`
}

function formatNumber(number: ActualNumber): string {
  if (number.kind !== 'decimal') return String(number.value)
  const { unscaled, scale } = number.value
  if (scale <= 0) return scale === 0 ? String(unscaled) : `${unscaled}E${-scale}`
  const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, '0')
  return `${unscaled < 0n ? '-' : ''}${digits.slice(0, -scale)}.${digits.slice(-scale)}`
}
