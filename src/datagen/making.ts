/** What made-up values are made of: the number of the record, the time, and random numbers that depend on seed and number alone. */

export interface Making {
  /** Number of the record, from 0. */
  readonly index: number
  /** Epoch ms. */
  readonly time: number
  /** In [0, 1). */
  readonly random: () => number
}

/** JSON text of a value. */
export type Make = (making: Making) => string

export interface MadeValue {
  /** The type of a column that holds such values. */
  readonly sqlType: string
  readonly make: Make
}

export interface Field extends MadeValue {
  readonly name: string
}

/** Random numbers for one record, so that a restart continues with the same records. Algorithm: mulberry32, begun at a mix of seed and number. */
export function randomFrom(seed: number, index: number): () => number {
  let state = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(index + 1, 0xc2b2ae35)
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

/** A whole number of [low, high]. */
export const integerBetween = (random: () => number, low: number, high: number): number =>
  low + Math.floor(random() * (high - low + 1))

/** A JSON object of the fields. */
export const objectOf =
  (fields: readonly Field[]): Make =>
  (making) =>
    `{${fields.map(({ name, make }) => `${JSON.stringify(name)}:${make(making)}`).join(',')}}`

export const structType = (fields: readonly Field[]): string =>
  `STRUCT<${fields.map(({ name, sqlType }) => `${name} ${sqlType}`).join(', ')}>`

/** How many records are due, where `made` of them have been made in `elapsedMs` at `rate` a second; at most `most`. Rate 0: no limit. */
export function recordsDue({ elapsedMs, rate, made, most }: Pace): number {
  if (rate === 0) return most
  return Math.min(Math.max(0, Math.floor((elapsedMs / 1000) * rate) - made), most)
}

export interface Pace {
  readonly elapsedMs: number
  readonly rate: number
  readonly made: number
  readonly most: number
}
