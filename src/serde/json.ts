/** The JSON format: a payload is one JSON document in UTF-8. Source: ksqlDB's KsqlJsonDeserializer and KsqlJsonSerializer. */

import { ByteBuffer } from '../types/byte-buffer.ts'
import type { Column } from '../types/schema.ts'
import type { SqlType } from '../types/sql-type.ts'
import type { Row } from '../types/value.ts'
import type { ByteSink, ColumnsWriter, Format, WriterOptions } from './format.ts'
import { jsonText } from './json/encode.ts'
import { passingWriter } from './json/pass-object.ts'
import { passerOf } from './json/passed-text.ts'
import { jsonReader } from './json/reader.ts'
import { objectWriter, type WriteObject } from './json/write-object.ts'
import { writeUtf8 } from './text.ts'

export const json: Format = {
  name: 'JSON',
  wrapping: 'optional',
  supportsKey: true,
  isCanonical: false,
  takesDelimiter: false,
  isWritable: true,
  lineProperty: null,
  schemas: null,
  holdsNested: true,
  canPass: (type) => passerOf(type) !== null,
  // Its quotes.
  passedTextMargin: 1,
  canBeUnreadable: () => true,
  refusal(columns: readonly Column[]) {
    return columns.some(({ type }) => hasOtherKeys(type)) ? 'JSON only supports MAP types with STRING keys' : null
  },
  reader: jsonReader,
  writer: (options) =>
    options.columns.length === 1 && options.spec.unwrapped ? valueWriter(options) : rowWriter(options),
}

/** Whether the type is or contains a MAP whose keys are not STRING. */
function hasOtherKeys(type: SqlType): boolean {
  switch (type.kind) {
    case 'ARRAY':
      return hasOtherKeys(type.element)
    case 'MAP':
      return type.key.kind !== 'STRING' || hasOtherKeys(type.value)
    case 'STRUCT':
      return type.fields.some((field) => hasOtherKeys(field.type))
    default:
      return false
  }
}

function rowWriter({ columns, sources, side, passed }: WriterOptions): ColumnsWriter {
  const usual = objectWriter(columns, sources)
  const write = passed === undefined ? usual : passingWriter(columns, sources, passed, usual)
  const writeExact = side === 'KEY' ? withUpperCaseEscapes(write) : write
  return {
    write(row: Row, out: ByteSink) {
      writeExact(row, out)
      return true
    },
  }
}

/** A single column as its bare value; NULL is a null payload. */
function valueWriter({ columns, sources, side }: WriterOptions): ColumnsWriter {
  const text = jsonText(columns[0]!.type)
  const source = sources[0]!
  return {
    write(row: Row, out: ByteSink) {
      const value = row[source]!
      if (value === null) return false
      writeUtf8(side === 'KEY' ? upperCaseEscapes(text(value)) : text(value), out)
      return true
    },
  }
}

function withUpperCaseEscapes(write: WriteObject): WriteObject {
  const single = new ByteBuffer()
  return (row, out) => {
    single.clear()
    write(row, single)
    writeUtf8(upperCaseEscapes(single.buffer.utf8Slice(0, single.position)), out)
  }
}

/**
 * Keys are compared and partitioned by their bytes, so they must be those that Jackson writes: it has `\u001F` where JSON.stringify has
 * `\u001f`. All other escapes are the same.
 */
const upperCaseEscapes = (text: string): string =>
  text.includes('\\u00') ? text.replace(UNICODE_ESCAPE, upperCaseHex) : text

/** An escape of a control character, or another escape that is passed over so that `\\\\u001f` is not taken for one. */
const UNICODE_ESCAPE = /\\u00[01][0-9a-f]|\\./g
const upperCaseHex = (match: string): string => (match.length === 2 ? match : `\\u${match.slice(2).toUpperCase()}`)
