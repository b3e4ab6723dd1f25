/** Numbers that look random and are the same in every run. */

/** In `[0, 1)`. Source: mulberry32 by Tommy Ettinger, public domain. */
export type Random = () => number

export function seeded(seed: number): Random {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** A whole number in `[0, end)`. */
export const below = (random: Random, end: number): number => Math.floor(random() * end)
