/** Environments of state in memory, which outlive the servers that open them as files do. Values are as they were written, without checksums. */
import { RANGE_CHUNK, type RawEntry, type StateEnvironment } from '../../../src/state/lmdb/lmdb-environment.ts'
import { StateDamagedError } from '../../../src/state/lmdb/state-damaged-error.ts'
import type { BatchTarget, Changes } from '../../../src/state/lmdb/write-batch.ts'
import { SortedMap } from '../../../src/state/sorted-map.ts'

/** By key as a text of bytes: its order is that of the bytes. */
type Entries = SortedMap<string, Buffer>

export class MemoryDisk {
  readonly #directories = new Map<string, Entries>()

  /** See `OpenEnvironment`. */
  readonly open = (directory: string): StateEnvironment => {
    const entries: Entries = this.#directories.get(directory) ?? new SortedMap()
    this.#directories.set(directory, entries)
    return new MemoryEnvironment(directory, entries)
  }
}

interface Waiting {
  readonly batch: Changes
  readonly resolve: () => void
}

class MemoryEnvironment implements StateEnvironment {
  readonly directory: string
  readonly isDamaged = false
  readonly damage = null
  onTouched: () => void = () => {}
  isAwaited = (): boolean => false
  readonly #entries: Entries
  #waiting: Waiting[] = []
  #isClosed = false

  readonly #target: BatchTarget = {
    put: (key: Buffer, value: Buffer): void => {
      this.#entries.set(textOf(key), Buffer.from(value))
    },
    putFrom: (source, keyStart, keyEnd, valueEnd): void => {
      this.#target.put(source.subarray(keyStart, keyEnd), source.subarray(keyEnd, valueEnd))
    },
    delete: (key: Buffer): void => {
      this.#entries.delete(textOf(key))
    },
    deleteRange: (from: Buffer, to: Buffer): void => {
      for (const [key] of [...this.#between(from, to)]) this.#entries.delete(key)
    },
  }

  constructor(directory: string, entries: Entries) {
    this.directory = directory
    this.#entries = entries
  }

  damaged(cause: Error): StateDamagedError {
    return new StateDamagedError(this.directory, cause)
  }

  discard(): Promise<string> {
    return Promise.reject(new Error('Nothing in memory is damaged'))
  }

  get(key: Uint8Array): Buffer | undefined {
    this.#refuseIfClosed()
    return this.#entries.get(textOf(key))
  }

  has(key: Uint8Array): boolean {
    return this.get(key) !== undefined
  }

  chunk(from: Uint8Array, to: Uint8Array, limit = RANGE_CHUNK): RawEntry[] {
    const entries: RawEntry[] = []
    for (const [key, value] of this.#between(from, to)) {
      if (entries.length === limit) break
      entries.push({ key: bytesOf(key), value })
    }
    return entries
  }

  keys(from: Uint8Array, to: Uint8Array): Buffer[] {
    return [...this.#between(from, to)].map(([key]) => bytesOf(key))
  }

  countKeys(from: Uint8Array, to: Uint8Array): number {
    return this.keys(from, to).length
  }

  *range(from: Uint8Array, to: Uint8Array): Generator<RawEntry> {
    yield* this.chunk(from, to, Number.POSITIVE_INFINITY)
  }

  last(from: Uint8Array, to: Uint8Array): RawEntry | undefined {
    return this.chunk(from, to, Number.POSITIVE_INFINITY).at(-1)
  }

  write(batch: Changes): Promise<void> {
    if (this.#isClosed) return Promise.reject(new Error(`The state in ${this.directory} was closed`))
    return new Promise((resolve) => {
      this.#waiting.push({ batch, resolve })
      if (this.#waiting.length === 1) queueMicrotask(() => this.#flush())
    })
  }

  remap(): void {}

  async close(): Promise<void> {
    this.#flush()
    this.#isClosed = true
  }

  #flush(): void {
    for (const { batch, resolve } of this.#waiting.splice(0)) {
      batch.applyTo(this.#target)
      resolve()
    }
  }

  /** Entries with key in `[from, to)`, ascending. */
  *#between(from: Uint8Array, to: Uint8Array): Generator<readonly [string, Buffer]> {
    this.#refuseIfClosed()
    const end = textOf(to)
    for (const entry of this.#entries.entries(textOf(from))) {
      if (entry[0] >= end) return
      yield entry
    }
  }

  #refuseIfClosed(): void {
    if (this.#isClosed) throw new Error(`The state in ${this.directory} was closed`)
  }
}

const textOf = (key: Uint8Array): string => Buffer.from(key.buffer, key.byteOffset, key.byteLength).toString('latin1')
const bytesOf = (key: string): Buffer => Buffer.from(key, 'latin1')
