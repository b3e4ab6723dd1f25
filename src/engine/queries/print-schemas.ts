/** Records behind the frame of a registered schema, as PRINT shows them. */
import type { ResolvedSchema } from '../../registry/resolved-schema.ts'
import type { SchemaType } from '../../registry/schema-registry.ts'
import { type ColumnsReader, type FormatName, SchemaNotLoaded, type WriterSchemas } from '../../serde/format.ts'
import { FRAME_BYTES, frameId } from '../../serde/frame.ts'
import { FORMATS } from '../../serde/index.ts'
import type { SchemaLoader } from '../../serde/loaded-schemas.ts'
import { valueToJson } from '../../types/json-text.ts'
import { type SqlType, struct } from '../../types/sql-type.ts'
import type { Row } from '../../types/value.ts'

/** Formats by the language of their schemas. */
const FORMAT_OF: { readonly [Type in SchemaType]: FormatName } = { AVRO: 'AVRO', PROTOBUF: 'PROTOBUF', JSON: 'JSON_SR' }

interface SchemaReader {
  readonly reader: ColumnsReader
  readonly type: SqlType
  /** Whether the payload is the only column, and not a record of columns. */
  readonly isBare: boolean
}

/** Schemas as PRINT looks them up: one that the registry cannot give is as good as none. */
export class PrintSchemas implements WriterSchemas {
  readonly #loader: SchemaLoader
  readonly #unavailable = new Map<number, string>()
  /** By the name of the message, where a schema has several. */
  readonly #readers = new WeakMap<ResolvedSchema, Map<string | undefined, SchemaReader | null>>()

  constructor(loader: SchemaLoader) {
    this.#loader = loader
  }

  get(id: number): ResolvedSchema | string {
    return this.#unavailable.get(id) ?? this.#loader.get(id)
  }

  /** The bytes as text if they are of the format; null: they are not. Throws SchemaNotLoaded. */
  read(format: FormatName, bytes: Buffer): string | null {
    const id = frameId(bytes, 0, bytes.length)
    if (id < 0) return null
    const schema = this.get(id)
    if (typeof schema === 'string' || FORMAT_OF[schema.type] !== format) return null
    if (format === 'JSON_SR') return bytes.toString('utf8', FRAME_BYTES)
    const reader = this.#reader(schema, format, bytes)
    return reader === null ? null : textOf(reader, bytes)
  }

  #reader(schema: ResolvedSchema, format: FormatName, bytes: Buffer): SchemaReader | null {
    const readers = this.#readers.get(schema) ?? new Map<string | undefined, SchemaReader | null>()
    this.#readers.set(schema, readers)
    const name = nameIn(schema, format, bytes)
    const known = readers.get(name)
    if (known !== undefined) return known
    const reader = this.#readerOf(schema, format, name)
    readers.set(name, reader)
    return reader
  }

  /** Runs `work`, again where it needs a schema that is not there yet. */
  async loading<Result>(work: () => Result): Promise<Result> {
    for (;;) {
      try {
        return work()
      } catch (error) {
        if (!(error instanceof SchemaNotLoaded)) throw error
        await this.#load(error.id)
      }
    }
  }

  /** Does not wait for a registry that does not answer. */
  #load(id: number): Promise<void> {
    return new Promise((resolve) => {
      const giveUp = (reason: string) => {
        this.#unavailable.set(id, reason)
        resolve()
      }
      void this.#loader.load(id, giveUp).then(resolve)
    })
  }

  #readerOf(schema: ResolvedSchema, format: FormatName, schemaName: string | undefined): SchemaReader | null {
    try {
      const type = FORMATS[format].schemas!.typeOf(schema, schemaName === undefined ? {} : { schemaName })
      if (type === null) return null
      const isBare = type.kind !== 'STRUCT'
      const columns = isBare ? [{ name: 'ROWVAL', type }] : type.fields
      const reader = FORMATS[format].reader({
        side: 'VALUE',
        topic: '',
        spec: { format, unwrapped: isBare },
        columns,
        wanted: columns.map((_, column) => ({ column, target: column, first: true })),
        writerSchemas: this,
      })
      return { reader, type: isBare ? type : struct(columns), isBare }
    } catch (error) {
      if (error instanceof SchemaNotLoaded) throw error
      return null
    }
  }
}

/** Undefined also for a schema that cannot be understood. */
function nameIn(schema: ResolvedSchema, format: FormatName, bytes: Buffer): string | undefined {
  try {
    return FORMATS[format].schemas!.nameIn?.(schema, bytes)
  } catch {
    return undefined
  }
}

function textOf({ reader, type, isBare }: SchemaReader, bytes: Buffer): string | null {
  const row: Row = []
  if (reader.open(bytes, 0, bytes.length, row) !== null) return null
  if (reader.isNull) return 'null'
  if (reader.finish(row) !== null) return null
  return valueToJson(isBare ? (row[0] ?? null) : row, type)
}
