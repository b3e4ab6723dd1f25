/**
 * One LMDB environment: a file of ordered keys and values, with one writer at a time. The stores of all tasks of a slot share it, each under
 * a prefix of its own. Writes are short: batches of bytes in one synchronous transaction, with no other code inside, so that the thread
 * can be ended at any moment between them. A transaction is whole after a crash of the process or of the machine.
 */
import { closeSync, existsSync, mkdirSync, openSync, readSync, renameSync, statSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { open, type RangeOptions, type RootDatabase } from 'lmdb'
import { checked, entryWithChecksum, isAsWritten, withChecksum } from '../bytes/stored-value.ts'
import { checkSeal, removeSeal, seal } from './file-seal.ts'
import { brokenPages } from './page-check.ts'
import { StateDamagedError } from './state-damaged-error.ts'
import type { BatchTarget, Changes } from './write-batch.ts'

/**
 * Address space, not memory or disk; bytes. It is the largest size of an environment. Reserved at once, as a map that grows stays mapped
 * in its smaller form too, which doubles what the process shows as resident.
 */
const MAP_BYTES = 2 ** 40
/** Entries that a range reads at a time: none holds a snapshot open, which would keep LMDB from using freed pages again. */
export const RANGE_CHUNK = 256
const DATA_FILE = 'data.mdb'

/** A read brings about 64 KB of the file into memory, if these are in the system's cache: so many of them 128 MB at most; a write, anything. */
const TOUCHES = 2048

export interface RawEntry {
  readonly key: Buffer
  readonly value: Buffer
}

interface Waiting {
  readonly batch: Changes
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

/** What the stores need of an environment; simulations have one in memory. */
export type StateEnvironment = Pick<LmdbEnvironment, keyof LmdbEnvironment>

/**
 * Opens or creates the environment of a directory. `onCorrupt`: told, with the new name of the directory, if what is there cannot be read: it
 * is moved aside and an empty environment takes its place. Throws an Error if the directory cannot be used at all.
 */
export type OpenEnvironment = (
  directory: string,
  onCorrupt: (movedTo: string, cause: Error) => void,
) => StateEnvironment

export class LmdbEnvironment {
  readonly directory: string
  #database: RootDatabase<Buffer, Buffer>
  #waiting: Waiting[] = []
  #isClosed = false
  /** What was found damaged first; null: nothing. */
  #damage: Error | null = null
  /** Reads and writes since `onTouched` was called last. */
  #touches = 0
  /** Called before a read or a write once many places of the file may have come into memory; may call `remap`. */
  onTouched: () => void = () => {}
  /** Whether others wait for the thread: a large batch then ends its transaction where it stands, and continues in another. */
  isAwaited: () => boolean = () => false

  private constructor(directory: string) {
    this.directory = directory
    checkFile(directory)
    removeSeal(directory)
    this.#database = openDatabase(directory)
    this.#probe()
  }

  /** Something in it could not be read: it is to be discarded. */
  get isDamaged(): boolean {
    return this.#damage !== null
  }

  /** What could not be read, in words. */
  get damage(): string | null {
    return this.#damage?.message ?? null
  }

  /** Notes that `cause` shows damage to what is stored, and returns the error to throw for it. */
  damaged(cause: Error): StateDamagedError {
    this.#damage ??= cause
    return new StateDamagedError(this.directory, cause)
  }

  /** See `OpenEnvironment`. */
  static open(directory: string, onCorrupt: (movedTo: string, cause: Error) => void): LmdbEnvironment {
    mkdirSync(directory, { recursive: true })
    try {
      return new LmdbEnvironment(directory)
    } catch (error) {
      if (!(error instanceof StateDamagedError)) throw error
      onCorrupt(moveAside(directory), error.cause as Error)
      mkdirSync(directory, { recursive: true })
      return new LmdbEnvironment(directory)
    }
  }

  /** Moves the directory aside. Further calls of the environment fail. Resolves with the directory's new name. */
  async discard(): Promise<string> {
    this.#damage ??= new Error('it was given up')
    await this.close()
    return moveAside(this.directory)
  }

  /** The value, valid until the next call; undefined if there is none. Its `length` is right, its buffer is longer: read it by position. */
  get(key: Uint8Array): Buffer | undefined {
    this.#touch(1)
    try {
      const stored = this.#database.getBinaryFast(key as Buffer)
      return stored === undefined ? undefined : checked(key, stored)
    } catch (error) {
      throw this.#failed(error)
    }
  }

  has(key: Uint8Array): boolean {
    return this.get(key) !== undefined
  }

  /** At most `limit` entries with key in `[from, to)`, ascending. */
  chunk(from: Uint8Array, to: Uint8Array, limit = RANGE_CHUNK): RawEntry[] {
    return this.#read({ start: from as Buffer, end: to as Buffer, limit })
  }

  /** Keys in `[from, to)`, ascending, read at one moment. */
  keys(from: Uint8Array, to: Uint8Array): Buffer[] {
    const keys: Buffer[] = []
    this.#refuseIfClosed()
    try {
      for (const key of this.#database.getKeys({ start: from as Buffer, end: to as Buffer })) keys.push(key as Buffer)
    } catch (error) {
      throw this.#failed(error)
    }
    return keys
  }

  /** How many keys there are in `[from, to)`. */
  countKeys(from: Uint8Array, to: Uint8Array): number {
    this.#refuseIfClosed()
    try {
      return this.#database.getKeysCount({ start: from as Buffer, end: to as Buffer })
    } catch (error) {
      throw this.#failed(error)
    }
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
    return this.#read({ start: to as Buffer, end: from as Buffer, reverse: true, limit: 1 })[0]
  }

  /**
   * Resolves when the batch is stored. Batches that are handed over in the same turn share a transaction, and a failure. Rejects with an
   * Error whose `code` is ENOSPC if the disk is full.
   */
  write(batch: Changes): Promise<void> {
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
    // As nothing is under way, it is closed before the call returns.
    void this.#database.close()
    this.#database = openDatabase(this.directory)
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#flush()
    this.#isClosed = true
    await this.#database.close()
    if (!this.isDamaged) seal(this.directory, DATA_FILE)
  }

  #flush(): void {
    const waiting = this.#waiting
    if (waiting.length === 0) return
    this.#waiting = []
    this.#touch(TOUCHES)
    try {
      this.#database.transactionSync(() => {
        for (const { batch } of waiting) batch.applyTo(this.#target)
      })
      for (const { resolve } of waiting) resolve()
    } catch (error) {
      const failure = this.#failed(error)
      for (const { reject } of waiting) reject(failure)
    }
  }

  /** LMDB ends the process over a read of a closed environment. */
  #refuseIfClosed(): void {
    if (this.#isClosed) throw new Error(`The state in ${this.directory} was closed`)
  }

  #touch(count: number): void {
    this.#refuseIfClosed()
    this.#touches += count
    if (this.#touches < TOUCHES) return
    this.#touches = 0
    this.onTouched()
  }

  /** Finds out at once whether both ends of the tree can be read. */
  #probe(): void {
    this.chunk(Buffer.of(0), Buffer.of(0xff), 1)
    this.last(Buffer.of(0), Buffer.of(0xff))
  }

  #read(options: RangeOptions): RawEntry[] {
    const entries: RawEntry[] = []
    this.#refuseIfClosed()
    try {
      // Not `asArray`: that turns errors into promises.
      for (const { key, value } of this.#database.getRange(options))
        entries.push({ key: key as Buffer, value: checked(key as Buffer, value) })
    } catch (error) {
      throw this.#failed(error)
    }
    return entries
  }

  #failed(error: unknown): unknown {
    return isCorruption(error) ? this.damaged(error) : error
  }

  readonly #target: BatchTarget = {
    put: (key: Buffer, value: Buffer): void => {
      this.#database.putSync(key, withChecksum(key, value))
    },
    putFrom: (source: Buffer, keyStart: number, keyEnd: number, valueEnd: number): void => {
      this.#database.putSync(source.subarray(keyStart, keyEnd), entryWithChecksum(source, keyStart, keyEnd, valueEnd))
    },
    delete: (key: Buffer): void => {
      this.#database.removeSync(key)
    },
    deleteRange: (from: Buffer, to: Buffer): void => {
      for (const key of this.keys(from, to)) this.#database.removeSync(key)
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
  try {
    const file = join(directory, DATA_FILE)
    if (existsSync(file)) checkHead(file)
    const database = open<Buffer, Buffer>({
      path: directory,
      mapSize: MAP_BYTES,
      encoding: 'binary',
      keyEncoding: 'binary',
      noMemInit: true,
      maxDbs: 1,
    })
    coverAllPages(database, file)
    return database
  } catch (error) {
    throw isCorruption(error) ? new StateDamagedError(directory, error) : error
  }
}

/** Before LMDB reads the file, which can end the process. Throws a StateDamagedError. */
function checkFile(directory: string): void {
  const state = checkSeal(directory, DATA_FILE)
  if (state.kind === 'broken') throw new StateDamagedError(directory, new Error(state.what))
  if (state.kind === 'whole') return
  const file = join(directory, DATA_FILE)
  const broken = brokenPages(file, isAsWritten)
  if (broken !== null) throw new StateDamagedError(directory, new Error(`${file} is damaged: ${broken}`))
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

/**
 * A file may end before the last page that LMDB knows: pages at the end that were given up before they were written. Reading the map
 * beyond the end of the file would end the process, so it is made that long; LMDB reports a page of zeros that it needs as corrupt.
 */
function coverAllPages(database: RootDatabase<Buffer, Buffer>, file: string): void {
  const { pageSize, lastPageNumber } = database.getStats() as {
    readonly pageSize: number
    readonly lastPageNumber: number
  }
  const needed = (lastPageNumber + 1) * pageSize
  if (statSync(file).size < needed) truncateSync(file, needed)
}

/** MDB_BAD_TXN: an earlier read of the transaction, one that the library made for itself, has met it. */
function isCorruption(error: unknown): error is Error {
  return (
    error instanceof Error &&
    /MDB_(CORRUPTED|INVALID|VERSION_MISMATCH|PAGE_NOTFOUND|PANIC|BAD_TXN)/.test(codeAndMessage(error))
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
