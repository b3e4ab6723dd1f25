/** The indexes of a query's table in the stores of its tasks. */
import { createHash } from 'node:crypto'
import { NO_CALLER } from '../../functions/user-functions.ts'
import type { PhysicalPlan } from '../../plan/physical-plan.ts'
import type { TableIndex } from '../../plan/table-index.ts'
import { entryCodec } from '../../state/index-text.ts'
import type { IndexDeclaration } from '../../state/store.ts'
import type { IndexProgress } from '../index-progress.ts'
import type { CompiledQuery } from './compiled-query.ts'
import type { RunningTask } from './running-task.ts'
import { tableStore, tableView, type ViewOptions, viewContext } from './table-view.ts'

type TableTask = Pick<RunningTask, 'assignment' | 'stores'>

/** Gives the stores of tasks the indexes of the query. Tasks that keep no part of its table are passed over. */
export function useIndexes(compiled: CompiledQuery, tasks: readonly TableTask[], options: ViewOptions): void {
  const { plan } = compiled.query.assignment
  let declarations: readonly IndexDeclaration[] | null = null
  for (const { assignment, stores } of tasks) {
    const store = tableStore(compiled.topologies[assignment.topology]!, plan, compiled.schemas)
    if (store?.kind !== 'keyValue') continue
    declarations ??= declare(compiled, compiled.query.indexes, options)
    stores.setIndexes(store, declarations)
  }
}

/** How far the indexes of tasks are. */
export function indexProgress({ query, topologies, schemas }: CompiledQuery): IndexProgress[] {
  if (query.indexes.length === 0) return []
  const parts = query.tasks.flatMap(({ assignment, stores }) => {
    const store = tableStore(topologies[assignment.topology]!, query.assignment.plan, schemas)
    return store === null ? [] : [stores.indexProgress(store)]
  })
  return query.indexes.map(({ name }) => ({
    name,
    readyTasks: parts.filter((part) => part.get(name) === true).length,
    tasks: parts.length,
  }))
}

function declare(
  { query, schemas }: CompiledQuery,
  indexes: readonly TableIndex[],
  options: ViewOptions,
): readonly IndexDeclaration[] {
  if (indexes.length === 0) return []
  const { plan } = query.assignment
  const functions = options.functions.withUsers(plan.functions ?? [], NO_CALLER)
  // An expression that fails gives NULL, which was reported when the record was processed.
  const view = tableView(plan, schemas, () => viewContext({ ...options, functions }, () => {}))
  const keyTypes = view.schema.key.map(({ type }) => type)
  const basis = viewDigest(plan)
  return indexes.map(({ name, columns }): IndexDeclaration => {
    const codec = entryCodec(
      columns.map(({ type }) => type),
      keyTypes,
    )
    return {
      name,
      definition: JSON.stringify({ columns, basis }),
      isListed: view.isListed,
      entriesOf: (key, stored) =>
        view.rows(key, null, stored).map((row) =>
          codec.encode(
            columns.map(({ at }) => row[at]!),
            row.slice(0, keyTypes.length),
          ),
        ),
      keyOf: (entry) => view.entryKey(codec.keyOf(entry)),
    }
  })
}

/** Differs where the same state makes other rows. */
function viewDigest({ steps, materialization }: PhysicalPlan): string {
  const { step, stages } = materialization!
  const making = steps.filter(({ id, kind }) => id === step || stages.includes(id) || kind === 'sink')
  return createHash('sha256').update(JSON.stringify(making)).digest('base64url')
}
