/** Shards: fixed parts of the keys of a join buffer, by the hash of a key. */

/** More of them make it cheaper to look a row up whose segment was given up, and blocks smaller. */
export const SHARDS = 64
export const shardOf = (hash: number): number => hash & (SHARDS - 1)
