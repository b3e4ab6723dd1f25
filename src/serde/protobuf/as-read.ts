/**
 * What becomes of values on the way through a derived message, which has no NULL for scalars unless they are optional or in wrappers, nor for
 * lists and what is in them.
 */
import { Decimal } from '../../types/decimal.ts'
import type { SqlType } from '../../types/sql-type.ts'
import type { Row, Value } from '../../types/value.ts'
import type { NullableRepresentation } from '../format.ts'

type Convert = (value: Value) => Value

/** A value of a column, or of a field of a STRUCT, as it is read back. */
export const asRead = (type: SqlType, nullable: NullableRepresentation | undefined): Convert =>
  fieldAsRead(type, nullable, nullable)

/** `own`: how the field itself tells NULL; `nullable`: how fields within its value do. */
function fieldAsRead(
  type: SqlType,
  own: NullableRepresentation | undefined,
  nullable: NullableRepresentation | undefined,
): Convert {
  const present = presentAsRead(type, nullable)
  const absent = absentAsRead(type, own)
  return (value) => (value === null ? absent() : present(value))
}

function presentAsRead(type: SqlType, nullable: NullableRepresentation | undefined): Convert {
  switch (type.kind) {
    case 'ARRAY': {
      const element = presentAsRead(type.element, nullable)
      const absent = emptyOf(type.element, nullable)
      return (value) => (value as Row).map((item) => (item === null ? absent() : element(item)))
    }
    case 'MAP': {
      // The fields of an entry are never optional.
      const own = nullable === 'OPTIONAL' ? undefined : nullable
      const item = fieldAsRead(type.value, own, nullable)
      const key = fieldAsRead(type.key, own, nullable)
      return (value) => new Map([...(value as ReadonlyMap<Value, Value>)].map(([k, v]) => [key(k), item(v)]))
    }
    case 'STRUCT': {
      const fields = type.fields.map((field) => asRead(field.type, nullable))
      return (value) => fields.map((field, i) => field((value as Row)[i]!))
    }
    default:
      return (value) => value
  }
}

function absentAsRead(type: SqlType, nullable: NullableRepresentation | undefined): () => Value {
  switch (type.kind) {
    case 'ARRAY':
    case 'MAP':
      return emptyOf(type, nullable)
    case 'STRUCT':
    case 'DECIMAL':
    case 'TIMESTAMP':
    case 'DATE':
    case 'TIME':
      return () => null
    default:
      return nullable === undefined ? emptyOf(type, nullable) : () => null
  }
}

/** What an element of an ARRAY is that would be NULL, and what a scalar field is that is not written. */
function emptyOf(type: SqlType, nullable: NullableRepresentation | undefined): () => Value {
  switch (type.kind) {
    case 'BOOLEAN':
      return () => false
    case 'STRING':
      return () => ''
    case 'BYTES':
      return () => new Uint8Array(0)
    case 'DECIMAL':
      return () => new Decimal(0n, type.scale)
    case 'ARRAY':
      return () => []
    case 'MAP':
      return () => new Map()
    case 'STRUCT': {
      const fields = type.fields.map((field) => absentAsRead(field.type, nullable))
      return () => fields.map((field) => field())
    }
    default:
      return () => 0
  }
}
