/** The .proto text of a derived message type, laid out as registries' clients compare it: Confluent's canonical form. */

import type { NullableRepresentation } from '../format.ts'
import { DECIMAL_MESSAGE, type MessageField, type MessageType, mapEntryOf, WRAPPERS } from './message-type.ts'
import { WELL_KNOWN } from './well-known.ts'

/** `nullable`: what the message was derived with. */
export function schemaText(message: MessageType, nullable: NullableRepresentation | undefined): string {
  const dot = message.fullName.lastIndexOf('.')
  const imports = [...new Set(importsOf(message))].map((path) => `import "${path}";\n`).join('')
  return [
    'syntax = "proto3";\n',
    dot < 0 ? '' : `package ${message.fullName.slice(0, dot)};\n`,
    imports === '' ? '' : `\n${imports}`,
    `\n${messageText(message, nullable === 'OPTIONAL', '')}`,
  ].join('')
}

const PATHS: ReadonlyMap<string, string> = new Map([
  ...Object.values(WELL_KNOWN).map(({ message, path }) => [message.fullName, path] as const),
  ...[...WRAPPERS.keys()].map((name) => [name, 'google/protobuf/wrappers.proto'] as const),
])

/** In the order in which they are needed. */
function importsOf(message: MessageType): string[] {
  return message.fields.flatMap(({ type }) => {
    if (type.kind !== 'message') return []
    const path = PATHS.get(type.fullName)
    if (path === undefined) return importsOf(type)
    return type.fullName === DECIMAL_MESSAGE ? ['confluent/meta.proto', path] : [path]
  })
}

function messageText(message: MessageType, isOptional: boolean, indent: string): string {
  const within = `${indent}  `
  const fields = message.fields
    .map((field) => fieldText(field, isOptional && mapEntryOf(message) === null, within))
    .join('')
  const nested = message.nested.map((inner) => messageText(inner, isOptional, within)).join('')
  return `${indent}message ${message.name} {\n${fields}${nested === '' ? '' : `\n${nested}`}${indent}}\n`
}

function fieldText(field: MessageField, isOptional: boolean, indent: string): string {
  const { name, number, isRepeated } = field
  const label = isRepeated ? 'repeated ' : isOptional ? 'optional ' : ''
  return `${indent}${label}${typeName(field)} ${name} = ${number}${optionsText(field, indent)};\n`
}

function typeName({ type }: MessageField): string {
  switch (type.kind) {
    case 'scalar':
      return type.scalar
    case 'message':
      return PATHS.has(type.fullName) ? type.fullName : type.name
    default:
      throw new Error('Columns imply neither enums nor groups')
  }
}

function optionsText({ decimal }: MessageField, indent: string): string {
  if (decimal === null) return ''
  const param = (key: string, value: number) =>
    [`${indent}    {`, `${indent}      value: "${value}",`, `${indent}      key: "${key}"`, `${indent}    }`].join('\n')
  const params = [param('precision', decimal.precision!), param('scale', decimal.scale)].join(',\n')
  return ` [(confluent.field_meta) = {\n${indent}  params: [\n${params}\n${indent}  ]\n${indent}}]`
}
