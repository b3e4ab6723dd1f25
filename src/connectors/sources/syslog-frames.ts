/** Divides a stream of TCP into messages of syslog: by their lengths, or by line breaks. Source: RFC 6587, 3.4.1 and 3.4.2. */

const NEWLINE = 0x0a
const SPACE = 0x20
const DIGITS = { first: 0x30, last: 0x39 }

export class SyslogFrames {
  readonly #maxBytes: number
  #rest: Buffer = Buffer.alloc(0)
  /** Bytes of a message that is too long and is passed over; Infinity: up to the next line break. */
  #toSkip = 0
  /** Messages that were too long. */
  overlong = 0

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  /** Whole messages. Views of what came; the caller does not keep them. */
  take(bytes: Buffer): Buffer[] {
    let buffer = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes])
    const messages: Buffer[] = []
    let at = 0
    for (;;) {
      if (this.#toSkip > 0) {
        const skipped = this.#skip(buffer, at)
        at += skipped
        if (this.#toSkip > 0) break
      }
      const next = this.#next(buffer, at)
      if (next === null) break
      if (next.message !== null) messages.push(next.message)
      at = next.end
    }
    buffer = buffer.subarray(Math.min(at, buffer.length))
    // A copy: a short rest must not keep what it came in.
    this.#rest = Buffer.from(buffer)
    return messages
  }

  /** What has no end when the connection ends is a message, too. */
  end(): Buffer[] {
    const rest = this.#rest
    this.#rest = Buffer.alloc(0)
    return rest.length === 0 || this.#toSkip > 0 ? [] : [rest]
  }

  #next(buffer: Buffer, at: number): { readonly message: Buffer | null; readonly end: number } | null {
    const first = buffer[at]
    if (first === undefined) return null
    const counted = first >= DIGITS.first && first <= DIGITS.last ? this.#counted(buffer, at) : undefined
    if (counted !== undefined) return counted
    const end = buffer.indexOf(NEWLINE, at)
    if (end >= 0) {
      const isTooLong = end - at > this.#maxBytes
      if (isTooLong) this.overlong++
      const message = buffer.subarray(at, buffer[end - 1] === 0x0d ? Math.max(at, end - 1) : end)
      return { message: isTooLong || message.length === 0 ? null : message, end: end + 1 }
    }
    if (buffer.length - at <= this.#maxBytes) return null
    this.overlong++
    this.#toSkip = Number.POSITIVE_INFINITY
    return { message: null, end: buffer.length }
  }

  /** Undefined: what begins with a digit has no length in front. */
  #counted(buffer: Buffer, at: number): { readonly message: Buffer | null; readonly end: number } | null | undefined {
    let length = 0
    let digits = 0
    for (let i = at; ; i++) {
      const byte = buffer[i]
      if (byte === undefined) return null
      if (byte === SPACE) {
        const start = i + 1
        if (length > this.#maxBytes) {
          this.overlong++
          this.#toSkip = length
          return { message: null, end: start }
        }
        return buffer.length - start < length
          ? null
          : { message: trimmed(buffer.subarray(start, start + length)), end: start + length }
      }
      if (byte < DIGITS.first || byte > DIGITS.last || ++digits > 9) return undefined
      length = length * 10 + byte - DIGITS.first
    }
  }

  /** How many bytes of `buffer` are passed over. */
  #skip(buffer: Buffer, at: number): number {
    const left = buffer.length - at
    if (this.#toSkip === Number.POSITIVE_INFINITY) {
      const end = buffer.indexOf(NEWLINE, at)
      if (end < 0) return left
      this.#toSkip = 0
      return end + 1 - at
    }
    const skipped = Math.min(left, this.#toSkip)
    this.#toSkip -= skipped
    return skipped
  }
}

/** Some senders count the line break of a message in. */
const trimmed = (message: Buffer): Buffer | null => {
  const end = message.at(-1) === NEWLINE ? message.length - 1 : message.length
  return end === 0 ? null : message.subarray(0, end)
}
