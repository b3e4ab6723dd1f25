/** Values as the wire format has them, appended to a buffer. */
import { type Int64, isInt64 } from '../../types/bigint64.ts'
import type { ByteSink } from '../format.ts'

const TWO_32 = 2 ** 32
export const MAX_VARINT_BYTES = 10
/** Characters of a string that are written one by one; longer ones take a native call. */
const SHORT_TEXT = 24
/** Lengths below this take one byte. */
const SHORT_LENGTH = 128

/** Appends the low 32 bits, unsigned, of which there may be five bytes; the position behind them. */
export function writeUint32(buffer: Buffer, position: number, value: number): number {
  let at = position
  let rest = value >>> 0
  while (rest > 127) {
    buffer[at++] = (rest & 127) | 128
    rest >>>= 7
  }
  buffer[at++] = rest
  return at
}

/** int32 and enum values: a negative one is written with all of its 64 bits. */
export function writeInt32(buffer: Buffer, position: number, value: number): number {
  return value >= 0 ? writeUint32(buffer, position, value) : writeHalves(buffer, position, value >>> 0, 0xffffffff)
}

export function writeInt64(buffer: Buffer, position: number, value: Int64): number {
  if (typeof value === 'number') {
    if (!Number.isSafeInteger(value)) throw outOfRange(value, 'int64')
    return value >= 0 && value < TWO_32
      ? writeUint32(buffer, position, value)
      : writeHalves(buffer, position, value >>> 0, Math.floor(value / TWO_32) >>> 0)
  }
  if (!isInt64(value)) throw outOfRange(value, 'int64')
  const bits = BigInt.asUintN(64, value)
  return writeHalves(buffer, position, Number(bits & 0xffffffffn), Number(bits >> 32n))
}

/** sint64: the sign goes to the lowest bit. */
export function writeZigZag64(buffer: Buffer, position: number, value: Int64): number {
  const wide = BigInt(value)
  if (!isInt64(wide)) throw outOfRange(value, 'sint64')
  const bits = BigInt.asUintN(64, (wide << 1n) ^ (wide >> 63n))
  return writeHalves(buffer, position, Number(bits & 0xffffffffn), Number(bits >> 32n))
}

/** fixed64 and sfixed64. */
export function writeFixed64(buffer: Buffer, position: number, value: Int64): number {
  const wide = BigInt(value)
  if (!isInt64(wide)) throw outOfRange(value, 'fixed64')
  return buffer.writeBigInt64LE(wide, position)
}

/** Both halves are unsigned. */
function writeHalves(buffer: Buffer, position: number, low: number, high: number): number {
  let at = position
  let [rest, above] = [low, high]
  while (above > 0 || rest > 127) {
    buffer[at++] = (rest & 127) | 128
    rest = ((rest >>> 7) | (above << 25)) >>> 0
    above >>>= 7
  }
  buffer[at++] = rest
  return at
}

/** Appends the length of the text in UTF-8, and the text. */
export function writeText(text: string, out: ByteSink): void {
  const { length } = text
  // A length takes at most five bytes.
  out.reserve(3 * length + 5)
  const { buffer, position } = out
  if (length <= SHORT_TEXT) {
    const start = position + 1
    let i = 0
    for (; i < length; i++) {
      const code = text.charCodeAt(i)
      if (code >= 128) break
      buffer[start + i] = code
    }
    // Three bytes for each of so few characters are fewer than 128.
    const size = i === length ? length : buffer.utf8Write(text, start)
    buffer[position] = size
    out.position = start + size
    return
  }
  out.position = position + 1
  out.position += buffer.utf8Write(text, position + 1)
  closeLength(out, position)
}

export function writeBytes(bytes: Uint8Array, out: ByteSink): void {
  out.reserve(bytes.length + 5)
  out.position = writeUint32(out.buffer, out.position, bytes.length)
  out.buffer.set(bytes, out.position)
  out.position += bytes.length
}

/** Leaves a byte for the length of what is written next; `closeLength` takes where it is. */
export function openLength(out: ByteSink): number {
  out.reserve(1)
  return out.position++
}

/** Sets the length of what was written behind `position`, and moves that where the length takes more than the byte left for it. */
export function closeLength(out: ByteSink, position: number): void {
  const start = position + 1
  const size = out.position - start
  if (size < SHORT_LENGTH) {
    out.buffer[position] = size
    return
  }
  const more = size < 2 ** 14 ? 1 : size < 2 ** 21 ? 2 : size < 2 ** 28 ? 3 : 4
  out.reserve(more)
  out.buffer.copyWithin(start + more, start, out.position)
  writeUint32(out.buffer, position, size)
  out.position += more
}

export const outOfRange = (value: unknown, type: string): Error => new Error(`${value} is out of the range of ${type}`)
