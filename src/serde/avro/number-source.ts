/** Source of statements that write numbers, times and decimals. */
import type { DecimalType, SqlType } from '../../types/sql-type.ts'
import type { AvroType, DecimalLogicalType, LogicalType } from './schema.ts'

/** Integers and times: a column goes into every number type that holds all of its values. Null: the type is none of them. */
export function numberSource(type: AvroType, from: SqlType['kind'], value: string): string | null {
  switch (type.kind) {
    case 'int':
      if (from === 'INTEGER' || (from === 'DATE' && isTime(type.logical, 'date'))) return `writeInt(${value}, out)`
      if (from === 'TIME' && isTime(type.logical, 'time')) return `writeInt(${value}, out)`
      return from === 'BIGINT' ? `writeInt(inInt(${value}), out)` : null
    case 'long':
      if (from === 'INTEGER' || from === 'BIGINT') return `writeLong(${value}, out)`
      if (from === 'TIMESTAMP' && isTime(type.logical, 'timestamp')) return timeSource(type.logical, value)
      return from === 'TIME' && isTime(type.logical, 'time') ? timeSource(type.logical, value) : null
    case 'float':
      return from === 'DOUBLE' ? `writeFloat(${value}, out)` : null
    case 'double':
      return from === 'DOUBLE' || from === 'INTEGER' ? `writeDouble(${value}, out)` : null
    default:
      return null
  }
}

/** Values of the column fit if the schema has at least as many digits on both sides of the point. */
export function decimalSource(
  type: AvroType,
  { precision, scale }: DecimalLogicalType,
  from: DecimalType,
  value: string,
): string {
  const fits = scale >= from.scale && precision - scale >= from.precision - from.scale
  const checked = fits ? value : `checkDigits(${value}, ${precision}, ${scale})`
  return type.kind === 'fixed'
    ? `writeFixedDecimal(${checked}, ${type.size}, ${scale}, out)`
    : `writeDecimal(${checked}, ${scale}, out)`
}

function timeSource(logical: LogicalType | null, value: string): string {
  const perMs = logical === null || logical.kind === 'decimal' ? 1 : logical.perMs
  return perMs === 1 ? `writeLong(${value}, out)` : `writeLong(BigInt(${value}) * ${perMs}n, out)`
}

const isTime = (logical: LogicalType | null, kind: 'date' | 'time' | 'timestamp'): boolean =>
  logical === null || logical.kind === kind
