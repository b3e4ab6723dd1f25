/** What becomes of NULL in the PROTOBUF formats. */
import { Decimal } from '../../src/types/decimal.ts'
import type { SqlType } from '../../src/types/sql-type.ts'
import type { Row, Value } from '../../src/types/value.ts'

/** The value as it is read back; `wrapped`: scalars are in wrapper messages, which can be absent. */
export function seenInProtobuf(type: SqlType, value: Value, wrapped: boolean): Value {
  if (value === null) return absent(type, wrapped)
  switch (type.kind) {
    case 'ARRAY':
      return (value as Row).map((item) =>
        item === null ? empty(type.element, wrapped) : seenInProtobuf(type.element, item, wrapped),
      )
    case 'MAP':
      return new Map(
        [...(value as ReadonlyMap<Value, Value>)].map(([key, item]) => [
          key,
          seenInProtobuf(type.value, item, wrapped),
        ]),
      )
    case 'STRUCT':
      return type.fields.map((field, i) => seenInProtobuf(field.type, (value as Row)[i]!, wrapped))
    default:
      return value
  }
}

/** What a field is that is not written. */
function absent(type: SqlType, wrapped: boolean): Value {
  switch (type.kind) {
    case 'ARRAY':
    case 'MAP':
      return empty(type, wrapped)
    case 'BOOLEAN':
    case 'INTEGER':
    case 'BIGINT':
    case 'DOUBLE':
    case 'STRING':
    case 'BYTES':
      return wrapped ? null : empty(type, wrapped)
    default:
      return null
  }
}

/** What an element of a list is that would be NULL. */
function empty(type: SqlType, wrapped: boolean): Value {
  switch (type.kind) {
    case 'BOOLEAN':
      return false
    case 'STRING':
      return ''
    case 'BYTES':
      return new Uint8Array()
    case 'DECIMAL':
      return new Decimal(0n, type.scale)
    case 'ARRAY':
      return []
    case 'MAP':
      return new Map()
    case 'STRUCT':
      return type.fields.map((field) => absent(field.type, wrapped))
    default:
      return 0
  }
}
