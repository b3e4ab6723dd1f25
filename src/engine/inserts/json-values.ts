/** Values of insert streams: parsed JSON to values of columns, without loss. Source: rest.md 5. */
import { StatementError } from '../../errors.ts'
import { decodeBase64 } from '../../types/base64.ts'
import { fromBigInt, isInt64, MAX_INT32, MIN_INT32 } from '../../types/bigint64.ts'
import { Decimal, toDecimalType } from '../../types/decimal.ts'
import { JsonNumber, type JsonValue } from '../../types/json-parse.ts'
import { formatType, type SqlType } from '../../types/sql-type.ts'
import { parseDate, parseTime, parseTimestamp } from '../../types/time-text.ts'
import type { Value } from '../../types/value.ts'

/** `value` as a value of `type`. Throws StatementError where it is of another kind or does not fit. */
export function jsonToValue(value: JsonValue, type: SqlType): Value {
  if (value === null) return null
  const refuse = (): never => {
    throw new StatementError(`Can't coerce a field of type ${javaClass(value)} into type ${formatType(type)}`)
  }
  switch (type.kind) {
    case 'BOOLEAN':
      return typeof value === 'boolean' ? value : refuse()
    case 'STRING':
      return typeof value === 'string' ? value : refuse()
    case 'INTEGER':
    case 'BIGINT':
      return integerOf(value, type.kind) ?? refuse()
    case 'DOUBLE':
      return value instanceof JsonNumber ? Number(value.text) : refuse()
    case 'DECIMAL':
      return decimalOf(value, type.precision, type.scale) ?? refuse()
    case 'BYTES':
      return typeof value === 'string' ? decodeBase64(value) : refuse()
    case 'DATE':
    case 'TIME':
    case 'TIMESTAMP':
      return typeof value === 'string' ? TIME_PARSERS[type.kind](value) : refuse()
    case 'ARRAY':
      return Array.isArray(value) ? value.map((element) => jsonToValue(element, type.element)) : refuse()
    case 'MAP':
      return isObject(value)
        ? new Map(Array.from(value, ([key, member]) => [mapKey(key, type.key), jsonToValue(member, type.value)]))
        : refuse()
    case 'STRUCT':
      return isObject(value) ? structOf(value, type) : refuse()
  }
}

const TIME_PARSERS = { DATE: parseDate, TIME: parseTime, TIMESTAMP: parseTimestamp } as const

const isObject = (value: JsonValue): value is ReadonlyMap<string, JsonValue> => value instanceof Map

function integerOf(value: JsonValue, kind: 'INTEGER' | 'BIGINT'): Value {
  if (!(value instanceof JsonNumber) || !value.isInteger()) return null
  const integer = BigInt(value.text)
  if (kind === 'BIGINT') return isInt64(integer) ? fromBigInt(integer) : null
  return integer >= MIN_INT32 && integer <= MAX_INT32 ? Number(integer) : null
}

function decimalOf(value: JsonValue, precision: number, scale: number): Value {
  const text = value instanceof JsonNumber ? value.text : value
  return typeof text === 'string' ? toDecimalType(Decimal.parse(text), precision, scale) : null
}

/** Names of JSON members are text; keys of other types are read from it. */
const mapKey = (key: string, type: SqlType): Value =>
  type.kind === 'STRING' ? key : jsonToValue(new JsonNumber(key), type)

/** Fields by name, in any case if there is none of that very name. */
function structOf(value: ReadonlyMap<string, JsonValue>, { fields }: Extract<SqlType, { kind: 'STRUCT' }>): Value {
  const byUpperName = new Map(Array.from(value, ([name, member]) => [name.toUpperCase(), member]))
  return fields.map(({ name, type }) =>
    jsonToValue(value.get(name) ?? byUpperName.get(name.toUpperCase()) ?? null, type),
  )
}

/** As clients of the peer's API know kinds of values. */
function javaClass(value: Exclude<JsonValue, null>): string {
  if (typeof value === 'string') return 'class java.lang.String'
  if (typeof value === 'boolean') return 'class java.lang.Boolean'
  if (value instanceof JsonNumber) return value.isInteger() ? 'class java.lang.Long' : 'class java.lang.Double'
  return value instanceof Map ? 'class io.vertx.core.json.JsonObject' : 'class io.vertx.core.json.JsonArray'
}
