/** SQL in the words of both sides. The dialects differ where ksqlDB's does from the standard: docs/sql.md#expressions-null-and-errors. */

export interface SqlText {
  readonly millrace: string
  readonly duckdb: string
}

/** The same words on both sides, with parts that may differ. */
export function sql(words: TemplateStringsArray, ...parts: readonly (SqlText | string | number)[]): SqlText {
  const side = (of: keyof SqlText): string =>
    words.reduce((text, word, i) => {
      const part = parts[i - 1]!
      return text + (typeof part === 'object' ? part[of] : String(part)) + word
    })
  return { millrace: side('millrace'), duckdb: side('duckdb') }
}

export const text = (words: string): SqlText => ({ millrace: words, duckdb: words })

export const joined = (parts: readonly SqlText[], between: string): SqlText => ({
  millrace: parts.map(({ millrace }) => millrace).join(between),
  duckdb: parts.map(({ duckdb }) => duckdb).join(between),
})

export const list = (parts: readonly SqlText[]): SqlText => joined(parts, ', ')
export const names = (columns: readonly { readonly name: string }[]): SqlText =>
  text(columns.map(({ name }) => name).join(', '))
