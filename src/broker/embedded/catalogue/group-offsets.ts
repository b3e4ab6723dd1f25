/** Committed offsets of consumer groups: a map in the owner's memory over a compacted topic. */

import type { CommittedOffset, GroupDescription, GroupOffset, TopicPartition } from '../../broker.ts'
import type { KeyedEntry, KeyedLog } from './keyed-log.ts'

interface StoredOffset {
  readonly offset: number
  readonly metadata: string
}

type Key = readonly [group: string, topic: string, partition: number]

export class GroupOffsets {
  readonly #log: KeyedLog
  /** Group -> `[topic,partition]` as JSON -> offset. */
  readonly #groups = new Map<string, Map<string, CommittedOffset>>()

  constructor(log: KeyedLog) {
    this.#log = log
    for (const { key, value } of log.load()) this.#apply(JSON.parse(key) as Key, value as StoredOffset | null)
  }

  commit(group: string, offsets: readonly GroupOffset[]): void {
    this.#put(
      offsets.map(({ topic, partition, offset, metadata = '' }) => ({
        key: JSON.stringify([group, topic, partition] satisfies Key),
        value: { offset, metadata } satisfies StoredOffset,
      })),
    )
  }

  fetch(group: string, partitions?: readonly TopicPartition[]): CommittedOffset[] {
    const offsets = this.#groups.get(group)
    if (offsets === undefined) return []
    if (partitions === undefined) return [...offsets.values()]
    return partitions.flatMap(({ topic, partition }) => offsets.get(JSON.stringify([topic, partition])) ?? [])
  }

  /** Every committed offset of every group. */
  all(): (CommittedOffset & { readonly group: string })[] {
    return [...this.#groups].flatMap(([group, offsets]) =>
      [...offsets.values()].map((offset) => ({ group, ...offset })),
    )
  }

  delete(group: string): void {
    this.#forget([...(this.#groups.get(group)?.values() ?? [])].map((offset) => ({ group, ...offset })))
  }

  /** Forgets what groups committed for a topic that is gone, as a new topic of that name starts at 0. */
  deleteTopic(topic: string): void {
    const doomed = [...this.#groups].flatMap(([group, offsets]) =>
      [...offsets.values()].filter((offset) => offset.topic === topic).map((offset) => ({ group, ...offset })),
    )
    this.#forget(doomed)
  }

  describe(groups: readonly string[]): GroupDescription[] {
    return groups.map((group) => {
      const offsets = this.fetch(group)
      return { group, state: offsets.length === 0 ? 'Dead' : 'Empty', members: [], offsets }
    })
  }

  #forget(offsets: readonly (CommittedOffset & { readonly group: string })[]): void {
    this.#put(
      offsets.map(({ group, topic, partition }) => ({
        key: JSON.stringify([group, topic, partition] satisfies Key),
        value: null,
      })),
    )
  }

  /** Durable first, then visible. */
  #put(entries: readonly KeyedEntry[]): void {
    if (entries.length === 0) return
    this.#log.append(entries)
    for (const { key, value } of entries) this.#apply(JSON.parse(key) as Key, value as StoredOffset | null)
  }

  #apply([group, topic, partition]: Key, stored: StoredOffset | null): void {
    const offsets = this.#groups.get(group) ?? new Map<string, CommittedOffset>()
    const key = JSON.stringify([topic, partition])
    if (stored === null) offsets.delete(key)
    else offsets.set(key, { topic, partition, ...stored })
    if (offsets.size === 0) this.#groups.delete(group)
    else this.#groups.set(group, offsets)
  }
}
