/** Whether responses of the REST interface are the expected ones. Source: ksqlDB's functional test runner. */

import { exactDecimal } from '../../../src/testing/json/actual.ts'
import { isObject, type JsonObject } from '../../../src/testing/json/json-access.ts'
import { formatJsonValue, JsonNumber, type JsonValue } from '../../../src/types/json-parse.ts'

/** What differs between an object and the members that are expected of it, or null. A name may carry an operator: `queryId|starts_with`. */
export function objectDifference(expected: JsonObject, actual: JsonValue): string | null {
  if (!isObject(actual)) return `expected an object, got ${formatJsonValue(actual)}`
  for (const [label, value] of expected) {
    const [name, operator = 'equals'] = label.split('|') as [string, string?]
    const member = actual.get(name)
    if (member === undefined) return `no member ${name} in ${formatJsonValue(actual)}`
    const difference = memberDifference(value, member, operator)
    if (difference !== null) return `${name}: ${difference}`
  }
  return null
}

function memberDifference(expected: JsonValue, actual: JsonValue, operator: string): string | null {
  if (isObject(expected)) return objectDifference(expected, actual)
  const matches =
    operator === 'starts_with'
      ? typeof expected === 'string' && typeof actual === 'string' && actual.startsWith(expected)
      : canonical(expected) === canonical(actual)
  return matches ? null : `expected ${formatJsonValue(expected)}, got ${formatJsonValue(actual)}`
}

/** Elements go by position, but the values of `columns` in rows count as a bag: their order is free. */
export function rowsDifference(expected: readonly JsonValue[], actual: readonly JsonValue[]): string | null {
  if (expected.length !== actual.length) {
    return `expected ${expected.length} rows, got ${actual.length}: ${actual.map(formatJsonValue).join(' ')}`
  }
  for (const [i, element] of expected.entries()) {
    const difference = objectDifference(withoutColumns(element) as JsonObject, actual[i]!)
    if (difference !== null) return `row ${i}: ${difference}`
  }
  const [wanted, found] = [bagOfColumns(expected), bagOfColumns(actual)]
  return wanted.join() === found.join() ? null : `expected rows ${wanted.join(' ')}, got ${found.join(' ')}`
}

/** An empty `columns` was dropped on the way, as everything empty. */
function withoutColumns(element: JsonValue): JsonValue {
  if (!isObject(element)) return element
  const row = element.get('row')
  if (!isObject(row) || !row.has('columns')) return element
  return new Map(element).set('row', new Map([...row].filter(([name]) => name !== 'columns')))
}

const bagOfColumns = (elements: readonly JsonValue[]): string[] =>
  elements
    .flatMap((element) => {
      const row = isObject(element) ? element.get('row') : undefined
      const columns = isObject(row) ? row.get('columns') : undefined
      return columns === undefined ? [] : [canonical(columns)]
    })
    .sort()

/** A response as it is after it was written and read back: members that are null or empty are gone, decimals have no exponent. */
export function afterRoundTrip(value: JsonValue): JsonValue {
  if (value instanceof JsonNumber) return plainNumber(value)
  if (isObject(value)) {
    const members = Array.from(value, ([name, member]) => [name, afterRoundTrip(member)] as const)
    return new Map(members.filter(([, member]) => !isEmpty(member)))
  }
  return Array.isArray(value) ? value.map(afterRoundTrip) : value
}

function isEmpty(value: JsonValue): boolean {
  if (value === null || value === '') return true
  return isObject(value) ? value.size === 0 : Array.isArray(value) && value.length === 0
}

function plainNumber(number: JsonNumber): JsonNumber {
  if (!/[eE]/.test(number.text)) return number
  const { unscaled, scale } = exactDecimal(number.text)!
  if (scale <= 0) return new JsonNumber(String(unscaled * 10n ** BigInt(-scale)))
  const sign = unscaled < 0n ? '-' : ''
  const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, '0')
  return new JsonNumber(`${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`)
}

/** Equal texts for equal values: a whole number is none with a fraction, and `1.0` is not `1.00`. Order of members is free. */
function canonical(value: JsonValue): string {
  if (value instanceof JsonNumber) {
    if (value.isInteger()) return String(BigInt(value.text))
    const { unscaled, scale } = exactDecimal(value.text)!
    return `${unscaled}e${-scale}`
  }
  if (isObject(value)) {
    const members = Array.from(value, ([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`)
    return `{${members.sort().join()}}`
  }
  return Array.isArray(value) ? `[${value.map(canonical).join()}]` : JSON.stringify(value)
}
