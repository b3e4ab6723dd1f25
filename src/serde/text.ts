/** Text as bytes and back, by the cheapest way for its length; measured, a native call costs as much as about 25 bytes in a loop. */
import type { ByteSink } from './format.ts'
import { generatedFunction } from './generated-function.ts'

/** Up to here a string is made of its character codes. */
const SHORT_READ = 32
/** Up to here characters are written one by one. */
const SHORT_WRITE = 24

/** UTF-8 text; what is no UTF-8 becomes U+FFFD, as in Java. */
export function readUtf8(bytes: Buffer, start: number, end: number): string {
  const length = end - start
  if (length > SHORT_READ) return bytes.utf8Slice(start, end)
  let all = 0
  for (let at = start; at < end; at++) all |= bytes[at]!
  return all < 0x80 ? shortAscii(bytes, start, length) : bytes.utf8Slice(start, end)
}

/** The text of bytes that are ASCII. */
export const readAscii = (bytes: Buffer, start: number, end: number): string =>
  end - start <= SHORT_READ ? shortAscii(bytes, start, end - start) : bytes.latin1Slice(start, end)

/** With the characters as arguments, as many as there are: fewer calls than any way through an array. */
const shortAscii = generatedFunction(
  [],
  `return function shortAscii(bytes, start, length) {
    switch (length) {
      ${Array.from({ length: SHORT_READ + 1 }, (_, length) => `case ${length}: return String.fromCharCode(${Array.from({ length }, (_, i) => `bytes[start + ${i}]`).join()})`).join('\n')}
    }
  }`,
  [],
) as (bytes: Buffer, start: number, length: number) => string

/** Appends text as UTF-8. Lone surrogates become U+FFFD. */
export function writeUtf8(text: string, out: ByteSink): void {
  const length = text.length
  out.reserve(3 * length)
  const { buffer, position } = out
  if (length > SHORT_WRITE) {
    out.position = position + buffer.utf8Write(text, position)
    return
  }
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i)
    if (code >= 0x80) {
      out.position = position + buffer.utf8Write(text, position)
      return
    }
    buffer[position + i] = code
  }
  out.position = position + length
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
