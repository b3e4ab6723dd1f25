/** Default values of fields as the bytes that a writer puts where it has no value. */
import { isInt64, MAX_INT32, MIN_INT32 } from '../../types/bigint64.ts'
import { ByteBuffer } from '../../types/byte-buffer.ts'
import { JsonNumber, type JsonValue } from '../../types/json-parse.ts'
import type { ByteSink } from '../format.ts'
import {
  writeByte,
  writeBytes,
  writeByteText,
  writeDouble,
  writeFloat,
  writeInt,
  writeLong,
  writeText,
} from './output.ts'
import type { AvroField, AvroRecord, AvroType } from './schema.ts'

/** What stands for a field without a value: its default, or else null where the type allows it. Null: there is nothing. */
export function defaultBytes({ type, default: json }: AvroField): Buffer | null {
  const out = new ByteBuffer()
  if (json !== undefined) return writeJson(type, json, out) ? out.take() : null
  return writeJson(type, null, out) ? out.take() : null
}

/** False if the type has no such value; the output may then hold parts of it. Values are as the specification writes defaults. */
function writeJson(type: AvroType, json: JsonValue, out: ByteSink): boolean {
  switch (type.kind) {
    case 'null':
      return json === null
    case 'boolean':
      return typeof json === 'boolean' && wrote(writeByte(json ? 1 : 0, out))
    case 'int':
    case 'long':
      return writeInteger(type.kind, json, out)
    case 'float':
      return json instanceof JsonNumber && wrote(writeFloat(Number(json.text), out))
    case 'double':
      return json instanceof JsonNumber && wrote(writeDouble(Number(json.text), out))
    case 'string':
      return typeof json === 'string' && wrote(writeText(json, out))
    case 'bytes': {
      const bytes = bytesOf(json)
      return bytes !== null && wrote(writeByteText(bytes, out))
    }
    case 'fixed': {
      const bytes = bytesOf(json)
      return bytes?.length === type.size && wrote(writeBytes(bytes, out))
    }
    case 'enum': {
      const place = typeof json === 'string' ? type.symbols.indexOf(json) : -1
      return place >= 0 && wrote(writeInt(place, out))
    }
    case 'array':
      return Array.isArray(json) && writeItems(json, out, (item) => writeJson(type.items, item, out))
    case 'map':
      return (
        isObject(json) &&
        writeItems([...json], out, ([key, value]) => wrote(writeText(key, out)) && writeJson(type.values, value, out))
      )
    case 'record':
      return isObject(json) && writeRecord(type, json, out)
    case 'union':
      return writeBranch(type.branches, json, out)
  }
}

/** The specification has the first branch only; Java and registries let in defaults of any. */
function writeBranch(branches: readonly AvroType[], json: JsonValue, out: ByteSink): boolean {
  const start = out.position
  for (const [place, branch] of branches.entries()) {
    out.position = start
    writeInt(place, out)
    if (writeJson(branch, json, out)) return true
  }
  return false
}

function writeInteger(kind: 'int' | 'long', json: JsonValue, out: ByteSink): boolean {
  if (!(json instanceof JsonNumber) || !json.isInteger()) return false
  const value = BigInt(json.text)
  if (kind === 'int' ? value < MIN_INT32 || value > MAX_INT32 : !isInt64(value)) return false
  writeLong(value, out)
  return true
}

function writeRecord({ fields }: AvroRecord, json: ReadonlyMap<string, JsonValue>, out: ByteSink): boolean {
  return fields.every((field) => {
    const member = json.get(field.name)
    if (member !== undefined) return writeJson(field.type, member, out)
    const bytes = defaultBytes(field)
    return bytes !== null && wrote(writeBytes(bytes, out))
  })
}

function writeItems<T>(items: readonly T[], out: ByteSink, write: (item: T) => boolean): boolean {
  if (items.length > 0) writeInt(items.length, out)
  return items.every(write) && wrote(writeByte(0, out))
}

/** Bytes are written as a text, one character for each. */
function bytesOf(json: JsonValue): Uint8Array | null {
  if (typeof json !== 'string') return null
  const bytes = Buffer.from(json, 'latin1')
  return bytes.latin1Slice(0, bytes.length) === json ? bytes : null
}

const isObject = (json: JsonValue): json is ReadonlyMap<string, JsonValue> => json instanceof Map

/** Makes a condition of something that is done. */
const wrote = (_done: unknown): true => true
