/** Opens the tasks of a worker: each with its stores, and with what all tasks of the worker share. */
import type { Broker } from '../../broker/broker.ts'
import type { TaskAssignment } from '../assignment.ts'
import { BadRecordError } from '../processing-error.ts'
import type { WorkerListener } from '../worker.ts'
import { checkState } from './check-state.ts'
import type { CompiledQuery } from './compiled-query.ts'
import { pushRows } from './push-rows.ts'
import { RunningTask, type RunningTaskOptions } from './running-task.ts'
import type { WorkerQuery } from './worker-query.ts'

const IDLE_TIMEOUT = 'millrace.source.idle.timeout.ms'
const DEFAULT_IDLE_TIMEOUT_MS = 1000
const DEFAULT_BUFFERED_RECORDS = 256

export interface TaskOpenerOptions
  extends Pick<
    RunningTaskOptions,
    | 'stores'
    | 'functions'
    | 'functionContext'
    | 'clock'
    | 'timer'
    | 'pool'
    | 'window'
    | 'watched'
    | 'onFullness'
    | 'onWorkLeft'
  > {
  readonly broker: Broker
  readonly pace: RunningTaskOptions['group']['pace']
  /** Sends the output of queries that commit at least once. */
  readonly producer: RunningTaskOptions['producer']
  /** Sends the output of exactly-once queries, as a part of the worker's transaction. */
  readonly exactlyOnceProducer: RunningTaskOptions['producer']
  /** Sends the changelogs of queries that commit their state alone in a transaction. */
  readonly stateProducer: RunningTaskOptions['producer']
  readonly listener: Pick<WorkerListener, 'onProcessingError' | 'onNotice'>
  /** Called when rounds and the next commit have something to do for a task of the query. */
  readonly onWork: (compiled: CompiledQuery) => void
  /** Called when a query must not pass a record. */
  readonly onBadRecord: (query: WorkerQuery, error: BadRecordError) => void
}

export class TaskOpener {
  readonly #options: TaskOpenerOptions

  constructor(options: TaskOpenerOptions) {
    this.#options = options
  }

  /** Rejects with a StateLostError or an OffsetsLostError if the task's state and its topics do not belong together. */
  async open(compiled: CompiledQuery, assignment: TaskAssignment, signal: AbortSignal): Promise<RunningTask> {
    const task = await this.#open(compiled, assignment, signal)
    try {
      await checkState(task, this.#options.broker)
      return task
    } catch (error) {
      await task.close()
      throw error
    }
  }

  #open(compiled: CompiledQuery, assignment: TaskAssignment, signal: AbortSignal): Promise<RunningTask> {
    const { query, topologies, schemas, rows } = compiled
    const { exactlyOnceProducer, stateProducer, pace, listener, onBadRecord } = this.#options
    const { config, exactlyOnce } = query.assignment
    const producer = exactlyOnce ? exactlyOnceProducer : this.#options.producer
    return RunningTask.open({
      ...this.#options,
      query: query.assignment,
      assignment,
      topology: topologies[assignment.topology]!,
      schemas,
      producer,
      changelogProducer: query.commitsIn === 'stateTransaction' ? stateProducer : producer,
      group: {
        maxBuffered: Number(config['buffered.records.per.partition'] ?? DEFAULT_BUFFERED_RECORDS),
        maxIdleMs: Number(config['max.task.idle.ms'] ?? 0),
        pace,
      },
      idleTimeoutMs: Number(config[IDLE_TIMEOUT] ?? DEFAULT_IDLE_TIMEOUT_MS),
      wanted: query.wanted,
      subscriber: (step) => pushRows(step, schemas.get(step.input)!, rows),
      reportError: (error) => listener.onProcessingError(query.id, error),
      onNotice: (about, message) => listener.onNotice(query.id, { about, message }),
      onFailure: (error) => (error instanceof BadRecordError ? onBadRecord(query, error) : query.fail(error)),
      onWork: () => this.#options.onWork(compiled),
      signal,
    })
  }
}
