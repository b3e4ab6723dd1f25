/**
 * One LMDB environment: a file of ordered keys and values, with one writer at a time. The stores of all tasks of a slot share it, each under
 * a prefix of its own. Writes are short: batches of bytes in one synchronous transaction, with no other code inside, so that the thread
 * can be ended at any moment between them. A transaction is whole after a crash of the process or of the machine.
 */
import { closeSync, existsSync, mkdirSync, openSync, readSync, renameSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { open, type RootDatabase } from 'lmdb'
import type { WriteBatch } from './write-batch.ts'

/**
 * Address space, not memory or disk; bytes. It is the largest size of an environment. Reserved at once, as a map that grows stays mapped
 * in its smaller form too, which doubles what the process shows as resident.
 */
const MAP_BYTES = 2 ** 40
/** Entries that a range reads at a time: none holds a snapshot open, which would keep LMDB from using freed pages again. */
export const RANGE_CHUNK = 256
const DATA_FILE = 'data.mdb'

export interface RawEntry {
  readonly key: Buffer
  readonly value: Buffer
}

interface Waiting {
  readonly batch: WriteBatch
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

export class LmdbEnvironment {
  readonly directory: string
  #database: RootDatabase<Buffer, Buffer>
  #waiting: Waiting[] = []
  #isClosed = false

  private constructor(directory: string) {
    this.directory = directory
    this.#database = openDatabase(directory)
  }

  /**
   * Opens or creates. `onCorrupt`: told, with the new name of the directory, if what is there cannot be read: it is moved aside and an
   * empty environment takes its place. Throws an Error if the directory cannot be used at all.
   */
  static open(directory: string, onCorrupt: (movedTo: string, cause: Error) => void): LmdbEnvironment {
    mkdirSync(directory, { recursive: true })
    try {
      return new LmdbEnvironment(directory)
    } catch (error) {
      if (!isCorruption(error)) throw error
      const movedTo = moveAside(directory)
      onCorrupt(movedTo, error)
      mkdirSync(directory, { recursive: true })
      return new LmdbEnvironment(directory)
    }
  }

  /** The value, valid until the next call; undefined if there is none. */
  get(key: Uint8Array): Buffer | undefined {
    return this.#database.getBinaryFast(key as Buffer)
  }

  has(key: Uint8Array): boolean {
    return this.#database.getBinaryFast(key as Buffer) !== undefined
  }

  /** At most `limit` entries with key in `[from, to)`, ascending. */
  chunk(from: Uint8Array, to: Uint8Array, limit = RANGE_CHUNK): RawEntry[] {
    const options = { start: from as Buffer, end: to as Buffer, limit }
    return this.#database.getRange(options).asArray as unknown as RawEntry[]
  }

  /** How many keys there are in `[from, to)`. */
  countKeys(from: Uint8Array, to: Uint8Array): number {
    return this.#database.getKeysCount({ start: from as Buffer, end: to as Buffer })
  }

  /** Entries with key in `[from, to)`, ascending. What is written meanwhile may or may not be among them. */
  *range(from: Uint8Array, to: Uint8Array): Generator<RawEntry> {
    let start = from
    for (;;) {
      const entries = this.chunk(start, to)
      yield* entries
      if (entries.length < RANGE_CHUNK) return
      start = after(entries.at(-1)!.key)
    }
  }

  /** The entry with the largest key in `[from, to)`. */
  last(from: Uint8Array, to: Uint8Array): RawEntry | undefined {
    // From the end of the range downwards; `start` is included, and `to` itself is no key.
    const options = { start: to as Buffer, end: from as Buffer, reverse: true, limit: 1 }
    for (const entry of this.#database.getRange(options)) return entry as RawEntry
    return undefined
  }

  /**
   * Resolves when the batch is stored. Batches that are handed over in the same turn share a transaction, and a failure. Rejects with an
   * Error whose `code` is ENOSPC if the disk is full.
   */
  write(batch: WriteBatch): Promise<void> {
    if (this.#isClosed) return Promise.reject(new Error(`The state in ${this.directory} was closed`))
    return new Promise((resolve, reject) => {
      this.#waiting.push({ batch, resolve, reject })
      if (this.#waiting.length === 1) queueMicrotask(() => this.#flush())
    })
  }

  /**
   * Gives memory back that shows pages of the file; they are mapped again as they are read. Measured: 20 ms for 100 MB, nearly all of it
   * the system's.
   */
  remap(): void {
    if (this.#isClosed) return
    this.#flush()
    // As nothing is under way, it is closed before the call returns.
    void this.#database.close()
    this.#database = openDatabase(this.directory)
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#flush()
    this.#isClosed = true
    await this.#database.close()
  }

  #flush(): void {
    const waiting = this.#waiting
    if (waiting.length === 0) return
    this.#waiting = []
    try {
      this.#database.transactionSync(() => {
        for (const { batch } of waiting) batch.applyTo(this.#target)
      })
      for (const { resolve } of waiting) resolve()
    } catch (error) {
      for (const { reject } of waiting) reject(error)
    }
  }

  readonly #target = {
    put: (key: Buffer, value: Buffer): void => this.#database.putSync(key, value),
    delete: (key: Buffer): void => {
      this.#database.removeSync(key)
    },
    deleteRange: (from: Buffer, to: Buffer): void => {
      const keys: Buffer[] = []
      for (const key of this.#database.getKeys({ start: from, end: to })) keys.push(Buffer.from(key))
      for (const key of keys) this.#database.removeSync(key)
    },
  }
}

/** The smallest key that is larger. */
export function after(key: Uint8Array): Buffer {
  const next = Buffer.alloc(key.length + 1)
  next.set(key)
  return next
}

function openDatabase(directory: string): RootDatabase<Buffer, Buffer> {
  const existed = existsSync(join(directory, DATA_FILE))
  if (existed) checkHead(join(directory, DATA_FILE))
  const database = open<Buffer, Buffer>({
    path: directory,
    mapSize: MAP_BYTES,
    encoding: 'binary',
    keyEncoding: 'binary',
    noMemInit: true,
    maxDbs: 1,
  })
  if (existed) checkLength(database, directory)
  return database
}

/** LMDB's magic number, in the first page's meta data: little-endian, behind a page header. */
const MAGIC = 0xbeefc0de
const MAGIC_AT = 24

/** What is no LMDB file at all is found here: lmdb 3.5 ends the process over it. An empty file is one that was just made. */
function checkHead(file: string): void {
  const head = Buffer.alloc(MAGIC_AT + 4)
  const descriptor = openSync(file, 'r')
  try {
    const length = readSync(descriptor, head)
    if (length === 0 || (length === head.length && head.readUInt32LE(MAGIC_AT) === MAGIC)) return
  } finally {
    closeSync(descriptor)
  }
  throw new Error(`MDB_INVALID: ${file} is not an LMDB file`)
}

/** A file that was cut short is found here: reading the map beyond its end would end the process. */
function checkLength(database: RootDatabase<Buffer, Buffer>, directory: string): void {
  const { pageSize, lastPageNumber } = database.getStats() as {
    readonly pageSize: number
    readonly lastPageNumber: number
  }
  const needed = (lastPageNumber + 1) * pageSize
  const { size } = statSync(join(directory, DATA_FILE))
  if (size >= needed) return
  database.close()
  throw new Error(`MDB_CORRUPTED: ${DATA_FILE} has ${size} of ${needed} bytes`)
}

function isCorruption(error: unknown): error is Error {
  return (
    error instanceof Error && /MDB_(CORRUPTED|INVALID|VERSION_MISMATCH|PAGE_NOTFOUND|PANIC)/.test(codeAndMessage(error))
  )
}

const codeAndMessage = (error: Error): string => `${(error as { code?: unknown }).code ?? ''} ${error.message}`

function moveAside(directory: string): string {
  for (let number = 1; ; number++) {
    const target = `${directory}.corrupt-${number}`
    if (existsSync(target)) continue
    renameSync(directory, target)
    return target
  }
}
