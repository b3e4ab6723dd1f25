/**
 * A topic partition that several inputs of a worker share. The main reader is where all inputs are in the end: one fetch, one decode. An
 * input that is behind it catches up through a second reader, together with others that are behind, and joins the main one when that
 * reader has come as far. An input that takes nothing for a while is parked, so that it does not hold up the others.
 */
import type { BrokerError } from '../../broker/broker-error.ts'
import type { SchemaLoader } from '../../serde/loaded-schemas.ts'
import type { Pace } from '../pace.ts'
import type { TopicTotals } from '../query-progress.ts'
import type { FetchLoop } from './fetch-loop.ts'
import type { PartitionInput } from './partition-input.ts'
import { PartitionReader } from './partition-reader.ts'

/** An input this far ahead does not wait for the main reader, which moves to its position; the inputs left behind catch up. */
const FAR_AHEAD_RECORDS = 20_000

export interface SharedPartitionOptions {
  readonly topic: string
  readonly partition: number
  readonly main: FetchLoop
  readonly catchUp: FetchLoop
  readonly pace: Pace
  readonly schemas: SchemaLoader
  readonly onRead: (read: TopicTotals) => void
  readonly onError: (inputs: readonly PartitionInput[], error: BrokerError, shared: SharedPartition) => void
}

export class SharedPartition {
  readonly topic: string
  readonly partition: number
  #main: PartitionReader
  #behind: PartitionReader
  readonly #parked = new Set<PartitionInput>()

  constructor({ topic, partition, main, catchUp, pace, schemas, onRead, onError }: SharedPartitionOptions) {
    this.topic = topic
    this.partition = partition
    const options = {
      topic,
      partition,
      pace,
      schemas,
      onRead: (reader: PartitionReader, read: TopicTotals) => {
        onRead(read)
        this.#settle(reader)
      },
      onError: (reader: PartitionReader, error: BrokerError) => onError([...reader.inputs], error, this),
    }
    this.#main = new PartitionReader({ ...options, loop: main })
    this.#behind = new PartitionReader({ ...options, loop: catchUp })
  }

  get isEmpty(): boolean {
    return this.#main.isEmpty && this.#behind.isEmpty && this.#parked.size === 0
  }

  add(input: PartitionInput): void {
    if (input.isBlocked) this.#parked.add(input)
    else this.#place(input)
  }

  remove(input: PartitionInput): void {
    this.#parked.delete(input)
    for (const reader of [this.#main, this.#behind]) {
      if (!reader.inputs.has(input)) continue
      reader.remove(input)
      this.#settle(reader)
    }
  }

  /** `input.isBlocked` has changed. */
  update(input: PartitionInput): void {
    if (this.#parked.has(input)) {
      if (input.isBlocked) return
      this.#parked.delete(input)
      this.#place(input)
    } else this.#settle(this.#main.inputs.has(input) ? this.#main : this.#behind)
  }

  /** Moves inputs to `position`, after the records at theirs are gone. */
  restartAt(inputs: readonly PartitionInput[], position: number): void {
    for (const input of inputs) {
      this.remove(input)
      input.position = position
      this.add(input)
    }
  }

  #place(input: PartitionInput): void {
    const { position } = input
    this.#park(this.#main)
    if (this.#main.isEmpty) this.#main.start(position)
    else if (position < this.#main.position) {
      this.#placeBehind(input)
      return
    } else if (position - this.#main.position > FAR_AHEAD_RECORDS && this.#behind.isEmpty) this.#overtake(position)
    this.#main.add(input)
    this.#main.resume()
  }

  #placeBehind(input: PartitionInput): void {
    const { position } = input
    this.#park(this.#behind)
    if (this.#behind.isEmpty) this.#behind.start(position)
    // The other inputs there take no record twice, as each knows its position.
    else if (position < this.#behind.position) this.#behind.seek(position)
    this.#behind.add(input)
    this.#behind.resume()
  }

  #overtake(position: number): void {
    this.#retire(this.#main)
    const inputs = [...this.#main.inputs]
    this.#behind.start(this.#main.position)
    for (const input of inputs) this.#behind.add(input)
    this.#main.stop()
    this.#main.start(position)
  }

  /** Called after the reader has moved, or its inputs have changed. */
  #settle(reader: PartitionReader): void {
    if (!reader.isEmpty && reader.areAllBlocked) {
      reader.pause()
      return
    }
    // In the middle of a response they stay: its rest would have to be fetched again for them. Slow ones would hold up the others, and those
    // at their limit need no more of it.
    this.#park(reader, reader.hasMore ? ({ mustWait, isAtLimit }) => mustWait || isAtLimit : undefined)
    if (!reader.isEmpty) reader.resume()
    const isBehind = !this.#main.isEmpty && this.#behind.position < this.#main.position
    if (!this.#behind.isEmpty && !isBehind) this.#join()
    for (const each of [this.#main, this.#behind]) if (each.isEmpty) each.stop()
  }

  #join(): void {
    const { position } = this.#behind
    this.#retire(this.#behind)
    const inputs = [...this.#behind.inputs]
    this.#behind.stop()
    this.#park(this.#main)
    if (this.#main.isEmpty) this.#main.start(position)
    for (const input of inputs) this.#main.add(input)
    this.#main.resume()
  }

  /** Takes out inputs at their limit, which the reader may have passed. */
  #retire(reader: PartitionReader): void {
    this.#park(reader, ({ isAtLimit }) => isAtLimit)
  }

  /** Takes blocked inputs, all or some of them, out of a reader that continues. */
  #park(reader: PartitionReader, mustLeave: (input: PartitionInput) => boolean = () => true): void {
    for (const input of [...reader.blocked]) {
      if (!input.isBlocked) reader.blocked.delete(input)
      else if (mustLeave(input)) {
        reader.remove(input)
        this.#parked.add(input)
      }
    }
  }
}
