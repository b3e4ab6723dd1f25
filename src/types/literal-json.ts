/** Values of literals as JSON, as plans and definitions hold them: BIGINT beyond 2^53 and DECIMAL as decimal text, BYTES as base64. */
import { decodeBase64, encodeBase64 } from './base64.ts'
import { fromBigInt } from './bigint64.ts'
import { Decimal } from './decimal.ts'
import type { SqlType } from './sql-type.ts'
import type { Value } from './value.ts'

export type LiteralJson = null | boolean | number | string

/** Undefined where JSON cannot hold the value: structures, DOUBLEs that are not finite, -0. */
export function literalToJson(type: SqlType, value: Value): LiteralJson | undefined {
  if (value === null) return null
  switch (type.kind) {
    case 'BIGINT':
      return typeof value === 'bigint' ? String(value) : (value as number)
    case 'DOUBLE':
      return Number.isFinite(value) && !Object.is(value, -0) ? (value as number) : undefined
    case 'DECIMAL':
      return (value as Decimal).toString()
    case 'BYTES':
      return encodeBase64(value as Uint8Array)
    case 'ARRAY':
    case 'MAP':
    case 'STRUCT':
      return undefined
    default:
      return value as boolean | number | string
  }
}

/** The value of a type that `literalToJson` has given. */
export function literalFromJson(type: SqlType, json: LiteralJson): Value {
  if (json === null) return null
  switch (type.kind) {
    case 'BIGINT':
      return typeof json === 'string' ? fromBigInt(BigInt(json)) : json
    case 'DECIMAL':
      return Decimal.parse(String(json)).rescale(type.scale, 'UNNECESSARY')
    case 'BYTES':
      return decodeBase64(String(json))
    default:
      return json
  }
}
