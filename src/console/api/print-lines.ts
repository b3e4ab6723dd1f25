/** The lines of PRINT as rows of a table. Source: ksqlDB's `RecordFormatter`. */
import type { Column } from './columns.ts'
import { foldable, type Json } from './exact-json.ts'
import type { ResultRow } from './result-lines.ts'

export const PRINT_COLUMNS: readonly Column[] = [
  { name: 'rowtime', type: 'TIMESTAMP', isKey: false },
  { name: 'partition', type: 'INTEGER', isKey: false },
  { name: 'key', type: 'STRING', isKey: true },
  { name: 'value', type: 'STRING', isKey: false },
]

const NULL = '<null>'
const LINE = /^rowtime: (.*?), key: (.*), value: (.*), partition: (\d+)$/s

/** Null for a line that names the formats, or is none of PRINT. */
export function readPrintLine(line: string, arrivedAt: number): ResultRow | null {
  const [, rowtime, key, value, partition] = LINE.exec(line) ?? []
  if (rowtime === undefined) return null
  return {
    values: [rowtime, Number(partition), readText(key!), readText(value!)],
    isTombstone: value === NULL,
    arrivedAt,
  }
}

const readText = (text: string): Json => foldable(text === NULL ? null : text)
