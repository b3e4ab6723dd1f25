/** `millrace consume`: the rows of a stream, a table or a SELECT on standard output, in a format that other programs read. */
import type { Writable } from 'node:stream'
import type { Timer } from '../../clock.ts'
import { Client } from '../client/client.ts'
import { ClientError } from '../client/client-error.ts'
import type { ResultRow } from '../output/cell-text.ts'
import { ResultView } from '../output/result-view.ts'
import { csvWriter, jsonWriter, type RowWriter } from '../output/row-writer.ts'
import { columnNames, resultColumns } from '../output/schema-text.ts'
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
  readonly timer: Timer
}

/** Takes the answer of a query. */
interface RowSink {
  header(schema: string): Promise<void>
  row(row: ResultRow): Promise<void>
  end(): Promise<void>
}

/** Resolves to the exit code when the query has ended, or the user stops it. */
export async function runConsume(source: string, options: ConsumeOptions, io: ConsumeIo): Promise<number> {
  const screen = new Screen(io)
  try {
    const sink = sinkNamed(options.format, screen, io.timer)
    const client = new Client(options.server, options)
    const properties = { 'auto.offset.reset': options.fromBeginning ? 'earliest' : 'latest' }
    let rows = 0
    try {
      for await (const element of client.query(queryOf(source), { properties, signal: io.signal })) {
        if (element.kind === 'header') await sink.header(element.header.schema)
        if (element.kind === 'notice') await screen.error(`WARNING: ${element.message}`)
        if (element.kind === 'row') await sink.row(element)
        if (element.kind === 'row' && ++rows === options.limit) break
      }
    } finally {
      await sink.end()
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

const FORMATS: Readonly<Record<string, (screen: Screen, timer: Timer) => RowSink>> = {
  ndjson: (screen) => textSink(jsonWriter(), screen),
  csv: (screen) => textSink(csvWriter(','), screen),
  tsv: (screen) => textSink(csvWriter('\t'), screen),
  table: tableSink,
}

function sinkNamed(name: string, screen: Screen, timer: Timer): RowSink {
  const make = FORMATS[name.toLowerCase() === 'json' ? 'ndjson' : name.toLowerCase()]
  if (make !== undefined) return make(screen, timer)
  throw new ClientError(`There is no format '${name}'. Formats: ${Object.keys(FORMATS).join(', ')}.`)
}

function textSink(writer: RowWriter, screen: Screen): RowSink {
  return {
    async header(schema) {
      const text = writer.header(columnNames(schema))
      if (text !== null) await screen.line(text)
    },
    row: ({ columns }) => screen.line(writer.row(columns)),
    end: async () => {},
  }
}

function tableSink(screen: Screen, timer: Timer): RowSink {
  let view: ResultView | null = null
  return {
    async header(schema) {
      const layout = { isWrapping: true, columnWidth: 0, expanded: 'OFF' } as const
      view = new ResultView(resultColumns(schema), layout, { screen, timer })
    },
    row: async (row) => view?.row(row),
    end: async () => view?.end(),
  }
}
