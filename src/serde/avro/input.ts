/**
 * Reading the parts that Avro's binary encoding is made of. Source: the Avro 1.12 specification, "Binary Encoding":
 *
 *   int, long        zigzag: 2n for n >= 0, -2n - 1 below; then 7 bits per byte, the lowest first, the high bit set in all but the last
 *   boolean          1 byte, 0 or 1              float, double   4 or 8 bytes, IEEE 754, little-endian
 *   bytes, string    a long with the length, the bytes            fixed   the bytes
 *   enum             an int with the symbol's place                union   a long with the branch's place, the value
 *   array, map       blocks of a long with the count, the items, up to a block of 0; a count below 0 stands for its amount, and is followed
 *                    by a long with the block's size in bytes
 *
 * Nothing here looks at bytes behind the payload's end, and nothing is allocated for a length before the bytes are known to be there.
 */
import { fromBigInt, type Int64, MAX_INT32, MIN_INT32 } from '../../types/bigint64.ts'
import { readUtf8 } from '../text.ts'
import { AvroFailure } from './failure.ts'

/** The payload that is being read, and how far. One object per reader. */
export class AvroInput {
  bytes: Buffer = Buffer.alloc(0)
  position = 0
  end = 0
  /** Where the payload begins, for messages. */
  start = 0

  begin(bytes: Buffer, start: number, end: number): void {
    this.bytes = bytes
    this.position = start
    this.start = start
    this.end = end
  }
}

export const cutOff = (input: AvroInput): AvroFailure =>
  new AvroFailure(`The Avro data is cut off: it ends after ${input.end - input.start} bytes, within a value`)

export const malformed = (input: AvroInput, what: string): AvroFailure =>
  new AvroFailure(`Malformed Avro data before byte ${input.position - input.start}: ${what}`)

const TWO_28 = 2 ** 28
/** Bytes of the longest long. */
const MAX_LONG_BYTES = 10

/** The zigzag code of an int or long as a number: exact below 2^53, and beyond that too large for whatever it counts. */
function readCode(input: AvroInput): number {
  const { bytes, end } = input
  let at = input.position
  let code = 0
  let factor = 1
  for (let count = 0; count < MAX_LONG_BYTES; count++) {
    if (at >= end) throw cutOff(input)
    const byte = bytes[at++]!
    code += (byte & 0x7f) * factor
    if (byte < 0x80) {
      input.position = at
      return code
    }
    factor *= 128
  }
  throw malformed(input, 'a number has more than 10 bytes')
}

/** An int, whatever its number of bytes. Throws where it is beyond 32 bits, which writers without a check of their own let happen. */
export function readInt(input: AvroInput): number {
  const at = input.position
  if (at < input.end) {
    const byte = input.bytes[at]!
    if (byte < 0x80) {
      input.position = at + 1
      return (byte >>> 1) ^ -(byte & 1)
    }
  }
  return readLongerInt(input)
}

function readLongerInt(input: AvroInput): number {
  const code = readCode(input)
  const value = code % 2 === 0 ? code / 2 : -(code + 1) / 2
  if (value > MAX_INT32 || value < MIN_INT32) throw malformed(input, 'an int is beyond 32 bits')
  return value
}

export function readLong(input: AvroInput): Int64 {
  const { bytes, end, position } = input
  if (end - position < MAX_LONG_BYTES) return readLongNearEnd(input)
  let at = position
  let byte = bytes[at++]!
  let low = byte & 0x7f
  if (byte >= 0x80) {
    byte = bytes[at++]!
    low |= (byte & 0x7f) << 7
    if (byte >= 0x80) {
      byte = bytes[at++]!
      low |= (byte & 0x7f) << 14
      if (byte >= 0x80) {
        byte = bytes[at++]!
        low |= (byte & 0x7f) << 21
        if (byte >= 0x80) {
          byte = bytes[at++]!
          let high = byte & 0x7f
          for (let shift = 7; byte >= 0x80 && shift <= 14; shift += 7) {
            byte = bytes[at++]!
            high |= (byte & 0x7f) << shift
          }
          if (byte >= 0x80) return readExactLong(input)
          input.position = at
          const code = high * TWO_28 + low
          return (low & 1) === 0 ? code / 2 : -(code + 1) / 2
        }
      }
    }
  }
  input.position = at
  return (low >>> 1) ^ -(low & 1)
}

/** Fewer than ten bytes are left, so each must be checked to be there. */
function readLongNearEnd(input: AvroInput): Int64 {
  const { position } = input
  const code = readCode(input)
  if (code > Number.MAX_SAFE_INTEGER) {
    input.position = position
    return readExactLong(input)
  }
  return code % 2 === 0 ? code / 2 : -(code + 1) / 2
}

function readExactLong(input: AvroInput): Int64 {
  const { bytes, end } = input
  let code = 0n
  let at = input.position
  for (let shift = 0n; shift < 70n; shift += 7n) {
    if (at >= end) throw cutOff(input)
    const byte = bytes[at++]!
    code |= BigInt(byte & 0x7f) << shift
    if (byte < 0x80) {
      if (code >> 64n !== 0n) throw malformed(input, 'a long is beyond 64 bits')
      input.position = at
      return fromBigInt((code >> 1n) ^ -(code & 1n))
    }
  }
  throw malformed(input, 'a number has more than 10 bytes')
}

/** A length and that many bytes: moves to the first of them and gives the end. */
export function readExtent(input: AvroInput): number {
  const at = input.position
  if (at < input.end) {
    const byte = input.bytes[at]!
    const behind = at + 1 + (byte >>> 1)
    if (byte < 0x80 && (byte & 1) === 0 && behind <= input.end) {
      input.position = at + 1
      return behind
    }
  }
  return readLongerExtent(input)
}

function readLongerExtent(input: AvroInput): number {
  const code = readCode(input)
  if (code % 2 !== 0) throw malformed(input, 'a length is negative')
  const behind = input.position + code / 2
  if (behind > input.end) throw cutOff(input)
  return behind
}

export function readText(input: AvroInput): string {
  const behind = readExtent(input)
  const text = readUtf8(input.bytes, input.position, behind)
  input.position = behind
  return text
}

/** `size` bytes. */
export function readFixed(input: AvroInput, size: number): Uint8Array {
  const start = input.position
  if (size > input.end - start) throw cutOff(input)
  input.position = start + size
  return new Uint8Array(input.bytes.subarray(start, start + size))
}

export function readByteText(input: AvroInput): Uint8Array {
  const behind = readExtent(input)
  return readFixed(input, behind - input.position)
}

export function readBoolean(input: AvroInput): boolean {
  if (input.position >= input.end) throw cutOff(input)
  const byte = input.bytes[input.position++]!
  if (byte > 1) throw malformed(input, `a boolean is ${byte}`)
  return byte === 1
}

export function readFloat(input: AvroInput): number {
  const at = input.position
  if (input.end - at < 4) throw cutOff(input)
  input.position = at + 4
  return input.bytes.readFloatLE(at)
}

export function readDouble(input: AvroInput): number {
  const at = input.position
  if (input.end - at < 8) throw cutOff(input)
  input.position = at + 8
  return input.bytes.readDoubleLE(at)
}

export function readSymbol(input: AvroInput, symbols: readonly string[]): string {
  const code = readCode(input)
  const symbol = code % 2 === 0 ? symbols[code / 2] : undefined
  if (symbol === undefined) throw malformed(input, `an enum has no symbol at place ${placeOf(code)}`)
  return symbol
}

/** The code of a union's branch, twice its place. Throws unless it is one of the `count` branches. */
export function readBranch(input: AvroInput, count: number): number {
  const at = input.position
  if (at < input.end) {
    const byte = input.bytes[at]!
    if (byte < 0x80 && byte < 2 * count && (byte & 1) === 0) {
      input.position = at + 1
      return byte
    }
  }
  return readOtherBranch(input, count)
}

function readOtherBranch(input: AvroInput, count: number): number {
  const code = readCode(input)
  if (code % 2 !== 0 || code / 2 >= count) throw malformed(input, `a union has no branch at place ${placeOf(code)}`)
  return code
}

const placeOf = (code: number): number => (code % 2 === 0 ? code / 2 : -(code + 1) / 2)

/**
 * Items of one array or map that take no bytes, such as nulls or records without fields: their number is limited by nothing but the count
 * that stands in the data.
 */
const MAX_EMPTY_ITEMS = 1 << 16

/**
 * The number of items in the next block; 0 behind the last one. `minSize`: the bytes that an item takes at least. `before`: the items of
 * the blocks before. A block that cannot be there is refused before anything is made for its items.
 */
export function readBlock(input: AvroInput, minSize: number, before: number): number {
  const code = readCode(input)
  const isNegative = code % 2 !== 0
  const count = isNegative ? (code + 1) / 2 : code / 2
  if (isNegative) readExtent(input)
  if (minSize > 0 ? count > (input.end - input.position) / minSize : before + count > MAX_EMPTY_ITEMS) {
    throw malformed(input, `a block of ${count} items is larger than the data`)
  }
  return count
}

/** As `readBlock`, for items that are not read: a block whose size is known is passed over, and counts as no items. -1 behind the last one. */
export function skipBlock(input: AvroInput, minSize: number, before: number): number {
  const code = readCode(input)
  if (code === 0) return -1
  if (code % 2 !== 0) {
    input.position = readExtent(input)
    return 0
  }
  const count = code / 2
  if (minSize > 0 ? count > (input.end - input.position) / minSize : before + count > MAX_EMPTY_ITEMS) {
    throw malformed(input, `a block of ${count} items is larger than the data`)
  }
  return count
}

export function skipExtent(input: AvroInput): void {
  input.position = readExtent(input)
}

export function skipFixed(input: AvroInput, size: number): void {
  if (size > input.end - input.position) throw cutOff(input)
  input.position += size
}

export function skipNumber(input: AvroInput): void {
  const { bytes, end } = input
  let at = input.position
  for (let count = 0; count < MAX_LONG_BYTES; count++) {
    if (at >= end) throw cutOff(input)
    if (bytes[at++]! < 0x80) {
      input.position = at
      return
    }
  }
  throw malformed(input, 'a number has more than 10 bytes')
}

/** Bytes of a decimal beyond which it fits no SQL type, signs before the first digit not counted. */
const MAX_DECIMAL_BYTES = 64

/** Two's complement, big-endian, of any length with any number of sign bytes. Null: far beyond any SQL type. No bytes at all are 0. */
export function unscaledOf(bytes: Buffer, start: number, end: number): bigint | null {
  if (start === end) return 0n
  const isNegative = bytes[start]! >= 0x80
  const sign = isNegative ? 0xff : 0
  let at = start
  while (at < end - 1 && bytes[at] === sign) at++
  const size = end - at
  if (size > MAX_DECIMAL_BYTES) return null
  // The first byte after the signs may have its high bit set either way; a number is made of the bits and the sign is taken off.
  if (size <= 6) {
    const amount = bytes.readUIntBE(at, size)
    return BigInt(isNegative ? amount - 2 ** (8 * size) : amount)
  }
  const amount = BigInt(`0x${bytes.toString('hex', at, end)}`)
  return isNegative ? amount - (1n << BigInt(8 * size)) : amount
}
