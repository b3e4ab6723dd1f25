/** Which types convert without a CAST, and the common type of two. Source: ksqlDB's DefaultSqlValueCoercer and SqlBaseType. */
import { type DecimalType, decimal, equalTypes, isNumeric, type SqlType, type StructField, struct } from './sql-type.ts'

/** INT and BIGINT as the narrowest DECIMAL that holds them; a DECIMAL as it is; null for other types. */
export function asDecimalType(type: SqlType): DecimalType | null {
  switch (type.kind) {
    case 'INTEGER':
      return decimal(10, 0)
    case 'BIGINT':
      return decimal(19, 0)
    case 'DECIMAL':
      return type
    default:
      return null
  }
}

/** The narrowest DECIMAL that holds all values of both: most integer digits, largest scale. */
export function widerDecimal(a: DecimalType, b: DecimalType): DecimalType {
  const scale = Math.max(a.scale, b.scale)
  return decimal(Math.max(a.precision - a.scale, b.precision - b.scale) + scale, scale)
}

const NUMERIC_ORDER: readonly SqlType['kind'][] = ['INTEGER', 'BIGINT', 'DECIMAL', 'DOUBLE']
const FROM_STRING: ReadonlySet<SqlType['kind']> = new Set(['TIME', 'DATE', 'TIMESTAMP', 'BYTES'])

/**
 * Whether a value of `from` may stand where `to` is wanted: INT→BIGINT→DECIMAL→DOUBLE, DECIMAL→DECIMAL without loss of digits,
 * STRING→TIME/DATE/TIMESTAMP/BYTES, and element by element in structures. An integer may still not fit a DECIMAL at run time.
 */
export function implicitlyConvertible(from: SqlType, to: SqlType): boolean {
  if (equalTypes(from, to)) return true
  switch (from.kind) {
    case 'DECIMAL':
      if (to.kind !== 'DECIMAL') return to.kind === 'DOUBLE'
      return from.scale <= to.scale && from.precision - from.scale <= to.precision - to.scale
    case 'INTEGER':
    case 'BIGINT':
      return NUMERIC_ORDER.indexOf(to.kind) > NUMERIC_ORDER.indexOf(from.kind)
    case 'STRING':
      return FROM_STRING.has(to.kind)
    case 'ARRAY':
      return to.kind === 'ARRAY' && implicitlyConvertible(from.element, to.element)
    case 'MAP':
      return to.kind === 'MAP' && implicitlyConvertible(from.key, to.key) && implicitlyConvertible(from.value, to.value)
    case 'STRUCT':
      return to.kind === 'STRUCT' && from.fields.every((field) => fieldConvertible(field, to.fields))
    default:
      return false
  }
}

function fieldConvertible(field: StructField, targets: readonly StructField[]): boolean {
  const target = targets.find((candidate) => candidate.name === field.name)
  return target !== undefined && implicitlyConvertible(field.type, target.type)
}

/** The narrowest type that both convert to (null: none): widest number, element by element in structures, union of struct fields. */
export function commonType(a: SqlType, b: SqlType): SqlType | null {
  if (equalTypes(a, b)) return a
  if (isNumeric(a) && isNumeric(b)) return commonNumeric(a, b)
  if (a.kind === 'ARRAY' && b.kind === 'ARRAY') {
    const element = commonType(a.element, b.element)
    return element === null ? null : { kind: 'ARRAY', element }
  }
  if (a.kind === 'MAP' && b.kind === 'MAP') {
    const key = commonType(a.key, b.key)
    const value = commonType(a.value, b.value)
    return key === null || value === null ? null : { kind: 'MAP', key, value }
  }
  return a.kind === 'STRUCT' && b.kind === 'STRUCT' ? commonStruct(a.fields, b.fields) : null
}

/** The type of numbers of both types together; also the result type of arithmetic on anything but two DECIMALs. */
function commonNumeric(a: SqlType, b: SqlType): SqlType {
  const left = asDecimalType(a)
  const right = asDecimalType(b)
  if (left === null) return a
  if (right === null) return b
  if (a.kind === 'DECIMAL' || b.kind === 'DECIMAL') return widerDecimal(left, right)
  return a.kind === 'BIGINT' ? a : b
}

function commonStruct(a: readonly StructField[], b: readonly StructField[]): SqlType | null {
  const fields: StructField[] = []
  for (const field of a) {
    const other = b.find((candidate) => candidate.name === field.name)
    const type = other === undefined ? field.type : commonType(field.type, other.type)
    if (type === null) return null
    fields.push({ name: field.name, type })
  }
  return struct([...fields, ...b.filter((field) => !a.some(({ name }) => name === field.name))])
}
