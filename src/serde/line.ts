/** The format LINE: a payload is one line of text, which is the one column; a line break at its end is not part of it. See docs/formats.md#lines. */
import {
  CHECK_ONLY,
  type ColumnsReader,
  type ColumnsWriter,
  type Format,
  type ReaderOptions,
  type WriterOptions,
} from './format.ts'
import { lineEnd } from './lines/line-text.ts'
import { listColumns, NULL_READER, NULL_WRITER } from './none.ts'
import { readUtf8, writeUtf8 } from './text.ts'

export const line: Format = {
  name: 'LINE',
  wrapping: 'never',
  supportsKey: false,
  isCanonical: false,
  takesDelimiter: false,
  isWritable: true,
  lineProperty: null,
  schemas: null,
  holdsNested: false,
  canBeUnreadable: () => false,
  refusal(columns, _spec, side) {
    const [column] = columns
    if (column === undefined) return null
    if (side === 'KEY') return "The 'LINE' format reads values, not keys"
    if (columns.length === 1 && column.type.kind === 'STRING') return null
    return `The 'LINE' format only supports a single field of type STRING. Got: [${listColumns(columns, side)}]`
  },
  reader: (options) => (options.columns.length === 0 ? NULL_READER : lineReader(options)),
  writer: (options) => (options.columns.length === 0 ? NULL_WRITER : lineWriter(options)),
}

function lineReader({ wanted }: ReaderOptions): ColumnsReader {
  const target = wanted[0]?.target ?? CHECK_ONLY
  return {
    isNull: false,
    open(bytes, start, end, row) {
      if (target !== CHECK_ONLY) row[target] = readUtf8(bytes, start, lineEnd(bytes, start, end))
      return null
    },
    finish: () => null,
  }
}

/** A text that ends in a line break gets another one, which readers take off again. */
function lineWriter({ sources }: WriterOptions): ColumnsWriter {
  const source = sources[0]!
  return {
    write(row, out) {
      const text = row[source]!
      if (text === null) return false
      writeUtf8(text as string, out)
      if ((text as string).endsWith('\n')) writeUtf8('\n', out)
      return true
    },
  }
}
