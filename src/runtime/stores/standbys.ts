/**
 * The standbys of a worker: one fetch over the changelogs of all of them. They share the worker's thread with its tasks, so each answer of
 * the broker is small, and nothing is read before the answer before it was written.
 */
import type { Broker, FetchedPartition, Fetcher } from '../../broker/broker.ts'
import { positionKey } from '../../broker/position-key.ts'
import { RecordBatchCursor } from '../../broker/record-batch-cursor.ts'
import { type DoublingPauses, doublingPause, type Scheduled, sleep, type Timer } from '../../clock.ts'
import { messageOf } from '../../errors.ts'
import { Mutex } from '../../mutex.ts'
import type { CacheBudget } from '../../state/lmdb/cache-budget.ts'
import type { StoreLag } from '../store-lag.ts'
import type { SlotEnvironments } from './slot-environments.ts'
import { type StandbyRequest, StandbyTask } from './standby-task.ts'

export interface StandbysOptions {
  readonly broker: Pick<Broker, 'fetcher' | 'startOffsets' | 'endOffsets'>
  readonly slots: Pick<SlotEnvironments, 'of'>
  readonly budget: CacheBudget
  readonly timer: Timer
  readonly onWarning: (message: string) => void
}

const POLL_MS = 500
const FETCH = {
  readCommitted: true,
  maxBytes: 1 << 20,
  maxPartitionBytes: 256 << 10,
  maxBufferedBytes: 4 << 20,
} as const
/** Pause before a copy that has failed is opened again; it doubles with each failure in a row. */
const RETRY_PAUSES: DoublingPauses = { firstMs: 500, longestMs: 30_000 }

export class Standbys {
  readonly #options: StandbysOptions
  /** What is to be followed: by query, then by task. */
  readonly #wanted = new Map<string, ReadonlyMap<string, StandbyRequest>>()
  /** What is open, by `taskName`: also a copy that was halted. */
  readonly #tasks = new Map<string, StandbyTask>()
  /** By changelog partition (`positionKey`). */
  readonly #followed = new Map<string, StandbyTask>()
  readonly #cursor = new RecordBatchCursor({ verifyChecksums: true })
  readonly #retries = new Set<Scheduled>()
  /** Failures in a row, by `taskName`. */
  readonly #failures = new Map<string, number>()
  #fetcher: Fetcher | null = null
  #following: Promise<void> = Promise.resolve()
  readonly #turns = new Mutex()
  #isClosed = false

  constructor(options: StandbysOptions) {
    this.#options = options
  }

  /** Makes these the standbys of a query here, and no others. Rejects with a BrokerError, or an Error if a directory cannot be used. */
  follow(queryId: string, requests: readonly StandbyRequest[]): Promise<void> {
    return this.#turns.run(async () => {
      const wanted = new Map(requests.map((request) => [request.taskId, request]))
      if (wanted.size === 0) this.#wanted.delete(queryId)
      else this.#wanted.set(queryId, wanted)
      for (const task of [...this.#tasks.values()])
        if (task.request.queryId === queryId && !wanted.has(task.request.taskId)) await this.#release(task)
      for (const request of requests) await this.#open(request)
      await this.#learnEnds(requests.flatMap((request) => this.#followedTask(request) ?? []))
    })
  }

  /** Ends the writing of copies, before their tasks are opened. They can be read until `follow` is called again. */
  halt(queryId: string, taskIds: readonly string[]): Promise<void> {
    return this.#turns.run(async () => {
      const left = new Map(this.#wanted.get(queryId))
      for (const taskId of taskIds) {
        left.delete(taskId)
        const task = this.find(queryId, taskId)
        if (task !== undefined) await this.#unfollow(task)
      }
      this.#wanted.set(queryId, left)
    })
  }

  /** Undefined if there is no copy of the task. */
  find(queryId: string, taskId: string): StandbyTask | undefined {
    return this.#tasks.get(taskName({ queryId, taskId }))
  }

  get lags(): StoreLag[] {
    return [...this.#tasks.values()].flatMap(({ lags }) => lags)
  }

  async close(): Promise<void> {
    this.#isClosed = true
    for (const retry of this.#retries) retry.cancel()
    await this.#turns.run(async () => {
      this.#wanted.clear()
      for (const task of [...this.#tasks.values()]) await this.#release(task)
    })
    await this.#following
  }

  async #open(request: StandbyRequest): Promise<void> {
    const { slots, budget } = this.#options
    if (this.#isClosed || this.#followedTask(request) !== undefined) return
    const task = await StandbyTask.open(request, await slots.of(request.slot), budget)
    this.#tasks.set(taskName(request), task)
    for (const position of task.positions) {
      this.#followed.set(positionKey(position), task)
      this.#start().assign(position)
    }
  }

  /** A fetch tells the end of a changelog only when it brings records. */
  async #learnEnds(tasks: readonly StandbyTask[]): Promise<void> {
    const unknown = tasks.filter(({ lags }) => lags.some(({ endOffset }) => endOffset === null))
    const topics = new Set(unknown.flatMap(({ positions }) => positions.map(({ topic }) => topic)))
    for (const topic of topics) {
      const ends = await this.#options.broker.endOffsets(topic)
      for (const task of unknown) task.noteEnd(topic, ends)
    }
  }

  /** The open copy; undefined also where it was halted. */
  #followedTask({ queryId, taskId }: StandbyRequest): StandbyTask | undefined {
    const task = this.find(queryId, taskId)
    return task?.isHalted === false ? task : undefined
  }

  async #release(task: StandbyTask): Promise<void> {
    await this.#unfollow(task)
    const name = taskName(task.request)
    if (this.#tasks.get(name) === task) this.#tasks.delete(name)
  }

  async #unfollow(task: StandbyTask): Promise<void> {
    for (const position of task.positions) {
      this.#followed.delete(positionKey(position))
      this.#fetcher?.unassign(position)
    }
    if (this.#followed.size === 0) this.#fetcher?.wakeUp()
    await task.halt()
  }

  /** The fetch begins with the first standby and ends with the last. */
  #start(): Fetcher {
    if (this.#fetcher === null) {
      const fetcher = this.#options.broker.fetcher(FETCH)
      this.#fetcher = fetcher
      this.#following = this.#following.then(() => this.#run(fetcher))
    }
    return this.#fetcher
  }

  async #run(fetcher: Fetcher): Promise<void> {
    while (this.#followed.size > 0) {
      const answers = await fetcher.poll(POLL_MS).catch(() => null)
      if (answers === null) await sleep(this.#options.timer, POLL_MS)
      for (const fetched of answers ?? []) await this.#take(fetched)
      fetcher.release(answers ?? [])
    }
    if (this.#fetcher === fetcher) this.#fetcher = null
    await fetcher.close()
  }

  async #take(fetched: FetchedPartition): Promise<void> {
    const task = this.#followed.get(positionKey(fetched))
    if (task === undefined) return
    const { error } = fetched
    try {
      if (error === null) {
        await task.add(fetched, this.#cursor)
        this.#failures.delete(taskName(task.request))
      } else if (error.code === 'OFFSET_OUT_OF_RANGE') await this.#findAgain(task, fetched)
      else if (!error.retriable) throw error
    } catch (cause) {
      this.#fail(task, cause)
    }
  }

  /** What retention has removed is passed over; a changelog that was made again is copied from its start. Rejects with a BrokerError. */
  async #findAgain(task: StandbyTask, { topic, partition, fetchOffset }: FetchedPartition): Promise<void> {
    const { broker } = this.#options
    const start = (await broker.startOffsets(topic))[partition]?.offset ?? 0
    const end = (await broker.endOffsets(topic))[partition]?.offset ?? 0
    if (fetchOffset > end) this.#copyAgain(task)
    else {
      task.skipTo(topic, start)
      this.#fetcher?.seek({ topic, partition, offset: start })
    }
  }

  async #openAgain(request: StandbyRequest): Promise<void> {
    await this.#open(request)
    await this.#learnEnds([this.#followedTask(request) ?? []].flat())
  }

  #copyAgain(task: StandbyTask): void {
    this.#later(task, async () => {
      await this.#release(task)
      await task.purge()
      await this.#openAgain(task.request)
    })
  }

  /**
   * The copy is opened again after a pause: a topic that was just made is then known, the disk may have room, and a damaged file is moved
   * aside.
   */
  #fail(task: StandbyTask, cause: unknown): void {
    const { timer, onWarning } = this.#options
    const { taskId, queryId } = task.request
    if (this.#isClosed) return
    // Its other changelogs, which are in the same answer, do not fail once more.
    for (const position of task.positions) this.#followed.delete(positionKey(position))
    const name = taskName(task.request)
    const failures = (this.#failures.get(name) ?? 0) + 1
    this.#failures.set(name, failures)
    if (failures > 1)
      onWarning(`The copy of task ${taskId} of query ${queryId} cannot follow its changelogs: ${messageOf(cause)}`)
    this.#later(task, () => this.#release(task))
    const retry = timer.after(
      doublingPause(RETRY_PAUSES, failures - 1),
      () => {
        this.#retries.delete(retry)
        this.#later(task, () => this.#openAgain(task.request))
      },
      { background: true },
    )
    this.#retries.add(retry)
  }

  /** Carried out in turn, if the copy is still wanted then. A failure is tried again later. */
  #later(task: StandbyTask, work: () => Promise<void>): void {
    const { queryId, taskId } = task.request
    this.#turns
      .run(async () => {
        if (this.#wanted.get(queryId)?.get(taskId) === task.request) await work()
      })
      .catch((error: unknown) => this.#fail(task, error))
  }
}

const taskName = ({ queryId, taskId }: Pick<StandbyRequest, 'queryId' | 'taskId'>): string => `${queryId}/${taskId}`
