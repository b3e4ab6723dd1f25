/**
 * Offsets of changelogs up to which a task's local state is complete. Records that a task appends belong to checkpoints, and the state of a
 * checkpoint is written when its records are stored; so the end that a changelog has at some moment is covered by the next checkpoint
 * taken after that moment. Reading ends now and then is enough: an offset that is too low costs a longer restore, nothing else.
 */
import type { Broker } from '../../broker/broker.ts'
import type { Clock } from '../../clock.ts'
import type { TaskRecord } from '../../state/lmdb/state-catalog.ts'
import { changelogTopic } from '../topic-names.ts'
import type { OpenStores } from './task-stores.ts'

const REFRESH_MS = 60_000

export class ChangelogPositions {
  readonly #broker: Broker
  readonly #clock: Clock
  readonly #partition: number
  /** Changelog topics by store. */
  readonly #topics: ReadonlyMap<string, string>
  #offsets = new Map<string, number>()
  #refreshAt: number

  constructor(broker: Broker, { stores, applicationId, partition }: OpenStores, clock: Clock) {
    this.#broker = broker
    this.#clock = clock
    this.#partition = partition
    this.#topics = new Map(stores.map(({ name }) => [name, changelogTopic(applicationId, name)]))
    this.#refreshAt = clock.now() + REFRESH_MS
  }

  /** For the next checkpoint, by store. */
  get offsets(): ReadonlyMap<string, number> {
    return this.#offsets
  }

  /** Begins with local state that was found, or restored. */
  begin({ stores }: TaskRecord): void {
    for (const [name, { changelogOffset }] of Object.entries(stores)) {
      if (changelogOffset !== undefined) this.#offsets.set(name, changelogOffset)
    }
  }

  /** Begins without state; the present records of the changelogs do not belong to it. */
  async beginNew(): Promise<void> {
    this.#offsets = await this.#ends({ readCommitted: false })
  }

  /** Reads the ends again once in a while. After a failure the next call tries again. */
  refresh(): void {
    if (this.#clock.now() < this.#refreshAt) return
    this.#refreshAt = this.#clock.now() + REFRESH_MS
    this.#ends({ readCommitted: true }).then(
      (offsets) => {
        this.#offsets = offsets
      },
      () => {},
    )
  }

  async #ends({ readCommitted }: { readonly readCommitted: boolean }): Promise<Map<string, number>> {
    const entries = [...this.#topics].map(async ([name, topic]) => {
      const ends = await this.#broker.endOffsets(topic, { readCommitted })
      return [name, ends[this.#partition]?.offset ?? 0] as const
    })
    return new Map(await Promise.all(entries))
  }
}
