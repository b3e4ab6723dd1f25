/**
 * The end of a cluster: all queries with their state, the sinks that are named, and last the command log. It is a command like others, so
 * that every server runs it; afterwards a server is idle until it is started again, as a new cluster. See
 * docs/http-api.md#post-ksqlterminate.
 */
import { RequestError } from '../../errors.ts'
import { sinkRegistrations } from '../../plan/schema-registration.ts'
import { JavaRegex } from '../../regex/java-regex.ts'
import type { Catalog } from './catalog.ts'
import type { CommandDraft } from './command.ts'

/** The text under which the command log keeps the end of the cluster, as in ksqlDB. */
export const TERMINATE_CLUSTER = 'TERMINATE CLUSTER;'

/** The command that ends the cluster. `patterns`: names or regular expressions of the sink topics to delete. Throws RequestError. */
export function termination(patterns: readonly string[]): CommandDraft {
  for (const pattern of patterns) compiled(pattern)
  return {
    id: { type: 'cluster', entity: 'TerminateCluster', action: 'terminate' },
    effects: [{ kind: 'terminateCluster', deleteTopics: patterns }],
    message: 'Cluster terminated.',
    queryId: null,
    topics: [],
    registrations: [],
    deleteSubjects: [],
    deleteTopic: null,
  }
}

export interface SinkTopics {
  readonly topics: readonly string[]
  /** Their subjects in the schema registry. */
  readonly subjects: readonly string[]
}

/** Sink topics that the cluster has created and that match one of the patterns. */
export function sinkTopics({ metastore }: Catalog, patterns: readonly string[]): SinkTopics {
  const wanted = patterns.map(compiled)
  const sinks = [...metastore.sources.values()].filter(
    ({ isDerived, topic }) => isDerived && wanted.some((matches) => matches(topic)),
  )
  const subjects = sinks.flatMap((sink) => sinkRegistrations(sink).map(({ subject }) => subject))
  return { topics: [...new Set(sinks.map(({ topic }) => topic))], subjects: [...new Set(subjects)] }
}

function compiled(pattern: string): (topic: string) => boolean {
  try {
    const regex = new JavaRegex(`\\A(?:${pattern})\\z`)
    return (topic) => topic === pattern || regex.findFirst(topic) !== null
  } catch (error) {
    throw new RequestError('BAD_REQUEST', `Invalid pattern: ${pattern}. ${(error as Error).message}`, { cause: error })
  }
}
