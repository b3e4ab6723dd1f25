/** The text of a pattern with a position in it, and the flags that hold there. */
import { ANY, type CharSet, chars, complement, single } from './char-set.ts'

/** As java.util.regex.Pattern's flags; the letter that sets each inside a pattern is in brackets. */
export interface Flags {
  /** (i) */
  ignoreCase: boolean
  /** (u) ignoreCase reaches beyond ASCII. */
  unicodeCase: boolean
  /** (d) Only `\n` ends a line. */
  unixLines: boolean
  /** (m) */
  multiline: boolean
  /** (s) */
  dotAll: boolean
  /** (x) White space and `#` comments are ignored. */
  comments: boolean
  /** (U) `\w`, `\d`, `\s` and POSIX classes reach beyond ASCII. */
  unicodeClasses: boolean
}

/** What `\R` and `\v` take; `\r\n` is one line break. */
export const LINE_TERMINATORS: CharSet = chars('\n-\r\x85\u2028\u2029')

/** What `.` takes. */
export function dot(flags: Flags): CharSet {
  if (flags.dotAll) return ANY
  return complement(flags.unixLines ? single(0x0a) : chars('\n\r\x85\u2028\u2029'))
}

export class Scanner {
  readonly #pattern: string
  #position = 0
  flags: Flags = {
    ignoreCase: false,
    unicodeCase: false,
    unixLines: false,
    multiline: false,
    dotAll: false,
    comments: false,
    unicodeClasses: false,
  }

  constructor(pattern: string) {
    this.#pattern = pattern
  }

  get atEnd(): boolean {
    return this.#position >= this.#pattern.length
  }

  /** The character `ahead` code units on; empty at the end. */
  peek(ahead = 0): string {
    return this.#pattern.charAt(this.#position + ahead)
  }

  looksAt(text: string): boolean {
    return this.#pattern.startsWith(text, this.#position)
  }

  take(text: string): boolean {
    if (!this.looksAt(text)) return false
    this.#position += text.length
    return true
  }

  expect(text: string): void {
    if (!this.take(text)) throw this.error(`expected '${text}'`)
  }

  /** The next code point. */
  next(): number {
    const point = this.#pattern.codePointAt(this.#position)
    if (point === undefined) throw this.error('unexpected end')
    this.#position += point > 0xffff ? 2 : 1
    return point
  }

  /** Text up to `end`, which is taken too. A quotation `\Q` may be left open, nothing else. */
  takeUntil(end: string): string {
    const found = this.#pattern.indexOf(end, this.#position)
    if (found === -1 && end !== '\\E') throw this.error(`expected '${end}'`)
    const text = this.#pattern.slice(this.#position, found === -1 ? undefined : found)
    this.#position += text.length + (found === -1 ? 0 : end.length)
    return text
  }

  /** What matches `expression`, which is sticky, from here; taken. */
  takeMatch(expression: RegExp): string | null {
    expression.lastIndex = this.#position
    const match = expression.exec(this.#pattern)
    if (match === null) return null
    this.#position += match[0].length
    return match[1] ?? match[0]
  }

  skipComments(): void {
    if (this.flags.comments) this.takeMatch(/(?:[ \t\n\v\f\r]+|#[^\n\r]*)*/y)
  }

  error(what: string): Error {
    return new Error(`${what}, at position ${this.#position + 1}`)
  }
}
