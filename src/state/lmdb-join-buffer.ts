/**
 * Join buffer in LMDB: segments of time, written in blocks (join-block.ts): what a commit writes costs what came since the last one, in the
 * order in which it came, and not a place in the tree for each row. The newest segments are in memory; older ones are given up when room
 * is needed, and shards of them loaded again if a late record asks. Expiry drops whole segments; rows of a segment that is expired in
 * part stay until all of it is, and the floor hides them.
 */
import { ByteWriter } from './byte-writer.ts'
import { entryBytes } from './cache-budget.ts'
import {
  type DurableStore,
  type LogChange,
  prefixEnd,
  type Staged,
  type StoreSpace,
  type StoreSummary,
} from './durable-store.ts'
import {
  BLOCK_BYTES,
  BLOCK_ROWS,
  readBlock,
  readBlockKey,
  writeBlockKey,
  writeBlockRow,
  writeShardKey,
} from './join-block.ts'
import { firstAfter, JoinSegment, SHARDS, shardOf } from './join-segment.ts'
import { SortedMap } from './sorted-map.ts'
import type { JoinBuffer, StoredRow, StoreKey, StoreSpec } from './store.ts'
import { StoredNumbers } from './stored-numbers.ts'
import type { WriteBatch } from './write-batch.ts'

/** Segments that a full buffer has if it is not known what fetches read. */
const SEGMENTS = 16
/** Segments that a fetch reads, besides one that it begins in. */
const FETCHED_SEGMENTS = 2
const MAX_SEGMENTS = 4096
const DEFAULT_RETENTION_MS = 86_400_000
/** Memory of a row: an estimate for a few columns. */
const ROW_BYTES = entryBytes(60)

type Times = Pick<StoreSpec, 'retentionMs' | 'fetchMs'>

interface StagedRows {
  readonly segment: JoinSegment
  readonly keys: StoreKey[]
  readonly rows: StoredRow[]
}

export class LmdbJoinBuffer implements JoinBuffer, DurableStore {
  readonly kind = 'joinBuffer'
  readonly store = this
  readonly #space: StoreSpace
  readonly #segmentMs: number
  /** All that have rows, in memory or on disk. */
  readonly #segments = new SortedMap<number, JoinSegment>()
  readonly #stored: StoredNumbers
  #highest = Number.NEGATIVE_INFINITY
  #floor: number
  #block: number
  #count = 0
  #dirty: JoinSegment[] = []

  /** `summary`: of the last checkpoint; null: there is nothing in LMDB. */
  constructor(space: StoreSpace, summary: StoreSummary | null, times: Times) {
    this.#space = space
    this.#segmentMs = segmentMs(times)
    this.#floor = summary?.floor ?? Number.NEGATIVE_INFINITY
    this.#block = summary?.block ?? 0
    this.#stored = new StoredNumbers(space)
    this.#findSegments()
    space.budget.register(this)
  }

  add(key: StoreKey, value: StoredRow): void {
    if (value.timestamp < this.#floor) return
    const segment = this.#segmentAt(this.#numberOf(value.timestamp))
    this.#ensureLoaded(segment, key)
    this.#markDirty(segment)
    segment.add(key, value)
    segment.freshKeys.push(key)
    segment.freshRows.push(value)
    segment.count++
    this.#count++
    this.#resize(segment, ROW_BYTES)
    this.#makeRoom()
  }

  fetch(key: StoreKey, from: number, to: number): Iterable<StoredRow> {
    const lowest = Math.max(from, this.#floor)
    const found: StoredRow[] = []
    const { usage } = this.#space
    if (lowest > to) return found
    const first = Math.max(this.#numberOf(lowest), this.#segments.firstKey() ?? Number.POSITIVE_INFINITY)
    const last = Math.min(this.#numberOf(to), this.#highest)
    for (let number = first; number <= last; number++) {
      const segment = this.#segments.get(number)
      if (segment === undefined) continue
      segment.isUsed = true
      const isLoading = this.#ensureLoaded(segment, key)
      if (isLoading) usage.misses++
      else usage.hits++
      const rows = segment.get(key)
      if (rows !== undefined) {
        for (let i = firstAfter(rows, lowest - 1); i < rows.length && rows[i]!.timestamp <= to; i++)
          found.push(rows[i]!)
      }
      if (isLoading) this.#makeRoom()
    }
    return found
  }

  expire(timestamp: number): void {
    if (timestamp <= this.#floor) return
    this.#floor = timestamp
    const live = this.#numberOf(timestamp)
    const first = this.#segments.firstKey()
    if (first === undefined || first >= live) return
    this.#stored.expireBelow(live)
    for (const [, segment] of this.#segments.takeBelow(live)) this.#drop(segment)
  }

  /** May count entries that are expired but not yet freed. */
  count(): number {
    return this.#count
  }

  evict(bytes: number): number {
    let freed = 0
    for (const spares of [true, false]) {
      for (const [, segment] of this.#segments.entries()) {
        if (freed >= bytes) return freed
        if (segment.isUnwritten || segment.bytes === 0 || (spares && segment.isUsed)) continue
        freed += segment.bytes
        this.#space.budget.usedBytes -= segment.bytes
        segment.bytes = 0
        segment.unload()
      }
    }
    for (const [, segment] of this.#segments.entries()) segment.isUsed = false
    return freed
  }

  stage(batch: WriteBatch, log: LogChange | null): Staged {
    const expired = this.#stored.stage(batch)
    const dirty = this.#dirty.filter((segment) => this.#isHeld(segment))
    this.#dirty = []
    const staged = dirty.map((segment): StagedRows => {
      const { freshKeys: keys, freshRows: rows } = segment
      segment.freshKeys = []
      segment.freshRows = []
      segment.isDirty = false
      segment.staged++
      this.#write(segment.number, keys, rows, batch, log)
      return { segment, keys, rows }
    })
    return {
      written: () => {
        expired.written()
        for (const { segment } of staged) this.#written(segment)
      },
      abandoned: () => {
        expired.abandoned()
        for (const rows of staged) this.#abandoned(rows)
      },
    }
  }

  summary(): StoreSummary {
    const floor = this.#floor === Number.NEGATIVE_INFINITY ? {} : { floor: this.#floor }
    return { count: this.#count, block: this.#block, ...floor }
  }

  close(): void {
    this.#space.budget.unregister(this)
    for (const [, segment] of this.#segments.takeBelow(Number.POSITIVE_INFINITY)) this.#drop(segment)
  }

  /** From the keys of the blocks. */
  #findSegments(): void {
    const { environment, prefix } = this.#space
    for (const key of environment.keys(prefix, prefixEnd(prefix))) {
      const { segment: number, rows } = readBlockKey(prefix, key)
      const segment = this.#segments.get(number)
      if (segment === undefined) this.#addSegment(new JoinSegment(number, rows, true))
      else segment.count += rows
      this.#count += rows
    }
  }

  #numberOf(timestamp: number): number {
    return Math.floor(timestamp / this.#segmentMs)
  }

  #segmentAt(number: number): JoinSegment {
    return this.#segments.get(number) ?? this.#addSegment(new JoinSegment(number, 0, false))
  }

  #addSegment(segment: JoinSegment): JoinSegment {
    this.#segments.set(segment.number, segment)
    if (segment.number > this.#highest) this.#highest = segment.number
    return segment
  }

  /** Returns whether it read from the disk. */
  #ensureLoaded(segment: JoinSegment, key: StoreKey): boolean {
    const shard = segment.missingShard(key)
    if (shard === null) return false
    scratch.position = 0
    writeShardKey(this.#space.prefix, segment.number, shard, scratch)
    const from = Buffer.from(scratch.since(0))
    let count = 0
    for (const { value } of this.#space.environment.range(from, prefixEnd(from))) {
      readBlock(this.#space.rows, value, (own, row) => {
        segment.add(own, row)
        count++
      })
    }
    segment.setLoaded(shard)
    this.#resize(segment, count * ROW_BYTES)
    return true
  }

  #markDirty(segment: JoinSegment): void {
    if (segment.isDirty) return
    if (segment.staged === 0) this.#space.budget.unwrittenBytes += segment.bytes
    segment.isDirty = true
    this.#dirty.push(segment)
  }

  #resize(segment: JoinSegment, bytes: number): void {
    segment.bytes += bytes
    this.#space.budget.usedBytes += bytes
    if (segment.isUnwritten) this.#space.budget.unwrittenBytes += bytes
  }

  #makeRoom(): void {
    const { budget } = this.#space
    if (budget.usedBytes > budget.limitBytes) budget.makeRoom()
  }

  #write(
    segment: number,
    keys: readonly StoreKey[],
    rows: readonly StoredRow[],
    batch: WriteBatch,
    log: LogChange | null,
  ): void {
    const { usage } = this.#space
    const start = batch.byteLength
    usage.writtenEntries += rows.length
    const shards = Array.from({ length: SHARDS }, (): number[] => [])
    for (let i = 0; i < keys.length; i++) shards[shardOf(keys[i]!)]!.push(i)
    shards.forEach((indexes, shard) => {
      for (let at = 0; at < indexes.length; ) {
        block.position = 0
        const first = at
        for (; at < indexes.length && at - first < BLOCK_ROWS && block.position < BLOCK_BYTES; at++) {
          writeBlockRow(this.#space.rows, keys[indexes[at]!]!, rows[indexes[at]!]!, block)
        }
        batch.begin()
        writeBlockKey(this.#space.prefix, { segment, shard, block: this.#block++, rows: at - first }, batch.bytes)
        batch.endKey()
        batch.bytes.writeBytes(block.since(0))
        batch.endPut()
        log?.(batch.lastKey().subarray(this.#space.prefix.length), batch.lastValue())
      }
    })
    usage.writtenBytes += batch.byteLength - start
  }

  #written(segment: JoinSegment): void {
    segment.staged--
    if (!segment.isUnwritten && this.#isHeld(segment)) this.#space.budget.unwrittenBytes -= segment.bytes
  }

  #abandoned({ segment, keys, rows }: StagedRows): void {
    segment.staged--
    segment.freshKeys = [...keys, ...segment.freshKeys]
    segment.freshRows = [...rows, ...segment.freshRows]
    if (segment.isDirty || !this.#isHeld(segment)) return
    segment.isDirty = true
    this.#dirty.push(segment)
  }

  /** Whether the segment is not expired meanwhile. */
  #isHeld(segment: JoinSegment): boolean {
    return this.#segments.get(segment.number) === segment
  }

  #drop(segment: JoinSegment): void {
    const { budget } = this.#space
    this.#count -= segment.count
    budget.usedBytes -= segment.bytes
    if (segment.isUnwritten) budget.unwrittenBytes -= segment.bytes
  }
}

/** Half of what a fetch reads, so that it touches few segments and memory need hold little more than it. */
function segmentMs({ retentionMs = DEFAULT_RETENTION_MS, fetchMs }: Times): number {
  const wanted = fetchMs === undefined ? retentionMs / SEGMENTS : fetchMs / FETCHED_SEGMENTS
  return Math.max(1, Math.ceil(wanted), Math.ceil(retentionMs / MAX_SEGMENTS))
}

const scratch = new ByteWriter(64)
const block = new ByteWriter(2 * BLOCK_BYTES)
