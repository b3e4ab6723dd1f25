/** Random inputs of the oracle tests: events of one or two sides with few keys, NULLs and tombstones. */
import type { StreamRecord } from '../../src/types/record.ts'
import { record } from './operator-harness.ts'
import type { Random } from './seeds.ts'

export interface Event {
  readonly side: number
  readonly key: string | null
  /** Null: no value (a tombstone, on a table). */
  readonly value: number | null
  readonly time: number
}

export interface EventOptions {
  readonly count?: number
  readonly sides?: number
  readonly step?: number
  readonly keys?: readonly string[]
}

const KEYS = ['a', 'b', 'c']

export function randomEvents(random: Random, options: EventOptions = {}): Event[] {
  const { count = 40, sides = 2, step = 5, keys = KEYS } = options
  return random.times(count, step).map((time) => ({
    side: random.integer(0, sides - 1),
    key: random.chance(0.05) ? null : random.pick(keys),
    value: random.chance(0.2) ? null : random.integer(0, 9),
    time,
  }))
}

/** The event as a record whose row is key and value. */
export const toRecord = ({ key, value, time }: Event): StreamRecord =>
  record(key === null ? null : [key], value === null ? null : [key, value], time)
