/**
 * Keys of stores as bytes that order like the keys do (by number; texts by UTF-16 code unit):
 *
 *   key     0x01 number | 0x02 text | 0x02 cut
 *   number  8 bytes: IEEE 754, big-endian, the sign bit flipped, of a negative all bits
 *   text    its characters as in UTF-8, but each half of a surrogate pair for itself, in three bytes (CESU-8): UTF-8 orders those
 *           characters differently, and cannot hold half a pair
 *   cut     `LONGEST` bytes: the first of a text that has as many or more, and 16 of its SHA-256, as LMDB bounds the length of keys. No
 *           other text is that long. The whole key stands before its value then
 */
import { createHash } from 'node:crypto'
import type { ByteRange, RowSink } from '../../types/row-codec.ts'
import type { StoreKey } from '../store.ts'

/** The longest text in a key, in bytes. LMDB's bound is 1,978 for the whole key. */
const LONGEST = 1800
const HASH_BYTES = 16
const TAG_NUMBER = 0x01
const TAG_TEXT = 0x02
/** Length of a cut key with its tag; a text that is not cut is shorter. */
const CUT_LENGTH = LONGEST + 1
export const NUMBER_BYTES = 8

/** Appends `key`. */
export function writeKey(key: StoreKey, sink: RowSink): void {
  const start = sink.position + 1
  writeWholeKey(key, sink)
  if (typeof key === 'string' && sink.position - start >= LONGEST) cut(sink, start)
}

/** Appends all of `key`, however long: not for keys of LMDB. */
export function writeWholeKey(key: StoreKey, sink: RowSink): void {
  sink.reserve(1)
  sink.buffer[sink.position++] = typeof key === 'number' ? TAG_NUMBER : TAG_TEXT
  if (typeof key === 'number') writeNumber(key, sink)
  else writeText(key, sink)
}

/** The same for a text that is UTF-8. */
export function writeWholeText({ buffer: from, start, end }: ByteRange, sink: RowSink): void {
  sink.reserve(1 + end - start)
  const { buffer, position } = sink
  buffer[position] = TAG_TEXT
  let at = position + 1
  for (let i = start; i < end; i++) {
    const byte = from[i]!
    if (byte >= FOUR_BYTES) {
      writeWholeKey(from.utf8Slice(start, end), sink)
      return
    }
    buffer[at++] = byte
  }
  sink.position = at
}

/** UTF-8 has a character of a surrogate pair in four bytes, the first of which is no smaller. */
const FOUR_BYTES = 0xf0

export const readWholeKey = (bytes: Buffer, start: number, end: number): StoreKey =>
  bytes[start] === TAG_NUMBER ? readNumber(bytes, start + 1) : readText(bytes, start + 1, end)

/** Appends what a range that begins or ends at `key` is looked up by. False: only the first bytes of the key, as it would be cut. */
export function writeBound(key: StoreKey, sink: RowSink): boolean {
  const start = sink.position
  writeKey(key, sink)
  if (!isCut(sink, start)) return true
  sink.position -= HASH_BYTES
  return false
}

/** The key in `bytes[start, end)`; undefined for one that was cut: it stands before its value. */
export function readKey(bytes: Buffer, start: number, end: number): StoreKey | undefined {
  return end - start === CUT_LENGTH && bytes[start] === TAG_TEXT ? undefined : readWholeKey(bytes, start, end)
}

/** Whether the bytes of a key, written from `start` to the sink's position, are those of one that was cut. */
export const isCut = (sink: RowSink, start: number): boolean =>
  sink.position - start === CUT_LENGTH && sink.buffer[start] === TAG_TEXT

function cut(sink: RowSink, start: number): void {
  const hash = createHash('sha256').update(sink.buffer.subarray(start, sink.position)).digest()
  const kept = start + LONGEST - HASH_BYTES
  hash.copy(sink.buffer, kept, 0, HASH_BYTES)
  sink.position = kept + HASH_BYTES
}

/** Appends a number so that bytes order like numbers; negative zero is zero. */
export function writeNumber(value: number, sink: RowSink): void {
  sink.reserve(NUMBER_BYTES)
  const { buffer, position } = sink
  buffer.writeDoubleBE(value === 0 ? 0 : value, position)
  if (buffer[position]! < 0x80) buffer[position]! |= 0x80
  else for (let i = 0; i < NUMBER_BYTES; i++) buffer[position + i] = ~buffer[position + i]!
  sink.position = position + NUMBER_BYTES
}

const scratch = Buffer.alloc(NUMBER_BYTES)

export function readNumber(bytes: Buffer, start: number): number {
  if (bytes[start]! >= 0x80) {
    for (let i = 0; i < NUMBER_BYTES; i++) scratch[i] = bytes[start + i]!
    scratch[0]! &= 0x7f
  } else for (let i = 0; i < NUMBER_BYTES; i++) scratch[i] = ~bytes[start + i]!
  return scratch.readDoubleBE(0)
}

/** Up to here a loop over the characters is faster than a call into the runtime. */
const SHORT_TEXT = 24
const SURROGATE = /[\ud800-\udfff]/

/** Appends the bytes of a text, without its length. */
export function writeText(text: string, sink: RowSink): void {
  if (text.length <= SHORT_TEXT || SURROGATE.test(text)) {
    writeUnits(text, sink)
    return
  }
  const bytes = Buffer.byteLength(text)
  sink.reserve(bytes)
  sink.buffer.utf8Write(text, sink.position, bytes)
  sink.position += bytes
}

function writeUnits(text: string, sink: RowSink): void {
  const { length } = text
  sink.reserve(3 * length)
  const { buffer } = sink
  let at = sink.position
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i)
    if (code < 0x80) buffer[at++] = code
    else if (code < 0x800) {
      buffer[at++] = 0xc0 | (code >> 6)
      buffer[at++] = 0x80 | (code & 0x3f)
    } else {
      buffer[at++] = 0xe0 | (code >> 12)
      buffer[at++] = 0x80 | ((code >> 6) & 0x3f)
      buffer[at++] = 0x80 | (code & 0x3f)
    }
  }
  sink.position = at
}

export function readText(bytes: Buffer, start: number, end: number): string {
  for (let i = start; i < end - 1; i++) {
    if (bytes[i] === 0xed && bytes[i + 1]! >= 0xa0) return readUnits(bytes, start, end)
  }
  return bytes.utf8Slice(start, end)
}

function readUnits(bytes: Buffer, start: number, end: number): string {
  let text = ''
  for (let at = start; at < end; ) {
    const byte = bytes[at]!
    if (byte < 0x80) {
      text += String.fromCharCode(byte)
      at += 1
    } else if (byte < 0xe0) {
      text += String.fromCharCode(((byte & 0x1f) << 6) | (bytes[at + 1]! & 0x3f))
      at += 2
    } else {
      text += String.fromCharCode(((byte & 0x0f) << 12) | ((bytes[at + 1]! & 0x3f) << 6) | (bytes[at + 2]! & 0x3f))
      at += 3
    }
  }
  return text
}
