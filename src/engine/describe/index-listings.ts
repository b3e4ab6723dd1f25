/** Indexes as SHOW INDEXES and DESCRIBE list them. */
import type { IndexDefinition } from '../../metastore/metastore.ts'
import type { QueryRuntime } from '../../runtime/query-runtime.ts'
import type { Catalog } from '../commands/catalog.ts'
import { keeperOf } from '../commands/table-keeper.ts'
import type { IndexListing } from './entities.ts'

export const indexListings = (
  indexes: readonly IndexDefinition[],
  catalog: Catalog,
  { runtime }: { readonly runtime: Pick<QueryRuntime, 'status'> },
): IndexListing[] => indexes.map((index) => ({ ...index, state: stateOf(index, catalog, runtime) }))

/** As far as this server has the table's rows. */
function stateOf(
  { name, table }: IndexDefinition,
  catalog: Catalog,
  runtime: Pick<QueryRuntime, 'status'>,
): IndexListing['state'] {
  const keeper = keeperOf(table, catalog)
  const progress = keeper === undefined ? undefined : runtime.status(keeper.plan.queryId)?.indexes
  const found = progress?.find((index) => index.name === name)
  return found !== undefined && found.tasks > 0 && found.readyTasks === found.tasks ? 'READY' : 'BUILDING'
}
