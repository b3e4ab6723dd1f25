/**
 * Looks at some of the records that a task reads from a topic of other producers: whether each lies in the partition in which this server
 * would look for its key. Where it does not, lookups by key and joins miss it.
 */
import { partitionForKey } from '../../broker/partitioner.ts'
import type { SourceStep } from '../../operators/step.ts'
import { ByteBuffer } from '../../types/byte-buffer.ts'
import type { Column } from '../../types/schema.ts'
import type { Row } from '../../types/value.ts'
import { keyWriter, type RecordEncoder } from './record-encoder.ts'

/** The first records are all looked at, and of the others one in so many. */
const FIRST = 64
const ONE_IN = 64

/** Formats whose writers need nothing but the columns. */
const CHECKED: ReadonlySet<string> = new Set(['KAFKA', 'DELIMITED', 'JSON'])

export interface KeyPlacementOptions {
  readonly step: SourceStep
  /** Key columns of the step's rows. */
  readonly key: readonly Column[]
  readonly partition: number
  /** How many partitions the topic has. */
  readonly partitions: number
  /** Called once, with a sentence about the first such record. */
  readonly onMisplaced: (message: string) => void
}

export class KeyPlacement {
  readonly #options: KeyPlacementOptions
  readonly #write: RecordEncoder['writeKey']
  readonly #bytes = new ByteBuffer()
  /** Records until the next one is looked at. */
  #skip = 0
  #seen = 0
  /** Sampled records that lie elsewhere. */
  misplaced = 0

  /** Null: the place of the source's records does not follow from their keys, or cannot be checked. */
  static of(options: KeyPlacementOptions): KeyPlacement | null {
    const { step, key, partitions } = options
    const isWhole = key.length === step.key.length && key.length > 0
    if (partitions < 2 || step.window !== null || !isWhole || !CHECKED.has(step.keyFormat.format)) return null
    return new KeyPlacement(options)
  }

  private constructor(options: KeyPlacementOptions) {
    this.#options = options
    const { step, key } = options
    this.#write = keyWriter({ topic: step.topic, keyFormat: step.keyFormat, key, window: null }, [])
  }

  note(key: Row | null, offset: number): void {
    if (--this.#skip > 0) return
    if (++this.#seen > FIRST) this.#skip = ONE_IN
    if (key === null) return
    const { partition, partitions, onMisplaced } = this.#options
    const expected = this.#partitionOf(key, partitions)
    if (expected === partition) return
    if (this.misplaced++ === 0) onMisplaced(this.#describe(offset, expected))
  }

  #partitionOf(key: Row, partitions: number): number {
    this.#bytes.clear()
    this.#write({ key, window: null, value: null, oldValue: null, timestamp: 0, headers: null }, this.#bytes)
    return partitionForKey(this.#bytes.buffer, partitions, 0, this.#bytes.position)
  }

  #describe(offset: number, expected: number): string {
    const { step, partition } = this.#options
    return (
      `Record ${offset} of partition ${partition} of ${step.topic}: Millrace would have written its key to partition ${expected}, ` +
      'so the producer writes keys in another form (names in another case, spaces, numbers) or partitions them by another hash. ' +
      'Joins and lookups by key may not find such rows. Read the topic as a stream, write the key again by CREATE STREAM ... AS SELECT ... PARTITION BY ..., ' +
      'and use that in its place.'
    )
  }
}
