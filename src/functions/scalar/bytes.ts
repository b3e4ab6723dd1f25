/** Byte strings: joining, searching. */
import type { Budget } from '../budget.ts'

export function concatBytes(parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((length, part) => length + part.length, 0))
  let at = 0
  for (const part of parts) {
    joined.set(part, at)
    at += part.length
  }
  return joined
}

/** Memory of a view of bytes, which is far larger than a short text. */
export const BYTES_OBJECT_BYTES = 128

/** Pieces between the occurrences of `delimiter` (not empty), empty ones included; views of `bytes`. Throws a BudgetError for too many. */
export function splitBytes(bytes: Uint8Array, delimiter: Uint8Array, budget: Budget): Uint8Array[] {
  const searched = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  const pieces: Uint8Array[] = []
  let start = 0
  for (;;) {
    const found = searched.indexOf(delimiter, start)
    if (found === -1) break
    pieces.push(bytes.subarray(start, found))
    budget.refuseLarger(BYTES_OBJECT_BYTES * pieces.length)
    start = found + delimiter.length
  }
  pieces.push(bytes.subarray(start))
  return pieces
}
