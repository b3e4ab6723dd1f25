/** Parsed schemas, as long as their texts are in use: readers of all partitions of a topic share them. */
import type { ResolvedSchema } from '../../registry/resolved-schema.ts'
import { parseAvroSchema } from './parse-schema.ts'
import type { AvroType } from './schema.ts'

const parsed = new WeakMap<ResolvedSchema, AvroType>()

/** Throws an Error for a schema that is no Avro schema. */
export function parsedSchema(schema: ResolvedSchema): AvroType {
  const known = parsed.get(schema)
  if (known !== undefined) return known
  if (schema.type !== 'AVRO') throw new Error(`The schema is a ${schema.type} schema`)
  const type = parseAvroSchema(schema.text, schema.imports)
  parsed.set(schema, type)
  return type
}
