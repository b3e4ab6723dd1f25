/** The limit on persistent queries, `ksql.query.persistent.active.limit`. */
import { StatementError } from '../../errors.ts'
import type { Scope } from '../scope.ts'

/** Throws StatementError if one more query would exceed the limit. The wording is that of ksqlDB. */
export function checkQueryLimit({ catalog, config }: Scope): void {
  const limit = config.number('ksql.query.persistent.active.limit')
  if (catalog.queries.size < limit) return
  throw new StatementError(
    'Not executing statement(s) as it would cause the number of active, persistent queries to exceed the configured limit. ' +
      `Use the TERMINATE command to terminate existing queries, or increase the 'ksql.query.persistent.active.limit' setting. ` +
      `Current persistent query count: ${catalog.queries.size}. Configured limit: ${limit}.`,
  )
}
