/** splitmix64, the generator's only randomness: each record is a pure function of its number. */

const BITS = (1n << 64n) - 1n
const INCREMENT = 0x9e3779b97f4a7c15n
const FIRST_FACTOR = 0xbf58476d1ce4e5b9n
const SECOND_FACTOR = 0x94d049bb133111ebn

/** Next 64 bits after `state`; both unsigned. */
export function mix(state: bigint): bigint {
  const sum = (state + INCREMENT) & BITS
  const first = ((sum ^ (sum >> 30n)) * FIRST_FACTOR) & BITS
  const second = ((first ^ (first >> 27n)) * SECOND_FACTOR) & BITS
  return second ^ (second >> 31n)
}

/** `count` bits of `value` from bit `shift` on; at most 53. */
export const bits = (value: bigint, shift: number, count: number): number =>
  Number((value >> BigInt(shift)) & ((1n << BigInt(count)) - 1n))
