/** The world as a statement sees it: the real one, or the sandbox that earlier statements of the request have changed. */

import type { FunctionRegistry } from '../functions/registry.ts'
import { NO_CALLER } from '../functions/user-functions.ts'
import type { Metastore } from '../metastore/metastore.ts'
import type { PullContext } from '../plan/queries/pull-query.ts'
import type { InsertContext } from '../plan/statements/insert-values.ts'
import type { Catalog } from './commands/catalog.ts'
import type { Config } from './config/config.ts'
import type { EngineParts } from './parts.ts'
import type { StatementSchemas } from './schemas/statement-schemas.ts'
import type { Session } from './session.ts'
import { partitionsIn, type TopicSnapshot } from './topics.ts'

/** What a handler sees while it prepares a statement. */
export interface Scope {
  readonly parts: EngineParts
  readonly session: Session
  /** The configuration in force for the statement. */
  readonly config: Config
  readonly catalog: Catalog
  readonly planning: InsertContext
  /** The registry, or in a rehearsal what it would hold. */
  readonly schemas: StatementSchemas
  /** The sequence number that a command of this statement gets. */
  readonly sequence: number
}

/** The scope of a statement that plans over topics. Only such a statement makes the engine list the broker's topics. */
export interface TopicScope extends Scope {
  readonly topics: TopicSnapshot
  readonly planning: PullContext
}

export type ScopeOptions = Pick<TopicScope, 'session' | 'catalog' | 'topics' | 'sequence' | 'schemas'>

/** The registry with the user-defined functions that the metastore has; the same one for as long as these are. */
function functionsOf(registry: FunctionRegistry, { functions }: Metastore): FunctionRegistry {
  if (functions.size === 0) return registry
  const known = registries.get(functions)
  if (known !== undefined) return known
  const made = registry.withUsers([...functions.values()].flat(), NO_CALLER)
  registries.set(functions, made)
  return made
}

const registries = new WeakMap<Metastore['functions'], FunctionRegistry>()

/** `topics`: empty for a statement that does not plan over topics. */
export function makeScope(
  parts: EngineParts,
  { session, catalog, topics, sequence, schemas }: ScopeOptions,
): TopicScope {
  const { config } = session
  return {
    parts,
    session,
    config,
    catalog,
    topics,
    sequence,
    schemas,
    planning: {
      metastore: catalog.metastore,
      functions: functionsOf(parts.functions, catalog.metastore),
      functionContext: { ...parts.functionContext, config: (key) => config.get(`ksql.functions.${key}`) },
      partitions: partitionsIn(topics),
      config: config.get,
    },
  }
}
