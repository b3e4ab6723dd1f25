/**
 * Splits a CSV record (RFC 4180 quoting) into fields, by byte positions. Empty lines before it are passed over, what follows its end is
 * not looked at. Source: Apache Commons CSV, CSVFormat.DEFAULT, as ksqlDB uses it.
 *   field   plain | quoted
 *   plain   any bytes up to a delimiter or end of line; a quote inside is a character like any other
 *   quoted  `"`, text with `""` for `"`, `"`, white space; then a delimiter or the end
 */
import { readUtf8 } from '../text.ts'

const QUOTE = 0x22
const CR = 0x0d
const LF = 0x0a

export class Line {
  count = 0
  /** Per field: where its text starts and ends, without the enclosing quotes. */
  readonly starts: number[] = []
  readonly ends: number[] = []
  /** Per field: its text has doubled quotes. */
  readonly doubled: boolean[] = []
  /** In UTF-8. */
  readonly #delimiter: Buffer

  constructor(delimiter: string) {
    this.#delimiter = Buffer.from(delimiter)
  }

  /** Finds the fields of `bytes[start, end)`. The reason why that is not possible, or null. */
  split(bytes: Buffer, start: number, end: number): string | null {
    this.count = 0
    let at = start
    while (at < end && isLineEnd(bytes[at]!)) at++
    if (at === end) return 'No fields in record'
    for (;;) {
      at = bytes[at] === QUOTE && at < end ? this.#quoted(bytes, at + 1, end) : this.#plain(bytes, at, end)
      if (at < 0) return at === UNCLOSED ? '(startline 1) EOF reached before encapsulated token finished' : AFTER_QUOTE
      if (at >= end || !this.#isDelimiter(bytes, at, end)) return null
      at += this.#delimiter.length
    }
  }

  /** The text of a field of the record that was split last, which is in `bytes`. */
  text(field: number, bytes: Buffer): string {
    const text = readUtf8(bytes, this.starts[field]!, this.ends[field]!)
    return this.doubled[field] ? text.replaceAll('""', '"') : text
  }

  /** Adds the field from `start` on; where it ends. */
  #plain(bytes: Buffer, start: number, end: number): number {
    let at = start
    const first = this.#delimiter[0]!
    while (at < end) {
      const byte = bytes[at]!
      if (byte === LF || byte === CR || (byte === first && this.#isDelimiter(bytes, at, end))) break
      at++
    }
    this.#add(start, at, false)
    return at
  }

  /** Adds the field whose text starts at `start`; where its delimiter or end is, or UNCLOSED, or TRAILING. */
  #quoted(bytes: Buffer, start: number, end: number): number {
    let at = start
    let doubled = false
    for (;;) {
      while (at < end && bytes[at] !== QUOTE) at++
      if (at >= end) return UNCLOSED
      if (at + 1 >= end || bytes[at + 1] !== QUOTE) break
      doubled = true
      at += 2
    }
    this.#add(start, at, doubled)
    at++
    while (at < end && !this.#isDelimiter(bytes, at, end) && !isLineEnd(bytes[at]!)) {
      if (!isSpace(bytes[at]!)) return TRAILING
      at++
    }
    return at
  }

  #isDelimiter(bytes: Buffer, position: number, end: number): boolean {
    const delimiter = this.#delimiter
    if (position + delimiter.length > end) return false
    for (let i = 0; i < delimiter.length; i++) if (bytes[position + i] !== delimiter[i]) return false
    return true
  }

  #add(start: number, end: number, doubled: boolean): void {
    const field = this.count++
    this.starts[field] = start
    this.ends[field] = end
    this.doubled[field] = doubled
  }
}

const UNCLOSED = -1
const TRAILING = -2
const AFTER_QUOTE = '(line 1) invalid char between encapsulated token and delimiter'

const isLineEnd = (byte: number): boolean => byte === LF || byte === CR
const isSpace = (byte: number): boolean => byte === 0x20 || (byte >= 0x09 && byte <= 0x0d)
