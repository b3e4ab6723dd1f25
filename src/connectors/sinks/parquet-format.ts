/**
 * Objects in Apache Parquet, with a column for each column of the source. Types are those of Parquet's logical types; an ARRAY, MAP or STRUCT
 * is the JSON text of its value. Source: Apache Parquet, "Logical Types".
 */
import { gzipSync } from 'node:zlib'
import { parquetWriteBuffer, type SchemaElement } from 'hyparquet-writer'
import type { Decimal } from '../../types/decimal.ts'
import { valueToJson } from '../../types/json-text.ts'
import type { DecimalType, SqlType } from '../../types/sql-type.ts'
import type { Value } from '../../types/value.ts'
import type { SinkSource } from '../connector.ts'
import { columnNames } from '../document-options.ts'
import { documentColumns, rowMaker } from '../documents.ts'
import type { Options } from '../options.ts'
import type { ObjectFormat } from './object-format.ts'

/** A value as the writer takes it. */
type Cell = boolean | number | bigint | string | Uint8Array | null

interface ParquetColumn {
  readonly element: SchemaElement
  /** Takes a value that is not NULL. */
  readonly cell: (value: Value) => Cell
  cells: Cell[]
}

const CODECS = { none: 'UNCOMPRESSED', gzip: 'GZIP', snappy: 'SNAPPY' } as const
const EXTENSION = '.parquet'

export function parquetFormat(options: Options, source: SinkSource): ObjectFormat {
  const isLower = columnNames(options) === 'lower'
  const columns = documentColumns(source).map(({ name, type }): ParquetColumn => {
    const { element, cell } = columnOf(type)
    return {
      element: { name: isLower ? name.toLowerCase() : name, repetition_type: 'OPTIONAL', ...element },
      cell,
      cells: [],
    }
  })
  const schema: SchemaElement[] = [
    { name: 'root', num_children: columns.length },
    ...columns.map(({ element }) => element),
  ]
  const codec = CODECS[options.text('compression') as keyof typeof CODECS]
  const row = rowMaker(source)
  let bytes = 0
  return {
    extension: EXTENSION,
    contentType: 'application/vnd.apache.parquet',
    add(record) {
      const values = row(record)
      for (const [i, column] of columns.entries()) {
        const value = values[i] ?? null
        const cell = value === null ? null : column.cell(value)
        bytes += sizeOf(cell)
        column.cells.push(cell)
      }
    },
    get bytes() {
      return bytes
    },
    async finish() {
      const columnData = columns.map(({ element: { name }, cells }) => ({ name, data: cells }))
      return new Uint8Array(parquetWriteBuffer({ columnData, schema, codec, compressors, createdBy: 'millrace' }))
    },
    clear() {
      for (const column of columns) column.cells = []
      bytes = 0
    },
  }
}

const compressors = { GZIP: (input: Uint8Array): Uint8Array => gzipSync(input) }

function sizeOf(cell: Cell): number {
  if (typeof cell === 'string' || cell instanceof Uint8Array) return cell.length + 4
  return cell === null ? 1 : 8
}

type Element = Omit<SchemaElement, 'name'>

/** The type of a column and its values. */
function columnOf(type: SqlType): { readonly element: Element; readonly cell: (value: Value) => Cell } {
  switch (type.kind) {
    case 'BOOLEAN':
      return { element: { type: 'BOOLEAN' }, cell: (value) => value as boolean }
    case 'INTEGER':
      return { element: { type: 'INT32' }, cell: (value) => value as number }
    case 'BIGINT':
      return { element: { type: 'INT64' }, cell: (value) => BigInt(value as number | bigint) }
    case 'DOUBLE':
      return { element: { type: 'DOUBLE' }, cell: (value) => value as number }
    case 'DECIMAL':
      return { element: decimalElement(type), cell: (value) => (value as Decimal).unscaled }
    case 'STRING':
      return { element: { type: 'BYTE_ARRAY', converted_type: 'UTF8' }, cell: (value) => value as string }
    case 'BYTES':
      return { element: { type: 'BYTE_ARRAY' }, cell: (value) => value as Uint8Array }
    case 'DATE':
      return { element: { type: 'INT32', converted_type: 'DATE' }, cell: (value) => value as number }
    case 'TIME':
      return { element: { type: 'INT32', converted_type: 'TIME_MILLIS' }, cell: (value) => value as number }
    case 'TIMESTAMP':
      return {
        element: { type: 'INT64', converted_type: 'TIMESTAMP_MILLIS' },
        cell: (value) => BigInt(value as number),
      }
    case 'ARRAY':
    case 'MAP':
    case 'STRUCT':
      return { element: { type: 'BYTE_ARRAY', converted_type: 'UTF8' }, cell: (value) => valueToJson(value, type) }
  }
}

/** As many bytes as the largest number of the precision needs in two's complement. */
function decimalElement({ precision, scale }: DecimalType): Element {
  const bits = (10n ** BigInt(precision)).toString(2).length + 1
  return {
    type: 'FIXED_LEN_BYTE_ARRAY',
    type_length: Math.ceil(bits / 8),
    converted_type: 'DECIMAL',
    precision,
    scale,
  }
}
