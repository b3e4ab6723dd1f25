/** Reads one topic partition from one position on, for any number of inputs: each record is decoded once for all inputs that read it alike. */
import type { FetchedPartition } from '../../broker/broker.ts'
import type { BrokerError } from '../../broker/broker-error.ts'
import { RecordBatchCursor, readHeaders } from '../../broker/record-batch-cursor.ts'
import type { Pace } from '../pace.ts'
import type { TopicTotals } from '../query-progress.ts'
import type { RecordCursor } from '../task/record-cursor.ts'
import { SharedSource, sourceIdentity } from '../task/shared-source.ts'
import { readWatermark } from '../task/watermark.ts'
import type { FetchLoop, LoopReader } from './fetch-loop.ts'
import type { PartitionInput } from './partition-input.ts'

export interface PartitionReaderOptions {
  readonly topic: string
  readonly partition: number
  readonly loop: FetchLoop
  readonly pace: Pace
  /** Called after a turn with what was read in it. */
  readonly onRead: (reader: PartitionReader, read: TopicTotals) => void
  /** Called when the partition cannot be read. */
  readonly onError: (reader: PartitionReader, error: BrokerError) => void
}

export class PartitionReader implements LoopReader {
  readonly topic: string
  readonly partition: number
  readonly inputs = new Set<PartitionInput>()
  position = 0
  isPaused = false
  isSlow = true
  readonly #options: PartitionReaderOptions
  readonly #cursor = new RecordBatchCursor()
  /** Fetched parts that are not read yet; the cursor is in the first. */
  #parts: FetchedPartition[] = []
  readonly #readers = new Map<string, RecordReader>()

  constructor(options: PartitionReaderOptions) {
    this.#options = options
    this.topic = options.topic
    this.partition = options.partition
  }

  get isEmpty(): boolean {
    return this.inputs.size === 0
  }

  /** Whether it has something to read. */
  get hasMore(): boolean {
    return this.#parts.length > 0
  }

  get keepsRecords(): boolean {
    for (const { keepsRecords } of this.inputs) if (keepsRecords) return true
    return false
  }

  get fetchPosition(): number {
    return this.#parts.at(-1)?.nextOffset ?? this.position
  }

  /** Begins to read at `position`; there are no inputs yet. */
  start(position: number): void {
    this.position = position
    this.isPaused = false
    this.#options.loop.start(this)
    this.#options.loop.resume(this)
  }

  stop(): void {
    this.inputs.clear()
    this.#readers.clear()
    this.#parts = []
    this.#options.loop.stop(this)
  }

  seek(position: number): void {
    this.#parts = []
    this.position = position
    this.#options.loop.seek(this)
  }

  pause(): void {
    if (this.isPaused) return
    this.isPaused = true
    this.#options.loop.pause(this)
  }

  resume(): void {
    if (!this.isPaused) return
    this.isPaused = false
    this.#options.loop.resume(this)
  }

  add(input: PartitionInput): void {
    this.inputs.add(input)
    const identity = identityOf(input)
    const reader = this.#readers.get(identity)
    if (reader === undefined) this.#readers.set(identity, readerOf(input, this.partition))
    else reader.add(input)
  }

  remove(input: PartitionInput): void {
    if (!this.inputs.delete(input)) return
    const identity = identityOf(input)
    const reader = this.#readers.get(identity)!
    reader.remove(input)
    if (reader.isEmpty) this.#readers.delete(identity)
  }

  receive(fetched: FetchedPartition): void {
    this.#parts.push(fetched)
    if (this.#parts.length === 1) this.#open(fetched)
    // Before any reader reads: a task that waits for this input must know that more is to come.
    if (fetched.error === null) for (const input of this.inputs) input.expect(endOf(fetched))
  }

  isReading(fetched: FetchedPartition): boolean {
    return this.#parts.includes(fetched)
  }

  read(limit: number): boolean {
    const parts = this.#parts
    const part = parts[0]
    if (part === undefined) return false
    if (part.error !== null) return this.#fail(part.error)
    const end = endOf(parts.findLast(({ error }) => error === null)!)
    const readers = [...this.#readers.values()]
    const cursor = this.#cursor
    const { pace } = this.#options
    const before = pace.slowEvaluations
    let records = 0
    let isRead = false
    try {
      while (records < limit && pace.slowEvaluations === before) {
        isRead = !cursor.next()
        if (isRead) break
        for (let i = 0; i < readers.length; i++) readers[i]!.read(cursor)
        records++
      }
    } catch (error) {
      return this.#fail(error as BrokerError)
    }
    this.isSlow = pace.slowEvaluations !== before
    this.position = isRead ? part.nextOffset : cursor.offset + 1
    if (isRead) parts.shift()
    if (isRead && parts.length > 0) this.#open(parts[0]!)
    const read = { records, decoded: records * readers.length, bytes: isRead ? part.batches.length : 0 }
    for (const input of [...this.inputs]) input.endTurn(this.position, end, read)
    this.#options.onRead(this, read)
    return this.hasMore
  }

  #open({ batches, fetchOffset, abortedTransactions }: FetchedPartition): void {
    this.#cursor.reset(batches, fetchOffset, abortedTransactions)
  }

  #fail(error: BrokerError): false {
    this.#parts = []
    this.#options.onError(this, error)
    return false
  }
}

const endOf = ({ nextOffset, lastStableOffset }: FetchedPartition): number => Math.max(nextOffset, lastStableOffset)

/** Inputs with equal texts can share the decoding of their records. */
function identityOf({ entry, topic, readInternal }: PartitionInput): string {
  const { step } = entry
  if (readInternal !== null || step.kind !== 'source') return `internal ${step.id} ${topic}`
  return sourceIdentity(step)
}

/** Decodes records for inputs that read them alike. */
interface RecordReader {
  readonly isEmpty: boolean
  add(input: PartitionInput): void
  remove(input: PartitionInput): void
  read(cursor: RecordCursor): void
}

const readerOf = (input: PartitionInput, partition: number): RecordReader =>
  input.readInternal === null ? new SourceRecordReader(input, partition) : new InternalRecordReader(input)

class SourceRecordReader implements RecordReader {
  readonly #source: SharedSource
  readonly #inputs = new Set<PartitionInput>()
  #isBroken = false

  constructor(first: PartitionInput, partition: number) {
    this.#source = new SharedSource([], {
      partition,
      headers: (cursor) => readHeaders(cursor as RecordBatchCursor),
    })
    this.add(first)
  }

  get isEmpty(): boolean {
    return this.#inputs.size === 0
  }

  add(input: PartitionInput): void {
    this.#inputs.add(input)
    this.#source.add(input)
  }

  remove(input: PartitionInput): void {
    this.#inputs.delete(input)
    this.#source.remove(input)
  }

  read(cursor: RecordCursor): void {
    if (this.#isBroken) return
    try {
      this.#source.read(cursor)
    } catch (error) {
      this.#isBroken = true
      for (const input of this.#inputs) input.fail(error)
    }
  }
}

/** An internal topic belongs to one query, but a task may read it by two steps. */
class InternalRecordReader implements RecordReader {
  readonly #inputs = new Set<PartitionInput>()

  constructor(first: PartitionInput) {
    this.#inputs.add(first)
  }

  get isEmpty(): boolean {
    return this.#inputs.size === 0
  }

  add(input: PartitionInput): void {
    this.#inputs.add(input)
  }

  remove(input: PartitionInput): void {
    this.#inputs.delete(input)
  }

  read(cursor: RecordCursor): void {
    const watermark = readWatermark(cursor)
    for (const input of this.#inputs) {
      try {
        if (watermark === null) input.takeRecord(input.readInternal!(cursor), cursor.offset, cursor)
        else input.takeWatermark(watermark, cursor.offset)
      } catch (error) {
        input.fail(error)
      }
    }
  }
}
