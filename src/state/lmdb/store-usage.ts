/** How a store is used: plain numbers, counted where it happens and read by metrics. */

export class StoreUsage {
  /** Lookups answered from memory. */
  hits = 0
  /** Lookups that went to the disk, whatever they found. */
  misses = 0
  /** Entries that were put into batches for the disk, and the bytes of their keys and values. */
  writtenEntries = 0
  writtenBytes = 0

  /** What that many entries take, by the mean of those written; null: none was written yet. */
  bytesOf(entries: number): number | null {
    if (entries === 0) return 0
    return this.writtenEntries === 0 ? null : Math.round((entries * this.writtenBytes) / this.writtenEntries)
  }
}
