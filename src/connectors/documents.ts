/** Records as JSON documents: one member for each column, key columns first, with the values that the format JSON writes. */
import type { ByteSink } from '../serde/format.ts'
import { FORMATS } from '../serde/index.ts'
import type { Column } from '../types/schema.ts'
import { WINDOWEND, WINDOWSTART } from '../types/schema.ts'
import type { Row, Value } from '../types/value.ts'
import type { SinkRecord, SinkSource } from './connector.ts'
import { OptionError } from './options.ts'

/** Appends the document of a record. */
export type DocumentWriter = (record: SinkRecord, out: ByteSink) => void

export interface DocumentOptions {
  /** Names as the columns have them, or in lower case. */
  readonly names: 'exact' | 'lower'
}

const BOUND_TYPE = { kind: 'BIGINT' } as const

/** Columns of a document: the key, the bounds of its window, the value. */
export function documentColumns({ key, value, isWindowed }: SinkSource): readonly Column[] {
  const bounds = isWindowed ? [WINDOWSTART, WINDOWEND].map((name) => ({ name, type: BOUND_TYPE })) : []
  return [...key, ...bounds, ...value]
}

export function documentWriter(source: SinkSource, { names }: DocumentOptions): DocumentWriter {
  const columns = documentColumns(source)
  const named = names === 'lower' ? columns.map((column) => ({ ...column, name: column.name.toLowerCase() })) : columns
  const writer = FORMATS.JSON.writer({
    side: 'VALUE',
    topic: source.topic,
    spec: { format: 'JSON', unwrapped: false },
    columns: named,
    sources: named.map((_, i) => i),
  })
  const row = rowMaker(source)
  return (record, out) => {
    writer.write(row(record), out)
  }
}

/** Makes the row of `documentColumns`; the same array again and again. */
export function rowMaker({ key, value, isWindowed }: SinkSource): (record: SinkRecord) => Row {
  const keyWidth = key.length
  const valueAt = keyWidth + (isWindowed ? 2 : 0)
  const row: Row = new Array<Value>(valueAt + value.length).fill(null)
  return (record) => {
    for (let i = 0; i < keyWidth; i++) row[i] = record.key?.[i] ?? null
    if (isWindowed) {
      row[keyWidth] = record.window?.start ?? null
      row[keyWidth + 1] = record.window?.end ?? null
    }
    for (let i = 0; i < value.length; i++) row[valueAt + i] = record.value?.[i] ?? null
    return row
  }
}

/** Reads one column of a record. */
export type ColumnReader = (record: SinkRecord) => Value

/** A reader of the column that an option names, in any case. Throws an OptionError for a name that the source does not have. */
export function columnReader(source: SinkSource, option: string, name: string): ColumnReader {
  const isNamed = (column: Column) => column.name.toUpperCase() === name.toUpperCase()
  const inValue = source.value.findIndex(isNamed)
  if (inValue >= 0) return (record) => record.value?.[inValue] ?? null
  const inKey = source.key.findIndex(isNamed)
  if (inKey >= 0) return (record) => record.key?.[inKey] ?? null
  const columns = documentColumns(source).map((column) => column.name)
  throw new OptionError(
    option,
    `${source.name} has no column ${name} for the option '${option}'. It has: ${columns.join(', ')}.`,
  )
}

/** The text of a key, unique among the keys of a source: the bare value of a single column, else a JSON array. */
export function keyText({ key, isWindowed }: SinkSource): (record: SinkRecord) => string | null {
  const isSingle = key.length === 1 && !isWindowed
  return (record) => {
    if (record.key === null) return null
    if (isSingle) return plainText(record.key[0]!)
    const bounds = isWindowed ? [record.window?.start ?? null, record.window?.end ?? null] : []
    return JSON.stringify([...record.key, ...bounds].map((part) => (part === null ? null : plainText(part))))
  }
}

/** A value for a header, a name or an id. */
export function plainText(value: Value): string {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64')
  if (value instanceof Map) return JSON.stringify(Object.fromEntries(value))
  if (Array.isArray(value)) return JSON.stringify(value.map((item) => (item === null ? null : plainText(item))))
  return String(value)
}
