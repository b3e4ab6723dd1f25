/** Decoders of JSON values by SQL type, with the coercions of ksqlDB's KsqlJsonDeserializer. JSON `null` is NULL for every type. */

import { Decimal } from '../../types/decimal.ts'
import { parseDouble } from '../../types/double-text.ts'
import type { ArrayType, DecimalType, MapType, SqlType, StructType } from '../../types/sql-type.ts'
import type { Row, Value } from '../../types/value.ts'
import { fitDecimal } from '../fit-decimal.ts'
import { CHECK_ONLY } from '../format.ts'
import { parseInt32, parseInt64 } from '../integer-text.ts'
import { isTimeOfDay, TIME_RANGE } from '../time-of-day.ts'
import { failureWithin, ReadFailure, unexpectedAt, wrongKind, wrongText } from './failure.ts'
import type { JsonInput } from './input.ts'
import { MapKeys } from './map-keys.ts'
import { readDecimal, readDouble, readInt32, readInt64 } from './number.ts'
import { ObjectScanner } from './object-scanner.ts'
import {
  CLOSE_BRACE,
  CLOSE_BRACKET,
  COLON,
  COMMA,
  FALSE,
  isDigit,
  LETTER_N,
  MINUS,
  NULL,
  OPEN_BRACE,
  OPEN_BRACKET,
  QUOTE,
  skipSpace,
  skipValue,
  skipWord,
  TRUE,
} from './syntax.ts'
import { readAsText, readString, UNKNOWN } from './text.ts'
import {
  type Decode,
  FAST_BOOLEAN,
  FAST_DOUBLE,
  FAST_INT32,
  FAST_INT64,
  FAST_STRING,
  type FastKind,
  NOT_FAST,
  readValue,
  type ValueReader,
} from './value-reader.ts'

/** Reads any value; one that `type` cannot take is a ReadFailure with the path from here. */
export function valueReader(type: SqlType): ValueReader {
  const decode = nullable(decoder(type))
  const checkFields = type.kind === 'STRUCT' ? structChecker(type) : decode
  return { kind: fastKind(type), decode, check: checkFields }
}

function fastKind({ kind }: SqlType): FastKind {
  switch (kind) {
    case 'STRING':
      return FAST_STRING
    case 'INTEGER':
      return FAST_INT32
    case 'BIGINT':
      return FAST_INT64
    case 'DOUBLE':
      return FAST_DOUBLE
    case 'BOOLEAN':
      return FAST_BOOLEAN
    default:
      return NOT_FAST
  }
}

function decoder(type: SqlType): Decode {
  switch (type.kind) {
    case 'STRING':
      return (input) => (input.bytes[input.position] === QUOTE ? readString(input, UNKNOWN) : readAsText(input))
    case 'BOOLEAN':
      return (input) => readBoolean(input, type)
    case 'INTEGER':
      return numeric(type, readInt32, parseInt32)
    case 'BIGINT':
      return numeric(type, readInt64, parseInt64)
    case 'TIMESTAMP':
    case 'DATE':
      return numeric(type, (input) => Number(readInt64(input)), parseTime)
    case 'TIME':
      return timeOfDay(numeric(type, (input) => Number(readInt64(input)), parseTime))
    case 'DOUBLE':
      return numeric(type, readDouble, textToDouble)
    case 'DECIMAL':
      return decimalDecoder(type)
    case 'BYTES':
      return (input) => readBytes(input, type)
    case 'ARRAY':
      return arrayDecoder(type)
    case 'MAP':
      return mapDecoder(type)
    case 'STRUCT':
      return structDecoder(type)
  }
}

const nullable =
  (decode: Decode): Decode =>
  (input) => {
    if (input.bytes[input.position] !== LETTER_N) return decode(input)
    return readWord(input, NULL, null)
  }

function readWord<T extends Value>(input: JsonInput, word: Buffer, value: T): T {
  const behind = skipWord(input.bytes, input.position, input.end, word)
  if (behind < 0) throw unexpectedAt(input.bytes, input.start, input.position, input.end)
  input.position = behind
  return value
}

function readBoolean(input: JsonInput, type: SqlType): boolean {
  const first = input.bytes[input.position]
  if (first === TRUE[0]) return readWord(input, TRUE, true)
  if (first === FALSE[0]) return readWord(input, FALSE, false)
  throw mismatch(input, type)
}

/** The value is of a kind that `type` does not take, or it is no JSON at all. */
function mismatch({ bytes, start, position, end }: JsonInput, type: SqlType): ReadFailure {
  const behind = skipValue(bytes, position, end)
  return behind < 0 ? unexpectedAt(bytes, start, position, end) : wrongKind(bytes, position, end, type)
}

/** A number, or a string with a number in it; `parse` gives null for one that is none. */
function numeric<T extends Value>(
  type: SqlType,
  read: (input: JsonInput) => T,
  parse: (text: string) => T | null,
): (input: JsonInput) => T {
  return (input) => {
    const first = input.bytes[input.position]!
    if (isDigit(first) || first === MINUS) return read(input)
    if (first !== QUOTE) throw mismatch(input, type)
    const value = parse(readString(input, UNKNOWN))
    if (value === null) throw wrongText(type)
    return value
  }
}

const parseTime = (text: string): number | null => {
  const value = parseInt64(text)
  return value === null ? null : Number(value)
}

function textToDouble(text: string): number | null {
  try {
    return parseDouble(text)
  } catch {
    return null
  }
}

const timeOfDay =
  (read: (input: JsonInput) => number): Decode =>
  (input) => {
    const value = read(input)
    if (isTimeOfDay(value)) return value
    throw new ReadFailure(TIME_RANGE, '')
  }

function decimalDecoder(type: DecimalType): Decode {
  const read = numeric(type, readDecimal, Decimal.parse)
  return (input) => {
    try {
      return fitDecimal(read(input), type)
    } catch (error) {
      throw error instanceof ReadFailure ? error : new ReadFailure((error as Error).message, '')
    }
  }
}

/** Base64 as Jackson takes it: standard alphabet, padding required, white space between groups of four. */
function readBytes(input: JsonInput, type: SqlType): Uint8Array {
  if (input.bytes[input.position] !== QUOTE) throw mismatch(input, type)
  const text = readString(input, UNKNOWN).replace(WHITE_SPACE, '')
  if (!BASE64.test(text)) {
    throw new ReadFailure('Cannot access contents of TextNode as binary due to broken Base64 encoding', '')
  }
  return new Uint8Array(Buffer.from(text, 'base64'))
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: Jackson passes over all of them
const WHITE_SPACE = /[\u0000-\u0020]+/g
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/

/** Arrays that grow by themselves take room for 17 elements at once: the room of the array before fits mostly better. */
const MAX_ROOM = 64

function arrayDecoder(type: ArrayType): Decode {
  const element = valueReader(type.element)
  let room = 0
  return (input) => {
    const { bytes, end } = input
    if (bytes[input.position] !== OPEN_BRACKET) throw mismatch(input, type)
    let at = skipSpace(bytes, input.position + 1, end)
    if (at < end && bytes[at] === CLOSE_BRACKET) {
      input.position = at + 1
      return []
    }
    const values: Value[] = new Array(room)
    let count = 0
    try {
      for (;;) {
        if (at >= end) throw unexpectedAt(bytes, input.start, at, end)
        input.position = at
        values[count] = readValue(element, input)
        count++
        at = skipSpace(bytes, input.position, end)
        const byte = at < end ? bytes[at] : 0
        at++
        if (byte === CLOSE_BRACKET) break
        if (byte !== COMMA) throw unexpectedAt(bytes, input.start, at - 1, end)
        at = skipSpace(bytes, at, end)
      }
    } catch (error) {
      throw failureWithin(error, `[${count}]`)
    }
    input.position = at
    if (count < values.length) values.length = count
    room = Math.min(count, MAX_ROOM)
    return values
  }
}

/** Keys are STRING (the format refuses others). A key that occurs twice keeps its last value. */
function mapDecoder(type: MapType): Decode {
  const item = valueReader(type.value)
  const keys = new MapKeys()
  return (input) => {
    const { bytes, end } = input
    if (bytes[input.position] !== OPEN_BRACE) throw mismatch(input, type)
    const values = new Map<Value, Value>()
    let place = 0
    let at = skipSpace(bytes, input.position + 1, end)
    if (at < end && bytes[at] === CLOSE_BRACE) {
      input.position = at + 1
      return values
    }
    for (;;) {
      if (at >= end || bytes[at] !== QUOTE) throw unexpectedAt(bytes, input.start, at, end)
      input.position = at
      const key = keys.read(input, place++)
      at = skipSpace(bytes, input.position, end)
      if (at >= end || bytes[at] !== COLON) throw unexpectedAt(bytes, input.start, at, end)
      at = skipSpace(bytes, at + 1, end)
      if (at >= end) throw unexpectedAt(bytes, input.start, at, end)
      input.position = at
      try {
        values.set(key, readValue(item, input))
      } catch (error) {
        throw failureWithin(error, `.${key}.value`)
      }
      at = skipSpace(bytes, input.position, end)
      const byte = at < end ? bytes[at] : 0
      at++
      if (byte === CLOSE_BRACE) break
      if (byte !== COMMA) throw unexpectedAt(bytes, input.start, at - 1, end)
      at = skipSpace(bytes, at, end)
    }
    input.position = at
    return values
  }
}

/** Checks the fields of a STRUCT without making their values. */
function structChecker(type: StructType): (input: JsonInput) => void {
  const scanner = new ObjectScanner(
    type.fields.map(({ name, type }) => ({ name, value: valueReader(type), target: CHECK_ONLY, first: false })),
  )
  return nullable((input) => {
    if (input.bytes[input.position] !== OPEN_BRACE) throw mismatch(input, type)
    try {
      scanner.begin(input, NO_VALUES)
      scanner.readRest(input, NO_VALUES)
    } catch (error) {
      throw scanner.locate(error)
    }
    return null
  })
}

/** The row of objects of which no value is kept. */
const NO_VALUES: Row = []

function structDecoder(type: StructType): Decode {
  const scanner = new ObjectScanner(
    type.fields.map((field, target) => ({ name: field.name, value: valueReader(field.type), target, first: false })),
  )
  const blank = type.fields.map((): Value => null)
  return (input) => {
    if (input.bytes[input.position] !== OPEN_BRACE) throw mismatch(input, type)
    const values = blank.slice()
    try {
      scanner.begin(input, values)
      scanner.readRest(input, values)
    } catch (error) {
      throw scanner.locate(error)
    }
    return values
  }
}
