/** CSV and TSV (RFC 4180): the first record names the fields, unless the caller does. */
import type { Readable } from 'node:stream'
import { parse } from 'csv-parse'
import type { SchemaInfo } from '../../engine/describe/entities.ts'
import { ClientError } from '../client/client-error.ts'
import type { InputRow, RowFormat, RowFormatOptions } from './input-row.ts'

/** Records that are handed on together. */
const BATCH = 500

interface CsvRecord {
  readonly record: readonly string[]
  readonly info: { readonly lines: number; readonly error?: Error }
}

export const csvRows = (usualDelimiter: string): RowFormat =>
  async function* rows(bytes: Readable, options: RowFormatOptions): AsyncGenerator<readonly InputRow[]> {
    const parser = parse({
      bom: true,
      delimiter: options.delimiter ?? usualDelimiter,
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
    })
    bytes.on('error', (error) => parser.destroy(error))
    bytes.pipe(parser)
    let toText = options.columns === null ? null : objectWriter(options.columns, options)
    let batch: InputRow[] = []
    try {
      for await (const { record, info } of parser as AsyncIterable<CsvRecord>) {
        if (toText === null) toText = objectWriter(record, options)
        else batch.push({ line: info.lines, ...toText(record) })
        if (batch.length < BATCH) continue
        yield batch
        batch = []
      }
    } catch (error) {
      if (error instanceof ClientError) throw error
      yield batch
      throw new ClientError(`The file is no CSV: ${(error as Error).message}`, { cause: error })
    }
    if (batch.length > 0) yield batch
  }

type ToText = (record: readonly string[]) => Pick<InputRow, 'text' | 'error'>

/** Fields become values of the columns of their names: numbers and booleans as such, everything else as text; empty ones are NULL. */
function objectWriter(names: readonly string[], { target }: RowFormatOptions): ToText {
  const types = new Map(target.fields.map(({ name, schema }) => [name.toUpperCase(), schema]))
  const members = names.map((name) => ({
    start: `${JSON.stringify(name)}:`,
    write: valueWriter(types.get(name.toUpperCase())),
  }))
  return (record) => {
    if (record.length !== members.length) {
      return { text: null, error: `it has ${record.length} fields, the header names ${members.length}` }
    }
    return { text: `{${members.map(({ start, write }, i) => start + write(record[i]!)).join()}}`, error: null }
  }
}

const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/
const BOOLEAN = /^(?:true|false)$/i

function valueWriter(schema: SchemaInfo | undefined): (field: string) => string {
  const asText = (field: string) => (field === '' ? 'null' : JSON.stringify(field))
  switch (schema?.type) {
    case 'INTEGER':
    case 'BIGINT':
    case 'DOUBLE':
    case 'DECIMAL':
      return (field) => (NUMBER.test(field.trim()) ? field.trim() : asText(field))
    case 'BOOLEAN':
      return (field) => (BOOLEAN.test(field.trim()) ? field.trim().toLowerCase() : asText(field))
    case 'ARRAY':
    case 'MAP':
    case 'STRUCT':
      return (field) => (field === '' ? 'null' : isJson(field) ? field.replaceAll('\n', ' ') : asText(field))
    default:
      return asText
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
