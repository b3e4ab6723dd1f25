/** Parsed schemas, as long as their texts are in use: readers of all partitions of a topic share them. */
import type { ResolvedSchema } from '../../registry/resolved-schema.ts'
import { messageNamed, messageNames } from './find-message.ts'
import type { MessageType, ProtoFile } from './message-type.ts'
import { parseSchema } from './parse-schema.ts'

const parsed = new WeakMap<ResolvedSchema, ProtoFile>()

/** Throws an Error for a schema that is no Protobuf schema. */
export function parsedSchema(schema: ResolvedSchema): ProtoFile {
  const known = parsed.get(schema)
  if (known !== undefined) return known
  if (schema.type !== 'PROTOBUF') throw new Error(`The schema is one of ${schema.type}`)
  const file = parseSchema(schema.text, schema.imports)
  parsed.set(schema, file)
  return file
}

/** The message of that name, or the only one of the file. Throws an Error that lists the file's messages. */
export function messageOf(file: ProtoFile, schemaName: string | undefined): MessageType {
  const names = messageNames(file)
  if (schemaName !== undefined && schemaName.trim() !== '') {
    const message = messageNamed(file, schemaName.trim())
    if (message !== undefined) return message
    throw new Error(`The schema has no message ${schemaName.trim()}. It has: ${names.join(', ')}.`)
  }
  if (file.messages.length === 1) return file.messages[0]!
  if (names.length === 0) throw new Error('The schema declares no message.')
  throw new Error(
    `The schema has several messages: ${names.join(', ')}. Name one with KEY_SCHEMA_FULL_NAME or VALUE_SCHEMA_FULL_NAME.`,
  )
}

/** The message that rows are written as. A name that only tells how a derived message is called does not matter where there is one message. */
export function writtenMessage(file: ProtoFile, schemaName: string | undefined): MessageType {
  return file.messages.length === 1 ? file.messages[0]! : messageOf(file, schemaName)
}
