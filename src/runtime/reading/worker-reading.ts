/** All reading of a worker: one fetch loop for inputs that are up to date, one for those that are behind, and the partitions that inputs share. */
import type { Broker } from '../../broker/broker.ts'
import { type BrokerError, OffsetOutOfRangeError } from '../../broker/broker-error.ts'
import { positionKey } from '../../broker/position-key.ts'
import type { SchemaLoader } from '../../serde/loaded-schemas.ts'
import { behind, OffsetsLostError } from '../offsets-lost-error.ts'
import type { Pace } from '../pace.ts'
import type { FetchTotals, TopicTotals } from '../query-progress.ts'
import type { FetchLoopOptions } from './fetch-loop.ts'
import { FetchLoop } from './fetch-loop.ts'
import type { PartitionInput } from './partition-input.ts'
import { SharedPartition } from './shared-partition.ts'

export interface WorkerReadingOptions
  extends Pick<FetchLoopOptions, 'pace' | 'beforeReading' | 'waitForRoom' | 'onRound'> {
  readonly broker: Broker
  readonly schemas: SchemaLoader
  /** Called after each turn of a reader. */
  readonly onRead: () => void
}

export class WorkerReading {
  readonly #loops: { readonly main: FetchLoop; readonly catchUp: FetchLoop }
  readonly #partitions = new Map<string, SharedPartition>()
  readonly #inputs = new Set<PartitionInput>()
  readonly #onRead: () => void
  readonly #pace: Pace
  readonly #schemas: SchemaLoader
  readonly #totals = new Map<string, TopicTotals>()

  constructor({ broker, schemas, onRead, ...rounds }: WorkerReadingOptions) {
    this.#onRead = onRead
    this.#pace = rounds.pace
    this.#schemas = schemas
    // Records of a transaction count once it is committed, whichever program wrote them.
    const loop = () =>
      new FetchLoop({
        fetcher: broker.fetcher({ readCommitted: true }),
        ...rounds,
        onBroken: (error) => this.#failAll(error),
      })
    this.#loops = { main: loop(), catchUp: loop() }
  }

  get totals(): FetchTotals {
    return this.#totals
  }

  add(input: PartitionInput): void {
    this.#inputs.add(input)
    this.#partitionOf(input).add(input)
  }

  /** Idempotent. */
  remove(input: PartitionInput): void {
    if (!this.#inputs.delete(input)) return
    const shared = this.#partitionOf(input)
    shared.remove(input)
    if (shared.isEmpty) this.#partitions.delete(positionKey(input))
  }

  /** Called when `input.isBlocked` has changed, though not while a record is being read. */
  update(input: PartitionInput): void {
    if (this.#inputs.has(input)) this.#partitionOf(input).update(input)
  }

  /** Lets the loops begin another round without waiting for records. */
  wakeUp(): void {
    this.#loops.main.wakeUp()
    this.#loops.catchUp.wakeUp()
  }

  async close(): Promise<void> {
    await Promise.all([this.#loops.main.close(), this.#loops.catchUp.close()])
  }

  #partitionOf({ topic, partition }: PartitionInput): SharedPartition {
    const key = positionKey({ topic, partition })
    const existing = this.#partitions.get(key)
    if (existing !== undefined) return existing
    const shared = new SharedPartition({
      topic,
      partition,
      ...this.#loops,
      pace: this.#pace,
      schemas: this.#schemas,
      onRead: (read) => this.#count(topic, read),
      onError: handleError,
    })
    this.#partitions.set(key, shared)
    return shared
  }

  #count(topic: string, read: TopicTotals): void {
    this.#onRead()
    const before = this.#totals.get(topic)
    this.#totals.set(topic, {
      records: (before?.records ?? 0) + read.records,
      decoded: (before?.decoded ?? 0) + read.decoded,
      bytes: (before?.bytes ?? 0) + read.bytes,
    })
  }

  #failAll(error: unknown): void {
    for (const input of [...this.#inputs]) input.fail(error)
  }
}

/**
 * After retention has deleted the records at an input's position, the first record that is left is next; a position beyond the end
 * is lost. The fetcher retries what a retry can cure.
 */
function handleError(inputs: readonly PartitionInput[], error: BrokerError, shared: SharedPartition): void {
  if (error instanceof OffsetOutOfRangeError) {
    const { topic, partition, startOffset, endOffset: end } = error
    for (const input of inputs) {
      const { position } = input
      if (position > end) input.fail(new OffsetsLostError([behind({ topic, partition, position, end })]))
      else {
        if (position < startOffset) input.reportRemoved(startOffset)
        if (!input.isClosed) shared.restartAt([input], Math.max(position, startOffset))
      }
    }
  } else if (!error.retriable) for (const input of inputs) input.fail(error)
}
