/** SHOW QUERIES [EXTENDED]. */
import type { ShowQueries } from '../../../sql/ast/show-statements.ts'
import { peerStates } from '../../cluster/peer-states.ts'
import {
  describePersistent,
  describeTransient,
  persistentListing,
  transientListing,
  versionListing,
} from '../../describe/describe-query.ts'
import { atOnce } from '../handler.ts'

export const showQueries = atOnce<ShowQueries>(async ({ extended }, { catalog, parts, session }) => {
  const peers = await peerStates(parts.peers, session.caller)
  const persistent = [...catalog.queries.values()]
  const transient = parts.transient.list()
  const { metastore } = catalog
  if (extended) {
    return {
      '@type': 'query_descriptions',
      queryDescriptions: [
        ...persistent.map((query) => describePersistent(query, metastore, parts, peers)),
        ...transient.map((query) => describeTransient(query, parts)),
      ],
    }
  }
  return {
    '@type': 'queries',
    queries: [
      ...persistent.map((query) => persistentListing(query, metastore, parts, peers)),
      ...[...catalog.replacements].flatMap(([sink, replacement]) =>
        versionListing(sink, replacement, parts.versions.progress(sink)),
      ),
      ...transient.map((query) => transientListing(query, parts)),
    ],
  }
})
