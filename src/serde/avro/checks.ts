/** What a generated writer calls for values that a schema may not take. All throw an Error that says why. */
import type { Decimal } from '../../types/decimal.ts'
import { decimal } from '../../types/sql-type.ts'
import type { Value } from '../../types/value.ts'
import { fitDecimal } from '../fit-decimal.ts'

export function checkDigits(value: Decimal, precision: number, scale: number): Decimal {
  return fitDecimal(value, decimal(precision, scale))
}

export function symbolPlace(value: string, symbols: readonly string[]): number {
  const place = symbols.indexOf(value)
  if (place < 0) throw new Error(`'${value}' is no symbol of the Avro enum. It has: ${symbols.join(', ')}`)
  return place
}

export function checkSize(value: Uint8Array, size: number): Uint8Array {
  if (value.length !== size)
    throw new Error(`${value.length} bytes cannot be written as the Avro type fixed of ${size} bytes`)
  return value
}

export function checkKey(key: Value): string {
  if (key === null) throw new Error('A map with a NULL key cannot be written as an Avro map')
  return key as string
}

export function inInt(value: number | bigint): number {
  if (typeof value === 'number' && value === (value | 0)) return value
  throw new Error(`${value} cannot be written as the Avro type int`)
}

export function toLong(key: string): bigint {
  if (!/^-?\d{1,19}$/.test(key) || BigInt.asIntN(64, BigInt(key)) !== BigInt(key)) {
    throw new Error(`The map key '${key}' cannot be written as a whole number`)
  }
  return BigInt(key)
}

export function toInt(key: string): number {
  return inInt(Number(toLong(key)))
}
