/** The shape of a request body as JSON Schema. */
import type { BodyShape, MemberKind } from '../request-body.ts'
import type { JsonSchema } from './operation.ts'

/** What `readBody` accepts, member by member; members without a meaning are allowed, and null counts as absent. */
export function bodySchema(shape: BodyShape): JsonSchema {
  const members = Object.entries(shape)
  const required = members.filter(([, member]) => member.required === true).map(([name]) => name)
  return {
    type: 'object',
    properties: Object.fromEntries(
      members.map(([name, { kind, description }]) => [name, { description, ...SCHEMAS[kind] }]),
    ),
    ...(required.length === 0 ? {} : { required }),
  }
}

const SCALAR: JsonSchema = { type: ['string', 'number', 'boolean', 'null'] }

const SCHEMAS: { readonly [Kind in MemberKind]: JsonSchema } = {
  text: { type: 'string' },
  integer: { type: 'integer' },
  flag: { type: 'boolean' },
  properties: { type: 'object', additionalProperties: SCALAR },
  variables: { type: 'object', additionalProperties: SCALAR },
  textList: { type: 'array', items: { type: 'string' } },
  host: {
    oneOf: [
      { type: 'string', description: 'host:port' },
      {
        type: 'object',
        properties: { host: { type: 'string' }, port: { type: 'integer' } },
        required: ['host', 'port'],
      },
    ],
  },
  object: { type: 'object' },
}
