/**
 * A single column as the payload itself, without a message around it: a scalar is google.protobuf.Int32Value and the like, a STRUCT its message,
 * a DECIMAL or a time type the message that stands for it. NULL is a null payload. Source: ksqlDB's ProtobufNoSRConverter.
 */
import type { Column } from '../../types/schema.ts'
import type { SqlType } from '../../types/sql-type.ts'
import type { Row, Value } from '../../types/value.ts'
import { CHECK_ONLY, type ColumnsWriter, type ReaderOptions, type WriterOptions } from '../format.ts'
import { bareMessage } from './derive.ts'
import { type PayloadReader, payloadReader } from './payload-reader.ts'
import { rawColumns, WELL_KNOWN } from './well-known.ts'
import { WireFailure } from './wire.ts'
import { messageWriter } from './write-source.ts'

/** The fields of the payload's message as columns, and how they become the value and back. */
interface BareForm {
  readonly columns: readonly Column[]
  /** Throws a WireFailure. */
  toValue(fields: readonly Value[]): Value
  /** The array is filled again for the next value. */
  toFields(value: Value): readonly Value[]
}

function bareForm(type: SqlType): BareForm {
  switch (type.kind) {
    case 'STRUCT':
      return { columns: type.fields, toValue: (fields) => fields, toFields: (value) => value as readonly Value[] }
    case 'DECIMAL':
    case 'TIMESTAMP':
    case 'DATE':
    case 'TIME': {
      const { message, toValue, toRaw } = WELL_KNOWN[type.kind]
      const raw: Value[] = message.fields.map(() => null)
      return {
        columns: rawColumns(message),
        toValue: (fields) => toValue(fields, type),
        toFields(value) {
          toRaw(value, type, raw)
          return raw
        },
      }
    }
    default: {
      const single: Value[] = [null]
      return {
        columns: [{ name: 'value', type }],
        toValue: ([value]) => value!,
        toFields(value) {
          single[0] = value
          return single
        },
      }
    }
  }
}

/** For the options' only column. Everything is read by `open`. */
export function barePayloadReader({ columns, wanted, spec }: ReaderOptions): PayloadReader {
  const { type } = columns[0]!
  const form = bareForm(type)
  const [only] = wanted
  if (only === undefined) return { open: () => null, finish: () => null }
  const fields = form.columns.map((_, i) => ({ column: i, target: i, first: true }))
  const reader = payloadReader(bareMessage(type, spec.nullable), form.columns, fields)
  return {
    open(bytes: Buffer, start: number, end: number, target: Row) {
      const values: Value[] = form.columns.map(() => null)
      const cause = reader.open(bytes, start, end, values)
      if (cause !== null) return cause
      try {
        const value = form.toValue(values)
        if (only.target !== CHECK_ONLY) target[only.target] = value
        return null
      } catch (error) {
        if (error instanceof WireFailure) return error.message
        throw error
      }
    },
    finish: () => null,
  }
}

/** For the options' only column. */
export function bareWriter({ columns, sources, spec }: WriterOptions): ColumnsWriter {
  const { type } = columns[0]!
  const form = bareForm(type)
  const write = messageWriter(bareMessage(type, spec.nullable), form.columns, [...form.columns.keys()])
  const source = sources[0]!
  return {
    write(row, out) {
      const value = row[source]!
      if (value === null) return false
      write(form.toFields(value), out)
      return true
    },
  }
}
