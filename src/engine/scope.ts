/** The scope of a statement, made from the world that it is to see. */
import type { Catalog } from './commands/catalog.ts'
import type { EngineParts } from './parts.ts'
import type { Session } from './session.ts'
import type { Scope } from './statements/handler.ts'
import { partitionsIn, type TopicSnapshot } from './topics.ts'

export interface ScopeOptions {
  readonly session: Session
  readonly catalog: Catalog
  readonly topics: TopicSnapshot
  readonly sequence: number
}

export function makeScope(parts: EngineParts, { session, catalog, topics, sequence }: ScopeOptions): Scope {
  const { config } = session
  return {
    parts,
    session,
    config,
    catalog,
    topics,
    sequence,
    planning: {
      metastore: catalog.metastore,
      functions: parts.functions,
      functionContext: { ...parts.functionContext, config: (key) => config.get(`ksql.functions.${key}`) },
      partitions: partitionsIn(topics),
      config: config.get,
    },
  }
}
