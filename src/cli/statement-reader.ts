/** Collects lines into statements. A statement ends with a semicolon outside of quotes and comments. */

import { type StatementPiece, splitStatements } from '../sql/split.ts'
import { type OpenText, openText } from './open-text.ts'

/** Collects the lines of an unfinished statement. */
export class StatementReader {
  #pending = ''

  /** True if a statement has begun and not ended. */
  get isPending(): boolean {
    return this.#pending.trim() !== ''
  }

  /** The text, name or comment in which the unfinished statement ends; null: none. */
  get open(): OpenText | null {
    return openText(this.#pending)
  }

  /** The lines of the unfinished statement. */
  get pending(): string {
    return this.#pending
  }

  /** The statements that this line completes; the text after the last of them waits for more lines. */
  push(line: string): string[] {
    this.#pending += this.#pending === '' ? line : `\n${line}`
    if (this.open?.opener === '/*') return []
    const pieces = splitStatements(this.#pending)
    const open = pieces.find((piece) => !piece.isComplete)
    this.#pending = open === undefined ? '' : fromPiece(this.#pending, open)
    return pieces.filter((piece) => piece.isComplete).map(({ text }) => text)
  }

  /** The rest at the end of the input: a statement without its semicolon, or nothing. */
  rest(): string {
    const { text = '' } = splitStatements(this.#pending)[0] ?? {}
    return text
  }

  clear(): void {
    this.#pending = ''
  }
}

function fromPiece(text: string, { location }: StatementPiece): string {
  const lines = text.split('\n').slice(location.line - 1)
  return [lines[0]!.slice(location.column - 1), ...lines.slice(1)].join('\n')
}
