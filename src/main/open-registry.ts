/** Picks the schema registry. What only one of them needs is imported when it is picked. */
import { join as joinPath } from 'node:path'
import { registryChoice } from '../engine/config/registry-options.ts'
import { type ResolvedSchema, resolveSchema, SchemaReferenceError } from '../registry/resolved-schema.ts'
import type { SchemaRegistry } from '../registry/schema-registry.ts'
import { LoadedSchemas } from '../serde/loaded-schemas.ts'
import type { ServerSetup } from './setup.ts'

/** File of the embedded registry in the data directory. */
const JOURNAL = 'schemas'

/** The schema registry of a server, and the schemas that its main thread has fetched. */
export interface OpenedRegistry {
  /** Null: there is none. */
  readonly registry: SchemaRegistry | null
  readonly schemas: LoadedSchemas
  /** Ends waits for schemas. */
  close(): Promise<void>
}

/** The data directory exists. Rejects with an Error for a bad configuration or a damaged file. */
export async function openRegistry(setup: ServerSetup): Promise<OpenedRegistry> {
  const registry = await chosenRegistry(setup)
  const { clock, timer } = setup
  const schemas = new LoadedSchemas({ fetch: schemaFetcher(registry), clock, timer })
  return {
    registry,
    schemas,
    async close() {
      schemas.close()
      await registry?.close()
    },
  }
}

async function chosenRegistry({ config, kafka, dataDir, timer }: ServerSetup): Promise<SchemaRegistry | null> {
  const choice = registryChoice(config, kafka === undefined)
  switch (choice.kind) {
    case 'none':
      return null
    case 'http': {
      const { HttpRegistry } = await import('../registry/http/http-registry.ts')
      return new HttpRegistry(choice.options, { timer, random: Math.random })
    }
    case 'embedded':
      return openEmbedded(joinPath(dataDir, JOURNAL))
  }
}

async function openEmbedded(path: string): Promise<SchemaRegistry> {
  const [{ InProcessRegistry }, { openFileJournal }, { rulesOf }] = await Promise.all([
    import('../registry/in-process/in-process-registry.ts'),
    import('../registry/in-process/file-journal.ts'),
    import('../registry/rules/rules-of.ts'),
  ])
  return new InProcessRegistry({ rules: rulesOf, journal: await openFileJournal(path) })
}

/** Gives the schema of an id with all that it refers to, or a text: why there is none. */
export function schemaFetcher(registry: SchemaRegistry | null): (id: number) => Promise<ResolvedSchema | string> {
  return async (id) => {
    if (registry === null) return `Schema ${id} cannot be looked up: no schema registry is configured`
    const schema = await registry.schemaById(id)
    if (schema === null) return `Schema ${id} not found`
    try {
      return await resolveSchema(schema, registry)
    } catch (error) {
      if (error instanceof SchemaReferenceError) return `Schema ${id} cannot be used. ${error.message}`
      throw error
    }
  }
}
