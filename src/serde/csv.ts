/**
 * The format CSV: a payload is one record of a CSV file (RFC 4180). With a header, columns are found by the names of the fields. Unlike in
 * DELIMITED, whose text ksqlDB's users know, `""` is an empty text and nothing is NULL. See docs/formats.md#lines.
 */
import { quoteName } from '../types/sql-type.ts'
import type { Row } from '../types/value.ts'
import type { FieldText, ParseField } from './delimited/fields.ts'
import { Line } from './delimited/line.ts'
import { splitWanted } from './delimited/split-wanted.ts'
import { delimiterOf } from './delimited.ts'
import type { ByteSink, FormatSpec, ReaderOptions, WriterOptions } from './format.ts'
import { CHECK_ONLY, type ColumnsReader, type ColumnsWriter, type Format, type ReadError } from './format.ts'
import { csvFieldOf } from './lines/csv-header.ts'
import { lineFieldParser, lineFieldText } from './lines/field-values.ts'
import { lineError } from './lines/line-text.ts'
import { NULL_READER, NULL_WRITER } from './none.ts'
import { writeUtf8 } from './text.ts'

export const csv: Format = {
  name: 'CSV',
  wrapping: 'never',
  supportsKey: false,
  isCanonical: false,
  takesDelimiter: true,
  isWritable: true,
  lineProperty: 'header',
  schemas: null,
  holdsNested: false,
  canBeUnreadable: () => true,
  refusal(columns, { header }, side) {
    if (columns.length === 0) return null
    if (side === 'KEY') return "The 'CSV' format reads values, not keys"
    const bad = columns.find(({ type }) => lineFieldParser(type) === null)
    if (bad !== undefined)
      return `The 'CSV' format does not support type '${bad.type.kind}', column: ${quoteName(bad.name)}`
    const missing = header === undefined ? undefined : columns.find((column) => csvFieldOf(header, column) < 0)
    if (missing === undefined) return null
    return `VALUE_CSV_HEADER has no field for column ${quoteName(missing.name)}. Its fields: ${header!.join(', ')}.`
  },
  reader: (options) => (options.columns.length === 0 ? NULL_READER : new CsvReader(options)),
  writer: (options) => (options.columns.length === 0 ? NULL_WRITER : csvWriter(options)),
}

interface WantedField {
  readonly field: number
  readonly target: number
  readonly parse: ParseField
}

const QUOTE = 0x22
const BYTE_ORDER_MARK = '\ufeff'

/** The fields of the payloads, in their order: the header's, or the columns. */
const fieldsOf = ({ spec, columns }: { readonly spec: FormatSpec; readonly columns: ReaderOptions['columns'] }) =>
  spec.header ?? columns.map(({ name }) => name)

class CsvReader implements ColumnsReader {
  /** Whether the payload that was opened last is the header itself, as a file has it. */
  isNull = false
  readonly isSkipped = true
  readonly #line: Line
  readonly #header: readonly string[] | null
  readonly #fieldCount: number
  readonly #first: readonly WantedField[]
  readonly #rest: readonly WantedField[]
  #bytes: Buffer = Buffer.alloc(0)
  #start = 0

  constructor(options: ReaderOptions) {
    const { spec, columns } = options
    const names = fieldsOf(options)
    this.#line = new Line(delimiterOf(spec))
    this.#header = spec.header ?? null
    this.#fieldCount = names.length
    const fields = splitWanted(options, ({ column, target }): WantedField => {
      const field = spec.header === undefined ? column : csvFieldOf(names, columns[column]!)
      return { field, target, parse: lineFieldParser(columns[column]!.type)! }
    })
    this.#first = fields.first
    this.#rest = fields.rest
  }

  open(bytes: Buffer, start: number, end: number, target: Row): ReadError | null {
    const fault = this.#line.split(bytes, start, end)
    if (fault !== null) return lineError('CSV', fault)
    if (this.#line.count !== this.#fieldCount) {
      return lineError('CSV', `The record has ${fieldCount(this.#line.count)} instead of ${this.#fieldCount}.`)
    }
    this.#bytes = bytes
    this.#start = start
    this.isNull = this.#header !== null && this.#isHeader(this.#header)
    return this.isNull ? null : this.#parse(this.#first, target)
  }

  finish(target: Row): ReadError | null {
    return this.#parse(this.#rest, target)
  }

  #parse(fields: readonly WantedField[], target: Row): ReadError | null {
    try {
      for (let i = 0; i < fields.length; i++) {
        const { field, target: place, parse } = fields[i]!
        const text = this.#line.text(field, this.#bytes)
        const value = text === '' && !this.#isQuoted(field) ? null : parse(text)
        if (place !== CHECK_ONLY) target[place] = value
      }
      return null
    } catch (error) {
      return lineError('CSV', (error as Error).message)
    }
  }

  #isQuoted(field: number): boolean {
    const start = this.#line.starts[field]!
    return start > this.#start && this.#bytes[start - 1] === QUOTE
  }

  /** Most records differ from the header in their first field. */
  #isHeader(header: readonly string[]): boolean {
    const first = this.#line.text(0, this.#bytes)
    if (first !== header[0] && first !== BYTE_ORDER_MARK + header[0]) return false
    for (let i = 1; i < header.length; i++) if (this.#line.text(i, this.#bytes) !== header[i]) return false
    return true
  }
}

const fieldCount = (count: number): string => (count === 1 ? '1 field' : `${count} fields`)

function csvWriter(options: WriterOptions): ColumnsWriter {
  const { spec, columns, sources } = options
  const delimiter = delimiterOf(spec)
  const single = columns.length === 1
  const { header } = spec
  const fields = fieldsOf(options).map((_name, i) => {
    const column = header === undefined ? i : columns.findIndex((each) => csvFieldOf(header, each) === i)
    return column < 0 ? null : { source: sources[column]!, text: lineFieldText(columns[column]!.type) }
  })
  return {
    write(row: Row, out: ByteSink) {
      // A single column is unwrapped: its NULL is a null payload.
      if (single && row[sources[0]!] === null) return false
      for (let i = 0; i < fields.length; i++) {
        if (i > 0) writeUtf8(delimiter, out)
        const field = fields[i]!
        const value = field === null ? null : row[field.source]!
        if (value !== null) writeUtf8(quotedIfNeeded(field!.text, value, delimiter), out)
      }
      return true
    },
  }
}

const QUOTED_ANYWHERE = /["\r\n]/
const SPACE_AT_END = /^\s|\s$/

/** An empty text is quoted, as nothing is NULL; spaces at the ends, as some programs take them off. */
function quotedIfNeeded(textOf: FieldText, value: Parameters<FieldText>[0], delimiter: string): string {
  const text = textOf(value)
  const isPlain = text !== '' && !text.includes(delimiter) && !QUOTED_ANYWHERE.test(text) && !SPACE_AT_END.test(text)
  return isPlain ? text : `"${text.replaceAll('"', '""')}"`
}
