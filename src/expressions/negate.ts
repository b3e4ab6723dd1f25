/** Negation of a number that is not NULL; integers wrap around. */
import { type Int64, negateInt32, negateInt64 } from '../types/bigint64.ts'
import type { Decimal } from '../types/decimal.ts'
import type { SqlType } from '../types/sql-type.ts'
import type { Value } from '../types/value.ts'

export function negateValue(type: SqlType): (value: Value) => Value {
  switch (type.kind) {
    case 'INTEGER':
      return (value) => negateInt32(value as number)
    case 'BIGINT':
      return (value) => negateInt64(value as Int64)
    case 'DECIMAL':
      return (value) => (value as Decimal).negate()
    default:
      return (value) => -(value as number)
  }
}
