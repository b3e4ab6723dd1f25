/** Which JSON values pass as they are: those that the writer would write with the same bytes. */
import type { SqlType } from '../../types/sql-type.ts'
import type { PassedValues } from '../passed-values.ts'
import type { JsonInput } from './input.ts'
import { BACKSLASH, isDigit, MINUS, QUOTE, SPACE } from './syntax.ts'

const ZERO = 0x30
/** The largest integers of so many digits fit their types, and are safe integers. */
const INT32_DIGITS = 9
const INT64_DIGITS = 15

/** Moves over the value at the input's position if it passes, and notes it in `slot`. False: nothing has moved; the slot has no value. */
export type PassValue = (input: JsonInput, passed: PassedValues, slot: number) => boolean

/** Null: values of the type never pass. */
export function passerOf({ kind }: SqlType): PassValue | null {
  switch (kind) {
    case 'STRING':
      return passText
    case 'INTEGER':
      return passInt32
    case 'BIGINT':
      return passInt64
    default:
      return null
  }
}

function passText(input: JsonInput, passed: PassedValues, slot: number): boolean {
  const { bytes, position, end } = input
  return note(input, passed, slot, bytes[position] === QUOTE ? plainTextEnd(bytes, position + 1, end) : -1)
}

function passInt32(input: JsonInput, passed: PassedValues, slot: number): boolean {
  return note(input, passed, slot, plainIntegerEnd(input, INT32_DIGITS))
}

function passInt64(input: JsonInput, passed: PassedValues, slot: number): boolean {
  return note(input, passed, slot, plainIntegerEnd(input, INT64_DIGITS))
}

function note(input: JsonInput, passed: PassedValues, slot: number, behind: number): boolean {
  if (behind < 0) {
    passed.starts[slot] = -1
    return false
  }
  passed.starts[slot] = input.position
  passed.ends[slot] = behind
  input.position = behind
  return true
}

/** 1 for what stands in a text as it is written: ASCII without quotes, backslashes and control characters. */
const PLAIN = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= SPACE && byte < 0x80 && byte !== QUOTE && byte !== BACKSLASH ? 1 : 0,
)

/** Position behind the quote that closes the text from `start` on; -1 if something in it may be written otherwise. */
function plainTextEnd(bytes: Buffer, start: number, end: number): number {
  let at = start
  while (at < end && PLAIN[bytes[at]!] === 1) at++
  return at < end && bytes[at] === QUOTE ? at + 1 : -1
}

/** Position behind an integer in the only form that is written; -1 for any other value. */
function plainIntegerEnd({ bytes, position, end }: JsonInput, maxDigits: number): number {
  const first = bytes[position] === MINUS ? position + 1 : position
  let at = first
  while (at < end && isDigit(bytes[at]!)) at++
  if (at === first || at - first > maxDigits || (bytes[first] === ZERO && (at - first > 1 || first > position)))
    return -1
  return at < end && isNumberMark(bytes[at]!) ? -1 : at
}

/** `.`, `e` or `E`: the number continues. */
const isNumberMark = (byte: number): boolean => byte === 0x2e || byte === 0x65 || byte === 0x45
