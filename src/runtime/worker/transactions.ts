/**
 * Exactly once: everything that the worker's queries of that guarantee write goes through one transactional producer. A commit stores outputs,
 * changelogs and offsets of all of them in one transaction, and the local state after it, so that state is never ahead. While it
 * commits, the worker reads nothing: later output belongs to the next transaction. Source: KIP-447.
 *
 * At least once, where slots are shared: a second one of these holds changelogs and offsets alone. A server that has lost its slots can
 * then repeat output, but write neither the state nor the positions of its successor.
 */

import type { Broker, Producer, SendResult } from '../../broker/broker.ts'
import { BrokerError } from '../../broker/broker-error.ts'
import { commitSurely } from '../../broker/commit-surely.ts'
import { messageOf } from '../../errors.ts'
import type { MembershipFence } from './membership-fence.ts'
import type { TaskCheckpoint } from './running-task.ts'
import type { WorkerQuery } from './worker-query.ts'

/**
 * After this time a broker aborts an open transaction, ms. Readers of outputs wait for a dead server's transaction so long; the value is Kafka
 * Streams' default with exactly once.
 */
export const OUTPUT_TIMEOUT_MS = 10_000
/** The same for changelogs and positions, for which nobody waits: whoever takes a slot over ends the transaction first. The value is Kafka's default. */
export const STATE_TIMEOUT_MS = 60_000

export interface TransactionsOptions {
  readonly broker: Broker
  /** Stable over restarts: a new producer of this id fences the old one and aborts what it left open. */
  readonly transactionalId: string
  readonly timeoutMs: number
  readonly fence: Pick<MembershipFence, 'addTo'>
  /** The queries whose outputs are in the transaction, also those that have ended and are not closed yet. */
  readonly queries: () => readonly WorkerQuery[]
  /** Those among them that this commit takes: see `WorkerQueries`. */
  readonly take: () => readonly WorkerQuery[]
  /**
   * The transaction was aborted: these queries have to start again from their committed offsets. They have ended already. Null: they
   * continue, since all that the transaction held is part of the next one again. That is so where it holds changelogs and positions alone.
   */
  readonly onAborted: ((queries: readonly WorkerQuery[], reason: string) => void) | null
}

export class Transactions {
  readonly #options: TransactionsOptions
  #producer: Producer | null = null
  #opening: Promise<void> | null = null
  #isOpen = false
  #turn: Promise<void> = Promise.resolve()
  #pending = 0
  /** A commit that has not begun: whatever wants one now is part of it. */
  #waiting: Promise<void> | null = null

  constructor(options: TransactionsOptions) {
    this.#options = options
  }

  /** Fences older producers. Called before the first query starts; rejects with a BrokerError. */
  async open(): Promise<void> {
    if (this.#producer !== null) return
    // Thousands of queries that start together need one producer: each further one would fence the last.
    this.#opening ??= this.#open().finally(() => {
      this.#opening = null
    })
    await this.#opening
  }

  async #open(): Promise<void> {
    const { broker, transactionalId, timeoutMs } = this.#options
    const producer = broker.producer({ transactionalId, transactionTimeoutMs: timeoutMs })
    await producer.initTransactions()
    this.#producer = producer
  }

  /** Resolves when no commit or abort is under way; null if none is. */
  get busy(): Promise<void> | null {
    return this.#pending === 0 ? null : this.#turn
  }

  get isIdle(): boolean {
    return !this.#isOpen && this.#pending === 0
  }

  /** The producer of the tasks, which opens the transaction with the first batch. */
  readonly sender = {
    send: (topic: string, partition: number, batch: Uint8Array): Promise<SendResult> => {
      const producer = this.#producer
      if (producer === null) return Promise.reject(new BrokerError('CLOSED', 'The transactional producer was closed.'))
      this.#begin(producer)
      return producer.send(topic, partition, batch)
    },
  }

  /** Never rejects: a failure aborts the transaction, and `onAborted` is called. */
  commit(): Promise<void> {
    this.#waiting ??= this.#inTurn(async () => {
      this.#waiting = null
      const queries = this.#options.take()
      if (!(await this.#isReady(queries))) return
      const taken = queries.map((query) => ({ query, checkpoints: query.checkpoint() ?? [] }))
      const used = taken.filter(({ checkpoints }) => checkpoints.length > 0)
      try {
        if (queries.some(isBroken)) throw new BrokerError('TRANSACTION_ABORTED', QUERY_FAILED)
        await this.#store(used)
      } catch (error) {
        for (const { query, checkpoints } of used) {
          query.failedCommits++
          for (const { task, state } of checkpoints) {
            state.abandon()
            task.unmark()
          }
        }
        await this.#abort(messageOf(error))
        return
      }
      for (const { query, checkpoints } of used) {
        query.commits++
        await writeState(query, checkpoints)
      }
    })
    return this.#waiting
  }

  /** Drops what all queries wrote since the last commit, after one of them has failed. Never rejects. */
  abort(): Promise<void> {
    return this.#inTurn(() => this.#abort(QUERY_FAILED))
  }

  async close(): Promise<void> {
    await this.#turn
    await this.#producer?.close().catch(() => {})
    this.#producer = null
  }

  /** Opens the producer again after it was given up, where queries have continued. */
  async #isReady(queries: readonly WorkerQuery[]): Promise<boolean> {
    if (this.#options.onAborted !== null) return true
    if (queries.length === 0) return false
    try {
      await this.open()
      return true
    } catch {
      for (const query of queries) query.failedCommits++
      return false
    }
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    this.#pending++
    const done = this.#turn.then(work).finally(() => this.#pending--)
    this.#turn = done
    return done
  }

  #begin(producer: Producer): void {
    if (this.#isOpen) return
    producer.begin()
    this.#isOpen = true
  }

  async #store(used: readonly { query: WorkerQuery; checkpoints: readonly TaskCheckpoint[] }[]): Promise<void> {
    const producer = this.#producer
    if (producer === null || (used.length === 0 && !this.#isOpen)) return
    this.#begin(producer)
    await Promise.all(used.flatMap(({ checkpoints }) => checkpoints.map(({ stored }) => stored)))
    for (const { query, checkpoints } of used) {
      const { group } = query.assignment
      if (group !== null) await producer.sendOffsets(group, query.offsetsOf(checkpoints))
    }
    await this.#options.fence.addTo(producer)
    await commitSurely(producer, COMMIT_ATTEMPTS)
    this.#isOpen = false
  }

  async #abort(reason: string): Promise<void> {
    const { onAborted } = this.#options
    const queries = onAborted === null ? [] : this.#options.queries().filter(({ isEnded }) => !isEnded)
    for (const query of queries) query.end()
    const producer = this.#producer
    try {
      if (this.#isOpen) await producer?.abort()
    } catch {
      // The transaction ends with the next producer of the id, or by its timeout.
      await producer?.close().catch(() => {})
      this.#producer = null
    }
    this.#isOpen = false
    onAborted?.(queries, reason)
  }
}

/** Whether a query failed with output in the transaction that no position covers. */
const isBroken = ({ isEnded, isSettled }: WorkerQuery): boolean => isEnded && !isSettled

const COMMIT_ATTEMPTS = 5
const QUERY_FAILED = 'A query has failed in this transaction.'

async function writeState(query: WorkerQuery, checkpoints: readonly TaskCheckpoint[]): Promise<void> {
  try {
    for (const { state } of checkpoints) await state.write()
    await query.purgeInternalTopics(checkpoints)
  } catch (error) {
    if (!(error instanceof BrokerError && error.retriable)) query.fail(error)
  }
}
