/** Objects of the document of the API. */
import type { JsonSchema } from './operation.ts'

/** An object with these members, all of which are present unless their names end in a question mark. */
export function objectSchema(members: Readonly<Record<string, JsonSchema>>, description?: string): JsonSchema {
  const entries = Object.entries(members).map(([name, schema]) => ({ name, schema, isOptional: name.endsWith('?') }))
  return {
    type: 'object',
    ...(description === undefined ? {} : { description }),
    properties: Object.fromEntries(entries.map(({ name, schema }) => [name.replace(/\?$/, ''), schema])),
    required: entries.filter(({ isOptional }) => !isOptional).map(({ name }) => name),
  }
}
