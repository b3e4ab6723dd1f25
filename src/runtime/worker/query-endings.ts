/** How queries of a worker end: stopped, halted before a bad record, failed, or taken back with an aborted transaction. */
import { BrokerError, type BrokerErrorCode } from '../../broker/broker-error.ts'
import type { Clock } from '../../clock.ts'
import { messageOf } from '../../errors.ts'
import { StateDamagedError } from '../../state/lmdb/state-damaged-error.ts'
import type { BadRecordError } from '../processing-error.ts'
import { failureOf } from '../query-failure.ts'
import type { WorkerReading } from '../reading/worker-reading.ts'
import type { StoreProvider } from '../stores/task-stores.ts'
import type { WorkerListener } from '../worker.ts'
import type { CompiledQuery } from './compiled-query.ts'
import { closeAll } from './open-tasks.ts'
import type { RunningTask } from './running-task.ts'
import type { Transactions } from './transactions.ts'
import type { WorkerQueries } from './worker-queries.ts'
import type { WorkerQuery } from './worker-query.ts'

/** A transaction ended without a fault of the query: by its timeout, or by a server that took slots over. */
const ABORTS: ReadonlySet<BrokerErrorCode> = new Set(['TRANSACTION_ABORTED', 'PRODUCER_FENCED'])

export interface QueryEndingsOptions {
  /** Those that end leave it. */
  readonly queries: WorkerQueries
  readonly clock: Clock
  readonly stores: Pick<StoreProvider, 'damagedSlots'>
  readonly reading: Pick<WorkerReading, 'remove'>
  readonly transactions: Pick<Transactions, 'commit' | 'abort'>
  readonly stateTransactions: Pick<Transactions, 'commit' | 'busy'>
  readonly listener: Pick<WorkerListener, 'onFailure' | 'onRewind'>
}

export class QueryEndings {
  readonly #options: QueryEndingsOptions
  /** Queries that were started again because their state was damaged. */
  readonly #restarted = new Set<string>()

  constructor(options: QueryEndingsOptions) {
    this.#options = options
  }

  /** Commits what is done, then closes. */
  async end(compiled: CompiledQuery): Promise<void> {
    const { query } = compiled
    this.#stopReading(query.tasks)
    if (!query.isEnded) await this.#commit(query)
    await this.#close(compiled)
  }

  /** Ends tasks whose slots have gone. `commit`: whether their work is committed before, or dropped. */
  async endTasks(leaving: ReadonlyMap<WorkerQuery, readonly RunningTask[]>, commit: boolean): Promise<void> {
    const all = [...leaving.values()].flat()
    for (const task of all) task.halt()
    this.#stopReading(all)
    await this.#finish([...leaving.keys()], commit)
    for (const [query, tasks] of leaving) query.tasks = query.tasks.filter((task) => !tasks.includes(task))
    await closeAll(all)
  }

  /** Ends a query before a record that it must not pass. Earlier records are committed, so that they are not processed again. */
  async halt(query: WorkerQuery, error: BadRecordError): Promise<void> {
    if (query.isHalted) return
    query.halt()
    // Later: other queries may still read the fetched records.
    await Promise.resolve()
    await this.#commit(query)
    query.isSettled = !query.isEnded
    query.fail(error)
  }

  /** Closes a query that has just ended with `error`, then notifies the listener. The other queries continue. */
  fail(query: WorkerQuery, error: unknown): void {
    const { queries, clock, transactions, stateTransactions, listener } = this.#options
    const compiled = queries.get(query.id)!
    const isDamage = error instanceof StateDamagedError
    const isAbort = error instanceof BrokerError && ABORTS.has(error.code)
    const isRewound = isAbort || (isDamage && !this.#restarted.has(query.id))
    if (isDamage) {
      this.#restarted.add(query.id)
      this.failDamaged(error)
    }
    const finish = async () => {
      if (query.commitsIn === 'transaction' && !query.isSettled) await transactions.abort()
      if (query.commitsIn === 'stateTransaction') await stateTransactions.busy
      await this.#close(compiled)
    }
    const tell = () => {
      if (isRewound) listener.onRewind([query.id], isDamage ? null : messageOf(error))
      else listener.onFailure(query.id, failureOf(error, clock.now()))
    }
    // Later: a record may be on its way through the readers that this changes.
    queueMicrotask(() => void finish().then(tell, tell))
  }

  /** Ends all queries with state in a damaged slot: the slot's file is moved aside when the first of them starts again. */
  failDamaged(error: StateDamagedError): void {
    const slots = new Set(this.#options.stores.damagedSlots())
    for (const query of this.#options.queries.all)
      if (query.tasks.some(({ assignment }) => slots.has(assignment.slot))) query.fail(error)
  }

  /** Closes queries whose transaction was aborted, and has them started again. */
  async rewind(queries: readonly WorkerQuery[], reason: string): Promise<void> {
    const ended = queries.flatMap(({ id }) => this.#options.queries.get(id) ?? [])
    await Promise.allSettled(ended.map((compiled) => this.#close(compiled)))
    if (ended.length === 0) return
    const queryIds = ended.map(({ query }) => query.id)
    this.#options.listener.onRewind(queryIds, reason)
  }

  /** Commits or drops the work of queries before their tasks are closed. Output in the open transaction ends with the transaction. */
  async #finish(queries: readonly WorkerQuery[], commit: boolean): Promise<void> {
    const { transactions, stateTransactions } = this.#options
    for (const query of queries) query.wantCommit()
    const uses = new Set(queries.map(({ commitsIn }) => commitsIn))
    if (uses.has('transaction')) await (commit ? transactions.commit() : transactions.abort())
    // Changelogs are written by commits alone: between two of them there is nothing to drop.
    if (uses.has('stateTransaction')) await (commit ? stateTransactions.commit() : stateTransactions.busy)
    if (commit) await Promise.all(queries.filter(({ commitsIn }) => commitsIn === null).map((query) => query.commit()))
  }

  #commit(query: WorkerQuery): Promise<void> {
    const { transactions, stateTransactions } = this.#options
    query.wantCommit()
    if (query.commitsIn === null) return query.commit()
    return query.commitsIn === 'transaction' ? transactions.commit() : stateTransactions.commit()
  }

  async #close(compiled: CompiledQuery): Promise<void> {
    const { queries } = this.#options
    const { query } = compiled
    queries.delete(compiled)
    query.end()
    this.#stopReading(query.tasks)
    await query.close()
  }

  #stopReading(tasks: readonly RunningTask[]): void {
    for (const { inputs } of tasks) for (const input of inputs) this.#options.reading.remove(input)
  }
}
