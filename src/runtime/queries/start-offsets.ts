/** Where the inputs of a query begin to read: at the committed offset, else where their kind says. */
import type { Broker, CommittedOffset, GroupOffset, PartitionOffset } from '../../broker/broker.ts'
import { positionKey } from '../../broker/position-key.ts'
import { type InputAssignment, originMetadata, readMark, readOrigin, type TaskAssignment } from '../assignment.ts'
import { behind, gone, type LostOffset } from '../offsets-lost-error.ts'
import type { InputPlace, TaskPlace } from './layout.ts'

export interface StartOffsetsOptions {
  readonly committed: readonly CommittedOffset[]
  /** Whether inputs without a committed offset begin at the start. */
  readonly fromStart: boolean
  /** Partitions (`positionKey`) for which an offset was committed while the server runs. Default: none. */
  readonly known?: ReadonlySet<string>
  /** How many partitions each topic had that the query reads already. Default: none is known. */
  readonly read?: ReadonlyMap<string, number>
  /** See `StartQuery`. */
  readonly limits?: ReadonlyMap<string, number> | undefined
}

interface Chooses {
  readonly chooses: boolean
}

export class StartOffsets {
  /** Offsets for inputs that had none committed. */
  readonly chosen: GroupOffset[] = []
  /** Positions of chosen inputs that the log does not have any more. */
  readonly lost: LostOffset[] = []
  readonly #broker: Broker
  readonly #committed: ReadonlyMap<string, CommittedOffset>
  /** Topics of which an offset is committed for some partition. */
  readonly #committedTopics: ReadonlySet<string>
  readonly #fromStart: boolean
  readonly #known: ReadonlySet<string>
  readonly #read: ReadonlyMap<string, number>
  readonly #limits: ReadonlyMap<string, number>
  readonly #starts = new Map<string, Promise<PartitionOffset[]>>()
  readonly #ends = new Map<string, Promise<PartitionOffset[]>>()

  constructor(broker: Broker, options: StartOffsetsOptions) {
    const { committed, fromStart, known = new Set(), read = new Map(), limits = new Map() } = options
    this.#broker = broker
    this.#committed = new Map(committed.map((offset) => [positionKey(offset), offset]))
    this.#committedTopics = new Set(committed.map(({ topic }) => topic))
    this.#fromStart = fromStart
    this.#known = known
    this.#read = read
    this.#limits = limits
  }

  /** `chooses`: an origin without a committed offset becomes one of `chosen`; a position that is lost, one of `lost`. */
  async of({ step, topic, partition, upstreamTasks }: InputPlace, { chooses }: Chooses): Promise<InputAssignment> {
    const endOffset = await this.#end(topic, partition)
    const partitions = (await this.#ends.get(topic))?.length ?? 1
    const limit = this.#limits.get(positionKey({ topic, partition })) ?? null
    const input = { step: step.id, topic, partition, partitions, endOffset, limit, upstreamTasks }
    const committed = this.#committed.get(positionKey({ topic, partition }))
    if (committed !== undefined) {
      const origin = readOrigin(committed.metadata) ?? (await this.#start(topic, partition))
      const mark = readMark(committed.metadata)
      if (chooses) await this.#checkPosition(committed, { isLost: mark === 'lost', endOffset })
      return { ...input, origin, position: committed.offset, isNew: false, isReset: mark === 'reset' }
    }
    if (chooses && step.kind === 'source' && this.#known.has(positionKey({ topic, partition })))
      this.lost.push(gone({ topic, partition }))
    // A partition that was added to a topic which the query reads holds nothing that is older than the query.
    const isAdded = this.#committedTopics.has(topic) || partition >= (this.#read.get(topic) ?? Number.POSITIVE_INFINITY)
    const isWhole = step.kind === 'repartition' || step.sourceKind === 'table' || this.#fromStart || isAdded
    const origin = isWhole ? await this.#start(topic, partition) : endOffset
    // An internal topic is read from its start anyway, and a commit here could come late, after one of a newer owner.
    if (chooses && step.kind === 'source')
      this.#choose({ topic, partition, offset: origin, metadata: originMetadata(origin) })
    return { ...input, origin, position: origin, isNew: true, isReset: false }
  }

  /** Kafka's last stable offset may be behind for a moment; the end is not. */
  async #checkPosition(
    { topic, partition, offset }: CommittedOffset,
    { isLost, endOffset }: { readonly isLost: boolean; readonly endOffset: number },
  ): Promise<void> {
    if (!isLost && offset <= endOffset) return
    const end = (await this.#broker.endOffsets(topic))[partition]?.offset ?? 0
    if (isLost || offset > end) this.lost.push(behind({ topic, partition, position: offset, end }))
  }

  #choose(offset: GroupOffset): void {
    const isThere = this.chosen.some(({ topic, partition }) => topic === offset.topic && partition === offset.partition)
    if (!isThere) this.chosen.push(offset)
  }

  #start(topic: string, partition: number): Promise<number> {
    return this.#offset(this.#starts, topic, partition, () => this.#broker.startOffsets(topic))
  }

  #end(topic: string, partition: number): Promise<number> {
    return this.#offset(this.#ends, topic, partition, () => this.#broker.endOffsets(topic, { readCommitted: true }))
  }

  async #offset(
    known: Map<string, Promise<PartitionOffset[]>>,
    topic: string,
    partition: number,
    read: () => Promise<PartitionOffset[]>,
  ): Promise<number> {
    const offsets = known.get(topic) ?? read()
    known.set(topic, offsets)
    return (await offsets)[partition]?.offset ?? 0
  }
}

/** The task with the offsets of its inputs. */
export const withPositions = async (
  { reads, ...task }: TaskPlace,
  offsets: StartOffsets,
  chooses: Chooses,
): Promise<TaskAssignment> => ({
  ...task,
  inputs: await Promise.all(reads.map((read) => offsets.of(read, chooses))),
})
