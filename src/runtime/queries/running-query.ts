/**
 * A query's life, over all workers: placed, running, paused, failed and tried again, ended. Its operations are carried out in order, one
 * after the other.
 */
import type { Clock, Timer } from '../../clock.ts'
import { Mutex } from '../../mutex.ts'
import type { TableIndex } from '../../plan/table-index.ts'
import type { Value } from '../../types/value.ts'
import type { TaskAssignment, WantedChange } from '../assignment.ts'
import type { LostOffset } from '../offsets-lost-error.ts'
import { failureOf } from '../query-failure.ts'
import type { QueryFailure, QueryState, QueryStatus, UnreadPartitions } from '../query-runtime.ts'
import type { OwnedSlots, SlotTerms } from '../slots.ts'
import { applicationId } from '../topic-names.ts'
import { type Worker, WorkerLostError } from '../worker.ts'
import { measureLag } from './failed-lag.ts'
import type { FollowedSlots } from './followed-slots.ts'
import { decide, settleLostOffsets } from './lost-offsets.ts'
import type { MaterializationPartitions } from './materialization-partitions.ts'
import { grownTopics, type PartitionCounts, placesByKey, readingAdded, unreadPartitions } from './partition-watch.ts'
import type { PlacedQuery, PlacementOptions } from './place-query.ts'
import { purgeQuery } from './purge-query.ts'
import { QueryStandbys } from './query-standbys.ts'
import { QueryTasks } from './query-tasks.ts'
import { QueryWorkers } from './query-workers.ts'
import { describeRebuild, resetQuery } from './reset-query.ts'
import { RetrySchedule } from './retry-schedule.ts'
import type { Workers } from './workers.ts'

const DEFAULT_MAX_FAILURES = 10

export interface RunningQueryOptions extends PlacementOptions {
  readonly query: PlacedQuery
  readonly workers: Workers
  /** The slots whose tasks run on this server. */
  readonly slots: OwnedSlots
  /** The slots whose tasks have standbys on this server. */
  readonly followed: FollowedSlots
  /** Whether all tasks of the query are on this server. */
  readonly isAlone: boolean
  readonly clock: Clock
  readonly timer: Timer
  /** False: after a failure the query stays ended, and `onEnded` is called. */
  readonly retries: boolean
  readonly onEnded?: (failure: QueryFailure) => void
  /** Called when the topics of the query have changed, with what that means for it. */
  readonly onNotice?: (message: string) => void
  /** Called at each failure, whether the query is tried again or not. */
  readonly onFailure?: (failure: QueryFailure) => void
}

/** A query and its operations. */
export class RunningQuery {
  readonly #options: RunningQueryOptions
  /** All tasks, on all servers. */
  readonly #tasks: QueryTasks
  readonly #workers: QueryWorkers
  readonly #standbys: QueryStandbys
  readonly #retries: RetrySchedule
  readonly #failures: QueryFailure[] = []
  #failureCount = 0
  /** Processing errors of earlier runs, whose workers no longer report them. */
  #earlierErrors = 0
  /** Records behind the end of the sources, measured while the query has failed; its workers report nothing then. */
  #failedLag = 0
  #state: QueryState = 'CREATED'
  #isPaused: boolean
  #indexes: readonly TableIndex[]
  readonly #wanted = new Set<Value>()
  /** Changes of `#wanted` that the workers have still to be sent. */
  #wantedChanges: WantedChange[] = []
  #sendingWanted: Promise<void> | null = null
  #isStopped = false
  /** Since it was last started; workers may report a failure one after the other. */
  #hasFailed = false
  #isLearning = false
  #unread: UnreadPartitions | null = null
  /** The last notice about partitions that were added; '': there was none. */
  #growthNotice = ''
  readonly #turns = new Mutex()

  constructor(options: RunningQueryOptions) {
    this.#options = options
    this.#isPaused = options.query.paused
    this.#indexes = options.query.indexes ?? []
    this.#tasks = new QueryTasks(options.query, options)
    this.#workers = new QueryWorkers({ ...options, queryId: this.#id })
    this.#standbys = new QueryStandbys({
      ...options,
      tasks: this.#tasks,
      workers: this.#workers,
      retry: () => this.follow(),
    })
    this.#retries = new RetrySchedule({
      config: options.query.config,
      clock: options.clock,
      timer: options.timer,
      retry: () => this.#inBackground(() => this.#launch()),
    })
  }

  /** Resolves when the tasks run, or have failed; `status` shows which. */
  start(): Promise<void> {
    return this.#turns.run(() => this.#launch())
  }

  /** A query that has failed and is resumed starts again at once. */
  setPaused(isPaused: boolean): Promise<void> {
    const failures = this.#failureCount
    return this.#turns.run(async () => {
      this.#isPaused = isPaused
      if (this.#state === 'RUNNING' || this.#state === 'PAUSED') this.#state = isPaused ? 'PAUSED' : 'RUNNING'
      await this.#workers.setPaused(isPaused)
      // After a later failure its tasks are still to be ended.
      const isEnded = this.#hasFailed && this.#failureCount === failures
      if (isPaused || !isEnded || !this.#options.retries) return
      this.#retries.cancel()
      await this.#launch()
    })
  }

  /** As `QueryRuntime.setIndexes`. */
  setIndexes(indexes: readonly TableIndex[]): Promise<void> {
    return this.#turns.run(async () => {
      this.#indexes = indexes
      await this.#workers.setIndexes(indexes)
    })
  }

  /** Lets the query's filter pass a value from now on, or no longer. Resolves when the tasks do so; changes of the same time are sent together. */
  setWanted(value: Value, isWanted: boolean): Promise<void> {
    if (isWanted) this.#wanted.add(value)
    else this.#wanted.delete(value)
    this.#wantedChanges.push({ value, isWanted })
    this.#sendingWanted ??= this.#turns.run(async () => {
      const changes = this.#wantedChanges
      this.#wantedChanges = []
      this.#sendingWanted = null
      await this.#workers.setWanted(changes)
    })
    return this.#sendingWanted
  }

  /** Ends the query for good. `purge`: deletes its state on workers and its internal topics and group on the broker. */
  stop({ purge }: { readonly purge: boolean }): Promise<void> {
    this.#isStopped = true
    this.#retries.cancel()
    this.#standbys.cancel()
    return this.#turns.run(async () => {
      this.#state = 'PENDING_SHUTDOWN'
      await this.#workers.stop({ purge })
      if (purge) await purgeQuery(this.#options.query, this.#options)
      this.#state = 'NOT_RUNNING'
    })
  }

  /** Starts the tasks of slots that have come. */
  takeSlots(): void {
    this.#inBackground(async () => {
      if (!this.#hasFailed) await this.#attempt(() => this.#startOwned())
    })
  }

  /** Brings the query's standbys here to the slots that are to be followed. */
  follow(): void {
    this.#inBackground(() => this.#follow())
  }

  /** Builds the query's state again from its sources. What it writes meanwhile it has written before. */
  #rebuild(failure: QueryFailure): void {
    this.#recover(failure, async () => {
      await this.#workers.stop({ purge: true })
      return describeRebuild(await resetQuery(this.#application, this.#options.broker))
    })
  }

  /** Lets the query continue where its configuration says, or keeps it in ERROR. */
  #settleLost(failure: QueryFailure, found: readonly LostOffset[]): void {
    const { broker, isAlone, positions, query } = this.#options
    const { terms } = this.#options.slots
    const inputs = (this.#tasks.all ?? []).flatMap((task) => (terms.has(task.slot) ? task.inputs : []))
    const { lost, policy, isRepartitioned, told } = decide(found, { inputs, config: query.config, isAlone })
    const settled = { application: this.#application, broker, positions }
    if (policy === 'fail') {
      this.#noteFailure({ ...failure, message: `${failure.message} ${told}` })
      this.#inBackground(async () => {
        await this.#workers.stop({ purge: false })
        await settleLostOffsets(lost, policy, settled)
      })
      this.#retries.schedule()
      return
    }
    this.#recover(failure, async () => {
      await this.#workers.stop({ purge: isRepartitioned })
      await settleLostOffsets(lost, policy, settled)
      if (!isRepartitioned) return told
      return `${told} ${describeRebuild(await resetQuery(this.#application, broker))}`
    })
  }

  /** Starts again once `work` is done; it answers what to tell behind the failure. */
  #recover(failure: QueryFailure, work: () => Promise<string>): void {
    const { clock } = this.#options
    this.#inBackground(async () => {
      try {
        this.#noteFailure({ ...failure, message: `${failure.message} ${await work()}` })
      } catch (error) {
        this.#noteFailure(failureOf(error, clock.now()))
        this.#retries.schedule()
        return
      }
      this.#tasks.forget()
      await this.#launch()
    })
  }

  /** Forgets the tasks of slots that have gone; the workers end them. */
  dropSlots(slots: readonly number[]): void {
    this.#workers.dropSlots(slots)
  }

  /** Ends the query on all workers after one has failed. Its tasks start again after a pause, unless the failure is final. */
  fail(failure: QueryFailure, { isFinal = false } = {}): void {
    if (this.#isStopped || this.#hasFailed) return
    this.#hasFailed = true
    this.#earlierErrors += this.#workers.progress().processingErrors
    if (failure.lostOffsets !== undefined && !this.#options.query.transient) {
      this.#settleLost(failure, failure.lostOffsets)
      return
    }
    if (failure.isStateLost === true && this.#options.isAlone) {
      this.#rebuild(failure)
      return
    }
    this.#noteFailure(failure)
    this.#inBackground(() => this.#workers.stop({ purge: false }))
    if (this.#options.retries && !isFinal) this.#retries.schedule()
    else this.#options.onEnded?.(failure)
  }

  /** Starts again from the committed offsets, at once: nothing is wrong with the query itself. */
  restart(): void {
    if (this.#isStopped || this.#hasFailed) return
    this.#state = 'REBALANCING'
    this.#inBackground(async () => {
      await this.#workers.stop({ purge: false })
      await this.#launch()
    })
  }

  /** Compares the partitions that the query reads with those that its topics have now. */
  notePartitions(counts: PartitionCounts): void {
    const { plan } = this.#options.query
    if (this.#isStopped || this.#hasFailed || this.#tasks.all === null) return
    const grown = grownTopics(plan, this.#tasks.all, counts)
    this.#unread = grown.length > 0 && placesByKey(plan) ? unreadPartitions(grown) : null
    if (grown.length === 0) return
    const message = this.#unread?.message ?? readingAdded(grown)
    if (message !== this.#growthNotice) this.#options.onNotice?.(message)
    this.#growthNotice = message
    if (this.#unread !== null) return
    if (this.#options.query.transient) this.#inBackground(() => this.#attempt(() => this.#startAdded()))
    else this.restart()
  }

  /** Brings the lag of a failed query up to date. Rejects with a BrokerError. */
  async measureLag(): Promise<void> {
    if (!this.#hasFailed || this.#options.query.transient) return
    const inputs = (this.#tasks.all ?? []).flatMap((task) => task.inputs)
    this.#failedLag = await measureLag(inputs, this.#application, this.#options.broker)
  }

  /** Starts the query again after the worker has died with its tasks. */
  lose(worker: Worker): void {
    this.#standbys.drop(worker)
    if (!this.#workers.has(worker)) {
      this.follow()
      return
    }
    this.#workers.drop(worker)
    this.restart()
  }

  /** Resolves when all operations so far are carried out. */
  async settled(): Promise<void> {
    await this.#turns.idle()
  }

  runsOn(worker: Worker): boolean {
    return this.#workers.has(worker)
  }

  /** All tasks, on all servers. Null: not known yet. */
  findTasks(): readonly TaskAssignment[] | null {
    if (this.#tasks.all === null) this.#learnTasks()
    return this.#tasks.all
  }

  /** Throws an Error if the plan keeps no table. Null as with `findTasks`. */
  findMaterialization(): MaterializationPartitions | null {
    return this.findTasks() === null ? null : this.#tasks.materialization
  }

  /** The worker on which the tasks of a slot are at work; undefined: they are not here, or not yet. */
  workerOf(slot: number): Worker | undefined {
    return this.#workers.workerOf(slot)
  }

  /** The worker that has copies of the slot's tasks; undefined: it is not followed here. */
  standbyWorkerOf(slot: number): Worker | undefined {
    return this.#standbys.workerOf(slot)
  }

  /** See `QueryStandbys`. */
  get standbys(): Pick<QueryStandbys, 'behind' | 'lags'> {
    return this.#standbys
  }

  status(): QueryStatus {
    const progress = this.#workers.progress()
    const isWaiting = progress.restores.left > 0 || this.#options.slots.isEmpty
    return {
      ...progress,
      state: this.#state === 'RUNNING' && isWaiting ? 'REBALANCING' : this.#state,
      failures: [...this.#failures],
      failureCount: this.#failureCount,
      unread: this.#unread,
      processingErrors: progress.processingErrors + this.#earlierErrors,
      lagRecords: this.#hasFailed ? this.#failedLag : progress.lagRecords,
    }
  }

  /** Prefix of the query's internal topics, and its consumer group. */
  get #application(): string {
    const { serviceId, query } = this.#options
    return applicationId({ serviceId, queryId: this.#id, transient: query.transient })
  }

  get #id(): string {
    return this.#options.query.plan.queryId
  }

  async #launch(): Promise<void> {
    if (this.#isStopped) return
    this.#hasFailed = false
    this.#unread = null
    this.#retries.beginAttempt()
    this.#state = this.#isPaused ? 'PAUSED' : 'RUNNING'
    await this.#attempt(() => this.#startOwned())
    await this.#follow()
  }

  async #follow(): Promise<void> {
    if (!this.#isStopped) await this.#standbys.update()
  }

  async #attempt(work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      // `lose` starts the query again.
      if (error instanceof WorkerLostError) return
      this.fail(failureOf(error, this.#options.clock.now()))
    }
  }

  /** Starts tasks of owned slots that do not run yet, from the offsets that are committed now. */
  async #startOwned(): Promise<void> {
    const { terms } = this.#options.slots
    const isMissing = ({ slot }: TaskAssignment) => this.#workers.isMissing(slot, terms)
    if (this.#isStopped || terms.size === 0 || this.#tasks.all?.some(isMissing) === false) return
    await this.#startTasks(terms, isMissing)
  }

  /** Starts the tasks of partitions that were added, beside the others: these have no committed offsets from which they could start again. */
  async #startAdded(): Promise<void> {
    if (this.#isStopped || this.#hasFailed) return
    const running = new Set(this.#tasks.all?.map(({ id }) => id))
    await this.#startTasks(this.#options.slots.terms, ({ id }) => !running.has(id))
  }

  /** Places the query again and starts those of its tasks that are wanted. */
  async #startTasks(terms: SlotTerms, isWanted: (task: TaskAssignment) => boolean): Promise<void> {
    const placed = await this.#tasks.place(terms, { paused: this.#isPaused })
    const parts = await this.#workers.choose(placed.tasks.filter(isWanted))
    this.#retries.noteStart()
    await this.#workers.start(parts, { ...placed, indexes: this.#indexes, wanted: [...this.#wanted] }, terms)
  }

  #learnTasks(): void {
    if (this.#isLearning) return
    this.#isLearning = true
    this.#inBackground(() => this.#tasks.learn().finally(() => (this.#isLearning = false)))
  }

  #noteFailure(failure: QueryFailure): void {
    const max = Number(this.#options.query.config['ksql.query.error.max.queue.size'] ?? DEFAULT_MAX_FAILURES)
    this.#state = 'ERROR'
    this.#failureCount++
    this.#failures.push(failure)
    this.#failures.splice(0, Math.max(0, this.#failures.length - max))
    this.#options.onFailure?.(failure)
  }

  /** Works without a caller that waits: an error shows among the failures. */
  #inBackground(work: () => Promise<void>): void {
    const { clock } = this.#options
    this.#turns.run(work).catch((error: unknown) => this.#noteFailure(failureOf(error, clock.now())))
  }
}
