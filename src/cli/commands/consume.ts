/** `millrace consume`: the rows of a stream, a table or a SELECT on standard output, in a format that other programs read. */
import type { Writable } from 'node:stream'
import { formatJsonValue, JsonNumber, type JsonValue } from '../../types/json-parse.ts'
import { Client, type QueryElement } from '../client/client.ts'
import { ClientError } from '../client/client-error.ts'
import { RowTable } from '../output/row-table.ts'
import { columnNames } from '../output/schema-text.ts'
import { Screen } from '../output/screen.ts'

export interface ConsumeOptions {
  readonly server: string
  readonly user?: string
  readonly password?: string
  readonly token?: string
  readonly format: string
  readonly fromBeginning: boolean
  readonly limit?: number
}

export interface ConsumeIo {
  readonly out: Writable & { readonly columns?: number; readonly isTTY?: boolean }
  readonly err: Writable
  /** Aborted when the user wants to stop. */
  readonly signal: AbortSignal
}

/** Texts of the elements of a query; null: nothing is written for it. */
interface RowWriter {
  header(names: readonly string[]): string | null
  row(columns: readonly JsonValue[], isTombstone: boolean): string | null
}

/** Resolves to the exit code when the query has ended, or the user stops it. */
export async function runConsume(source: string, options: ConsumeOptions, io: ConsumeIo): Promise<number> {
  const screen = new Screen(io)
  try {
    const writer = writerNamed(options.format, screen.width)
    const client = new Client(options.server, options)
    const properties = { 'auto.offset.reset': options.fromBeginning ? 'earliest' : 'latest' }
    let rows = 0
    for await (const element of client.query(queryOf(source), { properties, signal: io.signal })) {
      const text = textOf(element, writer)
      if (text !== null) await screen.line(text)
      if (element.kind === 'row' && ++rows === options.limit) break
    }
    return 0
  } catch (error) {
    if (io.signal.aborted) return 0
    await screen.error((error as Error).message)
    return 1
  }
}

/** A SELECT as it is; a name becomes the push query of all columns. */
function queryOf(source: string): string {
  const text = source.trim().replace(/;$/, '')
  return /^(select|with)\s/i.test(text) ? `${text};` : `SELECT * FROM ${text} EMIT CHANGES;`
}

function textOf(element: QueryElement, writer: RowWriter): string | null {
  if (element.kind === 'header') return writer.header(columnNames(element.header.schema))
  return element.kind === 'row' ? writer.row(element.columns, element.tombstone) : null
}

const FORMATS: Readonly<Record<string, (width: number) => RowWriter>> = {
  ndjson: () => jsonWriter(),
  csv: () => csvWriter(','),
  tsv: () => csvWriter('\t'),
  table: (width) => tableWriter(width),
}

function writerNamed(name: string, width: number): RowWriter {
  const make = FORMATS[name.toLowerCase() === 'json' ? 'ndjson' : name.toLowerCase()]
  if (make !== undefined) return make(width)
  throw new ClientError(`There is no format '${name}'. Formats: ${Object.keys(FORMATS).join(', ')}.`)
}

/** An object per row. A deleted row has NULL in all columns but its key. */
function jsonWriter(): RowWriter {
  let names: readonly string[] = []
  return {
    header(all) {
      names = all
      return null
    },
    row: (columns) => formatJsonValue(new Map(names.map((name, i) => [name, columns[i] ?? null]))),
  }
}

/** RFC 4180, a header first; NULL is an empty field, nested values are JSON. */
function csvWriter(delimiter: string): RowWriter {
  const field = (value: JsonValue): string => {
    const text =
      value === null
        ? ''
        : typeof value === 'string'
          ? value
          : value instanceof JsonNumber
            ? value.text
            : formatJsonValue(value)
    return text.includes(delimiter) || /["\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
  }
  return { header: (names) => names.map(field).join(delimiter), row: (columns) => columns.map(field).join(delimiter) }
}

function tableWriter(terminalWidth: number): RowWriter {
  let table: RowTable | null = null
  return {
    header(names) {
      table = new RowTable({ names, terminalWidth, columnWidth: 0, isWrapping: true })
      return table.header()
    },
    row: (columns, isTombstone) => (isTombstone ? table!.tombstone(columns) : table!.row(columns)),
  }
}
