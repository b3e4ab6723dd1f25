/** Collects lines into statements. A statement ends with a semicolon outside of quotes and comments. */
import { type StatementPiece, splitStatements } from '../sql/split.ts'

/** Collects the lines of an unfinished statement. */
export class StatementReader {
  #pending = ''

  /** True if a statement has begun and not ended. */
  get isPending(): boolean {
    return this.#pending.trim() !== ''
  }

  /** The statements that this line completes; the text after the last of them waits for more lines. */
  push(line: string): string[] {
    this.#pending += this.#pending === '' ? line : `\n${line}`
    if (isInComment(this.#pending)) return []
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

/** Whether the text ends within a comment that began with a slash and an asterisk. */
function isInComment(text: string): boolean {
  const tokens = text.matchAll(/'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|--[^\n]*|\/\*[\s\S]*?\*\/|\/\*/g)
  return [...tokens].some(([token]) => token === '/*')
}
