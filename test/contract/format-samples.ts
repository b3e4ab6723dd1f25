/** Random schemas with rows for them. */
import fc from 'fast-check'
import { fromBigInt } from '../../src/types/bigint64.ts'
import { Decimal } from '../../src/types/decimal.ts'
import type { Column } from '../../src/types/schema.ts'
import type { SqlType } from '../../src/types/sql-type.ts'
import { DAY_MS } from '../../src/types/time-text.ts'
import type { Row, Value } from '../../src/types/value.ts'

export interface Sample {
  readonly columns: readonly Column[]
  readonly rows: readonly Row[]
}

export interface Limits {
  readonly kinds: readonly SqlType['kind'][]
  readonly maxColumns: number
  /** Names of columns and fields; absent: any. */
  readonly names?: fc.Arbitrary<string>
  /** Whether elements of an ARRAY can be ARRAY or MAP. Default: true. */
  readonly nestsLists?: boolean
}

export const PRIMITIVES = [
  'BOOLEAN',
  'INTEGER',
  'BIGINT',
  'DOUBLE',
  'DECIMAL',
  'STRING',
  'BYTES',
  'TIME',
  'DATE',
  'TIMESTAMP',
] as const

export const ALL_KINDS = [...PRIMITIVES, 'ARRAY', 'MAP', 'STRUCT'] as const

const TYPE_DEPTH = 3

export const schemaAndRows = (limits: Limits): fc.Arbitrary<Sample> =>
  columnsOf(limits).chain((columns) =>
    fc
      .array(fc.tuple(...columns.map(({ type }) => anyValue(type))), { minLength: 1, maxLength: 3 })
      .map((rows) => ({ columns, rows: rows as Row[] })),
  )

function columnsOf({ kinds, maxColumns, names = anyName, nestsLists = true }: Limits): fc.Arbitrary<Column[]> {
  const column = fc.record({ name: names, type: typeOf({ kinds, names, nestsLists }, TYPE_DEPTH) })
  return fc.uniqueArray(column, { minLength: 1, maxLength: maxColumns, selector: upperCased })
}

/** Upper-case names are found under any case, others only as they are, so names may not differ in case alone. */
const upperCased = ({ name }: { name: string }): string => name.toUpperCase()

const anyName = fc.oneof(
  fc.constantFrom('A', 'B', 'STATE', 'a name', 'x"y\\', '__proto__', '7', 'ÄÖ', 'A_COLUMN_WITH_A_LONG_NAME'),
  fc.string({ minLength: 1, maxLength: 12 }),
)

type TypeLimits = Required<Pick<Limits, 'kinds' | 'names' | 'nestsLists'>>

function typeOf(limits: TypeLimits, depth: number, isElement = false): fc.Arbitrary<SqlType> {
  const { kinds, names, nestsLists } = limits
  const isUsable = (kind: SqlType['kind']) =>
    kind === 'ARRAY' || kind === 'MAP' ? depth > 0 && (nestsLists || !isElement) : kind !== 'STRUCT' || depth > 0
  return fc.constantFrom(...kinds.filter(isUsable)).chain((kind): fc.Arbitrary<SqlType> => {
    switch (kind) {
      case 'DECIMAL':
        return fc
          .tuple(fc.integer({ min: 1, max: 30 }), fc.nat({ max: 30 }))
          .map(([precision, scale]) => ({ kind, precision, scale: Math.min(precision, scale) }))
      case 'ARRAY':
        return typeOf(limits, depth - 1, true).map((element) => ({ kind, element }))
      case 'MAP':
        return typeOf(limits, depth - 1).map((value) => ({ kind, key: { kind: 'STRING' }, value }))
      case 'STRUCT':
        return fc
          .uniqueArray(fc.record({ name: names, type: typeOf(limits, depth - 1) }), {
            minLength: 1,
            maxLength: 3,
            selector: upperCased,
          })
          .map((fields) => ({ kind, fields }))
      default:
        return fc.constant({ kind })
    }
  })
}

const anyValue = (type: SqlType): fc.Arbitrary<Value> => fc.option(nonNull(type), { nil: null, freq: 6 })

const int64 = fc
  .oneof(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), fc.integer().map(BigInt))
  .map((value): Value => fromBigInt(value))

const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 60 }),
  fc.string({
    unit: fc.constantFrom('a', '"', '\\', ',', '\n', '\u0001', '\u001f', ' ', 'é', '😀', '\u2028'),
    maxLength: 40,
  }),
)

function nonNull(type: SqlType): fc.Arbitrary<Value> {
  switch (type.kind) {
    case 'BOOLEAN':
      return fc.boolean()
    case 'INTEGER':
      return fc.integer()
    case 'BIGINT':
      return int64
    case 'DOUBLE':
      // JSON has no negative zero, NaN or infinity.
      return fc
        .oneof(
          fc.double({ noNaN: true, noDefaultInfinity: true }),
          fc.integer().map((n) => n / 100),
        )
        .map((value) => value + 0)
    case 'DECIMAL': {
      const limit = 10n ** BigInt(type.precision) - 1n
      return fc.bigInt({ min: -limit, max: limit }).map((unscaled) => new Decimal(unscaled, type.scale))
    }
    case 'STRING':
      return text
    case 'BYTES':
      return fc.uint8Array({ minLength: 1, maxLength: 12 }).map((bytes) => new Uint8Array(bytes))
    case 'TIME':
      return fc.nat({ max: DAY_MS - 1 })
    case 'DATE':
      return fc.integer({ min: -100_000, max: 100_000 })
    case 'TIMESTAMP':
      return fc.integer({ min: -1e12, max: 4e12 })
    case 'ARRAY':
      return fc.array(anyValue(type.element), { maxLength: 4 })
    case 'MAP':
      return fc.array(fc.tuple(text, anyValue(type.value)), { maxLength: 4 }).map((entries) => new Map(entries))
    case 'STRUCT':
      return fc.tuple(...type.fields.map((field) => anyValue(field.type))) as fc.Arbitrary<Value>
  }
}
