/** Where the inputs of a query begin to read: at the committed offset, else where their kind says. */
import type { Broker, CommittedOffset, GroupOffset, PartitionOffset } from '../../broker/broker.ts'
import { positionKey } from '../../broker/position-key.ts'
import { type InputAssignment, originMetadata, readOrigin, type TaskAssignment } from '../assignment.ts'
import type { InputPlace, TaskPlace } from './layout.ts'

interface Chooses {
  readonly chooses: boolean
}

export class StartOffsets {
  /** Offsets for inputs that had none committed. */
  readonly chosen: GroupOffset[] = []
  readonly #broker: Broker
  readonly #committed: ReadonlyMap<string, CommittedOffset>
  readonly #fromStart: boolean
  readonly #starts = new Map<string, Promise<PartitionOffset[]>>()
  readonly #ends = new Map<string, Promise<PartitionOffset[]>>()

  constructor(broker: Broker, committed: readonly CommittedOffset[], fromStart: boolean) {
    this.#broker = broker
    this.#committed = new Map(committed.map((offset) => [positionKey(offset), offset]))
    this.#fromStart = fromStart
  }

  /** `chooses`: an origin without a committed offset becomes one of `chosen`. */
  async of({ step, topic, partition, upstreamTasks }: InputPlace, { chooses }: Chooses): Promise<InputAssignment> {
    const endOffset = await this.#end(topic, partition)
    const committed = this.#committed.get(positionKey({ topic, partition }))
    if (committed !== undefined) {
      const origin = readOrigin(committed.metadata) ?? (await this.#start(topic, partition))
      return { step: step.id, topic, partition, origin, position: committed.offset, endOffset, upstreamTasks }
    }
    const isWhole = step.kind === 'repartition' || step.sourceKind === 'table' || this.#fromStart
    const origin = isWhole ? await this.#start(topic, partition) : endOffset
    if (chooses) this.#choose({ topic, partition, offset: origin, metadata: originMetadata(origin) })
    return { step: step.id, topic, partition, origin, position: origin, endOffset, upstreamTasks }
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
