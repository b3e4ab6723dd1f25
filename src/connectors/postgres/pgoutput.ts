/**
 * Messages of the output plugin `pgoutput`, version 1 of its protocol, with values as the texts of their types. Source: PostgreSQL
 * documentation, "Logical Replication Message Formats". Packages that decode these messages make JavaScript values of the texts, which
 * loses digits of numbers and times; here texts stay as they are.
 */
import type { Lsn } from './lsn.ts'

/** The column was not changed and is stored outside of the row (TOAST), so the log does not have it. */
export const UNCHANGED = Symbol('unchanged')

/** Texts in the order of the columns; null: NULL. */
export type Tuple = readonly (string | null | typeof UNCHANGED)[]

export interface RelationColumn {
  readonly name: string
  /** Oid of the type. */
  readonly type: number
  /** `atttypmod`: length or precision; -1: none. */
  readonly modifier: number
  /** Whether it belongs to the replica identity. */
  readonly isKey: boolean
}

export interface Relation {
  readonly kind: 'relation'
  readonly oid: number
  readonly schema: string
  readonly name: string
  /** `relreplident`: `d` primary key, `i` an index, `f` all columns, `n` nothing. */
  readonly identity: string
  readonly columns: readonly RelationColumn[]
}

/** The row before: `key`: only columns of the identity have values; `full`: all have. */
export interface OldRow {
  readonly kind: 'key' | 'full'
  readonly tuple: Tuple
}

export type Change =
  | { readonly kind: 'insert'; readonly relation: number; readonly after: Tuple }
  | { readonly kind: 'update'; readonly relation: number; readonly before: OldRow | null; readonly after: Tuple }
  | { readonly kind: 'delete'; readonly relation: number; readonly before: OldRow }
  | { readonly kind: 'truncate'; readonly relations: readonly number[] }

export interface Begin {
  readonly kind: 'begin'
  /** Place of the transaction's commit. */
  readonly commitLsn: Lsn
  /** Epoch microseconds. */
  readonly commitTime: bigint
  readonly xid: number
}

export interface Commit {
  readonly kind: 'commit'
  /** Place behind the transaction. */
  readonly endLsn: Lsn
}

/** `other`: types by their names, origins and messages, which say nothing about rows. */
export type Message = Begin | Commit | Relation | Change | { readonly kind: 'other' }

/** Microseconds from 1970 to 2000, where PostgreSQL's times begin. */
const EPOCH_2000_US = 946_684_800_000_000n

/** Throws an Error for bytes that are no message of the protocol. */
export function readMessage(bytes: Buffer): Message {
  const reader = new Reader(bytes)
  const kind = reader.char()
  switch (kind) {
    case 'B':
      return {
        kind: 'begin',
        commitLsn: reader.int64(),
        commitTime: reader.int64() + EPOCH_2000_US,
        xid: reader.uint32(),
      }
    case 'C':
      // Flags and the place of the commit come first.
      reader.skip(1 + 8)
      return { kind: 'commit', endLsn: reader.int64() }
    case 'R':
      return readRelation(reader)
    case 'I':
      return { kind: 'insert', relation: reader.uint32(), after: newRow(reader) }
    case 'U': {
      const relation = reader.uint32()
      const before = reader.peek() === 'N' ? null : oldRow(reader)
      return { kind: 'update', relation, before, after: newRow(reader) }
    }
    case 'D':
      return { kind: 'delete', relation: reader.uint32(), before: oldRow(reader) }
    case 'T': {
      const count = reader.uint32()
      reader.skip(1)
      return { kind: 'truncate', relations: Array.from({ length: count }, () => reader.uint32()) }
    }
    case 'Y':
    case 'O':
    case 'M':
      return { kind: 'other' }
    default:
      throw new Error(`PostgreSQL has sent a message '${kind}', which version 1 of pgoutput does not have.`)
  }
}

function readRelation(reader: Reader): Relation {
  const oid = reader.uint32()
  // The schema pg_catalog is sent as an empty name.
  const schema = reader.text() || 'pg_catalog'
  const name = reader.text()
  const identity = reader.char()
  const columns = Array.from({ length: reader.uint16() }, (): RelationColumn => {
    const isKey = (reader.uint8() & 1) === 1
    return { isKey, name: reader.text(), type: reader.uint32(), modifier: reader.int32() }
  })
  return { kind: 'relation', oid, schema, name, identity, columns }
}

function oldRow(reader: Reader): OldRow {
  const mark = reader.char()
  if (mark !== 'K' && mark !== 'O') throw new Error(`PostgreSQL has sent a row marked '${mark}', not 'K' or 'O'.`)
  return { kind: mark === 'K' ? 'key' : 'full', tuple: readTuple(reader) }
}

function newRow(reader: Reader): Tuple {
  const mark = reader.char()
  if (mark !== 'N') throw new Error(`PostgreSQL has sent a row marked '${mark}', not 'N'.`)
  return readTuple(reader)
}

function readTuple(reader: Reader): Tuple {
  return Array.from({ length: reader.uint16() }, () => {
    const mark = reader.char()
    switch (mark) {
      case 'n':
        return null
      case 'u':
        return UNCHANGED
      case 't':
        return reader.utf8(reader.uint32())
      default:
        throw new Error(`PostgreSQL has sent a value marked '${mark}', which is neither a text nor NULL.`)
    }
  })
}

class Reader {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  peek(): string {
    return String.fromCharCode(this.#bytes.readUInt8(this.#at))
  }

  char(): string {
    return String.fromCharCode(this.uint8())
  }

  uint8(): number {
    return this.#bytes.readUInt8(this.#at++)
  }

  uint16(): number {
    this.#at += 2
    return this.#bytes.readUInt16BE(this.#at - 2)
  }

  uint32(): number {
    this.#at += 4
    return this.#bytes.readUInt32BE(this.#at - 4)
  }

  int32(): number {
    this.#at += 4
    return this.#bytes.readInt32BE(this.#at - 4)
  }

  int64(): bigint {
    this.#at += 8
    return this.#bytes.readBigInt64BE(this.#at - 8)
  }

  /** Up to a zero byte. */
  text(): string {
    const end = this.#bytes.indexOf(0, this.#at)
    if (end < 0) throw new Error('PostgreSQL has sent a name without an end.')
    const text = this.#bytes.utf8Slice(this.#at, end)
    this.#at = end + 1
    return text
  }

  utf8(length: number): string {
    if (this.#at + length > this.#bytes.length) throw new Error('PostgreSQL has sent a message that is cut off.')
    this.#at += length
    return this.#bytes.utf8Slice(this.#at - length, this.#at)
  }

  skip(bytes: number): void {
    this.#at += bytes
  }
}
