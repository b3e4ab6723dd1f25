/** Picks the schema registry. What only one of them needs is imported when it is picked. */
import { join as joinPath } from 'node:path'
import { registryChoice } from '../engine/config/registry-options.ts'
import { type ResolvedSchema, resolveSchema } from '../registry/resolved-schema.ts'
import type { SchemaRegistry } from '../registry/schema-registry.ts'
import type { ServerSetup } from './setup.ts'

/** File of the embedded registry in the data directory. */
const JOURNAL = 'schemas'

/** Null: there is none. The data directory exists. Rejects with an Error for a bad configuration or a damaged file. */
export async function openRegistry({ config, kafka, dataDir, timer }: ServerSetup): Promise<SchemaRegistry | null> {
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

/** Gives the schema of an id with all that it refers to; null: there is no such id. */
export function schemaFetcher(registry: SchemaRegistry | null): (id: number) => Promise<ResolvedSchema | null> {
  return async (id) => {
    const schema = (await registry?.schemaById(id)) ?? null
    return schema === null ? null : resolveSchema(schema, registry!)
  }
}
