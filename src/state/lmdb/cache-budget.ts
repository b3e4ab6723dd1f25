/**
 * How much memory the caches of one thread's stores may take. Entries that LMDB has can go at any time; those that it does not have yet
 * stay until the next commit, which is to come early when there are many. Sizes are estimates, from the lengths of the entries' bytes.
 */

/** What gives up entries. */
export interface Evictable {
  /** Frees entries that can go, of about `bytes`, those that were not used lately first. Returns how much it freed. */
  evict(bytes: number): number
  /** How much is found in what it holds, beside others that say so: the one in which least is found gives up entries first. Absent: it takes turns only. */
  readonly use?: number
}

/** An entry of a cache, as the budget sees it. */
export abstract class CacheEntry {
  /** Changed since it was last staged. */
  isDirty = false
  /** Number of batches not yet written that hold the entry. */
  staged = 0
  /** Used since eviction last passed it. */
  isUsed = true
  bytes = 0

  get isUnwritten(): boolean {
    return this.isDirty || this.staged > 0
  }
}

/** Memory of an entry without its content: maps, objects. Measured: about 200 bytes for a short key with a row of one number. */
const ENTRY_BYTES = 180
/** Memory per byte of encoded content. */
const BYTES_PER_BYTE = 2

export const entryBytes = (encodedBytes: number): number => ENTRY_BYTES + BYTES_PER_BYTE * encodedBytes

/** Memory of an entry that was never encoded. */
export const NEW_ENTRY_BYTES = entryBytes(40)

/**
 * Entries that can go are looked for among those that cannot, so that where nearly all wait for a commit it does not pay to look for a few. The limit is
 * exceeded by this share of it at most. Measured: without it Nexmark's q19 spent up to ten of 16 CPU seconds looking.
 */
const WORTH_LOOKING = 0.1

/** Rows that are found by an index are many times as large as their part of it. */
const INDEX_SHARE = 4

export class CacheBudget {
  readonly limitBytes: number
  usedBytes = 0
  /** The part of `usedBytes` that LMDB does not have yet. */
  unwrittenBytes = 0
  /** Memory for finding rows that are on the disk only: beside `usedBytes`, since without it they are not found. */
  indexBytes = 0
  /** Memory that the next commit takes beside `unwrittenBytes`. */
  commitBytes = 0
  readonly #caches = new Set<Evictable>()

  constructor(limitBytes: number) {
    this.limitBytes = limitBytes
  }

  register(cache: Evictable): void {
    this.#caches.add(cache)
  }

  unregister(cache: Evictable): void {
    this.#caches.delete(cache)
  }

  /** Whether enough waits for a commit that it should come now. */
  get needsCommit(): boolean {
    return this.unwrittenBytes + this.commitBytes > this.limitBytes / 2
  }

  /** What indexes may take before those that were not used lately are given up. */
  get indexLimitBytes(): number {
    return INDEX_SHARE * this.limitBytes
  }

  /** Whether so much waits that nothing more should be added before a commit. */
  get isFull(): boolean {
    return this.unwrittenBytes + this.commitBytes > this.limitBytes
  }

  /** Frees a part of what can go if the limit is exceeded; more than needed, so that this is not called for every entry. */
  makeRoom(): void {
    if (this.usedBytes <= this.limitBytes) return
    const writtenBytes = this.usedBytes - this.unwrittenBytes
    if (writtenBytes < this.limitBytes * WORTH_LOOKING) return
    let wanted = Math.min(this.usedBytes - this.limitBytes * 0.9, writtenBytes)
    for (const cache of this.#inTurn()) {
      if (wanted <= 0) return
      const freed = cache.evict(wanted)
      wanted -= freed
      // Next time another cache is the first to give up entries.
      if (freed > 0) this.#moveToEnd(cache)
    }
  }

  /** The caches by turns; where it is the turn of one that knows its use, the one of them comes that is used least. */
  #inTurn(): Evictable[] {
    const caches = [...this.#caches]
    const byUse = caches.filter(({ use }) => use !== undefined).sort((a, b) => a.use! - b.use!)
    let next = 0
    return caches.map((cache) => (cache.use === undefined ? cache : byUse[next++]!))
  }

  #moveToEnd(cache: Evictable): void {
    this.#caches.delete(cache)
    this.#caches.add(cache)
  }
}
