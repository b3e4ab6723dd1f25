/** The rules of each schema language. */
import type { SchemaType } from '../schema-registry.ts'
import { avroRules } from './avro-rules.ts'
import { jsonRules } from './json-rules.ts'
import type { SchemaRules } from './schema-rules.ts'

/** The parser of .proto files is loaded when it is needed. */
export async function rulesOf(type: SchemaType): Promise<SchemaRules> {
  switch (type) {
    case 'AVRO':
      return avroRules
    case 'JSON':
      return jsonRules
    case 'PROTOBUF':
      return (await import('./protobuf-rules.ts')).protobufRules
  }
}
