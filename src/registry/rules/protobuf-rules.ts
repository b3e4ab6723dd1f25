/**
 * What .proto files are to a registry in this process, and which reads which. Fields are compared by number, as the wire format does
 * (Protocol Buffers, "Updating A Message Type").
 */
import protobuf from 'protobufjs'
import type { SchemaRules } from './schema-rules.ts'

/** Scalar types whose payloads can be read as each other. */
const GROUPS: readonly ReadonlySet<string>[] = [
  new Set(['int32', 'uint32', 'int64', 'uint64', 'bool']),
  new Set(['sint32', 'sint64']),
  new Set(['string', 'bytes']),
  new Set(['fixed32', 'sfixed32']),
  new Set(['fixed64', 'sfixed64']),
]

export const protobufRules: SchemaRules = {
  normalize(text) {
    messagesOf(text)
    return text.trim()
  },
  readFaults(reader, writer) {
    const mine = messagesOf(reader)
    return [...messagesOf(writer)].flatMap(([name, message]) => {
      const own = mine.get(name)
      return own === undefined ? [`The message ${name} is missing.`] : messageFaults(own, message)
    })
  },
}

/** Messages by full name, nested ones too. Throws an Error with the line for a text that is no .proto file. */
function messagesOf(text: string): Map<string, protobuf.Type> {
  const { root } = protobuf.parse(text, new protobuf.Root(), { keepCase: true })
  const messages = new Map<string, protobuf.Type>()
  const visit = (parent: protobuf.NamespaceBase): void => {
    for (const nested of parent.nestedArray) {
      if (nested instanceof protobuf.Type) messages.set(nested.fullName.slice(1), nested)
      if (nested instanceof protobuf.Namespace) visit(nested)
    }
  }
  visit(root)
  return messages
}

function messageFaults(reader: protobuf.Type, writer: protobuf.Type): string[] {
  const written = new Map(writer.fieldsArray.map((field) => [field.id, field]))
  return reader.fieldsArray.flatMap((field) => {
    const other = written.get(field.id)
    const what = `The field ${reader.fullName.slice(1)}.${field.name} (${field.id})`
    if (other === undefined) return field.required ? [`${what} is required and missing in the other schema.`] : []
    const [kind, otherKind] = [kindOf(field), kindOf(other)]
    return kind === otherKind || GROUPS.some((group) => group.has(kind) && group.has(otherKind))
      ? []
      : [`${what} is ${kind}, which does not read ${otherKind}.`]
  })
}

function kindOf(field: protobuf.Field): string {
  if (field instanceof protobuf.MapField) return `map<${field.keyType}, ${field.type}>`
  // A message may be named with or without its scope: the last part of both is the same.
  const type = field.type.slice(field.type.lastIndexOf('.') + 1)
  return field.repeated ? `repeated ${type}` : type
}
