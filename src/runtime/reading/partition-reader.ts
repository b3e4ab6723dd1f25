/** Reads one topic partition from one position on, for any number of inputs: each record is decoded once for all inputs that read it alike. */
import { assert } from '../../assert.ts'
import type { FetchedPartition } from '../../broker/broker.ts'
import type { BrokerError } from '../../broker/broker-error.ts'
import { RecordBatchCursor, readHeaders } from '../../broker/record-batch-cursor.ts'
import { SchemaNotLoaded } from '../../serde/format.ts'
import type { SchemaLoader } from '../../serde/loaded-schemas.ts'
import { AWAITED_RECORDS, type Pace } from '../pace.ts'
import type { TopicTotals } from '../query-progress.ts'
import type { RecordCursor } from '../task/record-cursor.ts'
import { SharedSource, sourceIdentity } from '../task/shared-source.ts'
import { readWatermark } from '../task/watermark.ts'
import type { FetchLoop, LoopReader } from './fetch-loop.ts'
import type { InputReader, PartitionInput } from './partition-input.ts'
import { ReaderProgress } from './reader-progress.ts'

export interface PartitionReaderOptions {
  readonly topic: string
  readonly partition: number
  readonly loop: FetchLoop
  readonly pace: Pace
  /** Called after a turn with what was read in it. */
  readonly onRead: (reader: PartitionReader, read: TopicTotals) => void
  readonly schemas: SchemaLoader
  /** Called when the partition cannot be read. */
  readonly onError: (reader: PartitionReader, error: BrokerError) => void
}

export class PartitionReader implements LoopReader, InputReader {
  readonly topic: string
  readonly partition: number
  readonly inputs = new Set<PartitionInput>()
  readonly progress = new ReaderProgress()
  readonly blocked = new Set<PartitionInput>()
  /** Those that do not follow. */
  readonly #told = new Set<PartitionInput>()
  /** Those that have come since something was received. */
  #newcomers: PartitionInput[] = []
  position = 0
  isSlow = true
  readonly #options: PartitionReaderOptions
  readonly #cursor = new RecordBatchCursor()
  /** Fetched parts that are not read yet; the cursor is in the first. */
  #parts: FetchedPartition[] = []
  readonly #readers = new Map<string, RecordReader>()
  #isPaused = false
  /** The id of the schema that the cursor's record waits for; null: it waits for none. */
  #awaited: number | null = null
  /** Whether the cursor's record is to be read again. */
  #repeats = false

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

  get isPaused(): boolean {
    return this.#isPaused || this.#awaited !== null
  }

  get keepsRecords(): boolean {
    for (const { keepsRecords } of this.#told) if (keepsRecords) return true
    return false
  }

  /** Whether none of the inputs takes anything for now. */
  get areAllBlocked(): boolean {
    if (this.blocked.size < this.inputs.size) return false
    for (const { isBlocked } of this.inputs) if (!isBlocked) return false
    return true
  }

  get fetchPosition(): number {
    return this.#parts.at(-1)?.nextOffset ?? this.position
  }

  /** Begins to read at `position`; there are no inputs yet. */
  start(position: number): void {
    // What was fetched for inputs that were parked meanwhile lies elsewhere.
    this.#parts = []
    this.#moveTo(position)
    this.#isPaused = false
    this.#options.loop.start(this)
    this.#options.loop.resume(this)
  }

  stop(): void {
    for (const input of this.inputs) input.leave(this)
    this.inputs.clear()
    this.#told.clear()
    this.#newcomers = []
    this.#readers.clear()
    this.#drop()
    this.#options.loop.stop(this)
  }

  seek(position: number): void {
    const { loop } = this.#options
    const waited = this.#awaited !== null
    this.#drop()
    // What they have taken over is not offered to them again.
    for (const input of this.inputs) input.enter(this)
    this.#moveTo(position)
    loop.seek(this)
    if (waited && !this.#isPaused) loop.resume(this)
  }

  pause(): void {
    if (this.#isPaused) return
    this.#isPaused = true
    this.#options.loop.pause(this, 'full')
  }

  resume(): void {
    if (!this.#isPaused) return
    this.#isPaused = false
    if (this.#awaited === null) this.#options.loop.resume(this)
  }

  /** `input.position` is not below the reader's: what lies between would never be offered to it. */
  add(input: PartitionInput): void {
    assert(input.position >= this.position, `an input at ${input.position} joins no reader at ${this.position}`)
    this.inputs.add(input)
    input.enter(this)
    this.#newcomers.push(input)
    if (!input.isFollower) this.#told.add(input)
    const identity = identityOf(input)
    const reader = this.#readers.get(identity)
    if (reader === undefined) this.#readers.set(identity, readerOf(input, this.partition, this.#options.schemas))
    else reader.add(input)
  }

  remove(input: PartitionInput): void {
    if (!this.inputs.delete(input)) return
    input.leave(this)
    this.#told.delete(input)
    const identity = identityOf(input)
    const reader = this.#readers.get(identity)!
    reader.remove(input)
    if (reader.isEmpty) this.#readers.delete(identity)
  }

  receive(fetched: FetchedPartition): void {
    this.#parts.push(fetched)
    if (this.#parts.length === 1) this.#open(fetched)
    if (fetched.error !== null) return
    const end = endOf(fetched)
    this.progress.expect(end)
    // Before any reader reads: a task that waits for this input must know that more is to come.
    for (const input of this.#told) input.expect(end)
    for (const input of this.#newcomers) if (this.inputs.has(input)) input.expect(end)
    this.#newcomers = []
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
    for (const input of this.#told) input.beginTurn(this.position)
    const readers = [...this.#readers.values()]
    const cursor = this.#cursor
    const { pace } = this.#options
    const before = pace.slowEvaluations
    let records = 0
    let isRead = false
    let repeats = this.#repeats
    this.#repeats = false
    try {
      while (records < limit && pace.slowEvaluations === before) {
        if (records > 0 && records % AWAITED_RECORDS === 0 && pace.isAwaited()) break
        isRead = !repeats && !cursor.next()
        if (isRead) break
        repeats = false
        for (let i = 0; i < readers.length; i++) readers[i]!.read(cursor)
        records++
      }
    } catch (error) {
      if (!(error instanceof SchemaNotLoaded)) return this.#fail(error as BrokerError)
      this.#repeats = true
      this.#await(error.id)
    }
    this.isSlow = pace.slowEvaluations !== before
    this.position = isRead ? part.nextOffset : this.#repeats ? cursor.offset : cursor.offset + 1
    if (isRead) parts.shift()
    if (isRead && parts.length > 0) this.#open(parts[0]!)
    const read = { records, decoded: records * readers.length, bytes: isRead ? part.batches.length : 0 }
    this.progress.add(this.position, end, read)
    for (const input of [...this.#told]) {
      input.endTurn(this.position, end, read)
      if (input.isBlocked) this.blocked.add(input)
    }
    this.#options.onRead(this, read)
    return this.hasMore
  }

  /** Stops reading until the schema is there; other partitions are read on. */
  #await(id: number): void {
    const { schemas, loop } = this.#options
    const tell = (reason: string | null) => {
      for (const input of this.inputs) input.waitsFor = reason
    }
    this.#awaited = id
    loop.pause(this, 'held-up')
    void schemas
      .load(id, (reason) => {
        if (this.#awaited === id) tell(`Schema ${id} of topic ${this.topic} cannot be fetched. ${reason}`)
      })
      .then(() => {
        if (this.#awaited !== id) return
        this.#awaited = null
        tell(null)
        if (!this.#isPaused) loop.resume(this)
      })
  }

  #drop(): void {
    if (this.#awaited !== null) for (const input of this.inputs) input.waitsFor = null
    this.#parts = []
    this.#awaited = null
    this.#repeats = false
  }

  #moveTo(position: number): void {
    this.position = position
    this.progress.moveTo(position)
  }

  #open({ batches, fetchOffset, abortedTransactions }: FetchedPartition): void {
    this.#cursor.reset(batches, fetchOffset, abortedTransactions)
  }

  #fail(error: BrokerError): false {
    this.#drop()
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
  /** Throws SchemaNotLoaded if the record is to be read again. */
  read(cursor: RecordCursor): void
}

const readerOf = (input: PartitionInput, partition: number, schemas: SchemaLoader): RecordReader =>
  input.readInternal === null ? new SourceRecordReader(input, partition, schemas) : new InternalRecordReader(input)

class SourceRecordReader implements RecordReader {
  readonly #source: SharedSource
  readonly #inputs = new Set<PartitionInput>()
  #isBroken = false

  constructor(first: PartitionInput, partition: number, writerSchemas: SchemaLoader) {
    this.#source = new SharedSource([], {
      partition,
      writerSchemas,
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
      if (error instanceof SchemaNotLoaded) throw error
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
        if (watermark === null) input.takeInternal(cursor)
        else input.takeWatermark(watermark, cursor.offset)
      } catch (error) {
        input.fail(error)
      }
    }
  }
}
