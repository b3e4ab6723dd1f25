/** Generated source that reads scalars. It uses variables of the function around it: `bytes`, `view`, `at`, `stop`, `end`, `value`, `input`. */
import type { Scalar } from './message-type.ts'

/** Leaves the end of a length-delimited value in `stop`, and `at` at its start. */
export const LENGTH = `stop = bytes[at]
  if (stop < 128) at++
  else { input.position = at; stop = readLength(input); at = input.position }
  stop += at
  if (stop > end) throw truncated()`

/** Numbers below 128 are one byte; where that lies behind the end, the message ends in the wrong place, which is noticed there. */
const varint = (read: string, short: string, long: string): string => `value = bytes[at]
  if (value < 128) { at++\n${short} }
  else { input.position = at; value = ${read}(input); at = input.position\n${long} }`

const fixed = (size: number, read: string): string =>
  `if (at + ${size} > end) throw truncated()\nvalue = ${read}\nat += ${size}`

const ZIG_ZAG = 'value = (value >>> 1) ^ -(value & 1)'

/** Statements that leave the value in `value` and move `at` behind it. */
export const SCALAR_SOURCE: { readonly [scalar in Scalar]: string } = {
  double: fixed(8, 'view.getFloat64(at, true)'),
  float: fixed(4, 'view.getFloat32(at, true)'),
  int32: varint('readVarint32', '', ''),
  uint32: varint('readVarint32', '', 'value >>>= 0'),
  sint32: varint('readVarint32', ZIG_ZAG, ZIG_ZAG),
  int64: varint('readVarint64', '', ''),
  uint64: varint('readVarint64', '', ''),
  sint64: varint('readZigZag64', ZIG_ZAG, ''),
  fixed32: fixed(4, 'view.getUint32(at, true)'),
  sfixed32: fixed(4, 'view.getInt32(at, true)'),
  fixed64: fixed(8, 'readFixed64(view, at)'),
  sfixed64: fixed(8, 'readFixed64(view, at)'),
  bool: varint('readVarint64', 'value = value !== 0', 'value = value !== 0'),
  string: `${LENGTH}\nvalue = readText(bytes, at, stop)\nat = stop`,
  bytes: `${LENGTH}\nvalue = new Uint8Array(bytes.subarray(at, stop))\nat = stop`,
}

/** What is no UTF-8 becomes U+FFFD, as in Java. */
export const LOOSE_TEXT = `${LENGTH}\nvalue = readUtf8(bytes, at, stop)\nat = stop`

/** Where a value can be stepped over, or tested, at less cost than it can be read. */
export const CHECK_SOURCE: { readonly [scalar in Scalar]?: string } = {
  string: `${LENGTH}\ncheckText(bytes, at, stop)\nat = stop`,
  bytes: `${LENGTH}\nat = stop`,
}

/** Statements that turn the value in `value` into its text, as Java writes it. */
export const textSource = (scalar: Scalar): string =>
  scalar === 'double'
    ? 'value = doubleToText(value)'
    : scalar === 'float'
      ? 'value = floatToText(value)'
      : 'value = String(value)'

/** What is not on the wire, as source. */
export function defaultOf(scalar: Scalar): string {
  switch (scalar) {
    case 'bool':
      return 'false'
    case 'string':
      return "''"
    case 'bytes':
      return 'new Uint8Array(0)'
    default:
      return '0'
  }
}

export const defaultText = (scalar: Scalar): string =>
  scalar === 'double' || scalar === 'float' ? "'0.0'" : `'${defaultOf(scalar)}'`
