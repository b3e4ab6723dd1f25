/** The SQL of the documentation. */
import { readFileSync } from 'node:fs'

export interface Example {
  readonly line: number
  readonly sql: string
  /** Whether its block is marked `refused`. */
  readonly isRefused: boolean
  /** The rows that a SELECT answers with. */
  readonly rows: readonly string[]
  /** The file that a command `millrace produce TARGET FILE` loads, whose text the page shows; null for SQL. */
  readonly load: { readonly target: string; readonly file: string; readonly text: string } | null
}

/**
 * What a page executes, in order: the statements of its SQL blocks, each of which must end its line with its semicolon, and its commands
 * `millrace produce TARGET FILE`, if FILE is the second word of the opening line of an earlier block.
 */
export function examplesOf(page: string): Example[] {
  const examples: (Omit<Example, 'rows'> & { rows: string[] })[] = []
  const files = new Map<string, string>()
  let file: string | null = null
  let block: 'sql' | 'refused' | null = null
  let sql = ''
  const lines = readFileSync(new URL(`../../${page}`, import.meta.url), 'utf8').split('\n')
  for (const [index, line] of lines.entries()) {
    if (line.startsWith('```')) {
      block = block !== null ? null : (BLOCKS[line] ?? null)
      file = FILE_BLOCK.exec(line)?.[1] ?? null
      if (file !== null) files.set(file, '')
    } else if (file !== null) files.set(file, `${files.get(file)}${line}\n`)
    else if (block === null) {
      const [, target, name] = PRODUCE.exec(line) ?? []
      const text = files.get(name ?? '')
      if (text !== undefined) {
        const load = { target: target!, file: name!, text }
        examples.push({ line: index + 1, sql: line, isRefused: false, rows: [], load })
      }
    } else if (line.startsWith('--> ')) examples.at(-1)!.rows.push(line.slice(4))
    else {
      sql += `${line}\n`
      if (!line.endsWith(';')) continue
      examples.push({ line: index + 1, sql: sql.trim(), isRefused: block === 'refused', rows: [], load: null })
      sql = ''
    }
  }
  return examples
}

const BLOCKS: Readonly<Record<string, 'sql' | 'refused'>> = { '```sql': 'sql', '```sql refused': 'refused' }
const FILE_BLOCK = /^```(?:csv|json) (\S+)$/
const PRODUCE = /^millrace produce (\S+) (\S+)/
