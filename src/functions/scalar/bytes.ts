/** Byte strings: joining, searching. */

export function concatBytes(parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((length, part) => length + part.length, 0))
  let at = 0
  for (const part of parts) {
    joined.set(part, at)
    at += part.length
  }
  return joined
}

/** Pieces between the occurrences of `delimiter` (not empty), empty ones included; views of `bytes`. */
export function splitBytes(bytes: Uint8Array, delimiter: Uint8Array): Uint8Array[] {
  const searched = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  const pieces: Uint8Array[] = []
  let start = 0
  for (;;) {
    const found = searched.indexOf(delimiter, start)
    if (found === -1) return [...pieces, bytes.subarray(start)]
    pieces.push(bytes.subarray(start, found))
    start = found + delimiter.length
  }
}
