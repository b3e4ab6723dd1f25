/**
 * The transaction coordinator, in the owner's thread. A transaction's records stand in their partitions as they are sent, hidden from
 * read-committed readers by the partitions' stable offsets. It is decided by one record in the transaction log, which names the
 * outcome, the partitions and the group offsets: from then on it is committed, whatever happens. Then each partition gets its marker
 * and the offsets are stored; a second record says that this is done.
 *
 * After a crash: decided transactions are finished, all others aborted. Source of the protocol: KIP-98.
 */

import type { TopicPartition } from '../../broker.ts'
import { BrokerError } from '../../broker-error.ts'
import { endTransaction } from '../segments/append.ts'
import type { Partition } from '../segments/partition.ts'
import type { TransactionalProducer, TransactionEnd } from './catalogue.ts'
import type { GroupOffsets } from './group-offsets.ts'
import type { KeyedLog } from './keyed-log.ts'

const MAX_EPOCH = 0x7fff
/** In a fence word: no producer may append. */
const NOBODY = -1

interface StoredTransactionalId {
  readonly producerId: number
  readonly epoch: number
  readonly timeoutMs: number
  /** Decided and not known to be finished. */
  readonly decided: Decision | null
}

type Decision = Pick<TransactionEnd, 'outcome' | 'partitions' | 'offsets'>

interface TransactionalId {
  readonly stored: StoredTransactionalId
  readonly fence: SharedArrayBuffer
  /** The attachment (thread) of the newest producer; null after a restart. */
  readonly holder: number | null
}

export interface TransactionLog {
  readonly log: KeyedLog
  readonly groups: GroupOffsets
  /** Null for a topic or partition that is gone. */
  partition(position: TopicPartition): Partition | null
  /** All transactions. */
  partitions(): Iterable<Partition>
}

export class TransactionCoordinator {
  readonly #parts: TransactionLog
  readonly #ids = new Map<string, TransactionalId>()
  #nextProducerId = 0

  constructor(parts: TransactionLog) {
    this.#parts = parts
    for (const { key, value } of parts.log.load()) this.#remember(key, value as StoredTransactionalId, null)
    this.#finishAfterRestart()
  }

  /** Fences the former producer of this id and aborts what it left open. */
  init(transactionalId: string, timeoutMs: number, holder: number): TransactionalProducer {
    const known = this.#ids.get(transactionalId)
    if (known !== undefined) this.#fence(known)
    const successor = known === undefined ? this.#newProducer() : this.#successor(known.stored)
    this.#store(transactionalId, { ...successor, timeoutMs, decided: null }, holder)
    return { ...successor, fence: this.#ids.get(transactionalId)!.fence }
  }

  /**
   * May be repeated after an error. `PRODUCER_FENCED` if `epoch` is not the newest; `INVALID_REQUEST` for an abort of what has been
   * decided to commit (it is then committed).
   */
  end({ transactionalId, epoch, outcome, partitions, offsets }: TransactionEnd): void {
    const known = this.#ids.get(transactionalId)
    if (known === undefined || known.stored.epoch !== epoch) throw fenced(transactionalId)
    const decided = known.stored.decided ?? { outcome, partitions, offsets: outcome === 'commit' ? offsets : [] }
    if (decided.outcome === 'commit') this.#store(transactionalId, { ...known.stored, decided }, known.holder)
    this.#carryOut(known.stored, decided)
    if (decided.outcome === 'commit') this.#store(transactionalId, { ...known.stored, decided: null }, known.holder)
    if (decided.outcome !== outcome)
      throw new BrokerError(
        'INVALID_REQUEST',
        `The transaction of ${transactionalId} was already decided to commit, so it was committed.`,
      )
  }

  /** Aborts what the producers of a thread that has ended left open. */
  abortHeldBy(holder: number): void {
    for (const [id, known] of this.#ids) if (known.holder === holder) this.#expel(id, known)
  }

  /** Aborts transactions that have been open for longer than their producer said. */
  abortTimedOut(now: number): void {
    const since = new Map<number, number>()
    for (const { state } of this.#parts.partitions()) {
      if (!state.hasOpenTransactions) continue
      for (const { producerId, startedAt } of state.locked(() => state.openTransactions()))
        since.set(producerId, Math.min(startedAt, since.get(producerId) ?? startedAt))
    }
    for (const [id, known] of this.#ids) {
      const startedAt = since.get(known.stored.producerId)
      if (startedAt !== undefined && now - startedAt > known.stored.timeoutMs) this.#expel(id, known)
    }
  }

  /** Fences the present producer without making a new one. */
  #expel(transactionalId: string, known: TransactionalId): void {
    this.#fence(known)
    this.#store(
      transactionalId,
      { ...this.#successor(known.stored), timeoutMs: known.stored.timeoutMs, decided: null },
      null,
    )
  }

  #newProducer() {
    return { producerId: this.#nextProducerId, epoch: 0 }
  }

  #successor({ producerId, epoch }: StoredTransactionalId) {
    return epoch === MAX_EPOCH ? this.#newProducer() : { producerId, epoch: epoch + 1 }
  }

  /**
   * The word first: an append that checked it before still holds its partition's lock, so `endTransaction`, which takes that lock, sees
   * what it appended; any later one is refused.
   */
  #fence({ stored, fence }: TransactionalId): void {
    Atomics.store(new Int32Array(fence), 0, NOBODY)
    if (stored.decided !== null) this.#carryOut(stored, stored.decided)
    for (const partition of this.#parts.partitions()) endTransaction(partition, 'abort', producer(stored))
  }

  #carryOut(stored: StoredTransactionalId, { outcome, partitions, offsets }: Decision): void {
    for (const position of partitions) {
      const partition = this.#parts.partition(position)
      if (partition !== null) endTransaction(partition, outcome, producer(stored))
    }
    for (const { group, offsets: committed } of offsets) this.#parts.groups.commit(group, committed)
  }

  #store(transactionalId: string, stored: StoredTransactionalId, holder: number | null): void {
    this.#parts.log.append([{ key: transactionalId, value: stored }])
    this.#remember(transactionalId, stored, holder)
  }

  #remember(transactionalId: string, stored: StoredTransactionalId, holder: number | null): void {
    const fence = this.#ids.get(transactionalId)?.fence ?? new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)
    const word = new Int32Array(fence)
    Atomics.store(word, 0, stored.epoch)
    this.#ids.set(transactionalId, { stored, fence, holder })
    this.#nextProducerId = Math.max(this.#nextProducerId, stored.producerId + 1)
  }

  #finishAfterRestart(): void {
    for (const [id, { stored }] of this.#ids) {
      if (stored.decided === null) continue
      this.#carryOut(stored, stored.decided)
      this.#store(id, { ...stored, decided: null }, null)
    }
    const epochs = new Map([...this.#ids.values()].map(({ stored }) => [stored.producerId, stored.epoch]))
    for (const partition of this.#parts.partitions()) {
      if (!partition.state.hasOpenTransactions) continue
      for (const { producerId } of partition.state.locked(() => partition.state.openTransactions()))
        endTransaction(partition, 'abort', { producerId, producerEpoch: epochs.get(producerId) ?? 0 })
    }
  }
}

const producer = ({ producerId, epoch }: StoredTransactionalId) => ({ producerId, producerEpoch: epoch })

/** The refusal of an older producer's call. */
export function fenced(transactionalId: string): BrokerError {
  return new BrokerError('PRODUCER_FENCED', `A newer producer has taken over the transactional id ${transactionalId}.`)
}
