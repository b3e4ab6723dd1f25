/** The runtime as the engine sees it: persistent queries by id, push queries by subscriber, over however many workers. */

import type { Broker } from '../../broker/broker.ts'
import { BrokerError } from '../../broker/broker-error.ts'
import { type Clock, sleep, type Timer } from '../../clock.ts'
import type { TableIndex } from '../../plan/table-index.ts'
import type { JsonRows } from '../../types/row-json.ts'
import { SharedJson } from '../../types/shared-json.ts'
import type { Row } from '../../types/value.ts'
import type { TaskAssignment } from '../assignment.ts'
import type { ClusterMember } from '../cluster-member.ts'
import type { Notice, NoticeSubject } from '../notice.ts'
import type { ProcessingError } from '../processing-error.ts'
import { type Config, mergeConfig } from '../query-config.ts'
import type { FetchTotals } from '../query-progress.ts'
import type {
  PullRequest,
  PushSubscriber,
  PushSubscription,
  QueryFailure,
  QueryRuntime,
  QueryStatus,
  StartQuery,
  TableParts,
} from '../query-runtime.ts'
import { OwnedSlots } from '../slots.ts'
import type { StoreLag } from '../store-lag.ts'
import { unlessLost, type Worker, type WorkerListener, WorkerLostError, type WorkerProvider } from '../worker.ts'
import { FollowedSlots } from './followed-slots.ts'
import { FormerWriters } from './former-writers.ts'
import { DEFAULT_PERIOD_MS, PartitionWatch } from './partition-watch.ts'
import { fixOrigins, type PlacementOptions } from './place-query.ts'
import { PositionCommits } from './position-commits.ts'
import { PushQueries } from './push-queries.ts'
import { RunningQuery, type RunningQueryOptions } from './running-query.ts'
import { locateTable, pullTable, pullTableJson } from './table-parts.ts'
import { Workers } from './workers.ts'

export interface QueryRuntimeOptions {
  /** Belongs to this thread; already connected. The caller closes it after the runtime. */
  readonly broker: Broker
  readonly clock: Clock
  readonly timer: Timer
  /** The server's configuration (`ksql.service.id`, `ksql.streams.…`). */
  readonly config: Config
  /** Where tasks run. */
  readonly workers: WorkerProvider
  /** Whether stores have changelog topics, which the stores then write. Default false. */
  readonly changelogs?: boolean
  /** True: slots come by `takeSlots`, and only their tasks run. Default: all slots are this server's. */
  readonly sharesSlots?: boolean
  /** What the transactional ids of this server begin with, where slots are shared. Default: `server`. */
  readonly serverId?: string
  /** Called when a persistent query fails, also when it fails again after a retry. `statement`: see `StartQuery`. */
  readonly onFailure?: (queryId: string, failure: QueryFailure, statement?: string) => void
  /** Called when the results of a query may surprise, with the reason; once for each subject of a notice. */
  readonly onNotice?: (queryId: string, message: string) => void
}

/** A runtime that also tells when nothing is left to do, for tests and scripts. */
export interface SettlingQueryRuntime extends QueryRuntime {
  /**
   * Resolves when all running tasks have read all records there are, also those that they wrote for each other, and their outputs are
   * committed. Input that keeps coming keeps it waiting.
   */
  settled(): Promise<void>
}

/** How long `refresh` waits for busy workers; after that their last reports stand. */
const REFRESH_MS = 500
/** A query that was at work this often when its worker died or hung is not started again by itself. */
const MAX_DEATHS = 2
/** The slots of push queries, which read all partitions on their own server. */
const ALL_SLOTS = OwnedSlots.all()
/** The default in the table of settings. Source: Kafka Streams. */
const DEFAULT_ACCEPTABLE_LAG = 10_000
/** Rows that wait for one push subscriber. */
const DEFAULT_BUFFERED_ROWS = 50_000

/** A runtime without queries. Its caller closes it before the broker. */
export function createQueryRuntime(options: QueryRuntimeOptions): SettlingQueryRuntime {
  return new Runtime(options)
}

class Runtime implements SettlingQueryRuntime {
  readonly #options: QueryRuntimeOptions
  /** The server's configuration, whatever prefixes its names were given with. */
  readonly #config: Config
  readonly #queries = new Map<string, RunningQuery>()
  readonly #push: PushQueries
  readonly #workers: Workers
  readonly #slots: OwnedSlots
  readonly #followed = new FollowedSlots()
  readonly #formerWriters: FormerWriters
  readonly #positions: PositionCommits
  readonly #errorListeners: ((queryId: string, error: ProcessingError) => void)[] = []
  /** How often each query was at work when its worker died. */
  readonly #deaths = new Map<string, number>()
  /** The subjects of the notices that were passed on, by query id. */
  readonly #noticed = new Map<string, Set<NoticeSubject>>()
  readonly #partitionWatch: PartitionWatch
  /** The configurations of queries, most of which are equal. */
  readonly #shared = new SharedJson()
  #nextNumber = 1

  constructor(options: QueryRuntimeOptions) {
    this.#options = options
    this.#config = mergeConfig(options.config, {})
    this.#formerWriters = new FormerWriters(options.broker)
    this.#positions = new PositionCommits({ ...options, transactionalId: `${options.serverId ?? 'server'}-positions` })
    this.#slots = options.sharesSlots === true ? new OwnedSlots() : OwnedSlots.all()
    this.#push = new PushQueries({
      make: (plan, config, onEnded) => {
        const onNotice = (message: string) => this.#options.onNotice?.(plan.queryId, message)
        return this.#make({ plan, config, paused: false }, { transient: true, retries: false, onEnded, onNotice })
      },
      maxBufferedRows: Number(this.#config['ksql.query.push.max.buffered.rows'] ?? DEFAULT_BUFFERED_ROWS),
      timer: options.timer,
      onEnded: () => {},
    })
    this.#partitionWatch = new PartitionWatch({
      broker: options.broker,
      timer: options.timer,
      periodMs: Number(this.#config['metadata.max.age.ms'] ?? DEFAULT_PERIOD_MS),
      isNeeded: () => this.#all.length > 0,
      onCounts: (counts) => {
        for (const query of this.#all) query.notePartitions(counts)
      },
    })
    this.#workers = new Workers({
      provider: options.workers,
      listener: this.#listener(),
      onLost: (worker, suspect, cause) => this.#lose(worker, suspect, cause),
    })
  }

  async start(query: StartQuery): Promise<void> {
    const { queryId } = query.plan
    if (this.#queries.has(queryId)) throw new Error(`Query ${queryId} runs already.`)
    const onFailure = (failure: QueryFailure) => this.#options.onFailure?.(queryId, failure, query.statement)
    const onNotice = (message: string) => this.#options.onNotice?.(queryId, message)
    const running = this.#make(query, { transient: false, retries: true, onFailure, onNotice })
    this.#queries.set(queryId, running)
    await running.start()
  }

  async stop(queryId: string, options: { readonly purge: boolean }): Promise<void> {
    const query = this.#queries.get(queryId)
    if (query === undefined) return
    this.#deaths.delete(queryId)
    this.#noticed.delete(queryId)
    await query.stop(options)
    if (this.#queries.get(queryId) === query) this.#queries.delete(queryId)
  }

  async pause(queryId: string): Promise<void> {
    await this.#queries.get(queryId)?.setPaused(true)
  }

  async resume(queryId: string): Promise<void> {
    await this.#queries.get(queryId)?.setPaused(false)
  }

  async setIndexes(queryId: string, indexes: readonly TableIndex[]): Promise<void> {
    await this.#queries.get(queryId)?.setIndexes(indexes)
  }

  async refresh(): Promise<void> {
    const told = Promise.all([
      ...this.#workers.open.map((worker) => worker.refresh().catch(unlessLost)),
      ...[...this.#queries.values()].map((query) => query.measureLag().catch(unlessBroker)),
    ])
    const timeout = new AbortController()
    const late = sleep(this.#options.timer, REFRESH_MS, { signal: timeout.signal })
    await Promise.race([told, late]).finally(() => timeout.abort())
  }

  status(queryId: string): QueryStatus | undefined {
    return this.#find(queryId)?.status()
  }

  reading(): FetchTotals[] {
    return this.#workers.open.map(({ totals }) => totals)
  }

  throttledMs(): number {
    return this.#workers.open.reduce((sum, worker) => sum + worker.throttledMs, 0)
  }

  tasksOf(queryId: string): readonly TaskAssignment[] | null {
    return this.#queries.get(queryId)?.findTasks() ?? null
  }

  locate(queryId: string, keys: PullRequest['keys']): TableParts | null {
    const query = this.#queries.get(queryId)
    if (query === undefined) throw new Error(`Query ${queryId} does not run.`)
    return locateTable(query, keys)
  }

  pull(
    queryId: string,
    request: PullRequest,
    partitions?: readonly number[],
    { standbys } = { standbys: false },
  ): AsyncIterable<readonly Row[]> {
    const query = this.#queries.get(queryId)
    if (query === undefined) throw new Error(`Query ${queryId} does not run.`)
    return pullTable({ queryId, query, request, standbys, ...(partitions !== undefined && { partitions }) })
  }

  pullJson(queryId: string, request: PullRequest, partitions: readonly number[]): AsyncIterable<JsonRows> {
    const query = this.#queries.get(queryId)
    if (query === undefined) throw new Error(`Query ${queryId} does not run.`)
    return pullTableJson({ queryId, query, request, standbys: false, partitions })
  }

  async announce({ plan, config }: Omit<StartQuery, 'paused'>): Promise<void> {
    if (this.#options.sharesSlots !== true) return
    await fixOrigins({ plan, config: mergeConfig(this.#options.config, config) }, this.#placement())
  }

  get isAlone(): boolean {
    return this.#slots.ownsAll
  }

  setMember(member: ClusterMember | null): void {
    this.#formerWriters.live = member?.liveWriters ?? null
    this.#positions.member = member
    this.#workers.setMember(member)
  }

  takeSlots(slots: readonly number[]): void {
    this.#slots.add(slots)
    for (const query of this.#queries.values()) query.takeSlots()
  }

  async dropSlots(slots: readonly number[], options: { readonly commit: boolean }): Promise<void> {
    this.#slots.remove(slots)
    for (const query of this.#queries.values()) query.dropSlots(slots)
    const workers = await this.#workers.all()
    await Promise.all(workers.map((worker) => worker.release(slots, options).catch(unlessLost)))
  }

  followSlots(slots: readonly number[]): void {
    this.#followed.set(slots)
    for (const query of this.#queries.values()) query.follow()
  }

  warmSlots(): readonly number[] {
    const acceptable = Number(this.#config['acceptable.recovery.lag'] ?? DEFAULT_ACCEPTABLE_LAG)
    const behind = [...this.#queries.values()].map(({ standbys }) => standbys.behind(acceptable))
    return [...this.#followed.all].filter((slot) => !behind.some((slots) => slots.has(slot)))
  }

  storeLags(): readonly StoreLag[] {
    return [...this.#queries.values()].flatMap(({ standbys }) => standbys.lags)
  }

  subscribe(query: Omit<StartQuery, 'paused'>, subscriber: PushSubscriber): Promise<PushSubscription> {
    return this.#push.subscribe(query.plan, query.config, subscriber)
  }

  onProcessingError(listener: (queryId: string, error: ProcessingError) => void): void {
    this.#errorListeners.push(listener)
  }

  async settled(): Promise<void> {
    for (let isQuiet = false; !isQuiet; ) {
      await Promise.all(this.#all.map((query) => query.settled()))
      const workers = await this.#workers.all()
      const quiet = await Promise.all(workers.map((worker) => worker.settle(null).catch(notQuiet)))
      isQuiet = quiet.every(Boolean)
    }
  }

  async catchUp(queryIds: readonly string[], waitMs: number): Promise<boolean> {
    const { timer } = this.#options
    const until = timer.elapsed() + waitMs
    await Promise.race([
      Promise.all(queryIds.map((queryId) => this.#queries.get(queryId)?.settled())),
      sleep(timer, waitMs),
    ])
    for (;;) {
      const scope = { queryIds, waitMs: until - timer.elapsed() }
      if (scope.waitMs <= 0) return false
      const workers = await this.#workers.all()
      const quiet = await Promise.all(workers.map((worker) => worker.settle(scope).catch(notQuiet)))
      if (quiet.every(Boolean)) return true
    }
  }

  async close(): Promise<void> {
    this.#partitionWatch.close()
    await this.#push.close()
    await Promise.all([...this.#queries.values()].map((query) => query.stop({ purge: false })))
    this.#queries.clear()
    await this.#workers.close()
  }

  /** Persistent and push queries. */
  get #all(): RunningQuery[] {
    return [...this.#queries.values(), ...this.#push.running]
  }

  #find(queryId: string): RunningQuery | undefined {
    return this.#queries.get(queryId) ?? this.#push.find(queryId)
  }

  #make(
    { plan, config, paused, limits, indexes }: StartQuery,
    life: Pick<RunningQueryOptions, 'retries' | 'onEnded' | 'onFailure' | 'onNotice'> & { readonly transient: boolean },
  ): RunningQuery {
    const merged = this.#shared.share(mergeConfig(this.#options.config, config))
    return new RunningQuery({
      ...this.#placement(),
      ...life,
      query: {
        number: this.#nextNumber++,
        plan,
        config: merged,
        paused,
        transient: life.transient,
        ...(limits !== undefined && { limits }),
        ...(indexes !== undefined && { indexes }),
      },
      workers: this.#workers,
      slots: life.transient ? ALL_SLOTS : this.#slots,
      followed: this.#followed,
      isAlone: this.#options.sharesSlots !== true && !life.transient,
      clock: this.#options.clock,
      timer: this.#options.timer,
    })
  }

  #placement(): PlacementOptions {
    const { broker, changelogs = false } = this.#options
    const [formerWriters, positions] = [this.#formerWriters, this.#positions]
    return { broker, serviceId: this.#serviceId, changelogs, formerWriters, positions }
  }

  get #serviceId(): string {
    return this.#config['ksql.service.id'] ?? 'default_'
  }

  #listener(): WorkerListener {
    return {
      onFailure: (queryId, failure) => this.#find(queryId)?.fail(failure),
      onRewind: (queryIds, reason) => {
        for (const queryId of queryIds) {
          this.#find(queryId)?.restart()
          if (reason !== null) this.#options.onNotice?.(queryId, `It continues at its last commit. ${reason}`)
        }
      },
      onNotice: (queryId, notice) => this.#notice(queryId, notice),
      onProcessingError: (queryId, error) => {
        this.#push.onProcessingError(queryId, error)
        for (const listener of this.#errorListeners) listener(queryId, error)
      },
      onRows: (queryId, rows) => this.#push.onRows(queryId, rows),
    }
  }

  #notice(queryId: string, { about, message }: Notice): void {
    const told = this.#noticed.get(queryId) ?? new Set()
    this.#noticed.set(queryId, told)
    if (told.has(about)) return
    told.add(about)
    this.#options.onNotice?.(queryId, message)
  }

  /** Lets all tasks of a lost worker continue on another, except those of a query that has killed a worker before: it is stopped. */
  #lose(worker: Worker, suspect: string | null, cause: Error): void {
    const deaths = suspect === null ? 0 : (this.#deaths.get(suspect) ?? 0) + 1
    if (suspect !== null) this.#deaths.set(suspect, deaths)
    for (const query of this.#all) {
      if (query.runsOn(worker) && !(deaths >= MAX_DEATHS && query === this.#find(suspect!))) query.lose(worker)
    }
    if (deaths < MAX_DEATHS) return
    const message =
      `The worker thread died ${deaths} times while it worked for this query. ${cause.message} The query is not tried again by itself: ` +
      'terminate it, and create it again without what the thread does not survive.'
    this.#find(suspect!)?.fail({ time: this.#options.clock.now(), type: 'SYSTEM', message }, { isFinal: true })
  }
}

/** The lag stays as it was last measured while the broker cannot be reached. */
function unlessBroker(error: unknown): void {
  if (!(error instanceof BrokerError)) throw error
}

/** For `catch`: the tasks of a lost worker continue on others, so work is left. */
function notQuiet(error: unknown): boolean {
  if (error instanceof WorkerLostError) return false
  throw error
}
