/**
 * A query's life, over all workers: placed, running, paused, failed and tried again, ended. Its operations are carried out in order, one
 * after the other.
 */
import { BrokerError } from '../../broker/broker-error.ts'
import { positionKey } from '../../broker/position-key.ts'
import type { Clock, Scheduled, Timer } from '../../clock.ts'
import type { QueryAssignment, TaskAssignment } from '../assignment.ts'
import type { LostOffset } from '../offsets-lost-error.ts'
import { failureOf } from '../query-failure.ts'
import { addProgress, type QueryProgress } from '../query-progress.ts'
import type { QueryFailure, QueryState, QueryStatus } from '../query-runtime.ts'
import type { OwnedSlots, SlotTerms } from '../slots.ts'
import { applicationId } from '../topic-names.ts'
import { unlessLost, type Worker, WorkerLostError } from '../worker.ts'
import { existingInternalTopics } from './internal-topics.ts'
import { describePolicy, policyFor, settleLostOffsets, withWholeTopics } from './lost-offsets.ts'
import { type MaterializationPartitions, materializationPartitions } from './materialization-partitions.ts'
import { type KnownInputs, type PlacedQuery, type PlacementOptions, partitionsRead, placeQuery } from './place-query.ts'
import { describeRebuild, resetQuery } from './reset-query.ts'
import type { Workers } from './workers.ts'

const DEFAULT_FIRST_RETRY_MS = 15_000
const DEFAULT_LAST_RETRY_MS = 900_000
const DEFAULT_MAX_FAILURES = 10

export interface RunningQueryOptions extends PlacementOptions {
  readonly query: PlacedQuery
  readonly workers: Workers
  /** The slots whose tasks run on this server. */
  readonly slots: OwnedSlots
  /** Whether all tasks of the query are on this server. */
  readonly isAlone: boolean
  readonly clock: Clock
  readonly timer: Timer
  /** False: after a failure the query stays ended, and `onEnded` is called. */
  readonly retries: boolean
  readonly onEnded?: (failure: QueryFailure) => void
  /** Called at each failure, whether the query is tried again or not. */
  readonly onFailure?: (failure: QueryFailure) => void
}

const NO_SLOTS: SlotTerms = new Map()
const NOTHING_READ: KnownInputs = { positions: new Set(), partitions: new Map() }

/** The tasks of a slot, at work here since it was taken. */
interface RunningSlot {
  readonly term: number
  readonly worker: Worker
  /** False: they are just being started. */
  isUp: boolean
}

/** A query and its operations. */
export class RunningQuery {
  /** All tasks, on all servers. Null until they are first needed. */
  assignment: QueryAssignment | null = null
  readonly #options: RunningQueryOptions
  readonly #failures: QueryFailure[] = []
  #failureCount = 0
  /** Processing errors of earlier runs, whose workers no longer report them. */
  #earlierErrors = 0
  /** Records behind the end of the sources, measured while the query has failed; its workers report nothing then. */
  #failedLag = 0
  #state: QueryState = 'CREATED'
  #isPaused: boolean
  #isStopped = false
  /** Since it was last started; workers may report a failure one after the other. */
  #hasFailed = false
  #workers: readonly Worker[] = []
  readonly #running = new Map<number, RunningSlot>()
  /** Partitions (`positionKey`) that tasks here have read, so that an offset is committed for them. */
  readonly #positions = new Set<string>()
  /** How many partitions each topic had that tasks here have read. */
  #partitions: ReadonlyMap<string, number> = new Map()
  #materialization: MaterializationPartitions | null = null
  #isLearning = false
  #turn: Promise<unknown> = Promise.resolve()
  #retry: Scheduled | null = null
  #retryDelayMs: number
  /** When it was last brought to run, epoch ms; 0: the last attempt did not come so far. */
  #startedAt = 0

  constructor(options: RunningQueryOptions) {
    this.#options = options
    this.#isPaused = options.query.paused
    this.#retryDelayMs = this.#firstRetryMs
  }

  /** Resolves when the tasks run, or have failed; `status` shows which. */
  start(): Promise<void> {
    return this.#inTurn(() => this.#launch())
  }

  setPaused(isPaused: boolean): Promise<void> {
    return this.#inTurn(async () => {
      this.#isPaused = isPaused
      if (this.#state === 'RUNNING' || this.#state === 'PAUSED') this.#state = isPaused ? 'PAUSED' : 'RUNNING'
      await Promise.all(this.#workers.map((worker) => worker.setPaused(this.#id, isPaused).catch(unlessLost)))
    })
  }

  /** Ends the query for good. `purge`: deletes its state on workers and its internal topics and group on the broker. */
  stop({ purge }: { readonly purge: boolean }): Promise<void> {
    this.#isStopped = true
    this.#retry?.cancel()
    return this.#inTurn(async () => {
      this.#state = 'PENDING_SHUTDOWN'
      // Workers on which the query ran before it failed may have state too.
      await this.#stopWorkers(purge ? await this.#options.workers.all() : this.#workers, { purge })
      if (purge) await this.#purge()
      this.#state = 'NOT_RUNNING'
    })
  }

  /** Starts the tasks of slots that have come. */
  takeSlots(): void {
    this.#inBackground(async () => {
      if (!this.#hasFailed) await this.#attempt(() => this.#startOwned())
    })
  }

  /** Builds the query's state again from its sources. What it writes meanwhile it has written before. */
  #rebuild(failure: QueryFailure): void {
    this.#recover(failure, async () => {
      await this.#stopWorkers(await this.#options.workers.all(), { purge: true })
      return describeRebuild(await resetQuery(this.#application, this.#options.broker))
    })
  }

  /** Lets the query continue where its configuration says, or keeps it in ERROR. */
  #settleLost(failure: QueryFailure, found: readonly LostOffset[]): void {
    const { broker, workers, isAlone } = this.#options
    const { terms } = this.#options.slots
    const inputs = (this.assignment?.tasks ?? []).flatMap((task) => (terms.has(task.slot) ? task.inputs : []))
    const lost = withWholeTopics(found, inputs)
    const isRepartitioned = lost.some(({ kind }) => kind === 'repartitioned')
    const wanted = policyFor(lost, this.#options.query.config)
    // Other servers have a part of the state whose keys now lie elsewhere.
    const policy = isRepartitioned && !isAlone ? 'fail' : wanted
    const settled = { application: this.#application, broker }
    const told = describePolicy(policy, { canContinue: !isRepartitioned || isAlone })
    if (policy === 'fail') {
      this.#noteFailure({ ...failure, message: `${failure.message} ${told}` })
      this.#inBackground(async () => {
        await this.#stopWorkers(this.#workers, { purge: false })
        await settleLostOffsets(lost, policy, settled)
      })
      this.#scheduleRetry()
      return
    }
    this.#recover(failure, async () => {
      await this.#stopWorkers(await workers.all(), { purge: isRepartitioned })
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
        this.#scheduleRetry()
        return
      }
      this.assignment = null
      this.#positions.clear()
      this.#partitions = new Map()
      await this.#launch()
    })
  }

  /** Forgets the tasks of slots that have gone; the workers end them. */
  dropSlots(slots: readonly number[]): void {
    for (const slot of slots) this.#running.delete(slot)
  }

  /** Ends the query on all workers after one has failed. Its tasks start again after a pause, unless the failure is final. */
  fail(failure: QueryFailure, { isFinal = false } = {}): void {
    if (this.#isStopped || this.#hasFailed) return
    this.#hasFailed = true
    this.#earlierErrors += this.#progress().processingErrors
    if (failure.lostOffsets !== undefined && !this.#options.query.transient) {
      this.#settleLost(failure, failure.lostOffsets)
      return
    }
    if (failure.isStateLost === true && this.#options.isAlone) {
      this.#rebuild(failure)
      return
    }
    this.#noteFailure(failure)
    this.#inBackground(() => this.#stopWorkers(this.#workers, { purge: false }))
    if (this.#options.retries && !isFinal) this.#scheduleRetry()
    else this.#options.onEnded?.(failure)
  }

  /** Starts again from the committed offsets, at once: nothing is wrong with the query itself. */
  restart(): void {
    if (this.#isStopped || this.#hasFailed) return
    this.#state = 'REBALANCING'
    this.#inBackground(async () => {
      await this.#stopWorkers(this.#workers, { purge: false })
      await this.#launch()
    })
  }

  /** Brings the lag of a failed query up to date. Rejects with a BrokerError. */
  async measureLag(): Promise<void> {
    if (!this.#hasFailed || this.#options.query.transient) return
    const { broker, serviceId } = this.#options
    const inputs = (this.assignment?.tasks ?? []).flatMap((task) => task.inputs)
    const committed = await broker.fetchOffsets(applicationId({ serviceId, queryId: this.#id, transient: false }))
    const ends = new Map<string, number>()
    for (const topic of new Set(inputs.map((input) => input.topic))) {
      for (const end of await broker.endOffsets(topic)) ends.set(positionKey({ topic, ...end }), end.offset)
    }
    const positions = new Map(committed.map((position) => [positionKey(position), position.offset]))
    this.#failedLag = inputs.reduce((lag, input) => {
      const key = positionKey(input)
      return lag + Math.max(0, (ends.get(key) ?? 0) - (positions.get(key) ?? input.position))
    }, 0)
  }

  /** Starts the query again after the worker has died with its tasks. */
  lose(worker: Worker): void {
    if (!this.#workers.includes(worker)) return
    this.#workers = this.#workers.filter((other) => other !== worker)
    for (const [slot, running] of this.#running) if (running.worker === worker) this.#running.delete(slot)
    this.restart()
  }

  /** Resolves when all operations so far are carried out. */
  async settled(): Promise<void> {
    await this.#turn
  }

  runsOn(worker: Worker): boolean {
    return this.#workers.includes(worker)
  }

  /** All tasks, on all servers. Null: not known yet. */
  findTasks(): readonly TaskAssignment[] | null {
    if (this.assignment === null) this.#learnTasks()
    return this.assignment?.tasks ?? null
  }

  /** Throws an Error if the plan keeps no table. Null as with `findTasks`. */
  findMaterialization(): MaterializationPartitions | null {
    if (this.findTasks() !== null) this.#materialization ??= materializationPartitions(this.assignment!)
    return this.#materialization
  }

  /** The worker on which the tasks of a slot are at work; undefined: they are not here, or not yet. */
  workerOf(slot: number): Worker | undefined {
    const running = this.#running.get(slot)
    return running?.isUp === true ? running.worker : undefined
  }

  status(): QueryStatus {
    const progress = this.#progress()
    const isWaiting = progress.restores.left > 0 || this.#options.slots.isEmpty
    return {
      ...progress,
      state: this.#state === 'RUNNING' && isWaiting ? 'REBALANCING' : this.#state,
      failures: [...this.#failures],
      failureCount: this.#failureCount,
      processingErrors: progress.processingErrors + this.#earlierErrors,
      lagRecords: this.#hasFailed ? this.#failedLag : progress.lagRecords,
    }
  }

  #progress(): QueryProgress {
    return addProgress(this.#workers.flatMap((worker) => worker.progress(this.#id) ?? []))
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
    this.#startedAt = 0
    this.#state = this.#isPaused ? 'PAUSED' : 'RUNNING'
    await this.#attempt(() => this.#startOwned())
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
    const { slots, query, clock } = this.#options
    const { terms } = slots
    const isMissing = ({ slot }: TaskAssignment) => terms.has(slot) && this.#running.get(slot)?.term !== terms.get(slot)
    if (this.#isStopped || terms.size === 0 || this.assignment?.tasks.some(isMissing) === false) return
    const owns = { owned: terms, known: { positions: this.#positions, partitions: this.#partitions } }
    const placed = await placeQuery({ ...query, paused: this.#isPaused }, this.#options, owns)
    this.assignment = placed
    this.#materialization = null
    this.#partitions = partitionsRead(placed.tasks)
    for (const { slot, inputs } of placed.tasks)
      if (terms.has(slot)) for (const input of inputs) this.#positions.add(positionKey(input))
    const parts = await this.#byWorker(placed.tasks.filter(isMissing))
    this.#startedAt = clock.now()
    // Nothing may be awaited between here and the calls of the workers, which must get starts and releases in the order in which they happen.
    const starting: Promise<void>[] = []
    for (const [worker, all] of parts) {
      const tasks = all.filter(({ slot }) => slots.isIn(slot, terms.get(slot)!))
      if (tasks.length > 0) starting.push(this.#startOn(worker, { ...placed, tasks }, terms))
    }
    this.#workers = [...new Set([...this.#workers, ...parts.keys()])]
    await Promise.all(starting)
  }

  #learnTasks(): void {
    if (this.#isLearning) return
    this.#isLearning = true
    const learn = async () => {
      this.assignment ??= await placeQuery(this.#options.query, this.#options, { owned: NO_SLOTS, known: NOTHING_READ })
    }
    this.#inBackground(() => learn().finally(() => (this.#isLearning = false)))
  }

  async #startOn(worker: Worker, part: QueryAssignment, terms: SlotTerms): Promise<void> {
    const started = new Map<number, RunningSlot>()
    for (const { slot } of part.tasks) started.set(slot, { term: terms.get(slot)!, worker, isUp: false })
    for (const [slot, running] of started) this.#running.set(slot, running)
    await worker.start(part)
    for (const running of started.values()) running.isUp = true
  }

  async #byWorker(tasks: readonly TaskAssignment[]): Promise<Map<Worker, TaskAssignment[]>> {
    const parts = new Map<Worker, TaskAssignment[]>()
    for (const task of tasks) {
      const worker = await this.#options.workers.workerOf(task.slot)
      const part = parts.get(worker)
      if (part === undefined) parts.set(worker, [task])
      else part.push(task)
    }
    return parts
  }

  async #stopWorkers(workers: readonly Worker[], options: { readonly purge: boolean }): Promise<void> {
    this.#workers = []
    this.#running.clear()
    await Promise.all(workers.map((worker) => worker.stop(this.#id, options).catch(unlessLost)))
  }

  async #purge(): Promise<void> {
    const { broker, serviceId, changelogs, query } = this.#options
    const application = applicationId({ serviceId, queryId: this.#id, transient: query.transient })
    const mayHaveTopics = changelogs || query.plan.steps.some(({ kind }) => kind === 'repartition')
    const topics = mayHaveTopics ? await existingInternalTopics(application, broker) : []
    for (const topic of topics) await unlessGone(broker.deleteTopic(topic))
    if (!query.transient) await broker.deleteGroup(application)
  }

  #noteFailure(failure: QueryFailure): void {
    const max = Number(this.#config('ksql.query.error.max.queue.size') ?? DEFAULT_MAX_FAILURES)
    this.#state = 'ERROR'
    this.#failureCount++
    this.#failures.push(failure)
    this.#failures.splice(0, Math.max(0, this.#failures.length - max))
    this.#options.onFailure?.(failure)
  }

  /** Delays double, up to the last; after a run that was longer than its delay they start over. */
  #scheduleRetry(): void {
    const { clock, timer } = this.#options
    const ranFor = this.#startedAt === 0 ? 0 : clock.now() - this.#startedAt
    if (ranFor > this.#retryDelayMs) this.#retryDelayMs = this.#firstRetryMs
    const delay = this.#retryDelayMs
    this.#retryDelayMs = Math.min(this.#lastRetryMs, 2 * delay)
    this.#retry?.cancel()
    this.#retry = timer.after(delay, () => this.#inBackground(() => this.#launch()), { background: true })
  }

  get #firstRetryMs(): number {
    return Number(this.#config('ksql.query.retry.backoff.initial.ms') ?? DEFAULT_FIRST_RETRY_MS)
  }

  get #lastRetryMs(): number {
    return Number(this.#config('ksql.query.retry.backoff.max.ms') ?? DEFAULT_LAST_RETRY_MS)
  }

  #config(name: string): string | undefined {
    return this.#options.query.config[name]
  }

  /** Works without a caller that waits: an error shows among the failures. */
  #inBackground(work: () => Promise<void>): void {
    const { clock } = this.#options
    this.#inTurn(work).catch((error: unknown) => this.#noteFailure(failureOf(error, clock.now())))
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.#turn.then(work)
    this.#turn = done.catch(() => {})
    return done
  }
}

async function unlessGone(deleting: Promise<void>): Promise<void> {
  try {
    await deleting
  } catch (error) {
    if (!(error instanceof BrokerError && error.code === 'UNKNOWN_TOPIC')) throw error
  }
}
