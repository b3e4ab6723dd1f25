/** Pull queries on a worker: they read the stores of the tasks that run there, or of their standbys. */
import type { Timer } from '../../clock.ts'
import type { PhysicalPlan } from '../../plan/physical-plan.ts'
import { keepsTable } from '../../plan/topology.ts'
import { StateDamagedError } from '../../state/lmdb/state-damaged-error.ts'
import type { Row } from '../../types/value.ts'
import type { ReportError } from '../processing-error.ts'
import type { PullForm } from '../query-runtime.ts'
import { RequestTime, Turnstile } from '../request-time.ts'
import type { ReadableStores } from '../stores/standby-task.ts'
import type { WorkerListener, WorkerPull } from '../worker.ts'
import type { CompiledQuery } from './compiled-query.ts'
import type { StandbyQueries } from './standby-queries.ts'
import { type TableReader, tableReader } from './table-reader.ts'
import type { ViewOptions } from './table-view.ts'

export interface WorkerPullsOptions extends ViewOptions {
  readonly timer: Timer
  readonly listener: Pick<WorkerListener, 'onProcessingError'>
  /** Undefined if the query is not here, or has ended. */
  readonly find: (queryId: string) => CompiledQuery | undefined
  readonly standbys: StandbyQueries
  /** Called when a store turns out to be damaged. */
  readonly onDamage: (error: StateDamagedError) => void
}

/** A query whose table can be read here. */
interface ReadableQuery extends Pick<CompiledQuery, 'topologies' | 'schemas'> {
  readonly plan: PhysicalPlan
  /** Opens the stores of a task at the moment at which they are read; undefined: they are not here. */
  readonly storesOf: (topology: number, partition: number) => (() => ReadableStores) | undefined
}

export class WorkerPulls {
  readonly #options: WorkerPullsOptions
  /** Pull queries that may take long pass one at a time. */
  readonly #long: Turnstile
  /** By the schemas of a query's steps, which are made when it starts here. */
  readonly #readers = new WeakMap<ReadableQuery['schemas'], WeakMap<PullForm, TableReader>>()

  constructor(options: WorkerPullsOptions) {
    this.#options = options
    this.#long = new Turnstile(options.timer)
  }

  /** As `Worker.pull`. */
  async *read(queryId: string, request: WorkerPull): AsyncIterable<readonly Row[]> {
    const query = this.#find(queryId, request)
    const topology = query?.topologies.find((one) => keepsTable(one, query.plan))
    const opens = request.partitions.map((partition) => {
      const open = topology === undefined ? undefined : query?.storesOf(topology.index, partition)
      if (open === undefined) throw new Error(`Partition ${partition} of query ${queryId} is no longer on this worker.`)
      return open
    })
    if (query === undefined || topology === undefined) return
    const { functionContext, listener, onDamage } = this.#options
    const time = new RequestTime(functionContext.budget, { isShared: true })
    const reportError: ReportError = (error) => listener.onProcessingError(request.pullId, error)
    const reader = this.#readerOf(query, request.form)
    try {
      for (const open of opens) {
        const read = (stores: ReadableStores) => reader.read({ topology, stores }, request, { reportError, time })
        const work = () => time.during(() => closing(open(), read))
        yield* reader.mayTakeLong ? await this.#long.pass(work) : work()
      }
    } catch (error) {
      if (error instanceof StateDamagedError) onDamage(error)
      throw error
    }
  }

  /** The form's reader is made once for as long as the query runs here and its requests share the form. */
  #readerOf({ plan, schemas }: ReadableQuery, form: PullForm): TableReader {
    const readers = this.#readers.get(schemas) ?? new WeakMap<PullForm, TableReader>()
    this.#readers.set(schemas, readers)
    const known = readers.get(form)
    if (known !== undefined) return known
    const made = tableReader(plan, schemas, form, this.#options)
    readers.set(form, made)
    return made
  }

  #find(queryId: string, { standbys: reads }: WorkerPull): ReadableQuery | undefined {
    const { find, standbys } = this.#options
    const running = find(queryId)
    const followed = reads ? standbys.find(queryId) : undefined
    const plan = running?.query.assignment.plan ?? followed?.plan
    const compiled = running ?? followed
    if (plan === undefined || compiled === undefined) return undefined
    const storesOf: ReadableQuery['storesOf'] = (topology, partition) => {
      const task = running?.query.tasks.find(
        ({ assignment }) => assignment.topology === topology && assignment.partition === partition,
      )
      if (task !== undefined)
        return () => ({
          store: (spec) => task.stores.store(spec),
          index: (spec, name) => task.stores.index(spec, name),
          close: () => {},
        })
      const copy = reads ? standbys.taskOf(queryId, `${topology}_${partition}`) : undefined
      return copy === undefined ? undefined : () => copy.read()
    }
    return { ...compiled, plan, storesOf }
  }
}

/** All rows are read before the function returns. */
function closing<Result>(stores: ReadableStores, use: (stores: ReadableStores) => Result): Result {
  try {
    return use(stores)
  } finally {
    stores.close()
  }
}
