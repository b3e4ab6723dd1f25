/** Integers as text, as strict as Java's parseInt and parseLong: no white space, a sign may lead. */
import { doubleToInt32, fromBigInt, type Int64 } from '../types/bigint64.ts'

const INTEGER = /^[+-]?\d+$/

/** Java's Integer.parseInt; null for what it refuses. */
export function parseInt32(text: string): number | null {
  const value = INTEGER.test(text) ? Number(text) : Number.NaN
  return doubleToInt32(value) === value ? value + 0 : null
}

/** Java's Long.parseLong; null for what it refuses. */
export function parseInt64(text: string): Int64 | null {
  if (!INTEGER.test(text)) return null
  const value = Number(text)
  if (Number.isSafeInteger(value)) return value + 0
  const exact = BigInt(text.startsWith('+') ? text.slice(1) : text)
  return BigInt.asIntN(64, exact) === exact ? fromBigInt(exact) : null
}
