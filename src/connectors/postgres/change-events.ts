/**
 * Changes of rows as records, in the shape of Debezium's events: the key is an object of the primary key, the value an envelope with the
 * row before, the row after and where the change comes from; a deletion is followed by a tombstone. Source: Debezium documentation,
 * "Debezium connector for PostgreSQL: data change events".
 */
import type { SourceRecord } from '../connector.ts'
import type { ToJson } from './column-values.ts'
import type { Lsn } from './lsn.ts'
import { type Change, type Tuple, UNCHANGED } from './pgoutput.ts'

/** A table as it was when the rows were changed. */
export interface EventTable {
  readonly schema: string
  readonly name: string
  readonly columns: readonly { readonly name: string; readonly json: ToJson }[]
  /** Places of the columns of the primary key; none: records have no key. */
  readonly key: readonly number[]
}

/** Where a change is in the log; for a row of the snapshot, where the snapshot is. */
export interface ChangePlace {
  readonly isSnapshot: boolean
  readonly lsn: Lsn
  /** Null for a row of the snapshot. */
  readonly xid: number | null
  /** Number of the change in its transaction, from 0. */
  readonly index: number
  /** Epoch microseconds: when the transaction was committed. */
  readonly timeUs: bigint
}

export interface EventOptions {
  readonly connector: string
  readonly database: string
  /** `row`: the value is the row itself, and a deletion is a tombstone only. */
  readonly form: 'envelope' | 'row'
  readonly tombstones: boolean
  /** What stands for a value that the log does not have. */
  readonly placeholder: string
  /** Epoch ms. */
  readonly now: () => number
}

/** Headers of the records of a change of the key. */
const NEW_KEY = '__debezium.newkey'
const OLD_KEY = '__debezium.oldkey'

type Operation = 'c' | 'u' | 'd' | 'r' | 't'

interface Event {
  readonly op: Operation
  readonly key: Buffer | null
  readonly before: string | null
  readonly after: string | null
}

export class ChangeEvents {
  readonly #options: EventOptions
  readonly #placeholder: string

  constructor(options: EventOptions) {
    this.#options = options
    this.#placeholder = JSON.stringify(options.placeholder)
  }

  /** The records of a change; in a transaction they stand in this order. */
  ofChange(change: Change, table: EventTable, place: ChangePlace): SourceRecord[] {
    switch (change.kind) {
      case 'insert':
        return [this.#record(this.#put('c', null, change.after, table), table, place)]
      case 'update':
        return this.#ofUpdate(change, table, place)
      case 'delete':
        return this.#ofDelete(change.before.tuple, table, place)
      case 'truncate': {
        const event: Event = { op: 't', key: null, before: null, after: null }
        return this.#options.form === 'row' ? [] : [this.#record(event, table, place)]
      }
    }
  }

  /** A row that the snapshot found. */
  ofSnapshot(row: Tuple, table: EventTable, place: ChangePlace): SourceRecord {
    return this.#record(this.#put('r', null, row, table), table, place)
  }

  #ofUpdate(
    { before, after }: Extract<Change, { kind: 'update' }>,
    table: EventTable,
    place: ChangePlace,
  ): SourceRecord[] {
    const known = before?.kind === 'full' ? withUnchanged(after, before.tuple) : after
    if (before !== null && table.key.some((at) => before.tuple[at] !== known[at])) {
      // Another key is another row to whoever reads by key; the headers tie the two together.
      const gone = this.#ofDelete(before.tuple, table, place)
      const come = this.#record(this.#put('c', null, known, table), table, place)
      return [
        ...gone.map((record) => ({ ...record, headers: [{ key: NEW_KEY, value: come.key }] })),
        { ...come, headers: [{ key: OLD_KEY, value: gone[0]!.key }] },
      ]
    }
    const old = before?.kind === 'full' ? before.tuple : null
    return [this.#record(this.#put('u', old, known, table), table, place)]
  }

  #ofDelete(before: Tuple, table: EventTable, place: ChangePlace): SourceRecord[] {
    const { form, tombstones } = this.#options
    const key = this.#key(before, table)
    const event: Event = { op: 'd', key, before: this.#object(before, table), after: null }
    const tombstone = { key, value: null, timestamp: timestampOf(place) }
    if (form === 'row') return key === null ? [] : [tombstone]
    const deletion = this.#record(event, table, place)
    return tombstones && key !== null ? [deletion, tombstone] : [deletion]
  }

  #put(op: Operation, before: Tuple | null, after: Tuple, table: EventTable): Event {
    return {
      op,
      key: this.#key(after, table),
      before: before === null ? null : this.#object(before, table),
      after: this.#object(after, table),
    }
  }

  #record({ op, key, before, after }: Event, table: EventTable, place: ChangePlace): SourceRecord {
    const timestamp = timestampOf(place)
    if (this.#options.form === 'row') return { key, value: Buffer.from(after!), timestamp }
    const source = this.#source(table, place)
    const value = `{"before":${before},"after":${after},"source":${source},"op":"${op}","ts_ms":${this.#options.now()}}`
    return { key, value: Buffer.from(value), timestamp }
  }

  #source({ schema, name }: EventTable, { isSnapshot, lsn, xid, index, timeUs }: ChangePlace): string {
    const { connector, database } = this.#options
    return (
      `{"connector":"postgresql","name":${JSON.stringify(connector)},"ts_ms":${timeUs / 1000n},"ts_us":${timeUs},` +
      `"snapshot":"${isSnapshot}","db":${JSON.stringify(database)},"schema":${JSON.stringify(schema)},` +
      `"table":${JSON.stringify(name)},"txId":${xid},"lsn":${lsn},"tx_index":${index}}`
    )
  }

  #key(row: Tuple, { key, columns }: EventTable): Buffer | null {
    if (key.length === 0) return null
    const members = key.map((at) => `${JSON.stringify(columns[at]!.name)}:${this.#value(row[at]!, columns[at]!.json)}`)
    return Buffer.from(`{${members.join(',')}}`)
  }

  #object(row: Tuple, { columns }: EventTable): string {
    const members = columns.map(({ name, json }, i) => `${JSON.stringify(name)}:${this.#value(row[i]!, json)}`)
    return `{${members.join(',')}}`
  }

  #value(text: Tuple[number], json: ToJson): string {
    if (text === null) return 'null'
    return text === UNCHANGED ? this.#placeholder : json(text)
  }
}

/** Epoch ms. */
const timestampOf = ({ timeUs }: ChangePlace): number => Number(timeUs / 1000n)

const withUnchanged = (after: Tuple, before: Tuple): Tuple =>
  after.map((text, i) => (text === UNCHANGED ? before[i]! : text))
