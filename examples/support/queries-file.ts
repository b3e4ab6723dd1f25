/** Reads `queries.sql`: queries with a comment above each, and the SETs that hold for those that follow. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

export interface NamedQuery {
  /** The comment above it. */
  readonly title: string
  readonly sql: string
  readonly properties: Readonly<Record<string, string>>
}

const SET = /^SET\s+'([^']+)'\s*=\s*'([^']*)'$/i

/** A statement ends where a line ends with `;`. */
export function readQueries(folder: string): NamedQuery[] {
  const properties: Record<string, string> = {}
  const queries: NamedQuery[] = []
  for (const text of readFileSync(join(folder, 'queries.sql'), 'utf8').split(/;[ \t]*$/m)) {
    const lines = text.trim().split('\n')
    const sql = lines.filter((line) => !line.startsWith('--')).join('\n')
    const title = lines.flatMap((line) => (line.startsWith('--') ? [line.slice(2).trim()] : [])).join(' ')
    const [, name, value] = SET.exec(sql) ?? []
    if (name !== undefined && value !== undefined) properties[name] = value
    else if (sql !== '') queries.push({ title, sql: `${sql};`, properties: { ...properties } })
  }
  return queries
}
