/**
 * A map in key order, for the memory stores: keys in chunks of at most `CHUNK` entries, so that an insertion moves few entries and a range
 * starts with two binary searches. Keys of one map are all numbers or all strings; strings are ordered by UTF-16 code unit.
 */
const CHUNK = 128

interface Chunk<K, V> {
  readonly keys: K[]
  readonly values: V[]
}

export class SortedMap<K extends number | string, V> {
  #chunks: Chunk<K, V>[] = []
  #size = 0

  get size(): number {
    return this.#size
  }

  get(key: K): V | undefined {
    const chunk = this.#chunks[this.#chunkOf(key)]
    if (chunk === undefined) return undefined
    const at = lowerBound(chunk.keys, key)
    return chunk.keys[at] === key ? chunk.values[at] : undefined
  }

  set(key: K, value: V): void {
    const position = this.#chunkOf(key)
    const chunk = this.#chunks[position]
    if (chunk === undefined) {
      this.#chunks.push({ keys: [key], values: [value] })
      this.#size++
      return
    }
    const at = lowerBound(chunk.keys, key)
    if (chunk.keys[at] === key) {
      chunk.values[at] = value
      return
    }
    chunk.keys.splice(at, 0, key)
    chunk.values.splice(at, 0, value)
    this.#size++
    if (chunk.keys.length > CHUNK) this.#split(position, chunk)
  }

  delete(key: K): void {
    const position = this.#chunkOf(key)
    const chunk = this.#chunks[position]
    if (chunk === undefined) return
    const at = lowerBound(chunk.keys, key)
    if (chunk.keys[at] !== key) return
    chunk.keys.splice(at, 1)
    chunk.values.splice(at, 1)
    this.#size--
    if (chunk.keys.length === 0) this.#chunks.splice(position, 1)
  }

  firstKey(): K | undefined {
    return this.#chunks[0]?.keys[0]
  }

  /** Entries with key in `[from, to]`, ascending. The map must not change while they are read. */
  *entries(from?: K, to?: K): Generator<readonly [K, V]> {
    let position = from === undefined ? 0 : this.#chunkOf(from)
    let at = from === undefined ? 0 : lowerBound(this.#chunks[position]?.keys ?? [], from)
    for (; position < this.#chunks.length; position++, at = 0) {
      const { keys, values } = this.#chunks[position]!
      for (; at < keys.length; at++) {
        const key = keys[at]!
        if (to !== undefined && key > to) return
        yield [key, values[at]!]
      }
    }
  }

  /** Removes and returns the entries with key < `bound`, ascending. */
  takeBelow(bound: K): [K, V][] {
    const taken: [K, V][] = []
    let first = this.#chunks[0]
    while (first !== undefined && first.keys[0]! < bound) {
      const count = lowerBound(first.keys, bound)
      const keys = first.keys.splice(0, count)
      const values = first.values.splice(0, count)
      for (let i = 0; i < count; i++) taken.push([keys[i]!, values[i]!])
      if (first.keys.length === 0) this.#chunks.shift()
      first = this.#chunks[0]
    }
    this.#size -= taken.length
    return taken
  }

  /** The last chunk whose first key is <= `key`; 0 if there is none. */
  #chunkOf(key: K): number {
    let low = 0
    let high = this.#chunks.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if (this.#chunks[middle]!.keys[0]! <= key) low = middle
      else high = middle - 1
    }
    return low
  }

  #split(position: number, chunk: Chunk<K, V>): void {
    // An append leaves a full chunk behind: ascending keys, the usual case, then fill chunks instead of halving them.
    const at = position === this.#chunks.length - 1 ? CHUNK : CHUNK >> 1
    this.#chunks.splice(position + 1, 0, { keys: chunk.keys.splice(at), values: chunk.values.splice(at) })
  }
}

/** Index of the first key >= `key`. */
function lowerBound<K extends number | string>(keys: readonly K[], key: K): number {
  let low = 0
  let high = keys.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (keys[middle]! < key) low = middle + 1
    else high = middle
  }
  return low
}
