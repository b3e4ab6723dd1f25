/**
 * State stores as operators see them: synchronous, single-threaded, owned by one task. There are two implementations of each kind:
 * memory.ts makes those that end with their query, lmdb/task-state.ts those that are cached, written to disk and logged to a changelog.
 */
import type { ByteRange } from '../types/row-codec.ts'
import type { SqlType } from '../types/sql-type.ts'
import type { Row } from '../types/value.ts'

/**
 * A key as stores hold it: one primitive that identifies the key columns (key.ts makes and unmakes it), ordered like the key.
 * A single STRING column is itself, a single INTEGER, DOUBLE or time column is its number; anything else is an ordered text.
 */
export type StoreKey = string | number

/**
 * A row with the event time of the record that produced it. Neither is changed after `put`, except by aggregations, which put what they have
 * changed again at once.
 */
export interface StoredRow {
  readonly row: Row
  /** Epoch ms. */
  readonly timestamp: number
}

/** An end that is absent is open; one that is present belongs to the range unless its flag is false. */
export interface KeyRange<Key = StoreKey> {
  readonly from?: Key
  readonly fromInclusive?: boolean
  readonly to?: Key
  readonly toInclusive?: boolean
}

export interface KeyValueStore {
  readonly kind: 'keyValue'
  get(key: StoreKey): StoredRow | undefined
  put(key: StoreKey, value: StoredRow): void
  delete(key: StoreKey): void
  /**
   * In key order if a range is given or the store is ordered (LMDB), else in insertion order. May be read while rows change: each key is given
   * at most once, with a value that it has had since the reading began.
   */
  entries(range?: KeyRange): Iterable<readonly [StoreKey, StoredRow]>
  /** Number of entries; exact for memory, an estimate for LMDB. */
  count(): number
}

/** Rows by key and window start. `expire` costs what expires, not what is held. What `fetch` reads must not change meanwhile. */
export interface WindowStore {
  readonly kind: 'window'
  get(key: StoreKey, start: number): StoredRow | undefined
  put(key: StoreKey, start: number, value: StoredRow): void
  delete(key: StoreKey, start: number): void
  /** Windows of one key with start in `[from, to]`, ascending. */
  fetch(key: StoreKey, from: number, to: number): Iterable<readonly [number, StoredRow]>
  /** All windows with start in `[from, to]`: by start, then key. May be read while rows change, as the entries of a key-value store may. */
  fetchAll(from: number, to: number): Iterable<readonly [StoreKey, number, StoredRow]>
  /** Drops all windows with start < `start`. */
  expire(start: number): void
  count(): number
}

export interface Session {
  readonly start: number
  readonly end: number
  readonly value: StoredRow
}

export interface SessionStore {
  readonly kind: 'session'
  /** Sessions of the key with `end >= earliestEnd` and `start <= latestStart`, by start. */
  find(key: StoreKey, earliestEnd: number, latestStart: number): Session[]
  /** Sessions of all keys with end in `[from, to]`: by end, then start, then key. */
  findEnded(from: number, to: number): Iterable<readonly [StoreKey, Session]>
  put(key: StoreKey, start: number, end: number, value: StoredRow): void
  remove(key: StoreKey, start: number, end: number): void
  all(): Iterable<readonly [StoreKey, Session]>
  /** Drops all sessions with end < `end`. */
  expire(end: number): void
  count(): number
}

/** Records of one side of a stream-stream join: several per key and time. */
export interface JoinBuffer {
  readonly kind: 'joinBuffer'
  add(key: StoreKey, value: StoredRow): void
  /** Entries of the key with timestamp in `[from, to]`, by timestamp, then arrival. `screen`: those that it accepts. */
  fetch(key: StoreKey, from: number, to: number, screen?: RowScreen): Iterable<StoredRow>
  /** Both for records that are still bytes. Null: the rows are objects. */
  readonly packed: PackedJoinBuffer | null
  /** Drops all entries with timestamp < `timestamp`. */
  expire(timestamp: number): void
  count(): number
}

/** Keys are texts in UTF-8, rows as row-codec.ts has them; what is added is copied. */
export interface PackedJoinBuffer {
  add(key: ByteRange, row: ByteRange, timestamp: number): void
  fetch(key: ByteRange, from: number, to: number, screen?: RowScreen): Iterable<StoredRow>
}

/** Which rows are wanted, by some of their columns, so that the others need not be decoded. One object for all fetches. */
export interface RowScreen {
  /** Ascending. */
  readonly columns: readonly number[]
  /** `row`: with these columns at least. It is valid during the call. */
  readonly accepts: (row: Row) => boolean
}

export type StateStore = KeyValueStore | WindowStore | SessionStore | JoinBuffer

/** What an operator requires of a store; plain data, derived from the step, so that plans name their state. */
export interface StoreSpec {
  /** Unique in the query, from the step's role (never a running index): `Aggregate-Materialize`. */
  readonly name: string
  readonly kind: StateStore['kind']
  /** Join buffers: how long the range of time is that a fetch reads, ms; about that much should be in memory. */
  readonly fetchMs?: number
  /** Window, session and join buffers: how long entries are kept behind stream time, ms. */
  readonly retentionMs?: number
}

/** A store as the operator that owns it declares it: with what its rows hold, so that they can be kept as bytes. */
export interface StoreDeclaration extends StoreSpec {
  /** Types of the columns of a row. */
  readonly types: readonly SqlType[]
  /** Each entry's row is a list of rows of those columns. */
  readonly isList?: boolean
  /** Columns may be appended by a new plan of the query: rows from before have fewer, and their readers complete them. */
  readonly mayGrow?: boolean
}

/** A secondary index of a key-value store: an ordered text for each row, which begins with the values of the indexed columns. */
export interface IndexDeclaration {
  /** Unique among the indexes of the store. */
  readonly name: string
  /** All that the entries depend on: an index with another text is built again. */
  readonly definition: string
  /** Whether a row of the store may have several entries. */
  readonly isListed: boolean
  /** The entries of a row. No two keys have the same. */
  readonly entriesOf: (key: StoreKey, stored: StoredRow) => readonly string[]
  /** The key of the row that an entry belongs to. */
  readonly keyOf: (entry: string) => StoreKey
}

/** Entries of an index: both ends belong to it. */
export interface EntryRange {
  readonly from: string
  readonly to: string
}

/** An index that holds the entries of all rows of its store. */
export interface StoreIndex {
  /**
   * The rows with an entry in one of the ranges, which do not overlap, and others that have changed since the last commit: the reader's own
   * condition decides on each. In no order. Nothing may change while it is read.
   */
  readonly rows: (ranges: readonly EntryRange[]) => Iterable<readonly [StoreKey, StoredRow]>
}
