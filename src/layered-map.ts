/**
 * An immutable map of which a version with one entry more costs little, whatever its size: versions share a base, and each copies only what it
 * has beyond it. When that is no longer little, the base is made again, so that n changes copy about n * sqrt(n) entries and not n * n. Entries
 * keep the order of a Map: that of their first insertion.
 */

/** Changes beyond the base, at least, before the base is made again. */
const MIN_CHANGES = 32

/** A deleted entry of the base. */
const DELETED = Symbol('deleted')

export class LayeredMap<Key, Value> implements ReadonlyMap<Key, Value> {
  readonly size: number
  readonly #base: ReadonlyMap<Key, Value>
  /** Entries that the base does not have, or has with other values. */
  readonly #changes: ReadonlyMap<Key, Value | typeof DELETED>

  private constructor(
    base: ReadonlyMap<Key, Value>,
    changes: ReadonlyMap<Key, Value | typeof DELETED>,
    size = base.size,
  ) {
    this.#base = base
    this.#changes = changes
    this.size = size
  }

  /** `map`, which never changes, as a base. */
  static of<Key, Value>(map: ReadonlyMap<Key, Value>): LayeredMap<Key, Value> {
    return map instanceof LayeredMap ? map : new LayeredMap(map, new Map())
  }

  get(key: Key): Value | undefined {
    const changed = this.#changes.get(key)
    if (changed === DELETED) return undefined
    return changed === undefined && !this.#changes.has(key) ? this.#base.get(key) : changed
  }

  has(key: Key): boolean {
    return this.#changes.has(key) ? this.#changes.get(key) !== DELETED : this.#base.has(key)
  }

  /** A map with the entry, which keeps its place if the key is there. */
  with(key: Key, value: Value): LayeredMap<Key, Value> {
    // A key that was deleted from the base comes back at the end, not at its old place.
    if (this.#changes.get(key) === DELETED) return new LayeredMap(new Map(this), new Map()).with(key, value)
    const size = this.has(key) ? this.size : this.size + 1
    return this.#changed(new Map(this.#changes).set(key, value), size)
  }

  without(key: Key): LayeredMap<Key, Value> {
    if (!this.has(key)) return this
    const changes = new Map(this.#changes)
    if (this.#base.has(key)) changes.set(key, DELETED)
    else changes.delete(key)
    return this.#changed(changes, this.size - 1)
  }

  *entries(): Generator<[Key, Value], undefined> {
    const changes = this.#changes
    for (const [key, value] of this.#base) {
      const changed = changes.has(key) ? changes.get(key)! : value
      if (changed !== DELETED) yield [key, changed as Value]
    }
    for (const [key, value] of changes) if (!this.#base.has(key)) yield [key, value as Value]
  }

  *keys(): Generator<Key, undefined> {
    for (const [key] of this.entries()) yield key
  }

  *values(): Generator<Value, undefined> {
    for (const [, value] of this.entries()) yield value
  }

  [Symbol.iterator](): Generator<[Key, Value], undefined> {
    return this.entries()
  }

  forEach(use: (value: Value, key: Key, map: ReadonlyMap<Key, Value>) => void): void {
    for (const [key, value] of this.entries()) use(value, key, this)
  }

  #changed(changes: ReadonlyMap<Key, Value | typeof DELETED>, size: number): LayeredMap<Key, Value> {
    const changed = new LayeredMap(this.#base, changes, size)
    const isLittle = changes.size <= Math.max(MIN_CHANGES, Math.sqrt(this.#base.size))
    return isLittle ? changed : new LayeredMap(new Map(changed), new Map())
  }
}

/** `map` with the entry. `map` never changes. */
export const withEntry = <Key, Value>(map: ReadonlyMap<Key, Value>, key: Key, value: Value): ReadonlyMap<Key, Value> =>
  LayeredMap.of(map).with(key, value)

/** `map` without the entry of the key. `map` never changes. */
export const withoutEntry = <Key, Value>(map: ReadonlyMap<Key, Value>, key: Key): ReadonlyMap<Key, Value> =>
  LayeredMap.of(map).without(key)
