/**
 * Join buffer in LMDB: segments of time, written in blocks (join-block.ts): a commit writes what came since the last one, in the order in which
 * it came, and does not look for a place in the tree for each row. In memory are the segments that are written to and fetched from; where their rows do not
 * fit, the oldest leave an index only, by which one block is read for a row. Segments that are not in use are given up whole, and shards of them loaded again if
 * a late record needs them. Expiry drops whole segments; rows of a segment that is expired in
 * part stay until all of it is, and the floor hides them.
 */

import { ByteBuffer } from '../../types/byte-buffer.ts'
import { SortedMap } from '../sorted-map.ts'
import type { JoinBuffer, PackedJoinBuffer, RowScreen, StoredRow, StoreKey, StoreSpec } from '../store.ts'
import {
  type DurableStore,
  type LogChange,
  prefixEnd,
  type Staged,
  type StoreSpace,
  type StoreSummary,
} from './durable-store.ts'
import { readBlockKey, writeBlockKey, writeShardKey } from './join-block.ts'
import { JoinBlocks } from './join-blocks.ts'
import { type EntryMemory, memorySize } from './join-entries.ts'
import { JoinKey } from './join-key.ts'
import { JoinSegment, type SegmentFetch } from './join-segment.ts'
import { StoredNumbers } from './stored-numbers.ts'
import type { WriteBatch } from './write-batch.ts'

/** Segments that a full buffer has if it is not known what fetches read. */
const SEGMENTS = 16
/** Segments that a fetch reads, besides one that it begins in. */
const FETCHED_SEGMENTS = 4
const MAX_SEGMENTS = 4096
/** A segment that was not used while so many newer ones began is not expected to be used again. */
const IDLE_SEGMENTS = 1
/** Room for the keys of blocks, so that a large batch has its size from the start. */
const BATCH_OVERHEAD_BYTES = 16_384
/** A row that waits for a commit will be in its batch, in its changelog's and on a page. */
const COPIES_PER_COMMIT = 3
const DEFAULT_RETENTION_MS = 86_400_000

type RowReader = SegmentFetch['read']
type Times = Pick<StoreSpec, 'retentionMs' | 'fetchMs'>

interface StagedRows {
  readonly segment: JoinSegment
  readonly fresh: Int32Array
  /** Size of the rows on the disk. */
  readonly bytes: number
}

export class LmdbJoinBuffer implements JoinBuffer, DurableStore {
  readonly kind = 'joinBuffer'
  readonly store = this
  readonly packed: PackedJoinBuffer = {
    add: (key, row, timestamp) => {
      if (timestamp < this.#floor) return
      soughtKey.setPacked(key)
      const segment = this.#segmentToAdd(timestamp)
      this.#added(segment, segment.addPacked(soughtKey, row, timestamp))
    },
    fetch: (key, from, to, screen) => {
      soughtKey.setPacked(key)
      return this.#fetch(from, to, screen)
    },
  }
  readonly #space: StoreSpace
  readonly #segmentMs: number
  /** All that have rows, in memory or on disk. */
  readonly #segments = new SortedMap<number, JoinSegment>()
  readonly #stored: StoredNumbers
  readonly #blocks: JoinBlocks
  readonly #read: RowReader
  readonly #readers = new WeakMap<RowScreen, RowReader>()
  #highest = Number.NEGATIVE_INFINITY
  #floor: number
  #block: number
  #count = 0
  /** Rows that were found lately: half of them is forgotten at each commit. */
  #found = 0
  #dirty: JoinSegment[] = []
  /** For the next segment. */
  #spare: EntryMemory | null = null

  /** `summary`: of the last checkpoint; null: there is nothing in LMDB. */
  constructor(space: StoreSpace, summary: StoreSummary | null, times: Times) {
    this.#space = space
    this.#segmentMs = segmentMs(times)
    this.#floor = summary?.floor ?? Number.NEGATIVE_INFINITY
    this.#block = summary?.block ?? 0
    this.#stored = new StoredNumbers(space)
    this.#blocks = new JoinBlocks(space)
    this.#read = (source) => space.rows.readFrom(source)
    this.#findSegments()
    space.budget.register(this)
  }

  add(key: StoreKey, value: StoredRow): void {
    if (value.timestamp < this.#floor) return
    soughtKey.set(key)
    const segment = this.#segmentToAdd(value.timestamp)
    this.#added(segment, segment.add(soughtKey, value))
  }

  /** The segment of that time, ready for a row of the sought key. */
  #segmentToAdd(timestamp: number): JoinSegment {
    const segment = this.#segmentAt(this.#numberOf(timestamp))
    this.#ensureLoaded(segment)
    segment.usedAt = this.#highest
    return segment
  }

  #added(segment: JoinSegment, bytes: number): void {
    segment.count++
    this.#count++
    this.#markDirty(segment, bytes)
    this.#measure(segment)
  }

  fetch(key: StoreKey, from: number, to: number, screen?: RowScreen): Iterable<StoredRow> {
    soughtKey.set(key)
    return this.#fetch(from, to, screen)
  }

  /** Rows of the sought key. */
  #fetch(from: number, to: number, screen: RowScreen | undefined): Iterable<StoredRow> {
    const lowest = Math.max(from, this.#floor)
    const { usage } = this.#space
    let found: StoredRow[] | null = null
    if (lowest > to) return NOTHING
    const wanted = {
      from: lowest,
      to,
      read: screen === undefined ? this.#read : this.#readerFor(screen),
      blocks: this.#blocks,
    }
    const first = Math.max(this.#numberOf(lowest), this.#segments.firstKey() ?? Number.POSITIVE_INFINITY)
    const last = Math.min(this.#numberOf(to), this.#highest)
    for (let number = first; number <= last; number++) {
      const segment = this.#segments.get(number)
      if (segment === undefined) continue
      segment.usedAt = this.#highest
      const isLoading = this.#ensureLoaded(segment)
      if (isLoading) usage.misses++
      else usage.hits++
      found = segment.fetch(soughtKey, wanted, found)
      if (isLoading) this.#measure(segment)
    }
    if (found === null) return NOTHING
    this.#found += found.length
    return found
  }

  #readerFor(screen: RowScreen): RowReader {
    const known = this.#readers.get(screen)
    if (known !== undefined) return known
    const reader = this.#space.rows.screened(screen)
    this.#readers.set(screen, reader)
    return reader
  }

  /**
   * Rows that were found lately for each byte in memory. Of two streams that join, one often finds rows of the other and not the other way round: those
   * that are found stay in memory, and those that are not leave it.
   */
  get use(): number {
    let bytes = 1
    for (const [, segment] of this.#segments.entries()) bytes += segment.bytes
    return this.#found / bytes
  }

  expire(timestamp: number): void {
    if (timestamp <= this.#floor) return
    this.#floor = timestamp
    const live = this.#numberOf(timestamp)
    const first = this.#segments.firstKey()
    if (first === undefined || first >= live) return
    this.#stored.expireBelow(live)
    this.#blocks.clear()
    for (const [, segment] of this.#segments.takeBelow(live)) this.#drop(segment)
  }

  /** May count entries that are expired but not yet freed. */
  count(): number {
    return this.#count
  }

  evict(bytes: number): number {
    const { budget } = this.#space
    const before = budget.usedBytes
    const wanted = () => bytes - (before - budget.usedBytes)
    this.#keepSpare(null)
    for (const isIdle of [true, false]) {
      for (const [, segment] of this.#segments.entries()) {
        if (wanted() <= 0) return before - budget.usedBytes
        if ((isIdle && segment.usedAt === this.#highest) || segment.staged > 0) continue
        if (segment.spill(isIdle ? Number.POSITIVE_INFINITY : wanted())) this.#resize(segment)
      }
    }
    if (wanted() > 0) this.#blocks.clear()
    if (budget.indexBytes > budget.indexLimitBytes) this.#unloadIndexes()
    return before - budget.usedBytes
  }

  /** Gives up segments whole, those that were not used lately first. */
  #unloadIndexes(): void {
    const { budget } = this.#space
    const segments = Array.from(this.#segments.entries(), ([, segment]) => segment)
    for (const segment of segments.sort((a, b) => a.usedAt - b.usedAt)) {
      if (budget.indexBytes <= budget.indexLimitBytes) return
      if (segment.indexSize > 0 && !segment.isUnwritten) this.#unload(segment)
    }
  }

  stage(batch: WriteBatch, log: LogChange | null): Staged {
    this.#found /= 2
    const expired = this.#stored.stage(batch)
    const dirty = this.#dirty.filter((segment) => this.#isHeld(segment))
    this.#dirty = []
    batch.bytes.reserve(dirty.reduce((sum, { unwrittenBytes }) => sum + unwrittenBytes, BATCH_OVERHEAD_BYTES))
    const staged = dirty.map((segment): StagedRows => {
      const fresh = segment.takeFresh()
      segment.isDirty = false
      segment.staged++
      return { segment, fresh, bytes: this.#write(segment, fresh, batch, log) }
    })
    return {
      written: () => {
        expired.written()
        for (const rows of staged) this.#written(rows)
        this.#unloadIdle()
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
    this.#keepSpare(null)
    this.#blocks.clear()
    for (const [, segment] of this.#segments.takeBelow(Number.POSITIVE_INFINITY)) this.#drop(segment)
  }

  /** From the keys of the blocks. */
  #findSegments(): void {
    const { environment, prefix } = this.#space
    for (const key of environment.keys(prefix, prefixEnd(prefix))) {
      const { segment: number, rows } = readBlockKey(prefix, key)
      const segment = this.#segments.get(number)
      if (segment === undefined) this.#addSegment(new JoinSegment(this.#space.rows, number, rows, true))
      else segment.count += rows
      this.#count += rows
    }
  }

  #numberOf(timestamp: number): number {
    return Math.floor(timestamp / this.#segmentMs)
  }

  #segmentAt(number: number): JoinSegment {
    const known = this.#segments.get(number)
    if (known !== undefined) return known
    this.#unloadIdle()
    const memory = number > this.#highest ? this.#memoryForNext() : undefined
    return this.#addSegment(new JoinSegment(this.#space.rows, number, 0, false, memory))
  }

  #addSegment(segment: JoinSegment): JoinSegment {
    const { number } = segment
    this.#segments.set(number, segment)
    this.#resize(segment)
    if (number > this.#highest) this.#highest = number
    return segment
  }

  #unloadIdle(): void {
    for (const [, segment] of this.#segments.entries()) {
      if (segment.usedAt >= this.#highest - IDLE_SEGMENTS || segment.isEmpty || segment.isUnwritten) continue
      const memory = this.#unload(segment)
      if (this.#spare === null || memorySize(memory) > memorySize(this.#spare)) this.#keepSpare(memory)
    }
  }

  #unload(segment: JoinSegment): EntryMemory {
    const memory = segment.unload()
    this.#resize(segment)
    return memory
  }

  #memoryForNext(): EntryMemory | undefined {
    const spare = this.#spare
    this.#keepSpare(null)
    return this.#segments.get(this.#highest)?.memoryForNext(spare)
  }

  #keepSpare(memory: EntryMemory | null): void {
    const { budget } = this.#space
    if (this.#spare !== null) budget.usedBytes -= memorySize(this.#spare)
    if (memory !== null) budget.usedBytes += memorySize(memory)
    this.#spare = memory
  }

  /** For the key that was set. Returns whether it read from the disk. */
  #ensureLoaded(segment: JoinSegment): boolean {
    const shard = segment.missingShard(soughtKey)
    if (shard === null) return false
    scratch.position = 0
    writeShardKey(this.#space.prefix, segment.number, shard, scratch)
    const from = Buffer.from(scratch.since(0))
    for (const { key, value } of this.#space.environment.range(from, prefixEnd(from))) {
      const { block: number, rows } = readBlockKey(this.#space.prefix, key)
      segment.addBlock(value, number, rows)
    }
    segment.setLoaded(shard)
    return true
  }

  /** `bytes`: how many more the disk does not have yet. */
  #markDirty(segment: JoinSegment, bytes: number): void {
    this.#countUnwritten(segment, bytes)
    if (segment.isDirty) return
    segment.isDirty = true
    this.#dirty.push(segment)
  }

  #countUnwritten(segment: JoinSegment, bytes: number): void {
    const { budget } = this.#space
    segment.unwrittenBytes += bytes
    budget.unwrittenBytes += bytes
    budget.commitBytes += COPIES_PER_COMMIT * bytes
  }

  /** Makes room elsewhere if the segment has grown. */
  #measure(segment: JoinSegment): void {
    if (!this.#resize(segment)) return
    const { budget } = this.#space
    if (budget.usedBytes > budget.limitBytes) budget.makeRoom()
  }

  /** Returns whether its size has changed. */
  #resize(segment: JoinSegment): boolean {
    const { budget } = this.#space
    const change = segment.size - segment.bytes
    segment.bytes += change
    budget.usedBytes += change
    budget.indexBytes += segment.indexSize - segment.indexBytes
    segment.indexBytes = segment.indexSize
    return change !== 0
  }

  /** Returns how many bytes of rows were written. */
  #write(segment: JoinSegment, fresh: Int32Array, batch: WriteBatch, log: LogChange | null): number {
    const { usage, prefix } = this.#space
    const start = batch.byteLength
    usage.writtenEntries += fresh.length
    let written = 0
    for (let from = 0; from < fresh.length; ) {
      const { shard, to } = segment.blockOf(fresh, from)
      const block = this.#block++
      batch.begin()
      writeBlockKey(prefix, { segment: segment.number, shard, block, rows: to - from }, batch.bytes)
      batch.endKey()
      const first = batch.byteLength
      segment.writeBlock(fresh, from, to, block, batch.bytes)
      written += batch.byteLength - first
      batch.endPut()
      log?.(batch.lastKey().subarray(prefix.length), batch.lastValue())
      from = to
    }
    usage.writtenBytes += batch.byteLength - start
    return written
  }

  #written({ segment, bytes }: StagedRows): void {
    segment.staged--
    if (!this.#isHeld(segment)) return
    this.#countUnwritten(segment, -bytes)
    if (segment.number < this.#highest) segment.trim()
    this.#resize(segment)
  }

  #abandoned({ segment, fresh }: StagedRows): void {
    segment.staged--
    segment.returnFresh(fresh)
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
    budget.indexBytes -= segment.indexBytes
    this.#countUnwritten(segment, -segment.unwrittenBytes)
  }
}

/** A part of what a fetch reads, so that it touches few segments and memory need hold little more than it. */
export function segmentMs({ retentionMs = DEFAULT_RETENTION_MS, fetchMs }: Times): number {
  const wanted = fetchMs === undefined ? retentionMs / SEGMENTS : fetchMs / FETCHED_SEGMENTS
  return Math.max(1, Math.ceil(wanted), Math.ceil(retentionMs / MAX_SEGMENTS))
}

const NOTHING: readonly StoredRow[] = []
const scratch = new ByteBuffer(64)
/** Shared by all buffers: a record that is added to one of them is then looked for in another, under the same key. */
const soughtKey = new JoinKey()
