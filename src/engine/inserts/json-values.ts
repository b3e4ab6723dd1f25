/** Converts parsed JSON to values of columns without loss, for insert streams and for rows from other servers. */
import { StatementError } from '../../errors.ts'
import { decodeBase64 } from '../../types/base64.ts'
import { fromBigInt, isInt64, MAX_INT32, MIN_INT32 } from '../../types/bigint64.ts'
import { Decimal, toDecimalType } from '../../types/decimal.ts'
import { JsonNumber } from '../../types/json-parse.ts'
import { isPlainObject, type PlainJson } from '../../types/plain-json.ts'
import { formatType, type SqlType } from '../../types/sql-type.ts'
import { parseDate, parseTime, parseTimestamp } from '../../types/time-text.ts'
import type { Value } from '../../types/value.ts'

/** `value` as a value of `type`. Throws StatementError if it is of another kind or does not fit. */
export function jsonToValue(value: PlainJson, type: SqlType): Value {
  if (value === null) return null
  switch (type.kind) {
    case 'STRING':
      return typeof value === 'string' ? value : refuse(value, type)
    case 'INTEGER':
      return typeof value === 'number' && (value | 0) === value
        ? value
        : (integerOf(value, 'INTEGER') ?? refuse(value, type))
    case 'BIGINT':
      return typeof value === 'number' && Number.isSafeInteger(value)
        ? value
        : (integerOf(value, 'BIGINT') ?? refuse(value, type))
    case 'DOUBLE':
      return isNumber(value) ? Number(textOf(value)) : refuse(value, type)
    case 'BOOLEAN':
      return typeof value === 'boolean' ? value : refuse(value, type)
    case 'DECIMAL':
      return decimalOf(value, type.precision, type.scale) ?? refuse(value, type)
    case 'BYTES':
      return typeof value === 'string' ? decodeBase64(value) : refuse(value, type)
    case 'DATE':
    case 'TIME':
    case 'TIMESTAMP':
      return typeof value === 'string' ? TIME_PARSERS[type.kind](value) : (wholeNumber(value) ?? refuse(value, type))
    case 'ARRAY':
      return Array.isArray(value) ? value.map((element) => jsonToValue(element, type.element)) : refuse(value, type)
    case 'MAP':
      return isPlainObject(value)
        ? new Map(
            Object.entries(value).map(([key, member]) => [mapKey(key, type.key), jsonToValue(member, type.value)]),
          )
        : refuse(value, type)
    case 'STRUCT':
      return isPlainObject(value) ? structOf(value, type) : refuse(value, type)
  }
}

const TIME_PARSERS = { DATE: parseDate, TIME: parseTime, TIMESTAMP: parseTimestamp } as const

const isNumber = (value: PlainJson): value is number | JsonNumber =>
  typeof value === 'number' || value instanceof JsonNumber

const textOf = (value: number | JsonNumber): string => (typeof value === 'number' ? String(value) : value.text)

function integerOf(value: PlainJson, kind: 'INTEGER' | 'BIGINT'): Value {
  if (!isNumber(value)) return null
  const text = textOf(value)
  if (!/^-?\d+$/.test(text)) return null
  const integer = BigInt(text)
  if (kind === 'BIGINT') return isInt64(integer) ? fromBigInt(integer) : null
  return integer >= MIN_INT32 && integer <= MAX_INT32 ? Number(integer) : null
}

/** Days, milliseconds of the day, or epoch milliseconds: the numbers by which the JSON format writes dates and times. */
function wholeNumber(value: PlainJson): number | null {
  const integer = integerOf(value, 'BIGINT')
  return integer === null ? null : Number(integer)
}

function decimalOf(value: PlainJson, precision: number, scale: number): Value {
  const text = isNumber(value) ? textOf(value) : value
  return typeof text === 'string' ? toDecimalType(Decimal.parse(text), precision, scale) : null
}

/** The key of a map. Names of JSON members are text, from which keys of other types are parsed. */
const mapKey = (key: string, type: SqlType): Value =>
  type.kind === 'STRING' ? key : jsonToValue(new JsonNumber(key), type)

/** Fields by their exact name, or else by their name in any case. */
function structOf(value: Readonly<Record<string, PlainJson>>, { fields }: Extract<SqlType, { kind: 'STRUCT' }>): Value {
  const byUpperName = new Map(Object.entries(value).map(([name, member]) => [name.toUpperCase(), member]))
  return fields.map(({ name, type }) =>
    jsonToValue(
      (Object.hasOwn(value, name) ? value[name]! : null) ?? byUpperName.get(name.toUpperCase()) ?? null,
      type,
    ),
  )
}

/** The wording is that of ksqlDB's `DefaultSqlValueCoercer`. */
function refuse(value: Exclude<PlainJson, null>, type: SqlType): never {
  throw new StatementError(`Can't coerce a field of type ${javaClass(value)} into type ${formatType(type)}`)
}

/** The Java class that ksqlDB names for a kind of JSON value. */
function javaClass(value: Exclude<PlainJson, null>): string {
  if (typeof value === 'string') return 'class java.lang.String'
  if (typeof value === 'boolean') return 'class java.lang.Boolean'
  if (isNumber(value)) return /^-?\d+$/.test(textOf(value)) ? 'class java.lang.Long' : 'class java.lang.Double'
  return Array.isArray(value) ? 'class io.vertx.core.json.JsonArray' : 'class io.vertx.core.json.JsonObject'
}
