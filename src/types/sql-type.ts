/** SQL types as plain data. Custom types are expanded before they get here. */

export type BaseType = SqlType['kind']

export interface StructField {
  readonly name: string
  readonly type: SqlType
}

export type SqlType =
  | { readonly kind: 'BOOLEAN' }
  | { readonly kind: 'INTEGER' }
  | { readonly kind: 'BIGINT' }
  | { readonly kind: 'DOUBLE' }
  | { readonly kind: 'STRING' }
  | { readonly kind: 'BYTES' }
  | { readonly kind: 'TIME' }
  | { readonly kind: 'DATE' }
  | { readonly kind: 'TIMESTAMP' }
  | DecimalType
  | ArrayType
  | MapType
  | StructType

export interface DecimalType {
  readonly kind: 'DECIMAL'
  readonly precision: number
  readonly scale: number
}
export interface ArrayType {
  readonly kind: 'ARRAY'
  readonly element: SqlType
}
export interface MapType {
  readonly kind: 'MAP'
  readonly key: SqlType
  readonly value: SqlType
}
export interface StructType {
  readonly kind: 'STRUCT'
  readonly fields: readonly StructField[]
}

export const BOOLEAN = { kind: 'BOOLEAN' } as const
export const INTEGER = { kind: 'INTEGER' } as const
export const BIGINT = { kind: 'BIGINT' } as const
export const DOUBLE = { kind: 'DOUBLE' } as const
export const STRING = { kind: 'STRING' } as const
export const BYTES = { kind: 'BYTES' } as const
export const TIME = { kind: 'TIME' } as const
export const DATE = { kind: 'DATE' } as const
export const TIMESTAMP = { kind: 'TIMESTAMP' } as const
/** The most digits that a DECIMAL type can have. */
export const MAX_PRECISION = 38

export const decimal = (precision: number, scale: number): DecimalType => ({ kind: 'DECIMAL', precision, scale })
export const array = (element: SqlType): ArrayType => ({ kind: 'ARRAY', element })
export const map = (key: SqlType, value: SqlType): MapType => ({ kind: 'MAP', key, value })
export const struct = (fields: readonly StructField[]): StructType => ({ kind: 'STRUCT', fields })

export function equalTypes(a: SqlType, b: SqlType): boolean {
  if (a === b) return true
  switch (a.kind) {
    case 'DECIMAL':
      return b.kind === 'DECIMAL' && a.precision === b.precision && a.scale === b.scale
    case 'ARRAY':
      return b.kind === 'ARRAY' && equalTypes(a.element, b.element)
    case 'MAP':
      return b.kind === 'MAP' && equalTypes(a.key, b.key) && equalTypes(a.value, b.value)
    case 'STRUCT':
      return (
        b.kind === 'STRUCT' &&
        a.fields.length === b.fields.length &&
        a.fields.every((field, i) => field.name === b.fields[i]!.name && equalTypes(field.type, b.fields[i]!.type))
      )
    default:
      return a.kind === b.kind
  }
}

export const isNumeric = (type: SqlType): boolean =>
  type.kind === 'INTEGER' || type.kind === 'BIGINT' || type.kind === 'DECIMAL' || type.kind === 'DOUBLE'

export const quoteName = (name: string): string => `\`${name.replaceAll('`', '``')}\``

/** The type as schemas and messages print it: `DECIMAL(4, 2)`, ``STRUCT<`F0` BIGINT>``, `MAP<STRING, BIGINT>`. */
export function formatType(type: SqlType): string {
  switch (type.kind) {
    case 'DECIMAL':
      return `DECIMAL(${type.precision}, ${type.scale})`
    case 'ARRAY':
      return `ARRAY<${formatType(type.element)}>`
    case 'MAP':
      return `MAP<${formatType(type.key)}, ${formatType(type.value)}>`
    case 'STRUCT':
      return `STRUCT<${type.fields.map((field) => `${quoteName(field.name)} ${formatType(field.type)}`).join(', ')}>`
    default:
      return type.kind
  }
}

/** Whether `type` is or contains a type of `kind`. */
export function containsKind(type: SqlType, kind: BaseType): boolean {
  if (type.kind === kind) return true
  switch (type.kind) {
    case 'ARRAY':
      return containsKind(type.element, kind)
    case 'MAP':
      return containsKind(type.key, kind) || containsKind(type.value, kind)
    case 'STRUCT':
      return type.fields.some((field) => containsKind(field.type, kind))
    default:
      return false
  }
}

const NUMBER_WIDTHS: readonly SqlType['kind'][] = ['INTEGER', 'BIGINT', 'DOUBLE']

/** The type that holds values of both: the same, or the wider one of two numbers; null: there is none. */
export function widerType(a: SqlType, b: SqlType): SqlType | null {
  if (equalTypes(a, b)) return a
  const [first, second] = [NUMBER_WIDTHS.indexOf(a.kind), NUMBER_WIDTHS.indexOf(b.kind)]
  if (first < 0 || second < 0) return null
  return first > second ? a : b
}
