/** Responses in the Protobuf encoding: their rows as the text form of messages, read by protobufjs and not by the engine's own codec. */
import protobuf from 'protobufjs'
import { isObject } from '../../../src/testing/json/json-access.ts'
import { doubleToText } from '../../../src/types/double-text.ts'
import { formatJsonValue, type JsonValue } from '../../../src/types/json-parse.ts'

/** What differs between the expected elements and those of the answer, or null. The order of rows is free. */
export function protobufDifference(expected: readonly JsonValue[], actual: readonly JsonValue[]): string | null {
  const schema = memberOf(memberOf(actual[0], 'header'), 'protoSchema')
  if (typeof schema !== 'string') return `no protoSchema in ${formatJsonValue(actual[0] ?? null)}`
  const wanted = expected.map((element) => memberOf(element, 'row') ?? element)
  const found = actual.map((element) => {
    const row = memberOf(element, 'row')
    if (row !== undefined) return rowText(schema, memberOf(row, 'protobufBytes'))
    return memberOf(element, 'header') === undefined
      ? element
      : new Map([['header', new Map([['protoSchema', schema]])]])
  })
  const [left, right] = [wanted.map(formatJsonValue).sort(), found.map(formatJsonValue).sort()]
  return left.join() === right.join() ? null : `expected ${left.join(' ')}, got ${right.join(' ')}`
}

const memberOf = (value: JsonValue | undefined, name: string): JsonValue | undefined =>
  isObject(value ?? null) ? (value as ReadonlyMap<string, JsonValue>).get(name) : undefined

function rowText(schema: string, bytes: JsonValue | undefined): string {
  const { root } = protobuf.parse(schema, { keepCase: true })
  const type = root.lookupType('ConnectDefault1')
  // A row of defaults alone has no bytes, and members that are empty were dropped.
  return messageText(type, type.decode(Buffer.from(String(bytes ?? ''), 'base64')), '')
}

/** Fields that are set, by number. Source: protobuf-java's TextFormat. */
function messageText(type: protobuf.Type, message: protobuf.Message, indent: string): string {
  const fields = [...type.fieldsArray].sort((a, b) => a.id - b.id).filter(({ name }) => Object.hasOwn(message, name))
  return fields
    .flatMap((field) => {
      field.resolve()
      const value = (message as unknown as Readonly<Record<string, unknown>>)[field.name]
      return (field.repeated ? (value as readonly unknown[]) : [value]).map((item) => fieldText(field, item, indent))
    })
    .join('')
}

function fieldText({ name, type, resolvedType }: protobuf.Field, value: unknown, indent: string): string {
  if (resolvedType instanceof protobuf.Type) {
    return `${indent}${name} {\n${messageText(resolvedType, value as protobuf.Message, `${indent}  `)}${indent}}\n`
  }
  return `${indent}${name}: ${scalarText(type, value)}\n`
}

function scalarText(type: string, value: unknown): string {
  if (type === 'double') return doubleToText(value as number)
  if (type === 'string') return `"${escaped(Buffer.from(value as string))}"`
  return type === 'bytes' ? `"${escaped(value as Uint8Array)}"` : String(value)
}

const escaped = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => {
    if (byte === 34 || byte === 92) return `\\${String.fromCharCode(byte)}`
    return byte >= 32 && byte < 127 ? String.fromCharCode(byte) : `\\${byte.toString(8).padStart(3, '0')}`
  }).join('')
