/** Payloads of formats with schemas: JSON values fitted to the newest schema of a topic, and what was written as values. */
import type { DataSource } from '../../metastore/data-source.ts'
import type { FormatSpec, Side } from '../../serde/format.ts'
import { FORMATS } from '../../serde/index.ts'
import { fromBigInt } from '../../types/bigint64.ts'
import { ByteBuffer } from '../../types/byte-buffer.ts'
import { Decimal, toDecimalType } from '../../types/decimal.ts'
import { formatJsonValue, JsonNumber, type JsonValue } from '../../types/json-parse.ts'
import type { Column } from '../../types/schema.ts'
import { type SqlType, struct } from '../../types/sql-type.ts'
import type { Row, Value } from '../../types/value.ts'
import type { LocalSchemas } from '../local-schemas.ts'
import { type Actual, exactDecimal, integerOf, wholePart } from './actual.ts'
import { CheckFailure } from './failure.ts'

/** How one side of a topic is written by its newest schema. */
interface Layout {
  readonly spec: FormatSpec
  readonly columns: readonly Column[]
  /** What a whole payload is. */
  readonly root: SqlType
}

/** Null: no bytes. */
export function schemaBytes(value: JsonValue, source: DataSource, side: Side, schemas: LocalSchemas): Buffer | null {
  if (value === null) return null
  const { spec, columns, root } = layoutOf(source, side, schemas)
  const fitted = fitTo(value, root)
  const row: Row = spec.unwrapped ? [fitted] : [...(fitted as readonly Value[])]
  const sources = columns.map((_, i) => i)
  const writer = FORMATS[spec.format].writer({ side, topic: source.topic, spec, columns, sources })
  const sink = new ByteBuffer()
  return writer.write(row, sink) ? sink.take() : null
}

export function schemaValue(bytes: Buffer, source: DataSource, side: Side, schemas: LocalSchemas): Actual {
  const { spec, columns, root } = layoutOf(source, side, schemas)
  const reader = FORMATS[spec.format].reader({
    side,
    topic: source.topic,
    spec,
    columns,
    wanted: columns.map((_, column) => ({ column, target: column, first: true })),
    writerSchemas: schemas.writers,
  })
  const row: Row = columns.map(() => null)
  const error = reader.open(bytes, 0, bytes.length, row)
  if (error !== null) throw new CheckFailure([error.message, ...error.causes].join(': '))
  if (reader.isNull) return null
  reader.finish(row)
  return actualValue(spec.unwrapped ? row[0]! : row, root)
}

function layoutOf(source: DataSource, side: Side, schemas: LocalSchemas): Layout {
  const [own, columns] =
    side === 'KEY' ? [source.keyFormat, source.schema.key] : [source.valueFormat, source.schema.value]
  const description = FORMATS[own.format].schemas!
  if (!description.isRegistered) {
    return { spec: own, columns, root: own.unwrapped ? columns[0]!.type : struct(columns) }
  }
  const schema = schemas.latest(source.topic, side)
  if (schema === null) throw new CheckFailure(`the topic ${source.topic} has no schema for its ${side.toLowerCase()}s`)
  const isNamed = own.format !== 'AVRO' && own.schemaName !== undefined
  const root = description.typeOf(schema, isNamed ? { schemaName: own.schemaName! } : {})
  if (root === null) throw new CheckFailure(`the schema of ${source.topic} has no types of SQL`)
  const unwrapped = root.kind !== 'STRUCT'
  return {
    spec: { ...own, unwrapped, schema },
    columns: unwrapped ? [{ name: 'ROOT', type: root }] : root.fields,
    root,
  }
}

function fitTo(value: JsonValue, type: SqlType): Value {
  if (value === null) return null
  switch (type.kind) {
    case 'STRUCT':
      return type.fields.map((field) => fitTo(memberOf(value, field.name), field.type))
    case 'ARRAY':
      return listOf(value).map((item) => fitTo(item, type.element))
    case 'MAP':
      return new Map(Array.from(objectOf(value), ([key, item]) => [key, fitTo(item, type.value)]))
    case 'DECIMAL':
      return toDecimalType(Decimal.parse(numberText(value)), type.precision, type.scale)
    case 'BIGINT':
      return fromBigInt(BigInt.asIntN(64, wholePart(exactDecimal(numberText(value))!)))
    case 'INTEGER':
    case 'DATE':
    case 'TIME':
    case 'TIMESTAMP':
      return Math.trunc(Number(numberText(value)))
    case 'DOUBLE':
      return Number(numberText(value))
    case 'BOOLEAN':
      return typeof value === 'boolean' ? value : unfit(value, type)
    case 'BYTES':
      return typeof value === 'string' ? new Uint8Array(Buffer.from(value, 'base64')) : unfit(value, type)
    case 'STRING':
      return typeof value === 'string' ? value : formatJsonValue(value)
  }
}

function unfit(value: JsonValue, { kind }: SqlType): never {
  throw new CheckFailure(`expected ${kind}, not ${formatJsonValue(value)}`)
}

/** Names differ in letter case. */
function memberOf(value: JsonValue, name: string): JsonValue {
  const found = [...objectOf(value)].find(([member]) => member.toUpperCase() === name.toUpperCase())
  return found?.[1] ?? null
}

function objectOf(value: JsonValue): ReadonlyMap<string, JsonValue> {
  if (value instanceof Map) return value
  throw new CheckFailure(`expected an object, not ${formatJsonValue(value)}`)
}

function listOf(value: JsonValue): readonly JsonValue[] {
  if (Array.isArray(value)) return value as readonly JsonValue[]
  throw new CheckFailure(`expected a list, not ${formatJsonValue(value)}`)
}

function numberText(value: JsonValue): string {
  if (value instanceof JsonNumber) return value.text
  if (typeof value === 'string' && exactDecimal(value) !== null) return value
  throw new CheckFailure(`expected a number, not ${formatJsonValue(value)}`)
}

function actualValue(value: Value, type: SqlType): Actual {
  if (value === null) return null
  switch (type.kind) {
    case 'STRUCT':
      return new Map(
        type.fields.map((field, i) => [field.name, actualValue((value as readonly Value[])[i]!, field.type)]),
      )
    case 'ARRAY':
      return (value as readonly Value[]).map((item) => actualValue(item, type.element))
    case 'MAP':
      return new Map(
        Array.from(value as ReadonlyMap<Value, Value>, ([key, item]) => [String(key), actualValue(item, type.value)]),
      )
    case 'DECIMAL': {
      const { unscaled, scale } = value as Decimal
      return { kind: 'decimal', value: { unscaled, scale } }
    }
    case 'INTEGER':
    case 'BIGINT':
    case 'DATE':
    case 'TIME':
    case 'TIMESTAMP':
      return integerOf(BigInt(value as number | bigint))
    case 'DOUBLE':
      return { kind: 'double', value: value as number }
    default:
      return value as boolean | string | Uint8Array
  }
}
