/** Statements of this session and earlier ones as lines to be edited and run again. */

/** One line for a statement of several: blanks for line ends and indentation outside quotes; comments to the end of a line become closed ones. */
export function asOneLine(statement: string): string {
  const parts = statement.matchAll(
    /('(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|\/\*[\s\S]*?\*\/)|--([^\n]*)|(\s*\n\s*)|([^'"`\-/\s]+|[^\S\n]+|[\s\S])/g,
  )
  return [...parts]
    .map(([, quoted, comment, lineEnd, other]) => {
      if (quoted !== undefined) return quoted
      if (comment !== undefined) return `/*${comment.replaceAll('*/', '* /')} */`
      return lineEnd === undefined ? other : ' '
    })
    .join('')
    .trim()
}

/** Whether the statement has values that must not be kept. */
export const holdsSecret = (statement: string): boolean =>
  /^CREATE\s+(?:OR\s+REPLACE\s+)?SECRET\b/i.test(asOneLine(statement).replace(/^(?:\/\*.*?\*\/|\s)+/s, ''))

/** Moves through lines, the newest last, from a line that is being typed and comes back at the end. */
export class HistoryCursor {
  readonly #lines: () => readonly string[]
  /** Lines before the newest; 0: the line that is being typed. */
  #back = 0
  #draft = ''

  constructor(lines: () => readonly string[]) {
    this.#lines = lines
  }

  /** The next older line than `current`, which is kept if it was just typed; null: there is none. */
  older(current: string): string | null {
    const lines = this.#lines()
    if (this.#back >= lines.length) return null
    if (this.#back === 0) this.#draft = current
    this.#back++
    return lines[lines.length - this.#back]!
  }

  /** The next newer line, at last the one that was being typed; null: there is none. */
  newer(): string | null {
    if (this.#back === 0) return null
    this.#back--
    return this.#back === 0 ? this.#draft : this.#lines().at(-this.#back)!
  }

  /** A new line begins. */
  reset(): void {
    this.#back = 0
    this.#draft = ''
  }
}

/** An incremental search backwards through lines, as Ctrl-R of shells. */
export class HistorySearch {
  readonly #lines: readonly string[]
  /** The line before the search, which comes back when it is given up. */
  readonly draft: string
  #query = ''
  #index: number

  constructor(lines: readonly string[], draft: string) {
    this.#lines = lines
    this.draft = draft
    this.#index = lines.length
  }

  get query(): string {
    return this.#query
  }

  /** The line that was found; the draft before anything was. */
  get match(): string {
    return this.#lines[this.#index] ?? this.draft
  }

  /** Whether the last change of the query found nothing. */
  isFailing = false

  type(text: string): void {
    this.#query += text
    this.#search(Math.min(this.#index, this.#lines.length - 1))
  }

  erase(): void {
    this.#query = [...this.#query].slice(0, -1).join('')
    this.#search(this.#lines.length - 1)
  }

  /** The next older line with the query. */
  again(): void {
    this.#search(this.#index - 1)
  }

  #search(from: number): void {
    if (this.#query === '') return
    const wanted = this.#query.toLowerCase()
    let index = from
    while (index >= 0 && !this.#lines[index]!.toLowerCase().includes(wanted)) index--
    this.isFailing = index < 0
    if (index >= 0) this.#index = index
  }
}
