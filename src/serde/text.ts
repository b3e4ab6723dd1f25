/** Text as bytes and back, by the cheapest way for its length; measured, a native call costs as much as about 25 bytes in a loop. */
import type { ByteSink } from './format.ts'
import { generatedFunction } from './generated-function.ts'

/** Up to here a string is made of its character codes. */
export const SHORT_READ = 48
/** Up to here characters are written one by one. */
const SHORT_WRITE = 24

/** UTF-8 text; what is no UTF-8 becomes U+FFFD, as in Java. */
export function readUtf8(bytes: Buffer, start: number, end: number): string {
  if (end - start > SHORT_READ) return bytes.utf8Slice(start, end)
  let all = 0
  for (let at = start; at < end; at++) all |= bytes[at]!
  return all < 0x80 ? shortAscii(bytes, start, end - start) : readShortUtf8(bytes, start, end)
}

type FromCodes<T> = (codes: T, start: number, count: number) => string

/** With the codes as arguments, as many as there are: fewer steps than any way through an array. Each function sees one kind of array. */
function fromCodes<T>(): FromCodes<T> {
  const cases = Array.from({ length: SHORT_READ + 1 }, (_, count) => {
    const codes = Array.from({ length: count }, (_, i) => `codes[start + ${i}]`)
    return `case ${count}: return String.fromCharCode(${codes.join()})`
  })
  const source = `return function shortText(codes, start, count) { switch (count) { ${cases.join('\n')} } }`
  return generatedFunction([], source, []) as FromCodes<T>
}

/** The text of at most SHORT_READ bytes that are ASCII. */
export const shortAscii = fromCodes<Buffer>()
const shortUtf16 = fromCodes<Uint16Array>()
const utf16 = new Uint16Array(SHORT_READ)

/** As readUtf8 for at most SHORT_READ bytes. Characters of two and three bytes are put together here; whatever else occurs is native code's. */
export function readShortUtf8(bytes: Buffer, start: number, end: number): string {
  let count = 0
  let at = start
  while (at < end) {
    const first = bytes[at]!
    let code = first
    if (first >= 0x80) {
      const size = first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 0
      if (size === 0 || at + size > end) return bytes.utf8Slice(start, end)
      const second = bytes[at + 1]!
      const third = size === 3 ? bytes[at + 2]! : 0x80
      if ((second & 0xc0) !== 0x80 || (third & 0xc0) !== 0x80) return bytes.utf8Slice(start, end)
      code =
        size === 2
          ? ((first & 0x1f) << 6) | (second & 0x3f)
          : ((first & 0x0f) << 12) | ((second & 0x3f) << 6) | (third & 0x3f)
      // Too long a form, or half of a surrogate pair.
      if (size === 3 && (code < 0x800 || (code & 0xf800) === 0xd800)) return bytes.utf8Slice(start, end)
      at += size
    } else at++
    utf16[count++] = code
  }
  return shortUtf16(utf16, 0, count)
}

/** Appends text as UTF-8. Lone surrogates become U+FFFD. */
export function writeUtf8(text: string, out: ByteSink): void {
  const length = text.length
  out.reserve(3 * length)
  const { buffer, position } = out
  if (length > SHORT_WRITE) {
    out.position = position + buffer.utf8Write(text, position)
    return
  }
  let at = position
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i)
    if (code < 0x80) buffer[at++] = code
    else if (code < 0x800) {
      buffer[at++] = 0xc0 | (code >> 6)
      buffer[at++] = 0x80 | (code & 0x3f)
    } else if ((code & 0xf800) === 0xd800) {
      // Half of a surrogate pair.
      out.position = position + buffer.utf8Write(text, position)
      return
    } else {
      buffer[at++] = 0xe0 | (code >> 12)
      buffer[at++] = 0x80 | ((code >> 6) & 0x3f)
      buffer[at++] = 0x80 | (code & 0x3f)
    }
  }
  out.position = at
}

/** Appends text that is ASCII. */
export function writeAscii(text: string, out: ByteSink): void {
  const length = text.length
  out.reserve(length)
  const { buffer, position } = out
  if (length > SHORT_WRITE) buffer.latin1Write(text, position)
  else for (let i = 0; i < length; i++) buffer[position + i] = text.charCodeAt(i)
  out.position = position + length
}

export function writeByte(byte: number, out: ByteSink): void {
  out.reserve(1)
  out.buffer[out.position++] = byte
}

export const NULL_BYTES: Buffer = Buffer.from('null')

/** Appends a few bytes. */
export function writeBytes(bytes: Buffer, out: ByteSink): void {
  const length = bytes.length
  out.reserve(length)
  const { buffer, position } = out
  for (let i = 0; i < length; i++) buffer[position + i] = bytes[i]!
  out.position = position + length
}
