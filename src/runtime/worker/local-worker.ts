/**
 * A worker in its own thread: it owns a broker connection, one fetch loop for the inputs that are up to date and one for those that are
 * behind, one producer, the tasks placed on it and their stores. The work between two fetches is a round: records come in, go through all
 * tasks that read them, and their output leaves.
 */

import type { Broker, Producer } from '../../broker/broker.ts'
import type { Compression } from '../../broker/compression.ts'
import type { Clock, Timer } from '../../clock.ts'
import type { FunctionContext } from '../../functions/declaration.ts'
import type { FunctionRegistry } from '../../functions/registry.ts'
import type { TableIndex } from '../../plan/table-index.ts'
import { haveStores, splitTopology, stepSchemas } from '../../plan/topology.ts'
import { NO_REGISTRY, type SchemaLoader } from '../../serde/loaded-schemas.ts'
import { type JsonRows, jsonRows, rowWriter } from '../../types/row-json.ts'
import { columnTypes } from '../../types/schema.ts'
import type { Row } from '../../types/value.ts'
import type { QueryAssignment, WantedChange } from '../assignment.ts'
import type { ClusterMember } from '../cluster-member.ts'
import { WATCHED } from '../heartbeat.ts'
import { Pace } from '../pace.ts'
import type { FetchTotals, QueryProgress } from '../query-progress.ts'
import type { PartitionInput } from '../reading/partition-input.ts'
import { WorkerReading } from '../reading/worker-reading.ts'
import type { StoreLag } from '../store-lag.ts'
import type { StoreProvider } from '../stores/task-stores.ts'
import type { InProcessWorker, SettleScope, WorkerListener, WorkerPull } from '../worker.ts'
import { CommitSchedule } from './commit-schedule.ts'
import type { CompiledQuery } from './compiled-query.ts'
import { MembershipFence } from './membership-fence.ts'
import { closeAll, openAll } from './open-tasks.ts'
import { Openings } from './openings.ts'
import { BatchPool } from './output/batch-pool.ts'
import { SendWindow } from './output/send-window.ts'
import { QueryEndings } from './query-endings.ts'
import type { RunningTask } from './running-task.ts'
import { Settling } from './settling.ts'
import { SlowQueries } from './slow-queries.ts'
import { StandbyQueries } from './standby-queries.ts'
import { indexProgress, useIndexes } from './table-indexes.ts'
import { TaskOpener } from './task-opener.ts'
import { OUTPUT_TIMEOUT_MS, STATE_TIMEOUT_MS, Transactions } from './transactions.ts'
import { WorkerPulls } from './worker-pulls.ts'
import { WorkerQueries } from './worker-queries.ts'
import { type CommitsIn, WorkerQuery } from './worker-query.ts'

export interface LocalWorkerOptions {
  /** Opened by the caller, and closed by it after the worker. */
  readonly broker: Broker
  readonly functions: FunctionRegistry
  readonly functionContext: FunctionContext
  readonly clock: Clock
  readonly timer: Timer
  readonly stores: StoreProvider
  readonly listener: WorkerListener
  /** Identifies the transactions of its exactly-once queries; no other running worker has it. */
  readonly transactionalId: string
  readonly compression: Compression
  /** Default: there is no schema registry. */
  readonly schemas?: SchemaLoader
  /** Shared with the thread that watches this one: see `WATCHED`. */
  readonly watched?: Int32Array
  /** See `Pace`. Default: never. */
  readonly isAwaited?: () => boolean
}

const stateTransactionalId = (transactionalId: string): string => `${transactionalId}-state`

/** Runs tasks in the thread that makes it. */
export class LocalWorker implements InProcessWorker {
  readonly #options: LocalWorkerOptions
  readonly #queries = new WorkerQueries()
  /** Queries for which a round may have something to do; the others are at rest, however many they are. */
  readonly #atWork = new Set<CompiledQuery>()
  readonly #reading: WorkerReading
  readonly #commits: CommitSchedule
  readonly #fence: MembershipFence
  readonly #transactions: Transactions
  /** See `CommitsIn`. */
  readonly #stateTransactions: Transactions
  readonly #producer: Producer
  readonly #window = new SendWindow()
  readonly #watched: Int32Array
  readonly #openings = new Openings()
  readonly #settling: Settling
  readonly #pace: Pace
  readonly #slowQueries: SlowQueries
  readonly #pulls: WorkerPulls
  readonly #standbys: StandbyQueries
  readonly #opener: TaskOpener
  readonly #endings: QueryEndings

  constructor(options: LocalWorkerOptions) {
    this.#options = options
    this.#pace = new Pace(options.isAwaited)
    this.#watched = options.watched ?? new Int32Array(WATCHED.length)
    const { broker, clock, timer, compression, transactionalId, functionContext, schemas = NO_REGISTRY } = options
    this.#producer = broker.producer()
    const queries = this.#queries
    const run = () => queries.all
    this.#fence = new MembershipFence(timer)
    this.#transactions = new Transactions({
      broker,
      transactionalId,
      timeoutMs: OUTPUT_TIMEOUT_MS,
      fence: this.#fence,
      queries: () => queries.of('transaction'),
      take: () => queries.take('transaction'),
      onAborted: (queries, reason) => void this.#endings.rewind(queries, reason),
    })
    this.#stateTransactions = new Transactions({
      broker,
      transactionalId: stateTransactionalId(transactionalId),
      timeoutMs: STATE_TIMEOUT_MS,
      fence: this.#fence,
      // A query that has ended has written nothing since its last commit.
      queries: () => queries.of('stateTransaction'),
      take: () => queries.take('stateTransaction').filter(({ isEnded }) => !isEnded),
      onAborted: null,
    })
    this.#standbys = new StandbyQueries(options.stores.standbys)
    this.#pulls = new WorkerPulls({
      ...options,
      find: (queryId) => this.#find(queryId),
      standbys: this.#standbys,
      onDamage: (error) => this.#endings.failDamaged(error),
    })
    this.#slowQueries = new SlowQueries({
      timer,
      pace: this.#pace,
      working: () => this.#watched[WATCHED.workingFor]!,
      queries: run,
      onRelease: (input) => this.#reading.update(input),
      wakeUp: () => this.#reading.wakeUp(),
    })
    functionContext.budget.timeKeeper = this.#slowQueries
    this.#reading = new WorkerReading({
      broker,
      pace: this.#pace,
      schemas,
      beforeReading: () => this.#commits.commitEarly(),
      waitForRoom: () => this.#transactions.busy ?? (this.#window.isFull ? this.#window.room() : this.#commits.room),
      onRead: () => this.#beat(),
      onRound: () => this.#endRound(),
    })
    this.#opener = new TaskOpener({
      ...options,
      pace: this.#pace,
      producer: this.#producer,
      exactlyOnceProducer: this.#transactions.sender,
      stateProducer: this.#stateTransactions.sender,
      pool: new BatchPool(compression),
      window: this.#window,
      watched: this.#watched,
      onBadRecord: (query, error) => void this.#endings.halt(query, error),
      onFullness: (input) => this.#update(input),
      onWorkLeft: () => this.#reading.wakeUp(),
      onWork: (compiled) => {
        this.#atWork.add(compiled)
        queries.touch(compiled.query)
      },
    })
    this.#endings = new QueryEndings({
      ...options,
      queries,
      reading: this.#reading,
      transactions: this.#transactions,
      stateTransactions: this.#stateTransactions,
    })
    this.#commits = new CommitSchedule({
      clock,
      timer,
      queries: run,
      next: () => [...queries.peek('transaction'), ...queries.peek('stateTransaction'), ...queries.take(null)],
      transactions: { transaction: this.#transactions, stateTransaction: this.#stateTransactions },
      isPressed: () => options.stores.needsCommit(),
      isFull: () => options.stores.isFull(),
      onTick: () => this.#tick(),
    })
    this.#settling = new Settling({
      broker,
      queries: run,
      isTransactionIdle: () => this.#transactions.isIdle && this.#stateTransactions.isIdle,
      commitAll: () => this.#commits.commitAll(),
      timer,
    })
  }

  get totals(): FetchTotals {
    return this.#reading.totals
  }

  get throttledMs(): number {
    return this.#options.broker.throttledMs ?? 0
  }

  async start(assignment: QueryAssignment): Promise<void> {
    const compiled = this.#find(assignment.queryId) ?? this.#compile(assignment)
    const { query } = compiled
    this.#commits.start()
    const { opening, earlier } = this.#openings.begin(query)
    try {
      await earlier
      if (query.commitsIn === 'transaction') await this.#transactions.open()
      if (query.commitsIn === 'stateTransaction') await this.#stateTransactions.open()
      await this.#standbys.halt(assignment)
      const opened = await openAll(assignment.tasks, {
        open: (task) => this.#opener.open(compiled, task, opening.signal(task.slot)),
        signal: ({ slot }) => opening.signal(slot),
      })
      if (assignment.indexes !== undefined) query.indexes = assignment.indexes
      useIndexes(compiled, opened, this.#options)
      const isWanted = ({ assignment: { slot } }: RunningTask) => !query.isEnded && !opening.signal(slot).aborted
      const wanted = opened.filter(isWanted)
      query.tasks = [...query.tasks, ...wanted]
      this.#atWork.add(compiled)
      this.#queries.touch(query)
      for (const task of wanted) for (const input of task.inputs) this.#read(query, input)
      await closeAll(opened.filter((task) => !wanted.includes(task)))
    } catch (error) {
      query.fail(error)
    } finally {
      opening.end()
    }
  }

  async setMember(member: ClusterMember | null): Promise<void> {
    this.#fence.member = member
  }

  async release(slots: readonly number[], { commit }: { readonly commit: boolean }): Promise<void> {
    const released = new Set(slots)
    this.#openings.release(slots)
    const leaving = new Map<WorkerQuery, readonly RunningTask[]>()
    for (const query of this.#queries.all) {
      const tasks = query.isSlotted ? query.tasks.filter((task) => released.has(task.assignment.slot)) : []
      if (tasks.length > 0) leaving.set(query, tasks)
    }
    await this.#endings.endTasks(leaving, commit)
  }

  follow(assignment: QueryAssignment): Promise<void> {
    return this.#standbys.follow(assignment)
  }

  get lags(): readonly StoreLag[] {
    return this.#standbys.lags
  }

  async stop(queryId: string, { purge }: { readonly purge: boolean }): Promise<void> {
    const compiled = this.#queries.get(queryId)
    this.#openings.abort(queryId)
    if (compiled !== undefined) await this.#endings.end(compiled)
    if (!purge) return
    await this.#standbys.end(queryId)
    await this.#options.stores.purge(queryId)
  }

  async setPaused(queryId: string, isPaused: boolean): Promise<void> {
    const query = this.#queries.get(queryId)?.query
    if (query === undefined || query.isPaused === isPaused) return
    query.isPaused = isPaused
    for (const { inputs } of query.tasks) {
      for (const input of inputs) {
        input.isPaused = isPaused
        this.#reading.update(input)
      }
    }
  }

  async setIndexes(queryId: string, indexes: readonly TableIndex[]): Promise<void> {
    const compiled = this.#find(queryId)
    if (compiled === undefined) return
    compiled.query.indexes = indexes
    useIndexes(compiled, compiled.query.tasks, this.#options)
  }

  async setWanted(queryId: string, changes: readonly WantedChange[]): Promise<void> {
    const wanted = this.#find(queryId)?.query.wanted
    if (wanted === undefined) return
    for (const { value, isWanted } of changes) {
      if (isWanted) wanted.add(value)
      else wanted.delete(value)
    }
  }

  pull(queryId: string, request: WorkerPull): AsyncIterable<readonly Row[]> {
    return this.#pulls.read(queryId, request)
  }

  async *pullJson(queryId: string, request: WorkerPull): AsyncIterable<JsonRows> {
    const write = rowWriter(columnTypes(request.form.columns))
    for await (const rows of this.#pulls.read(queryId, request)) yield jsonRows(rows, write)
  }

  progress(queryId: string): QueryProgress | undefined {
    const compiled = this.#queries.get(queryId)
    if (compiled === undefined) return undefined
    const restores = this.#options.stores.restores(queryId)
    return { ...compiled.query.progress(), restores, indexes: indexProgress(compiled) }
  }

  progressMark(queryId: string): string | undefined {
    const compiled = this.#queries.get(queryId)
    if (compiled === undefined) return undefined
    const { restored, left } = this.#options.stores.restores(queryId)
    let mark = `${compiled.query.progressMark} ${restored} ${left}`
    for (const { name, readyTasks, tasks } of indexProgress(compiled)) mark += ` ${name} ${readyTasks} ${tasks}`
    return mark
  }

  async refresh(): Promise<void> {}

  settle(scope: SettleScope | null): Promise<boolean> {
    return this.#settling.settle(scope)
  }

  async close(): Promise<void> {
    await this.#commits.commitAll()
    for (const compiled of [...this.#queries.values()]) await this.#endings.end(compiled)
    this.#commits.stop()
    await this.#reading.close()
    await this.#transactions.close()
    await this.#stateTransactions.close()
    await this.#producer.close()
    await this.#options.stores.close()
    this.#settling.endRound()
  }

  /** Undefined if the query is not on this worker, or has ended. */
  #find(queryId: string): CompiledQuery | undefined {
    const compiled = this.#queries.get(queryId)
    return compiled?.query.isEnded === false ? compiled : undefined
  }

  #compile(assignment: QueryAssignment): CompiledQuery {
    const { broker, clock } = this.#options
    const { steps } = assignment.plan
    const commitsIn = this.#commitsIn(assignment)
    const compiled: CompiledQuery = {
      query: new WorkerQuery({
        assignment,
        broker,
        clock,
        commitsIn,
        transactionalId: this.#transactionalIdOf(commitsIn),
        sharesSlots: () => this.#fence.isShared,
        onWork: (query) => this.#queries.touch(query),
        onFailure: (query, error) => this.#endings.fail(query, error),
      }),
      topologies: splitTopology(steps),
      schemas: stepSchemas(steps),
      rows: [],
    }
    this.#queries.add(compiled)
    return compiled
  }

  /** State whose slots may move is written by their owner alone, whatever the guarantee. */
  #commitsIn({ exactlyOnce, group, plan }: QueryAssignment): CommitsIn {
    if (exactlyOnce) return 'transaction'
    const hasChangelogs = this.#options.stores.standbys !== null && group !== null
    if (!hasChangelogs || !this.#fence.isShared) return null
    return haveStores(plan.steps, stepSchemas(plan.steps)) ? 'stateTransaction' : null
  }

  #transactionalIdOf(commitsIn: CommitsIn): string | null {
    const { transactionalId } = this.#options
    if (commitsIn === null) return null
    return commitsIn === 'transaction' ? transactionalId : stateTransactionalId(transactionalId)
  }

  #read(query: WorkerQuery, input: PartitionInput): void {
    input.isPaused = query.isPaused
    this.#reading.add(input)
  }

  /** An input that has room again continues now; one that filled up while it was read stops at the end of the reader's turn. */
  #update(input: PartitionInput): void {
    if (!input.isFull) this.#reading.update(input)
  }

  #endRound(): void {
    for (const compiled of this.#atWork) {
      const { query, rows } = compiled
      if (!query.isEnded) {
        query.endRound()
        this.#beat()
        if (rows.length > 0) this.#options.listener.onRows(query.id, rows.splice(0))
      }
      if (query.isAtRest) this.#atWork.delete(compiled)
    }
    this.#watched[WATCHED.workingFor] = 0
    this.#slowQueries.endRound()
    this.#commits.commitWhenRead()
    this.#settling.endRound()
  }

  #beat(): void {
    this.#watched[WATCHED.beats]!++
  }

  /** Lets work that waits for the wall clock continue although nothing is read. */
  #tick(): void {
    if (this.#transactions.busy === null) this.#endRound()
  }
}
