/** SHOW QUERIES [EXTENDED]. */
import type { ShowQueries } from '../../sql/ast.ts'
import { describePersistent, describeTransient, persistentListing, transientListing } from '../describe-query.ts'
import { atOnce } from './handler.ts'

export const showQueries = atOnce<ShowQueries>(({ extended }, { catalog, parts }) => {
  const persistent = [...catalog.queries.values()]
  const transient = parts.transient.list()
  const { metastore } = catalog
  if (extended) {
    return {
      '@type': 'query_descriptions',
      queryDescriptions: [
        ...persistent.map((query) => describePersistent(query, metastore, parts)),
        ...transient.map((query) => describeTransient(query, parts)),
      ],
    }
  }
  return {
    '@type': 'queries',
    queries: [
      ...persistent.map((query) => persistentListing(query, metastore, parts)),
      ...transient.map((query) => transientListing(query, parts)),
    ],
  }
})
