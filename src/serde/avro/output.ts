/** Writing the parts that Avro's binary encoding is made of (see input.ts), each in its only or shortest form. */
import type { Int64 } from '../../types/bigint64.ts'
import type { Decimal } from '../../types/decimal.ts'
import type { ByteSink } from '../format.ts'

/** Bytes of the longest long. */
const MAX_LONG_BYTES = 10

export function writeByte(value: number, out: ByteSink): void {
  out.reserve(1)
  out.buffer[out.position++] = value
}

/** `value`: an integer of 32 bits, as INTEGER values are. */
export function writeInt(value: number, out: ByteSink): void {
  out.reserve(5)
  const { buffer } = out
  let { position } = out
  let code = ((value << 1) ^ (value >> 31)) >>> 0
  while (code > 0x7f) {
    buffer[position++] = (code & 0x7f) | 0x80
    code >>>= 7
  }
  buffer[position++] = code
  out.position = position
}

/** Zigzag codes of numbers in this range are safe integers. */
const MAX_HALF = 2 ** 52

export function writeLong(value: Int64, out: ByteSink): void {
  if (typeof value === 'number') {
    if (value === (value | 0)) writeInt(value, out)
    else if (value < MAX_HALF && value >= -MAX_HALF) writeCode(value < 0 ? -2 * value - 1 : 2 * value, out)
    else writeExactLong(BigInt(value), out)
  } else writeExactLong(value, out)
}

/** A code from 0 to the largest safe integer. */
function writeCode(code: number, out: ByteSink): void {
  out.reserve(MAX_LONG_BYTES)
  const { buffer } = out
  let { position } = out
  let rest = code
  while (rest > 0x7fffffff) {
    buffer[position++] = (rest % 128) | 0x80
    rest = Math.floor(rest / 128)
  }
  while (rest > 0x7f) {
    buffer[position++] = (rest & 0x7f) | 0x80
    rest >>>= 7
  }
  buffer[position++] = rest
  out.position = position
}

function writeExactLong(value: bigint, out: ByteSink): void {
  out.reserve(MAX_LONG_BYTES)
  let code = BigInt.asUintN(64, (value << 1n) ^ (value >> 63n))
  while (code > 0x7fn) {
    out.buffer[out.position++] = Number(code & 0x7fn) | 0x80
    code >>= 7n
  }
  out.buffer[out.position++] = Number(code)
}

/** Up to here characters are written one by one. */
const SHORT_TEXT = 24

/** Lone surrogates become U+FFFD. */
export function writeText(text: string, out: ByteSink): void {
  const { length } = text
  if (length > SHORT_TEXT || !writeShortAscii(text, out)) writeAnyText(text, out)
}

/** False, with nothing written, if a character is not ASCII. */
function writeShortAscii(text: string, out: ByteSink): boolean {
  const { length } = text
  out.reserve(length + 1)
  const { buffer, position } = out
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i)
    if (code > 0x7f) return false
    buffer[position + 1 + i] = code
  }
  buffer[position] = 2 * length
  out.position = position + 1 + length
  return true
}

/** Room is left for the length of an ASCII text; other texts have more bytes and are moved where their length needs more room. */
function writeAnyText(text: string, out: ByteSink): void {
  const start = out.position
  out.reserve(3 * text.length + 5)
  const { buffer } = out
  const from = start + lengthBytes(text.length)
  const size = buffer.utf8Write(text, from)
  const to = start + lengthBytes(size)
  if (to !== from) buffer.copyWithin(to, from, from + size)
  writeInt(size, out)
  out.position = to + size
}

/** Bytes that a length takes, which is twice as large in its zigzag form. */
const lengthBytes = (length: number): number =>
  length < 0x40 ? 1 : length < 0x2000 ? 2 : length < 0x10_0000 ? 3 : length < 0x800_0000 ? 4 : 5

export function writeBytes(bytes: Uint8Array, out: ByteSink): void {
  const { length } = bytes
  out.reserve(length)
  out.buffer.set(bytes, out.position)
  out.position += length
}

/** The length, and the bytes. */
export function writeByteText(bytes: Uint8Array, out: ByteSink): void {
  writeInt(bytes.length, out)
  writeBytes(bytes, out)
}

export function writeFloat(value: number, out: ByteSink): void {
  out.reserve(4)
  out.position = out.buffer.writeFloatLE(value, out.position)
}

export function writeDouble(value: number, out: ByteSink): void {
  out.reserve(8)
  out.position = out.buffer.writeDoubleLE(value, out.position)
}

/** The unscaled value in as few bytes as it needs, as Java's BigInteger.toByteArray. Throws where digits would be lost. */
export function writeDecimal(value: Decimal, scale: number, out: ByteSink): void {
  writeByteText(minimalBytes(value.rescale(scale, 'UNNECESSARY').unscaled), out)
}

/** As `writeDecimal`, in `size` bytes. */
export function writeFixedDecimal(value: Decimal, size: number, scale: number, out: ByteSink): void {
  const { unscaled } = value.rescale(scale, 'UNNECESSARY')
  const bytes = minimalBytes(unscaled)
  if (bytes.length > size) throw new Error(`${value} does not fit into ${size} bytes`)
  out.reserve(size)
  const first = out.position + size - bytes.length
  out.buffer.fill(unscaled < 0n ? 0xff : 0, out.position, first)
  out.buffer.set(bytes, first)
  out.position += size
}

/** Two's complement, big-endian. */
function minimalBytes(value: bigint): Uint8Array {
  let size = 1
  while (BigInt.asIntN(8 * size, value) !== value) size++
  return Buffer.from(
    BigInt.asUintN(8 * size, value)
      .toString(16)
      .padStart(2 * size, '0'),
    'hex',
  )
}
