/** How far a task has processed its inputs, and how much of that was taken by its last checkpoint. */
import { positionKey } from '../../broker/position-key.ts'
import type { PartitionInput } from '../reading/partition-input.ts'
import type { Positions } from '../stores/task-stores.ts'
import type { PartitionGroup } from '../task/partition-group.ts'

export class InputPositions {
  readonly #inputs: readonly PartitionInput[]
  /** Null: no record waits before it is processed. */
  readonly #group: Pick<PartitionGroup, 'headOffset'> | null
  /** Positions of the last checkpoint, by input. */
  #marked: readonly number[]
  /** The record at which the query stops, once it has come to one. */
  #stop: { readonly input: PartitionInput; readonly offset: number } | null = null

  constructor(inputs: readonly PartitionInput[], group: Pick<PartitionGroup, 'headOffset'> | null) {
    this.#inputs = inputs
    this.#group = group
    this.#marked = inputs.map(({ committed }) => committed)
  }

  /** Whether something was processed since the last checkpoint. */
  get haveMoved(): boolean {
    return this.#inputs.some((input, index) => this.#processed(input) !== this.#marked[index])
  }

  /** Whether there are records below the committed offsets to process, whose output was written before. */
  get areRepeating(): boolean {
    return this.#inputs.some((input) => this.#processed(input) < input.committed)
  }

  /** The record at `offset` is not processed, whatever is read. */
  stopAt(input: PartitionInput, offset: number): void {
    this.#stop = { input, offset }
  }

  /** By partition, for a checkpoint. Where two inputs read one partition, the lower position counts. */
  mark(): Positions {
    this.#marked = this.#inputs.map((input) => this.#processed(input))
    const positions = new Map<string, number>()
    this.#inputs.forEach((input, index) => {
      const key = positionKey(input)
      positions.set(key, Math.min(positions.get(key) ?? Number.POSITIVE_INFINITY, this.#marked[index]!))
    })
    return positions
  }

  /** Forgets the last checkpoint, which could not be committed: the next one takes the same again. */
  unmark(): void {
    this.#marked = this.#inputs.map(() => -1)
  }

  /** Offset of the first record that is not processed. */
  #processed(input: PartitionInput): number {
    if (this.#stop?.input === input) return this.#stop.offset
    const waiting = this.#group?.headOffset(input.index) ?? -1
    return waiting >= 0 ? waiting : input.position
  }
}
