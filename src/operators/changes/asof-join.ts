/**
 * As-of join: a record of a stream with the latest row of the other side that has the same key and is not later than it. Output row: left row, then
 * right row.
 *
 * State: the rows of the right side by key and, latest first, by their time. Each change of a table is a version; a delete is a version without a row.
 *
 * Equation: `right(key, t)` is the version of the key with the greatest time up to t (below t where the comparison is strict). If several have that
 * time, it is the one that came last.
 *
 * Order: records are processed in the order of time, at equal times those of the right side first. A version that comes late is found by the records after it
 * only: a result that has left is not taken back.
 *
 * Expiry: with a TTL, versions that are older are forgotten, but for the version of a table's row that holds at that time. Source: Flink's event-time temporal join,
 * KIP-889.
 */
import { prefixRange } from '../../state/key.ts'
import type { KeyValueStore, StoredRow } from '../../state/store.ts'
import type { Process } from '../../types/record.ts'
import { type Column, columnTypes } from '../../types/schema.ts'
import { BOOLEAN, INTEGER } from '../../types/sql-type.ts'
import type { Row } from '../../types/value.ts'
import { noExpressions, readsNoColumns } from '../column-read.ts'
import type { OperatorDefinition } from '../operator.ts'
import type { StepId, StepSchema } from '../step.ts'
import { expiry, forgetBefore } from './expiry.ts'
import { sortTexts } from './sort-text.ts'

export interface AsofJoinStep {
  readonly kind: 'asofJoin'
  readonly id: StepId
  /** Rows under the encoded key of the columns that must be equal: a stream, and a stream or a table. */
  readonly left: StepId
  readonly right: StepId
  readonly join: 'INNER' | 'LEFT'
  /** Those columns in the row of each side; a row with a NULL in one of them matches nothing. */
  readonly leftEquals: readonly number[]
  readonly rightEquals: readonly number[]
  /** The columns that are compared, of one type. */
  readonly leftTime: number
  readonly rightTime: number
  /** Whether the right row must be earlier. */
  readonly isStrict: boolean
  /** How long versions are kept, in event time; null: for good. */
  readonly ttlMs: number | null
  readonly store: string
}

export const asofJoin: OperatorDefinition<AsofJoinStep> = {
  label: 'ASOF_JOIN',
  peerName: 'AsofJoin',
  oldValue: 'reads',
  usesStreamTime: true,
  passesKey: false,
  expressions: noExpressions,
  reads: readsNoColumns,
  view: null,
  upgrade: 'refused',
  inputs: ({ left, right }) => [left, right],
  schema: (_step, [left, right]) => ({
    kind: 'stream',
    key: [],
    window: null,
    value: [...left!.value, ...right!.value],
  }),
  stores: ({ store }, [, right]) => [
    { name: store, kind: 'keyValue', types: [INTEGER, BOOLEAN, ...columnTypes(right!.value)] },
  ],
  build(step, [left, right], context, emit) {
    const store = context.store({ name: step.store, kind: 'keyValue' })
    const versions = new Versions(step, right!, store)
    const timeOf = timeTexts(step.leftTime, left!.value)
    const noMatch: Row = right!.value.map(() => null)
    const isTable = right!.kind === 'table'
    const forget = expiry(step.ttlMs, [store], context, isTable ? forgetVersions : forgetBefore)
    const join: Process = ({ key, value, timestamp, headers }) => {
      forget()
      if (value === null) return
      const canMatch = value[step.leftTime] !== null && step.leftEquals.every((index) => value[index] !== null)
      const match = canMatch ? versions.find(key![0] as string, timeOf(value)) : null
      if (match === null && step.join === 'INNER') return
      emit({ key: null, window: null, value: value.concat(match ?? noMatch), oldValue: null, timestamp, headers })
    }
    const change: Process = ({ key, value, oldValue, timestamp }) => {
      const group = key![0] as string
      if (value !== null) versions.put(group, value, timestamp)
      else if (isTable && oldValue !== null) versions.putGone(group, oldValue, timestamp)
      forget()
    }
    return { inputs: [join, change] }
  },
}

/** Texts that order rows by the column, latest first. */
const timeTexts = (index: number, columns: readonly Column[]): ((row: Row) => string) =>
  sortTexts([{ index, descending: true, nullsFirst: false }], columns)

/** Columns of the store before those of the row: how much of the entry's key is the group, and whether there is a row. */
const [GROUP_LENGTH, IS_PRESENT, ROW] = [0, 1, 2]

class Versions {
  readonly #store: KeyValueStore
  readonly #step: AsofJoinStep
  readonly #timeOf: (row: Row) => string

  constructor(step: AsofJoinStep, right: StepSchema, store: KeyValueStore) {
    this.#store = store
    this.#step = step
    this.#timeOf = timeTexts(step.rightTime, right.value)
  }

  /** The row that holds at that time; null: there is none. */
  find(group: string, time: string): Row | null {
    const { to } = prefixRange(group)
    for (const [, { row }] of this.#store.entries({
      from: group + time,
      fromInclusive: !this.#step.isStrict,
      to: to!,
      toInclusive: false,
    })) {
      return row[IS_PRESENT] === true ? row.slice(ROW) : null
    }
    return null
  }

  put(group: string, row: Row, timestamp: number): void {
    const { rightTime, rightEquals } = this.#step
    if (row[rightTime] === null || rightEquals.some((index) => row[index] === null)) return
    this.#store.put(group + this.#timeOf(row), { row: [group.length, true, ...row], timestamp })
  }

  /** A delete of a table's row, which holds from `timestamp` on. */
  putGone(group: string, oldRow: Row, timestamp: number): void {
    const row = oldRow.with(this.#step.rightTime, timestamp)
    this.#store.put(group + this.#timeOf(row), { row: [group.length, false, ...row], timestamp })
  }
}

/** Forgets what no record from `timestamp` on can find. The latest version before that time stays in each group, if it has a row. */
function forgetVersions(store: KeyValueStore, timestamp: number): void {
  const forgotten: string[] = []
  let group: string | null = null
  const isOld = (stored: StoredRow): boolean => stored.timestamp < timestamp
  for (const [storeKey, stored] of store.entries({})) {
    if (!isOld(stored)) continue
    const key = storeKey as string
    const own = key.slice(0, stored.row[GROUP_LENGTH] as number)
    if (own === group || stored.row[IS_PRESENT] !== true) forgotten.push(key)
    group = own
  }
  for (const key of forgotten) store.delete(key)
}
