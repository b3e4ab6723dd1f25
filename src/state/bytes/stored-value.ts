/** A value as it lies in LMDB: with the checksum of its key and of itself behind it, four bytes, little-endian. */
import { crc32c, crc32cOfView } from '../../types/crc32c.ts'

/** An entry of a file: key and value are ranges of bytes, mostly of the same page. */
export interface StoredEntry {
  readonly keys: Buffer
  readonly keyStart: number
  readonly keyEnd: number
  readonly values: Buffer
  readonly valueStart: number
  readonly valueEnd: number
}

const CHECKSUM_BYTES = 4
/** Where values lie in `scratch`. LMDB's keys are shorter, and lie right before them. */
const VALUE_AT = 2048
/** Values of up to so many bytes have a view that is kept. */
const VIEWS = 1024

/** Memory for one entry: LMDB copies the value before `putSync` returns. */
let scratch = Buffer.allocUnsafeSlow(VALUE_AT + 4096)
let view = new DataView(scratch.buffer)
/** Views of values with their checksums, by their length: to make one costs as much as to copy a value of 200 bytes. */
let views: Buffer[] = []

/** The value as it is stored. A view that is valid until the next call. */
export function withChecksum(key: Uint8Array, value: Buffer): Buffer {
  const { length } = value
  reserve(length)
  value.copy(scratch, VALUE_AT)
  return ended(crc32c(key), length)
}

/** The same for a key and a value that lie one behind the other in `source`, in `[keyStart, keyEnd)` and `[keyEnd, valueEnd)`. */
export function entryWithChecksum(source: Buffer, keyStart: number, keyEnd: number, valueEnd: number): Buffer {
  const keyLength = keyEnd - keyStart
  if (keyLength > VALUE_AT) return withChecksum(source.subarray(keyStart, keyEnd), source.subarray(keyEnd, valueEnd))
  const keyAt = VALUE_AT - keyLength
  reserve(valueEnd - keyEnd)
  source.copy(scratch, keyAt, keyStart, valueEnd)
  return ended(crc32cOfView(view, scratch, keyAt, VALUE_AT), valueEnd - keyEnd)
}

function reserve(length: number): void {
  if (scratch.length >= VALUE_AT + length + CHECKSUM_BYTES) return
  scratch = Buffer.allocUnsafeSlow(VALUE_AT + 2 * (length + CHECKSUM_BYTES))
  view = new DataView(scratch.buffer)
  views = []
}

/** Puts the checksum behind the value of that length in `scratch`. */
function ended(keyChecksum: number, length: number): Buffer {
  const end = VALUE_AT + length
  view.setUint32(end, keyChecksum ^ crc32cOfView(view, scratch, VALUE_AT, end), true)
  if (length >= VIEWS) return scratch.subarray(VALUE_AT, end + CHECKSUM_BYTES)
  return (views[length] ??= scratch.subarray(VALUE_AT, end + CHECKSUM_BYTES))
}

/** The value without its checksum: the same buffer, made shorter. Throws an Error if key and value are not as they were written. */
export function checked(key: Uint8Array, stored: Buffer): Buffer {
  const length = stored.length - CHECKSUM_BYTES
  if (length < 0 || stored.readUInt32LE(length) !== (crc32c(key) ^ crc32c(stored, 0, length)) >>> 0)
    throw new Error('MDB_CORRUPTED: a value fails its checksum')
  return shortened(stored, length)
}

/** Whether an entry of a file is as it was written. */
export function isAsWritten({ keys, keyStart, keyEnd, values, valueStart, valueEnd }: StoredEntry): boolean {
  const end = valueEnd - CHECKSUM_BYTES
  if (end < valueStart) return false
  // Damage to either of them shows; that a value is under another's key does, too.
  return values.readUInt32LE(end) === (crc32c(keys, keyStart, keyEnd) ^ crc32c(values, valueStart, end)) >>> 0
}

/** The buffer that the library reads all values into has a `length` that can be set. */
function shortened(stored: Buffer, length: number): Buffer {
  if ((stored as { readonly isGlobal?: boolean }).isGlobal !== true) return stored.subarray(0, length)
  ;(stored as { length: number }).length = length
  return stored
}
