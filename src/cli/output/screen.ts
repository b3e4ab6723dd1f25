/** The output: a terminal, a file or a pipe, with a copy to a spool file if one is open. */
import { appendFileSync, writeFileSync } from 'node:fs'
import type { Writable } from 'node:stream'
import { stripVTControlCharacters } from 'node:util'
import { PLAIN_STYLE, type Style, TERMINAL_STYLE } from './style.ts'

export interface ScreenOptions {
  readonly out: Writable & {
    readonly columns?: number
    readonly rows?: number
    readonly isTTY?: boolean
    /** Whether the terminal shows colours; absent where it is none. */
    hasColors?(): boolean
  }
  readonly err: Writable
  /** Environment that describes the terminal. Default: none. */
  readonly env?: Readonly<Record<string, string | undefined>>
}

/**
 * Values of `TERM` for terminals that have few characters beside letters: the console of a Linux kernel, and those that say nothing, apart from
 * Windows Terminal, which sets `WT_SESSION`.
 */
const TERMINALS_OF_LETTERS: ReadonlySet<string> = new Set(['', 'linux', 'dumb'])

/** Writes text at the pace of its reader. */
export class Screen {
  readonly #out: ScreenOptions['out']
  readonly #err: Writable
  readonly style: Style
  /** Whether the output is a terminal that has the characters of sparklines. */
  readonly drawsBars: boolean
  /** Shows a text that is longer than the screen, and tells whether it could; null: such texts are written as others are. */
  pager: ((text: string) => boolean) | null = null
  #spool: string | null = null

  constructor({ out, err, env = {} }: ScreenOptions) {
    this.#out = out
    this.#err = err
    this.drawsBars =
      out.isTTY === true && (!TERMINALS_OF_LETTERS.has(env['TERM'] ?? '') || env['WT_SESSION'] !== undefined)
    this.style = out.isTTY === true && out.hasColors?.() === true ? TERMINAL_STYLE : PLAIN_STYLE
  }

  get isTerminal(): boolean {
    return this.#out.isTTY === true
  }

  /** Columns of the terminal; a file has no right edge. */
  get width(): number {
    return this.#out.columns ?? Number.POSITIVE_INFINITY
  }

  /** Lines of the terminal; a file has no lower edge. */
  get height(): number {
    return this.#out.rows ?? Number.POSITIVE_INFINITY
  }

  /**
   * Writes lines over the `former` lines above the cursor, on a terminal only. They are not copied to the spool file: what is drawn last should be
   * written by `line`.
   */
  redraw(lines: readonly string[], former: number): Promise<void> {
    const up = former === 0 ? '' : `\u001b[${former}A`
    return this.#write(this.#out, `${up}\r\u001b[J${lines.map((text) => `${text}\n`).join('')}`)
  }

  /** Writes `text` and a line end. Resolves when more can be written, so that a fast query cannot exhaust the memory. */
  line(text = ''): Promise<void> {
    this.copy(text)
    return this.#write(this.#out, `${text}\n`)
  }

  /** As `line`, but through the pager, if there is one and the text is longer than the screen. */
  async page(text: string): Promise<void> {
    const isLong = this.isTerminal && text.split('\n').length >= this.height
    if (this.pager === null || !isLong || !this.pager(text)) return this.line(text)
    this.copy(text)
  }

  /** As `line`, on the error output. */
  error(text: string): Promise<void> {
    this.copy(text)
    return this.#write(this.#err, `${this.style.red(text)}\n`)
  }

  /** A remark beside the answer, on a terminal only, so that programs and files get answers alone. */
  async hint(text: string): Promise<void> {
    if (this.isTerminal) await this.#write(this.#out, `${this.style.dim(text)}\n`)
  }

  clear(): void {
    if (this.isTerminal) this.#out.write('\u001b[2J\u001b[3J\u001b[H')
  }

  /** Copies a line that the user typed to the spool file alone. */
  copy(text: string): void {
    if (this.#spool !== null) appendFileSync(this.#spool, `${stripVTControlCharacters(text)}\n`)
  }

  /** Copies everything from now on to `path`, which is emptied first; null ends the copy. Throws if the file cannot be written. */
  spool(path: string | null): void {
    if (path !== null) writeFileSync(path, '')
    this.#spool = path
  }

  /** Writes a part of a line on the error output. */
  partOfLine(text: string): void {
    this.#err.write(text)
  }

  get spoolFile(): string | null {
    return this.#spool
  }

  #write(stream: Writable, text: string): Promise<void> {
    if (stream.write(text)) return Promise.resolve()
    return new Promise((resolve) => stream.once('drain', resolve))
  }
}
