/** Payloads as text, by their schema alone: what PRINT shows. Source: Avro's GenericData.toString. */
import { doubleToText } from '../../types/double-text.ts'
import { floatToText } from '../float-text.ts'
import {
  type AvroInput,
  readBlock,
  readBoolean,
  readBranch,
  readByteText,
  readDouble,
  readFixed,
  readFloat,
  readInt,
  readLong,
  readSymbol,
  readText,
} from './input.ts'
import type { AvroType } from './schema.ts'
import { sizeOf } from './sizes.ts'

/** The text of the value at the input's position: `{"A": 1, "B": ["x"]}`. Moves behind it. Throws an AvroFailure. */
export function avroText(type: AvroType, input: AvroInput): string {
  switch (type.kind) {
    case 'null':
      return 'null'
    case 'boolean':
      return String(readBoolean(input))
    case 'int':
      return String(readInt(input))
    case 'long':
      return String(readLong(input))
    case 'float':
      return numberText(readFloat(input), floatToText)
    case 'double':
      return numberText(readDouble(input), doubleToText)
    case 'string':
      return quoted(readText(input))
    case 'bytes':
      return quoted(Buffer.from(readByteText(input)).toString('latin1'))
    case 'fixed':
      return `[${Array.from(readFixed(input, type.size), (byte) => (byte << 24) >> 24).join(', ')}]`
    case 'enum':
      return quoted(readSymbol(input, type.symbols))
    case 'array':
      return `[${items(input, sizeOf(type.items).min, () => avroText(type.items, input))}]`
    case 'map':
      return `{${items(input, 1 + sizeOf(type.values).min, () => `${quoted(readText(input))}: ${avroText(type.values, input)}`)}}`
    case 'record':
      return `{${type.fields.map((field) => `${quoted(field.name)}: ${avroText(field.type, input)}`).join(', ')}}`
    case 'union':
      return avroText(type.branches[readBranch(input, type.branches.length) / 2]!, input)
  }
}

const numberText = (value: number, text: (value: number) => string): string =>
  Number.isFinite(value) ? text(value) : `"${text(value)}"`

function items(input: AvroInput, minSize: number, item: () => string): string {
  const texts: string[] = []
  for (;;) {
    const count = readBlock(input, minSize, texts.length)
    if (count === 0) return texts.join(', ')
    for (let i = 0; i < count; i++) texts.push(item())
  }
}

/** JSON's escapes, and those of further control characters that Java's Avro escapes. */
const quoted = (text: string): string =>
  JSON.stringify(text).replace(
    /\\u00[01][0-9a-f]|[\u007f-\u009f\u2000-\u20ff]/g,
    (found) =>
      `\\u${(found.length > 1 ? found.slice(2) : found.charCodeAt(0).toString(16)).toUpperCase().padStart(4, '0')}`,
  )
