/** Values as they are read back from a topic, numbers with their kind, since what an expected number matches depends on it. */
import { JsonNumber, type JsonValue } from '../../types/json-parse.ts'

export type ActualNumber =
  | { readonly kind: 'int' | 'long' | 'bigInteger'; readonly value: bigint }
  | { readonly kind: 'double'; readonly value: number }
  | { readonly kind: 'decimal'; readonly value: ExactDecimal }

export type Actual =
  | null
  | boolean
  | string
  | Uint8Array
  | ActualNumber
  | readonly Actual[]
  | ReadonlyMap<string, Actual>

/** `unscaled * 10^-scale`; the scale is part of the value, and negative for a positive exponent. As Java's BigDecimal. */
export interface ExactDecimal {
  readonly unscaled: bigint
  readonly scale: number
}

const NUMBER = /^(-?\d+)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/

/** Null if the text is no decimal number. */
export function exactDecimal(text: string): ExactDecimal | null {
  const match = NUMBER.exec(text)
  if (match === null) return null
  const [, whole, fraction = '', exponent = '0'] = match
  return { unscaled: BigInt(whole! + fraction), scale: fraction.length - Number(exponent) }
}

/** Towards zero. */
export function wholePart({ unscaled, scale }: ExactDecimal): bigint {
  return scale <= 0 ? unscaled * 10n ** BigInt(-scale) : unscaled / 10n ** BigInt(scale)
}

/** An int, long or big integer, by size. */
export function integerOf(value: bigint): ActualNumber {
  if (BigInt.asIntN(32, value) === value) return { kind: 'int', value }
  return { kind: BigInt.asIntN(64, value) === value ? 'long' : 'bigInteger', value }
}

/** A JSON document read back. `exact`: fractional numbers keep their digits, else they are doubles. */
export function actualJson(value: JsonValue, exact: boolean): Actual {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value
  if (value instanceof JsonNumber) return actualNumber(value, exact)
  if (value instanceof Map) {
    return new Map(
      Array.from(value as ReadonlyMap<string, JsonValue>, ([name, item]) => [name, actualJson(item, exact)]),
    )
  }
  return (value as readonly JsonValue[]).map((item) => actualJson(item, exact))
}

function actualNumber(number: JsonNumber, exact: boolean): ActualNumber {
  if (number.isInteger()) return integerOf(BigInt(number.text))
  if (!exact) return { kind: 'double', value: Number(number.text) }
  return { kind: 'decimal', value: exactDecimal(number.text)! }
}
