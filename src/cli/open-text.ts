/** Text, names and comments that begin in a statement and do not end in it. */

export interface OpenText {
  /** What would end it is known by what began it: a quote of one of three kinds, or a comment. */
  readonly opener: "'" | '"' | '`' | '/*'
  /** Where it begins; both count from 1. */
  readonly line: number
  readonly column: number
}

/** What is open at the end of `text`; null: nothing is. */
export function openText(text: string): OpenText | null {
  const parts = text.matchAll(/'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|--[^\n]*|\/\*[\s\S]*?\*\/|\/\*|['"`]/g)
  for (const { 0: part, index } of parts) {
    if (!OPENERS.has(part)) continue
    const lines = text.slice(0, index).split('\n')
    return { opener: part as OpenText['opener'], line: lines.length, column: lines.at(-1)!.length + 1 }
  }
  return null
}

const OPENERS: ReadonlySet<string> = new Set(["'", '"', '`', '/*'])

/** What to tell about a statement that ends within `open`. */
export function unclosedText({ opener, line, column }: OpenText): string {
  const kind = opener === '/*' ? 'comment' : opener === "'" ? 'text' : 'name'
  return `line ${line}:${column}: The ${kind} that begins here with ${opener} is not closed.`
}
