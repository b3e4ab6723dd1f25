/**
 * One partition's way through a sink: fetched, decoded, written, and committed when the target has it for good. It runs until it is stopped
 * or cannot continue; its owner then starts it again, from the committed offset.
 */
import type { Broker, FetchedPartition } from '../../broker/broker.ts'
import { BrokerError, OffsetOutOfRangeError } from '../../broker/broker-error.ts'
import type { Timer } from '../../clock.ts'
import type { SchemaLoader } from '../../serde/loaded-schemas.ts'
import type { Refusal, SinkRecord, SinkTask } from '../connector.ts'
import type { Backoff } from '../delivery/backoff.ts'
import type { DeadLetter, DeadLetters } from '../delivery/dead-letters.ts'
import { deliver } from '../delivery/delivery.ts'
import { retrying, StoppedError } from '../delivery/retrying.ts'
import type { ConnectorSpec } from './connector-spec.ts'
import type { PartitionFeed } from './partition-feed.ts'
import { type ReadRecord, RecordReader } from './record-reader.ts'

export interface SinkPartitionOptions {
  readonly spec: ConnectorSpec
  readonly partition: number
  /** Consumer group of the connector. */
  readonly group: string
  readonly broker: Broker
  readonly feed: PartitionFeed
  readonly schemas: SchemaLoader
  readonly timer: Timer
  readonly backoff: Backoff
  readonly batchSize: number
  readonly startsAtEnd: boolean
  /** Whether refused records are passed over. */
  readonly toleratesErrors: boolean
  /** Null: they are not written anywhere. */
  readonly deadLetters: DeadLetters | null
  /** Opens the way into the target. */
  readonly open: () => Promise<SinkTask>
  /** Aborted when the partition is to end: no further write is begun. */
  readonly stopping: AbortSignal
  readonly events: SinkEvents
}

/** What a partition reports. */
export interface SinkEvents {
  readonly onWritten: (records: number) => void
  readonly onRefused: (records: number, reason: string) => void
  readonly onRetry: (reason: string) => void
  /** The offset of the next record that the target does not have. */
  readonly onPosition: (partition: number, offset: number) => void
  readonly onNotice: (message: string) => void
}

/** Time between commits while records flow. */
const COMMIT_MS = 1000
const FLUSH_MS = 500

/** Stops a partition before a record that must not be passed over. */
class RefusedError extends Error {
  override readonly name = 'RefusedError'
}

export class SinkPartition {
  readonly #options: SinkPartitionOptions
  readonly #reader: RecordReader
  #task: SinkTask | null = null
  /** Offset behind what was written: records, and marks of transactions behind them. */
  #written = 0
  /** Offset behind the last record that was written. */
  #behindRecords = 0
  #committed = -1
  #committedAt = 0
  #flushedAt = 0

  constructor(options: SinkPartitionOptions) {
    this.#options = options
    const { spec, partition, schemas, events } = options
    this.#reader = new RecordReader({ spec, partition, schemas, onDelay: events.onRetry })
  }

  /** Resolves when it was stopped and what was written is committed. Rejects with the error that it cannot go past. */
  async run(): Promise<void> {
    const { open, feed, partition } = this.#options
    const committed = await this.#committedOffset()
    const task = await open()
    this.#task = task
    try {
      const start = await this.#startAt(task, committed)
      if (start === null) return
      this.#written = start
      this.#behindRecords = start
      this.#report()
      feed.open(partition, start)
      await this.#loop(task)
      await this.#finish(task)
    } finally {
      await feed.close(partition)
      await task.close()
    }
  }

  async #loop(task: SinkTask): Promise<void> {
    const { stopping, feed, partition, batchSize } = this.#options
    while (!stopping.aborted) {
      if (this.#reader.isEmpty) {
        const fetched = await feed.next(partition)
        if (fetched !== null) await this.#take(fetched)
      }
      if (!this.#reader.isEmpty && !stopping.aborted) {
        const { records, unreadable, nextOffset } = await this.#reader.read(batchSize)
        if (!(await this.#deliver(task, records, unreadable))) return
        this.#written = nextOffset
        this.#behindRecords = (records.at(-1)?.offset ?? this.#behindRecords - 1) + 1
      }
      await this.#flushIfDue(task)
      await this.#commitIfDue()
    }
  }

  /** False: it was stopped before all records were taken. */
  async #deliver(task: SinkTask, records: readonly ReadRecord[], unreadable: readonly DeadLetter[]): Promise<boolean> {
    const { stopping, backoff, events } = this.#options
    if (unreadable.length > 0) await this.#passOver(unreadable)
    let refusals = 0
    const onRefused = async (refused: readonly Refusal[]) => {
      refusals += refused.length
      await this.#passOver(refused.map(asDeadLetter))
    }
    try {
      await deliver(records, { task, backoff, stopping, onRefused, onRetry: events.onRetry })
    } catch (error) {
      if (error instanceof StoppedError || stopping.aborted) return false
      throw error
    }
    events.onWritten(records.length - refusals)
    return true
  }

  /** Rejects with a RefusedError unless the connector tolerates errors. */
  async #passOver(letters: readonly DeadLetter[]): Promise<void> {
    const { toleratesErrors, deadLetters, events, spec, partition } = this.#options
    const [{ raw, reason }] = letters as [DeadLetter]
    const place = `The record at offset ${raw.offset} of ${spec.topic}-${partition}`
    if (!toleratesErrors) {
      throw new RefusedError(
        `${place} was not taken: ${reason} The connector stops before it. To go past such records, set errors.tolerance to 'all'.`,
      )
    }
    await deadLetters?.write(letters)
    events.onRefused(letters.length, `${place} was passed over: ${reason}`)
  }

  async #take(fetched: FetchedPartition): Promise<void> {
    const { error } = fetched
    if (error === null) {
      this.#reader.take(fetched)
      return
    }
    if (error instanceof OffsetOutOfRangeError) this.#jump(error)
    else if (error.retriable) this.#options.events.onRetry(error.message)
    else throw error
  }

  /**
   * Records that retention has removed before they were read cannot be had; the partition continues at what there is. A position behind the end
   * is that of another topic which had the name.
   */
  #jump({ offset, startOffset, endOffset }: OffsetOutOfRangeError): void {
    const { feed, partition, spec, events } = this.#options
    const place = `offset ${offset} of ${spec.topic}-${partition}, which holds ${startOffset} to ${endOffset}`
    if (offset > endOffset) {
      throw new Error(
        `The target or the committed position wants ${place}. The topic was made again: drop the connector, and give the next one ` +
          'a target without the former records.',
      )
    }
    events.onNotice(
      `Connector ${spec.name} wanted ${place}. Records were removed before they were read. It continues at ${startOffset}.`,
    )
    this.#written = startOffset
    feed.seek(partition, startOffset)
  }

  async #flushIfDue(task: SinkTask): Promise<void> {
    if (task.flush === undefined) return
    const now = this.#options.timer.elapsed()
    if (now - this.#flushedAt < FLUSH_MS) return
    this.#flushedAt = now
    await this.#flush(task, { now: false })
  }

  /** Null: it was stopped before the target could say. */
  #startAt(task: SinkTask, committed: number): Promise<number | null> {
    return this.#retrying(async () => (await task.start?.(committed)) ?? committed)
  }

  async #flush(task: SinkTask, options: { readonly now: boolean }): Promise<void> {
    await this.#retrying(async () => task.flush?.(options))
  }

  /** Null: it was stopped before the work succeeded. */
  async #retrying<Result>(work: () => Promise<Result>): Promise<Result | null> {
    const { backoff, stopping, events } = this.#options
    try {
      return await retrying(work, { backoff, stopping, onRetry: events.onRetry })
    } catch (error) {
      if (error instanceof StoppedError) return null
      throw error
    }
  }

  async #finish(task: SinkTask): Promise<void> {
    await this.#flush(task, { now: true })
    await this.#commit()
  }

  async #commitIfDue(): Promise<void> {
    const now = this.#options.timer.elapsed()
    if (now - this.#committedAt < COMMIT_MS) return
    this.#committedAt = now
    try {
      await this.#commit()
    } catch (error) {
      // Records are in the target all the same: the next commit covers them, and starting again would write them twice.
      if (!(error instanceof BrokerError && error.retriable)) throw error
      this.#options.events.onRetry(error.message)
    }
  }

  async #commit(): Promise<void> {
    const { broker, group, spec, partition } = this.#options
    const offset = this.#report()
    if (offset === this.#committed) return
    await broker.commitOffsets(group, [{ topic: spec.topic, partition, offset, metadata: metadataOf(spec) }])
    this.#committed = offset
  }

  #report(): number {
    const durable = this.#task?.durable?.() ?? this.#written
    const offset = durable >= this.#behindRecords ? this.#written : durable
    this.#options.events.onPosition(this.#options.partition, offset)
    return offset
  }

  /** The committed offset, or where a new connector begins, which is then committed so that it stays. */
  async #committedOffset(): Promise<number> {
    const { broker, group, spec, partition, startsAtEnd } = this.#options
    const place = { topic: spec.topic, partition }
    const [found] = await broker.fetchStableOffsets(group, [place])
    if (found !== undefined && (found.metadata === '' || found.metadata === metadataOf(spec))) {
      this.#committed = found.offset
      return found.offset
    }
    const offsets = await (startsAtEnd
      ? broker.endOffsets(spec.topic, { readCommitted: true })
      : broker.startOffsets(spec.topic))
    const { offset } = offsets.find((entry) => entry.partition === partition)!
    await broker.commitOffsets(group, [{ ...place, offset, metadata: metadataOf(spec) }])
    this.#committed = offset
    return offset
  }
}

/** An offset with other metadata is that of an earlier connector of the name; one without any was set by a tool. */
const metadataOf = ({ id }: ConnectorSpec): string => `connector=${id}`

const asDeadLetter = ({ record, reason }: Refusal): DeadLetter => ({
  raw: (record as SinkRecord as ReadRecord).raw(),
  stage: 'TASK_PUT',
  reason,
})
