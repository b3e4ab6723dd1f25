/**
 * Changes of more bytes than memory may hold, brought into the order of their keys: an external merge sort. Each batch becomes a sorted run
 * in a file, and the runs are merged; of the changes of one key the newest is left. Written in that order, each page of LMDB is written
 * once, however many changes there are.
 */
import { type KeyRangeBytes, WriteBatch } from '../write-batch.ts'
import { KeyRanges } from './key-ranges.ts'
import { type Run, RunCursor, writeRun } from './run-blocks.ts'
import type { RunFile } from './run-file.ts'

/** A merge holds 64 KiB of each run in memory: 4 MiB. */
const MAX_RUNS = 64

export interface PartLimits {
  readonly changes: number
  readonly bytes: number
}

export class SortedRuns {
  readonly #openFile: () => RunFile
  #file: RunFile | null = null
  #runs: Run[] = []
  #merge: Merge | null = null

  /** `openFile` is called when the first batch comes. */
  constructor(openFile: () => RunFile) {
    this.#openFile = openFile
  }

  get isEmpty(): boolean {
    return this.#runs.length === 0
  }

  /** Whether the runs should be taken before another one comes. */
  get isFull(): boolean {
    return this.#runs.length >= MAX_RUNS
  }

  /** How much of what was there at the last `take` has been taken: 0 to 1. */
  get shareTaken(): number {
    return this.#merge === null || this.#file === null ? 0 : 1 - this.#merge.bytesLeft / Math.max(1, this.#file.length)
  }

  /** Adds a batch that is sorted and deletes no ranges, without its changes of `expired` keys. Throws what the disk says. */
  add(batch: WriteBatch, expired: readonly KeyRangeBytes[] = []): void {
    if (batch.size === 0) return
    this.#file ??= this.#openFile()
    const run = writeRun(batch, this.#file, new KeyRanges(expired))
    if (run !== null) this.#runs.push(run)
  }

  /**
   * Takes all changes but those of `expired` keys: batches in ascending order, of which each has at most `changes`, and ends with the change
   * that reaches `bytes`. A batch is valid until the next one. Throws an Error if the file cannot be read or was damaged.
   */
  *take(limits: PartLimits, expired: readonly KeyRangeBytes[] = []): Generator<WriteBatch> {
    if (this.#file === null || this.isEmpty) return
    const merge = new Merge(this.#file, this.#runs, expired)
    this.#merge = merge
    const batch = new WriteBatch()
    for (;;) {
      batch.clear()
      while (batch.size < limits.changes && batch.byteLength < limits.bytes && merge.moveInto(batch)) {}
      if (batch.size === 0) break
      yield batch
    }
    this.#merge = null
    this.#runs = []
    this.#file.clear()
  }

  close(): void {
    this.#file?.close()
    this.#file = null
    this.#runs = []
  }
}

/** A heap of cursors; on top the one whose key is the smallest, of equal keys the newest. */
class Merge {
  readonly #heap: RunCursor[]
  readonly #expired: KeyRanges

  constructor(file: RunFile, runs: readonly Run[], expired: readonly KeyRangeBytes[]) {
    this.#expired = new KeyRanges(expired)
    const commonLength = commonLengthOf(runs)
    this.#heap = runs
      .map((run, number) => new RunCursor(file, run, { number, commonLength }))
      .filter((cursor) => cursor.next())
    for (let i = this.#heap.length >> 1; i-- > 0; ) this.#siftDown(i)
  }

  get bytesLeft(): number {
    return this.#heap.reduce((sum, cursor) => sum + cursor.bytesLeft, 0)
  }

  /** Appends the change of the smallest key that is left; false: there is none. */
  moveInto(batch: WriteBatch): boolean {
    const newest = this.#newest()
    if (newest === undefined) return false
    batch.addChange(newest.buffer, newest)
    for (let older = this.#sameAsTop(); older > 0; older = this.#sameAsTop()) this.#advance(older)
    this.#advance(0)
    return true
  }

  /** The change on top, once none of an expired key is there. */
  #newest(): RunCursor | undefined {
    for (;;) {
      const top = this.#heap[0]
      if (top === undefined || !this.#expired.has(top.buffer, top.keyStart, top.keyEnd)) return top
      this.#advance(0)
    }
  }

  /** A place with an older change of the key on top; 0: there is none. A parent's key is not larger, so that it lies right below the top. */
  #sameAsTop(): number {
    const heap = this.#heap
    if (heap.length > 1 && hasSameKey(heap[0]!, heap[1]!)) return 1
    return heap.length > 2 && hasSameKey(heap[0]!, heap[2]!) ? 2 : 0
  }

  /** Moves the cursor at a place to its next entry. */
  #advance(place: number): void {
    const heap = this.#heap
    if (!heap[place]!.next()) {
      const last = heap.pop()!
      if (place === heap.length) return
      heap[place] = last
    }
    this.#siftDown(place)
  }

  #siftDown(from: number): void {
    const heap = this.#heap
    const cursor = heap[from]!
    let at = from
    for (let child = 2 * at + 1; child < heap.length; child = 2 * at + 1) {
      if (child + 1 < heap.length && compare(heap[child + 1]!, heap[child]!) < 0) child++
      if (compare(cursor, heap[child]!) <= 0) break
      heap[at] = heap[child]!
      at = child
    }
    heap[at] = cursor
  }
}

const compare = (a: RunCursor, b: RunCursor): number =>
  a.head - b.head ||
  a.tail - b.tail ||
  a.buffer.compare(b.buffer, b.keyStart, b.keyEnd, a.keyStart, a.keyEnd) ||
  // The newest first.
  b.number - a.number

const hasSameKey = (a: RunCursor, b: RunCursor): boolean =>
  a.head === b.head && a.tail === b.tail && a.buffer.compare(b.buffer, b.keyStart, b.keyEnd, a.keyStart, a.keyEnd) === 0

/** How many first bytes all keys have in common: as many as the first and the last ones, since the keys are sorted. */
function commonLengthOf(runs: readonly Run[]): number {
  const keys = runs.flatMap(({ firstKey, lastKey }) => [firstKey, lastKey])
  const first = keys[0]!
  return keys.reduce((common, key) => {
    let same = 0
    while (same < common && same < key.length && key[same] === first[same]) same++
    return same
  }, first.length)
}
