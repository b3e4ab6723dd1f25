/** The SQL of the documentation. */
import { readFileSync } from 'node:fs'

export interface Example {
  readonly line: number
  readonly sql: string
  /** Whether its block is marked `refused`. */
  readonly isRefused: boolean
  /** The rows that a SELECT answers with. */
  readonly rows: readonly string[]
}

/** The statements of a page's blocks; each must end its line with its semicolon. */
export function examplesOf(page: string): Example[] {
  const examples: { line: number; sql: string; isRefused: boolean; rows: string[] }[] = []
  let block: 'sql' | 'refused' | null = null
  let sql = ''
  const lines = readFileSync(new URL(`../../${page}`, import.meta.url), 'utf8').split('\n')
  for (const [index, line] of lines.entries()) {
    if (line.startsWith('```')) block = block !== null ? null : (BLOCKS[line] ?? null)
    else if (block === null) continue
    else if (line.startsWith('--> ')) examples.at(-1)!.rows.push(line.slice(4))
    else {
      sql += `${line}\n`
      if (!line.endsWith(';')) continue
      examples.push({ line: index + 1, sql: sql.trim(), isRefused: block === 'refused', rows: [] })
      sql = ''
    }
  }
  return examples
}

const BLOCKS: Readonly<Record<string, 'sql' | 'refused'>> = { '```sql': 'sql', '```sql refused': 'refused' }
