/** Encoders of values as JSON by SQL type, straight into the output's bytes. NULL is `null`. Source: formats.md section 2. */
import { encodeBase64 } from '../../types/base64.ts'
import { doubleToJson } from '../../types/json-text.ts'
import type { ArrayType, MapType, SqlType, StructField } from '../../types/sql-type.ts'
import type { Value } from '../../types/value.ts'
import type { ByteSink } from '../format.ts'
import { writeAscii, writeByte, writeBytes } from '../text.ts'
import { CLOSE_BRACE, CLOSE_BRACKET, COLON, COMMA, FALSE, NULL, OPEN_BRACE, OPEN_BRACKET, TRUE } from './syntax.ts'
import { writeInteger, writeString } from './write.ts'

export type Encode = (value: Value, out: ByteSink) => void

/** An encoder for values of `type`, NULL included. */
export function encoder(type: SqlType): Encode {
  const encode = nonNullEncoder(type)
  return (value, out) => {
    if (value === null || value === undefined) writeBytes(NULL, out)
    else encode(value, out)
  }
}

function nonNullEncoder(type: SqlType): Encode {
  switch (type.kind) {
    case 'STRING':
      return (value, out) => writeString(value as string, out)
    case 'BOOLEAN':
      return (value, out) => writeBytes(value === true ? TRUE : FALSE, out)
    case 'INTEGER':
    case 'BIGINT':
    case 'DATE':
    case 'TIME':
    case 'TIMESTAMP':
      return (value, out) => writeInteger(value as number | bigint, out)
    case 'DOUBLE':
      return (value, out) => writeAscii(doubleToJson(value as number), out)
    case 'DECIMAL':
      return (value, out) => writeAscii(String(value), out)
    case 'BYTES':
      return (value, out) => writeAscii(`"${encodeBase64(value as Uint8Array)}"`, out)
    case 'ARRAY':
      return arrayEncoder(type)
    case 'MAP':
      return mapEncoder(type)
    case 'STRUCT':
      return objectEncoder(type.fields)
  }
}

function arrayEncoder(type: ArrayType): Encode {
  const element = encoder(type.element)
  return (value, out) => {
    const values = value as readonly Value[]
    writeByte(OPEN_BRACKET, out)
    for (let i = 0; i < values.length; i++) {
      if (i > 0) writeByte(COMMA, out)
      element(values[i]!, out)
    }
    writeByte(CLOSE_BRACKET, out)
  }
}

function mapEncoder(type: MapType): Encode {
  const item = encoder(type.value)
  return (value, out) => {
    writeByte(OPEN_BRACE, out)
    let first = true
    for (const [key, member] of value as ReadonlyMap<Value, Value>) {
      if (key === null) throw new Error('Null key for a Map not allowed in JSON')
      if (!first) writeByte(COMMA, out)
      first = false
      writeString(key as string, out)
      writeByte(COLON, out)
      item(member, out)
    }
    writeByte(CLOSE_BRACE, out)
  }
}

/** An object of all `fields` in their order; the value has theirs at `sources` (default: in the same order). */
export function objectEncoder(fields: readonly StructField[], sources = fields.map((_, i) => i)): Encode {
  const prefixes = fields.map(({ name }, i) => Buffer.from(`${i === 0 ? '{' : ','}${JSON.stringify(name)}:`))
  const encoders = fields.map((field) => encoder(field.type))
  return (value, out) => {
    const values = value as readonly Value[]
    if (encoders.length === 0) writeByte(OPEN_BRACE, out)
    for (let i = 0; i < encoders.length; i++) {
      writeBytes(prefixes[i]!, out)
      encoders[i]!(values[sources[i]!]!, out)
    }
    writeByte(CLOSE_BRACE, out)
  }
}
