/**
 * Reading one value of a known type. The common cases of the common types are called directly, because a call through a variable for each
 * value of a record costs as much as the work itself; everything else is the type's decoder's.
 */
import type { Value } from '../../types/value.ts'
import type { JsonInput } from './input.ts'
import { readDouble, readInt32, readInt64 } from './number.ts'
import { isDigit, QUOTE } from './syntax.ts'
import { checkString, readString, UNKNOWN } from './text.ts'

/** Reads the value at the input's position, which is before its end, and moves behind it. Throws a ReadFailure. */
export type Decode = (input: JsonInput) => Value

export const NOT_FAST = 0
export const FAST_STRING = 1
export const FAST_INT32 = 2
export const FAST_INT64 = 3
export const FAST_DOUBLE = 4
/** Not read faster by itself; the readers of whole documents need to tell it from the rest. */
export const FAST_BOOLEAN = 5
export type FastKind =
  | typeof NOT_FAST
  | typeof FAST_STRING
  | typeof FAST_INT32
  | typeof FAST_INT64
  | typeof FAST_DOUBLE
  | typeof FAST_BOOLEAN

export interface ValueReader {
  readonly kind: FastKind
  /** Reads values of any form. */
  readonly decode: Decode
  /** Moves over a value of any form, and throws what `decode` would throw, without making the value where that is cheaper. */
  readonly check: (input: JsonInput) => void
}

export function readValue({ kind, decode }: ValueReader, input: JsonInput): Value {
  const first = input.bytes[input.position]!
  if (first === QUOTE) return kind === FAST_STRING ? readString(input, UNKNOWN) : decode(input)
  if (!isDigit(first)) return decode(input)
  if (kind === FAST_INT32) return readInt32(input)
  if (kind === FAST_INT64) return readInt64(input)
  return kind === FAST_DOUBLE ? readDouble(input) : decode(input)
}

/** As `readValue`, for a value that nothing uses. */
export function checkValue({ kind, check }: ValueReader, input: JsonInput): void {
  if (kind === FAST_STRING && input.bytes[input.position] === QUOTE) checkString(input)
  else check(input)
}
