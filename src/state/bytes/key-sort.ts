/**
 * Sorts keys by their bytes: a radix sort over eight bytes at a time, behind those that all keys have in common. Keys that are equal in these are sorted by
 * the next eight. A comparison of two keys is a native call; here most keys need none.
 */

/** Bytes that one round looks at, in two numbers of four. */
const ROUND_BYTES = 8
const HALF_BYTES = 4
/** So few keys are compared. */
const FEW_KEYS = 24

export class KeySort {
  readonly #buffer: Buffer
  readonly #starts: Uint32Array
  readonly #ends: Uint32Array
  readonly #high: Uint32Array
  readonly #low: Uint32Array
  readonly #counts = new Uint32Array(256)
  #order: Uint32Array
  #spare: Uint32Array

  /** Key i lies in `buffer` in `[starts[i], ends[i])`. */
  constructor(buffer: Buffer, starts: Uint32Array, ends: Uint32Array) {
    this.#buffer = buffer
    this.#starts = starts
    this.#ends = ends
    this.#high = new Uint32Array(starts.length)
    this.#low = new Uint32Array(starts.length)
    this.#order = Uint32Array.from(starts, (_, i) => i)
    this.#spare = new Uint32Array(starts.length)
  }

  /** Visits the numbers of the keys in ascending order; of equal keys only the last one. */
  eachLast(visit: (key: number) => void): void {
    this.#visit(0, this.#order.length, this.#commonLength(), visit)
  }

  /** Visits the keys at `[from, to)` of the order, which are equal in their first `depth` bytes and in the order in which they came. */
  #visit(from: number, to: number, depth: number, visit: (key: number) => void): void {
    if (to - from <= FEW_KEYS || this.#endsAt(from, to, depth)) {
      this.#visitCompared(from, to, visit)
      return
    }
    this.#sortRound(from, to, depth)
    const [high, low] = [this.#high, this.#low]
    for (let i = from; i < to; ) {
      const key = this.#order[i]!
      let next = i + 1
      while (next < to && high[this.#order[next]!] === high[key] && low[this.#order[next]!] === low[key]) next++
      if (next === i + 1) visit(key)
      else this.#visit(i, next, depth + ROUND_BYTES, visit)
      i = next
    }
  }

  /** Whether no key has a byte behind its first `depth`: what is left differs by length at most, as a byte that is not there counts as 0. */
  #endsAt(from: number, to: number, depth: number): boolean {
    for (let i = from; i < to; i++) {
      const key = this.#order[i]!
      if (this.#ends[key]! - this.#starts[key]! > depth) return false
    }
    return true
  }

  #visitCompared(from: number, to: number, visit: (key: number) => void): void {
    const order = this.#order
    if (to - from > FEW_KEYS) order.subarray(from, to).sort((a, b) => this.#compare(a, b) || a - b)
    else this.#insertionSort(from, to)
    for (let i = from; i < to; i++) {
      if (i + 1 === to || this.#compare(order[i]!, order[i + 1]!) !== 0) visit(order[i]!)
    }
  }

  #insertionSort(from: number, to: number): void {
    const order = this.#order
    for (let i = from + 1; i < to; i++) {
      const key = order[i]!
      let at = i
      for (; at > from && this.#compare(order[at - 1]!, key) > 0; at--) order[at] = order[at - 1]!
      order[at] = key
    }
  }

  #compare(a: number, b: number): number {
    const buffer = this.#buffer
    return buffer.compare(buffer, this.#starts[b]!, this.#ends[b]!, this.#starts[a]!, this.#ends[a]!)
  }

  /** Sorts by the eight bytes from `depth` on, from the last to the first: each pass keeps the order of the one before. */
  #sortRound(from: number, to: number, depth: number): void {
    const [high, low] = [this.#high, this.#low]
    const first = this.#order[from]!
    let highDiffers = 0
    let lowDiffers = 0
    for (let i = from; i < to; i++) {
      const key = this.#order[i]!
      const at = this.#starts[key]! + depth
      high[key] = this.#four(at, this.#ends[key]!)
      low[key] = this.#four(at + HALF_BYTES, this.#ends[key]!)
      highDiffers |= high[key] ^ high[first]!
      lowDiffers |= low[key] ^ low[first]!
    }
    for (let shift = 0; shift < 32; shift += 8) if ((lowDiffers >>> shift) & 255) this.#pass(from, to, low, shift)
    for (let shift = 0; shift < 32; shift += 8) if ((highDiffers >>> shift) & 255) this.#pass(from, to, high, shift)
  }

  #pass(from: number, to: number, numbers: Uint32Array, shift: number): void {
    const counts = this.#counts
    const order = this.#order
    const spare = this.#spare
    counts.fill(0)
    for (let i = from; i < to; i++) counts[(numbers[order[i]!]! >>> shift) & 255]!++
    let place = from
    for (let byte = 0; byte < 256; byte++) {
      const count = counts[byte]!
      counts[byte] = place
      place += count
    }
    for (let i = from; i < to; i++) {
      const key = order[i]!
      spare[counts[(numbers[key]! >>> shift) & 255]!++] = key
    }
    if (to - from === order.length) {
      this.#order = spare
      this.#spare = order
    } else order.set(spare.subarray(from, to), from)
  }

  /** Four bytes as a number; those from `end` on count as 0. */
  #four(at: number, end: number): number {
    const buffer = this.#buffer
    if (at + HALF_BYTES <= end)
      return ((buffer[at]! << 24) | (buffer[at + 1]! << 16) | (buffer[at + 2]! << 8) | buffer[at + 3]!) >>> 0
    let number = 0
    for (let i = at; i < at + HALF_BYTES; i++) number = number * 256 + (i < end ? buffer[i]! : 0)
    return number
  }

  /** How many first bytes all keys have in common. */
  #commonLength(): number {
    if (this.#starts.length === 0) return 0
    const buffer = this.#buffer
    const start = this.#starts[0]!
    let common = this.#ends[0]! - start
    for (let i = 1; i < this.#starts.length && common > 0; i++) {
      const other = this.#starts[i]!
      const length = Math.min(common, this.#ends[i]! - other)
      let same = 0
      while (same < length && buffer[start + same] === buffer[other + same]) same++
      common = same
    }
    return common
  }
}
