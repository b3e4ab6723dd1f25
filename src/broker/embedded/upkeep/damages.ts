/** Damage to stored records: how it is described, and the list of what was found since the log was opened. */

import type { LogDamage, TopicPartition } from '../../broker.ts'
import { OFFSETS_TOPIC, TRANSACTIONS_TOPIC } from '../segments/topic-config.ts'

/** More damages than this are only warned of. */
const MAX_LISTED = 100

export class Damages {
  readonly #warn: (message: string) => void
  readonly #found: LogDamage[] = []

  /** `warn`: receives each damage's message. */
  constructor(warn: (message: string) => void) {
    this.#warn = warn
  }

  report(facts: DamageFacts): void {
    const { topic, partition, offset, records, bytes, keptIn } = facts
    const message = describe(facts)
    this.#warn(message)
    if (this.#found.length < MAX_LISTED) this.#found.push({ topic, partition, offset, records, bytes, keptIn, message })
  }

  /** Damage that cost no record, as there was a second copy, is only warned of. */
  reportMended({ topic, partition, what, keptIn }: MendedFacts): void {
    this.#warn(
      [
        `Damage in partition ${partition} of topic ${topic}: ${what}.`,
        'Its second copy has taken its place, so no record is lost.',
        ...keptAs(keptIn),
        'Check the disk.',
      ].join(' '),
    )
  }

  /** Oldest first. */
  list(): readonly LogDamage[] {
    return this.#found
  }
}

export type MendedFacts = Pick<DamageFacts, 'topic' | 'partition' | 'what' | 'keptIn'>

export interface DamageFacts extends TopicPartition, Omit<LogDamage, 'message'> {
  /** A clause with the file and the place in it: "bytes 70 to 158 of FILE fail their checksum". */
  readonly what: string
}

function describe({ topic, partition, offset, records, bytes, keptIn, what }: DamageFacts): string {
  return [
    `Damage in partition ${partition} of topic ${topic}: ${what}.`,
    `${describeLoss(offset, records)} (${bytes} bytes).`,
    ...(CONSEQUENCES.has(topic) ? [CONSEQUENCES.get(topic)!] : []),
    ...keptAs(keptIn),
    'The other records stay readable, and no offset is used twice.',
    'Check the disk; if the records matter, produce them again from their source or restore the file from a backup.',
  ].join(' ')
}

const keptAs = (path: string | null): string[] => (path === null ? [] : [`The file as it was is kept in ${path}.`])

function describeLoss(offset: number, records: number | null): string {
  if (records === null) return `An unknown number of records from offset ${offset} on is lost`
  if (records === 1) return `The record with offset ${offset} is lost`
  return `Up to ${records} records are lost, those with offsets ${offset} to ${offset + records - 1}`
}

/** What it means to lose records of the log's own topics. */
const CONSEQUENCES: ReadonlyMap<string, string> = new Map([
  [
    OFFSETS_TOPIC,
    'They said how far queries and consumer groups had read, so a query may read records again and count or write them twice: ' +
      'check its results.',
  ],
  [
    TRANSACTIONS_TOPIC,
    'They said how transactions had ended, so one that was committed just before the log was closed may be incomplete.',
  ],
])
