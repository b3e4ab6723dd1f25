/** A schema together with the texts that it refers to: all that a codec needs to read or write with it. Plain data, part of plans. */
import type { SchemaDefinition, SchemaReference, SchemaRegistry, SchemaType } from './schema-registry.ts'

export interface ResolvedSchema {
  readonly type: SchemaType
  readonly text: string
  /** Texts of everything that it refers to, directly or not, by the name of the reference. */
  readonly imports: { readonly [name: string]: string }
}

/** What a schema refers to is not there, or never ends: no later attempt will find it. */
export class SchemaReferenceError extends Error {
  override readonly name = 'SchemaReferenceError'
}

/** How deep references may be nested; deeper ones are taken for a cycle. */
const MAX_DEPTH = 32

/** Fetches what the schema refers to. Rejects with RegistryError or SchemaReferenceError. */
export async function resolveSchema(
  schema: SchemaDefinition,
  registry: Pick<SchemaRegistry, 'version'>,
): Promise<ResolvedSchema> {
  const imports: Record<string, string> = {}
  await collect(schema.references, registry, imports, 0)
  return { type: schema.type, text: schema.text, imports }
}

async function collect(
  references: readonly SchemaReference[],
  registry: Pick<SchemaRegistry, 'version'>,
  imports: Record<string, string>,
  depth: number,
): Promise<void> {
  if (depth > MAX_DEPTH) throw new SchemaReferenceError(`Schema references are nested deeper than ${MAX_DEPTH}`)
  for (const { name, subject, version } of references) {
    if (Object.hasOwn(imports, name)) continue
    const found = await registry.version(subject, version)
    if (found === null) {
      throw new SchemaReferenceError(`The schema refers to version ${version} of ${subject}, which does not exist`)
    }
    imports[name] = found.text
    await collect(found.references, registry, imports, depth + 1)
  }
}
