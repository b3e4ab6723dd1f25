/** Pull queries on a worker: they read the stores of the tasks that run there. */
import type { Timer } from '../../clock.ts'
import { keepsTable } from '../../plan/topology.ts'
import { StateDamagedError } from '../../state/lmdb/state-damaged-error.ts'
import type { Row } from '../../types/value.ts'
import { RequestTime, Turnstile } from '../request-time.ts'
import type { WorkerListener, WorkerPull } from '../worker.ts'
import type { CompiledQuery } from './compiled-query.ts'
import type { RunningTask } from './running-task.ts'
import { mayTakeLong, type TableReaderOptions, tableReader } from './table-reader.ts'

export interface WorkerPullsOptions extends Pick<TableReaderOptions, 'functions' | 'functionContext' | 'clock'> {
  readonly timer: Timer
  readonly listener: Pick<WorkerListener, 'onProcessingError'>
  /** Called when a store turns out to be damaged. */
  readonly onDamage: (error: StateDamagedError) => void
}

export class WorkerPulls {
  readonly #options: WorkerPullsOptions
  /** Pull queries that may take long pass one at a time. */
  readonly #long: Turnstile

  constructor(options: WorkerPullsOptions) {
    this.#options = options
    this.#long = new Turnstile(options.timer)
  }

  /** As `Worker.pull`. `find`: undefined if the query is not here, or has ended; called when the first rows are taken. */
  async *read(
    queryId: string,
    find: (queryId: string) => CompiledQuery | undefined,
    request: WorkerPull,
  ): AsyncIterable<readonly Row[]> {
    const compiled = find(queryId)
    const topology = compiled?.topologies.find((one) => keepsTable(one, compiled.query.assignment.plan))
    const tasks = request.partitions.map((partition) => {
      const isIt = ({ assignment }: RunningTask) =>
        assignment.topology === topology?.index && assignment.partition === partition
      const task = compiled?.query.tasks.find(isIt)
      if (task === undefined) throw new Error(`Partition ${partition} of query ${queryId} is no longer on this worker.`)
      return task
    })
    if (compiled === undefined || topology === undefined) return
    const { functions, functionContext, clock, listener, onDamage } = this.#options
    const { plan } = compiled.query.assignment
    const time = new RequestTime(functionContext.budget, { isShared: true })
    const read = tableReader(plan, compiled.schemas, request, {
      functions,
      functionContext,
      clock,
      reportError: (error) => listener.onProcessingError(request.pullId, error),
      time,
    })
    const isLong = mayTakeLong(plan, request, functions)
    try {
      for (const { stores } of tasks) {
        const work = () => time.during(() => read(topology, stores))
        yield* isLong ? await this.#long.pass(work) : work()
      }
    } catch (error) {
      if (error instanceof StateDamagedError) onDamage(error)
      throw error
    }
  }
}
