/** The DELIMITED format: a payload is one CSV record in UTF-8. Source: ksqlDB's KsqlDelimitedDeserializer. */
import { quoteName } from '../types/sql-type.ts'
import type { Row } from '../types/value.ts'
import { type FieldText, fieldParser, fieldText, type ParseField } from './delimited/fields.ts'
import { Line } from './delimited/line.ts'
import { splitWanted } from './delimited/split-wanted.ts'
import {
  type ByteSink,
  CHECK_ONLY,
  type ColumnsReader,
  type ColumnsWriter,
  type Format,
  type FormatSpec,
  type ReadError,
  type ReaderOptions,
  type WriterOptions,
} from './format.ts'
import { NULL_READER, NULL_WRITER } from './none.ts'
import { writeUtf8 } from './text.ts'

export const delimited: Format = {
  name: 'DELIMITED',
  wrapping: 'never',
  supportsKey: true,
  isCanonical: false,
  takesDelimiter: true,
  isWritable: true,
  lineProperty: null,
  schemas: null,
  holdsNested: false,
  canBeUnreadable: () => true,
  refusal(columns) {
    const bad = columns.find(({ type }) => fieldParser(type) === null)
    if (bad === undefined) return null
    return `The 'DELIMITED' format does not support type '${bad.type.kind}', column: ${quoteName(bad.name)}`
  },
  reader: (options) => (options.columns.length === 0 ? NULL_READER : new LineReader(options)),
  writer: (options) => (options.columns.length === 0 ? NULL_WRITER : lineWriter(options)),
}

/** The delimiter's character; `TAB` and `SPACE` are names. */
export function delimiterOf({ delimiter }: FormatSpec): string {
  const name = delimiter?.toUpperCase()
  return name === 'TAB' ? '\t' : name === 'SPACE' ? ' ' : (delimiter ?? ',')
}

interface WantedField {
  readonly field: number
  readonly target: number
  readonly parse: ParseField
}

/** An empty field is NULL. */
class LineReader implements ColumnsReader {
  readonly isNull = false
  readonly #line: Line
  readonly #topic: string
  readonly #fieldCount: number
  readonly #first: readonly WantedField[]
  readonly #rest: readonly WantedField[]
  #bytes: Buffer = Buffer.alloc(0)

  constructor({ spec, topic, columns, wanted }: ReaderOptions) {
    this.#line = new Line(delimiterOf(spec))
    this.#topic = topic
    this.#fieldCount = columns.length
    const fields = splitWanted({ columns, wanted }, ({ column, target }): WantedField => {
      return { field: column, target, parse: fieldParser(columns[column]!.type)! }
    })
    this.#first = fields.first
    this.#rest = fields.rest
  }

  open(bytes: Buffer, start: number, end: number, target: Row): ReadError | null {
    const fault = this.#line.split(bytes, start, end)
    if (fault !== null) return readError(fault)
    if (this.#line.count !== this.#fieldCount) {
      return readError(
        `Column count mismatch on deserialization. topic: ${this.#topic}, expected: ${this.#fieldCount}, got: ${this.#line.count}`,
      )
    }
    this.#bytes = bytes
    return this.#parse(this.#first, target)
  }

  finish(target: Row): ReadError | null {
    return this.#parse(this.#rest, target)
  }

  #parse(fields: readonly WantedField[], target: Row): ReadError | null {
    try {
      for (let i = 0; i < fields.length; i++) {
        const { field, target: place, parse } = fields[i]!
        const text = this.#line.text(field, this.#bytes)
        const value = text === '' ? null : parse(text)
        if (place !== CHECK_ONLY) target[place] = value
      }
      return null
    } catch (error) {
      return readError((error as Error).message)
    }
  }
}

const readError = (cause: string): ReadError => ({ message: 'Error deserializing delimited', causes: [cause] })

function lineWriter({ spec, columns, sources }: WriterOptions): ColumnsWriter {
  const delimiter = delimiterOf(spec)
  const texts: readonly FieldText[] = columns.map(({ type }) => fieldText(type))
  const single = columns.length === 1
  return {
    write(row: Row, out: ByteSink) {
      // A single column is unwrapped: its NULL is a null payload.
      if (single && row[sources[0]!] === null) return false
      for (let i = 0; i < texts.length; i++) {
        if (i > 0) writeUtf8(delimiter, out)
        const value = row[sources[i]!]!
        if (value === null) continue
        const text = texts[i]!(value)
        writeUtf8(needsQuotes(text, delimiter, i === 0) ? `"${text.replaceAll('"', '""')}"` : text, out)
      }
      return true
    },
  }
}

/** Commons CSV's minimal quoting. The first field of a record is quoted unless it starts with an ASCII letter or digit. */
function needsQuotes(text: string, delimiter: string, first: boolean): boolean {
  if (text === '') return first
  const start = text.charCodeAt(0)
  if (first ? !isAsciiAlphanumeric(start) : start <= HASH) return true
  if (text.charCodeAt(text.length - 1) <= SPACE) return true
  return text.includes(delimiter) || QUOTED_ANYWHERE.test(text)
}

const HASH = 0x23
const SPACE = 0x20
const QUOTED_ANYWHERE = /["\r\n]/

const isAsciiAlphanumeric = (code: number): boolean =>
  (code >= 0x30 && code <= 0x39) || (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a)
