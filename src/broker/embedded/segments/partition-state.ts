/**
 * What the threads of a process share about one partition, in a slice of a SharedArrayBuffer that the log's owner allocates per topic.
 *
 * Everything is written under the partition's lock. The fields with atomic accessors are also read without it; for those readers the
 * order of writes matters: `version` changes before `position` and `activeBase` do, and `position` before `endOffset`.
 */

import { BrokerError } from '../../broker-error.ts'
import { LockHeldError, lock, lockHolder, seizeLock, unlock } from './shared-lock.ts'

/** Open transactions that one partition can hold at once. */
const MAX_OPEN_TRANSACTIONS = 64

const WORD_LOCK = 0
const WORD_VERSION = 1
const WORD_RETIRED = 2
const WORD_POSITION = 3
const WORD_INDEXED = 4
const WORD_OPEN_COUNT = 5

/** In `WORD_RETIRED`. */
const DELETED = 1
const CLOSED = 2

const FIRST_LONG = 4
const LONG_END_OFFSET = FIRST_LONG
const LONG_STABLE_OFFSET = FIRST_LONG + 1
const LONG_START_OFFSET = FIRST_LONG + 2
const LONG_ACTIVE_BASE = FIRST_LONG + 3
const LONG_MAX_TIMESTAMP = FIRST_LONG + 4
const LONG_CREATED_AT = FIRST_LONG + 5
const LONG_APPENDED_AT = FIRST_LONG + 6
const LONG_CHECKED_FROM = FIRST_LONG + 7
const FIRST_TRANSACTION = FIRST_LONG + 8

const DOUBLES_PER_TRANSACTION = 3
const LONGS = FIRST_TRANSACTION + DOUBLES_PER_TRANSACTION * MAX_OPEN_TRANSACTIONS
const BYTES = LONGS * 8

/** Memory for the partitions of one topic. */
export function allocateStates(partitions: number): SharedArrayBuffer {
  return new SharedArrayBuffer(BYTES * partitions)
}

export interface OpenTransaction {
  readonly producerId: number
  /** Offset of its first record in this partition. */
  readonly firstOffset: number
  /** Wall-clock time of that append, epoch ms. */
  readonly startedAt: number
}

export class PartitionState {
  readonly #holder: number
  readonly #words: Int32Array
  readonly #longs: BigInt64Array
  /** Same memory as `#longs`: fields that only lock holders touch. */
  readonly #doubles: Float64Array

  /** `holder`: id of this thread's attachment to the log. */
  constructor(memory: SharedArrayBuffer, partition: number, holder: number) {
    this.#holder = holder
    this.#words = new Int32Array(memory, partition * BYTES, BYTES / 4)
    this.#longs = new BigInt64Array(memory, partition * BYTES, LONGS)
    this.#doubles = new Float64Array(memory, partition * BYTES, LONGS)
  }

  /** Runs `action` alone among all threads. It must not wait for anything. `LockHeldError` after `patienceMs`, ten seconds by default. */
  locked<Result>(action: () => Result, patienceMs?: number): Result {
    lock(this.#words, WORD_LOCK, this.#holder, patienceMs)
    try {
      return action()
    } finally {
      unlock(this.#words, WORD_LOCK)
    }
  }

  /** If the thread `dead` holds the lock and does not free it within `graceMs`, runs `repair` under it and then frees it. */
  releaseLockOf(dead: number, repair: () => void, graceMs: number): void {
    if (lockHolder(this.#words, WORD_LOCK) !== dead) return
    try {
      this.locked(() => {}, graceMs)
    } catch (error) {
      if (!(error instanceof LockHeldError)) throw error
    }
    if (lockHolder(this.#words, WORD_LOCK) !== dead) return
    seizeLock(this.#words, WORD_LOCK, this.#holder)
    try {
      repair()
    } finally {
      unlock(this.#words, WORD_LOCK)
    }
  }

  /** Grows whenever the set of segment files has changed: readers then list them again. */
  get version(): number {
    return Atomics.load(this.#words, WORD_VERSION)
  }

  bumpVersion(): void {
    Atomics.add(this.#words, WORD_VERSION, 1)
  }

  get deleted(): boolean {
    return Atomics.load(this.#words, WORD_RETIRED) === DELETED
  }

  /** The owner has closed the log: nobody may touch its files any more. */
  get closed(): boolean {
    return Atomics.load(this.#words, WORD_RETIRED) === CLOSED
  }

  /** Under the lock, so that an append that has begun is through. */
  retire(why: 'deleted' | 'closed'): void {
    Atomics.store(this.#words, WORD_RETIRED, why === 'deleted' ? DELETED : CLOSED)
  }

  /** Bytes of the active segment that hold whole batches. */
  get position(): number {
    return Atomics.load(this.#words, WORD_POSITION)
  }

  set position(bytes: number) {
    Atomics.store(this.#words, WORD_POSITION, bytes)
  }

  /** Position of the active segment's last index entry. */
  get indexedPosition(): number {
    return this.#words[WORD_INDEXED]!
  }

  set indexedPosition(bytes: number) {
    this.#words[WORD_INDEXED] = bytes
  }

  /** Offset that the next record gets. */
  get endOffset(): number {
    return Number(Atomics.load(this.#longs, LONG_END_OFFSET))
  }

  set endOffset(offset: number) {
    Atomics.store(this.#longs, LONG_END_OFFSET, BigInt(offset))
  }

  /** First record of the oldest open transaction; the end offset if none is open. */
  get stableOffset(): number {
    return Number(Atomics.load(this.#longs, LONG_STABLE_OFFSET))
  }

  get startOffset(): number {
    return Number(Atomics.load(this.#longs, LONG_START_OFFSET))
  }

  set startOffset(offset: number) {
    Atomics.store(this.#longs, LONG_START_OFFSET, BigInt(offset))
  }

  /**
   * From this offset on every batch was checked when the log was opened, or was appended since. Readers check the checksums of earlier
   * batches themselves: to check a whole log at each start would take too long.
   */
  get checkedFrom(): number {
    return Number(Atomics.load(this.#longs, LONG_CHECKED_FROM))
  }

  set checkedFrom(offset: number) {
    Atomics.store(this.#longs, LONG_CHECKED_FROM, BigInt(offset))
  }

  /** Base offset, and so the file name, of the segment that is appended to. */
  get activeBase(): number {
    return Number(Atomics.load(this.#longs, LONG_ACTIVE_BASE))
  }

  set activeBase(offset: number) {
    Atomics.store(this.#longs, LONG_ACTIVE_BASE, BigInt(offset))
  }

  /** Highest record timestamp in the active segment; -1 if it is empty. */
  get maxTimestamp(): number {
    return Number(Atomics.load(this.#longs, LONG_MAX_TIMESTAMP))
  }

  set maxTimestamp(timestamp: number) {
    Atomics.store(this.#longs, LONG_MAX_TIMESTAMP, BigInt(timestamp))
  }

  /** Wall-clock time of the active segment's first append; -1 if it is empty. */
  get createdAt(): number {
    return this.#doubles[LONG_CREATED_AT]!
  }

  set createdAt(time: number) {
    this.#doubles[LONG_CREATED_AT] = time
  }

  /** Wall-clock time of the partition's last append; -1 if there was none. */
  get appendedAt(): number {
    return this.#doubles[LONG_APPENDED_AT]!
  }

  set appendedAt(time: number) {
    this.#doubles[LONG_APPENDED_AT] = time
  }

  /** Publishes `endOffset` with the stable offset that follows from it. Call under the lock after every change of either. */
  publish(endOffset: number): void {
    let stable = endOffset
    for (const { firstOffset } of this.openTransactions()) stable = Math.min(stable, firstOffset)
    Atomics.store(this.#longs, LONG_STABLE_OFFSET, BigInt(stable))
    this.endOffset = endOffset
  }

  /** Under the lock. */
  openTransactions(): OpenTransaction[] {
    const count = this.#words[WORD_OPEN_COUNT]!
    if (count === 0) return NONE_OPEN
    const transactions: OpenTransaction[] = []
    for (let index = 0; index < count; index++) transactions.push(this.#transaction(index))
    return transactions
  }

  /** Whether any transaction is open: a hint when read without the lock. */
  get hasOpenTransactions(): boolean {
    return Atomics.load(this.#words, WORD_OPEN_COUNT) > 0
  }

  /** Under the lock. */
  isOpen(producerId: number): boolean {
    return this.#find(producerId) !== -1
  }

  /** Under the lock. A retriable `UNAVAILABLE` if the table is full. */
  openTransaction(transaction: OpenTransaction): void {
    const index = this.#words[WORD_OPEN_COUNT]!
    if (index === MAX_OPEN_TRANSACTIONS) throw tooManyTransactions()
    this.#put(index, transaction)
    Atomics.store(this.#words, WORD_OPEN_COUNT, index + 1)
  }

  /** Under the lock. Null if the producer has none open here. */
  closeTransaction(producerId: number): OpenTransaction | null {
    const index = this.#find(producerId)
    if (index === -1) return null
    const closed = this.#transaction(index)
    const last = this.#words[WORD_OPEN_COUNT]! - 1
    this.#put(index, this.#transaction(last))
    Atomics.store(this.#words, WORD_OPEN_COUNT, last)
    return closed
  }

  #find(producerId: number): number {
    const count = this.#words[WORD_OPEN_COUNT]!
    for (let index = 0; index < count; index++)
      if (this.#doubles[FIRST_TRANSACTION + DOUBLES_PER_TRANSACTION * index] === producerId) return index
    return -1
  }

  #transaction(index: number): OpenTransaction {
    const at = FIRST_TRANSACTION + DOUBLES_PER_TRANSACTION * index
    return { producerId: this.#doubles[at]!, firstOffset: this.#doubles[at + 1]!, startedAt: this.#doubles[at + 2]! }
  }

  #put(index: number, { producerId, firstOffset, startedAt }: OpenTransaction): void {
    const at = FIRST_TRANSACTION + DOUBLES_PER_TRANSACTION * index
    this.#doubles[at] = producerId
    this.#doubles[at + 1] = firstOffset
    this.#doubles[at + 2] = startedAt
  }
}

const NONE_OPEN: OpenTransaction[] = []

function tooManyTransactions(): BrokerError {
  const message = `A partition of the embedded log takes part in at most ${MAX_OPEN_TRANSACTIONS} open transactions at a time.`
  return new BrokerError('UNAVAILABLE', message, { retriable: true })
}
