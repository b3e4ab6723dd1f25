/** Pull queries on a worker: they read the stores of the tasks that run there, or of their standbys. */
import { setImmediate as nextTurn } from 'node:timers/promises'
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
import { type TablePieces, type TableReader, tableReader } from './table-reader.ts'
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
  /** Undefined: the task is not here. */
  readonly taskOf: (topology: number, partition: number) => ReadableTask | undefined
}

interface ReadableTask {
  /** The same object for as long as the task is here. Null: a copy, which is read at one moment. */
  readonly task: object | null
  /** Opens the stores at the moment at which they are read. */
  readonly open: () => ReadableStores
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
    const taskOf = (partition: number): ReadableTask => {
      const task = topology === undefined ? undefined : this.#find(queryId, request)?.taskOf(topology.index, partition)
      if (task === undefined) throw new Error(notHere(partition, queryId))
      return task
    }
    const tasks = request.partitions.map((partition) => [partition, taskOf(partition)] as const)
    if (query === undefined || topology === undefined) return
    const { functionContext, listener, onDamage, timer } = this.#options
    const time = new RequestTime(functionContext.budget, { isShared: true })
    const reportError: ReportError = (error) => listener.onProcessingError(request.pullId, error)
    const reader = this.#readerOf(query, request.form)
    const turn = async <Result>(work: () => Result): Promise<Result> => {
      const timed = () => time.during(work)
      return reader.mayTakeLong ? await this.#long.pass(timed) : timed()
    }
    let isFirst = true
    try {
      for (const [partition, { task, open }] of tasks) {
        const begin = (stores: ReadableStores) =>
          reader.read({ topology, stores }, request, { reportError, time, timer })
        if (task === null || request.isSnapshot === true) {
          yield* await turn(() => closing(open(), (stores) => allPieces(begin(stores))))
          continue
        }
        const pieces = begin(open())
        for (let isOver = false; !isOver; isFirst = false) {
          const { done, value: rows } = await turn(() => {
            // The stores of a task that has ended must not be read.
            if (!isFirst && taskOf(partition).task !== task) throw new Error(notHere(partition, queryId))
            return pieces.next()
          })
          if (rows.length > 0) yield rows
          isOver = done === true
          if (!isOver) await nextTurn()
        }
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
    const taskOf: ReadableQuery['taskOf'] = (topology, partition) => {
      const task = running?.query.tasks.find(
        ({ assignment }) => assignment.topology === topology && assignment.partition === partition,
      )
      if (task !== undefined) {
        const { stores } = task
        const open = (): ReadableStores => ({
          store: (spec) => stores.store(spec),
          index: (spec, name) => stores.index(spec, name),
          close: () => {},
        })
        return { task, open }
      }
      const copy = reads ? standbys.taskOf(queryId, `${topology}_${partition}`) : undefined
      return copy === undefined ? undefined : { task: null, open: () => copy.read() }
    }
    return { ...compiled, plan, taskOf }
  }
}

const notHere = (partition: number, queryId: string): string =>
  `Partition ${partition} of query ${queryId} is no longer on this worker.`

/** Reads all at once. */
function allPieces(pieces: TablePieces): (readonly Row[])[] {
  const all: (readonly Row[])[] = []
  for (let next = pieces.next(); ; next = pieces.next()) {
    if (next.value.length > 0) all.push(next.value)
    if (next.done) return all
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
