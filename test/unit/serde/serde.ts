/** Reading and writing single payloads through a format, for tests. */

import type { ResolvedSchema } from '../../../src/registry/resolved-schema.ts'
import {
  CHECK_ONLY,
  type Format,
  type FormatName,
  type FormatSpec,
  type ReadError,
  type Side,
  type WriterSchemas,
  type WrittenSchema,
} from '../../../src/serde/format.ts'
import type { LinePattern } from '../../../src/serde/lines/line-pattern.ts'
import { ByteBuffer } from '../../../src/types/byte-buffer.ts'
import type { Column } from '../../../src/types/schema.ts'
import type { SqlType } from '../../../src/types/sql-type.ts'
import type { Row } from '../../../src/types/value.ts'

export interface Setup {
  readonly format: Format
  readonly columns: readonly Column[]
  readonly unwrapped?: boolean
  readonly delimiter?: string
  readonly header?: readonly string[]
  readonly line?: LinePattern
  readonly schemaName?: string
  readonly nullable?: 'OPTIONAL' | 'WRAPPER'
  /** What a format with a registry writes by. Absent: the schema of the columns, under id 1. */
  readonly schema?: WrittenSchema
  /** Schemas of the records that are read, by id. Absent: the one that would be written. */
  readonly writers?: ReadonlyMap<number, ResolvedSchema>
  readonly side?: Side
  /** Columns that `open` decodes; all others are left to `finish`. */
  readonly first?: readonly string[]
  /** Columns that are read at all. */
  readonly only?: readonly string[]
  /** Columns that are not read are checked. */
  readonly checksOthers?: boolean
}

export const columns = (types: Readonly<Record<string, SqlType>>): Column[] =>
  Object.entries(types).map(([name, type]) => ({ name, type }))

function spec(setup: Setup): FormatSpec {
  const { format, columns, unwrapped = false, delimiter, schemaName, nullable, side = 'VALUE', schema } = setup
  const { header, line } = setup
  const plain: FormatSpec = {
    format: format.name as FormatName,
    unwrapped,
    ...(delimiter === undefined ? {} : { delimiter }),
    ...(header === undefined ? {} : { header }),
    ...(line === undefined ? {} : { line }),
    ...(schemaName === undefined ? {} : { schemaName }),
    ...(nullable === undefined ? {} : { nullable }),
  }
  if (format.schemas?.isRegistered !== true) return plain
  const { type } = format.schemas
  return {
    ...plain,
    schema: schema ?? { id: 1, type, text: format.schemas.schemaOf(columns, plain, side), imports: {} },
  }
}

function writerSchemas({ writers }: Setup, { schema }: FormatSpec): WriterSchemas {
  const known = writers ?? new Map(schema === undefined ? [] : [[schema.id, schema]])
  return { get: (id) => known.get(id) ?? `Schema ${id} not found` }
}

/** The row, null for a payload that stands for no value, or the error. */
export type ReadResult = Row | null | ReadError

/** Reads payloads one after the other with one reader, each between other bytes that must not be looked at. */
export function payloadReader(setup: Setup): (payload: string | Uint8Array, around?: string) => ReadResult {
  const { format, side = 'VALUE', first = [], only, checksOthers = false } = setup
  const formatSpec = spec(setup)
  const reader = format.reader({
    side,
    topic: 't',
    spec: formatSpec,
    writerSchemas: writerSchemas(setup, formatSpec),
    columns: setup.columns,
    wanted: setup.columns.flatMap(({ name }, column) => {
      if (only === undefined || only.includes(name)) return [{ column, target: column, first: first.includes(name) }]
      return checksOthers ? [{ column, target: CHECK_ONLY, first: first.includes(name) }] : []
    }),
  })
  return (payload, around = '') => {
    const body = Buffer.from(payload as string)
    const bytes = Buffer.concat([Buffer.from(around), body, Buffer.from(around)])
    const start = Buffer.byteLength(around)
    const row: Row = setup.columns.map(() => null)
    const error = reader.open(bytes, start, start + body.length, row)
    if (error !== null) return error
    return reader.isNull ? null : (reader.finish(row) ?? row)
  }
}

/** The payload of a row; null for a null payload. */
export function rowWriter(setup: Setup): (row: Row) => Buffer | null {
  const writer = setup.format.writer({
    side: setup.side ?? 'VALUE',
    topic: 't',
    spec: spec(setup),
    columns: setup.columns,
    sources: setup.columns.map((_, i) => i),
  })
  const out = new ByteBuffer(1)
  return (row) => (writer.write(row, out) ? out.take() : null)
}
