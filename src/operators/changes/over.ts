/**
 * OVER: results for each row from the rows of its partition, in an order. Output row: the input row, then the results.
 *
 * State: all rows of each partition, in order; rows that are equal in the order stand by their content. Of a stream from which only the first rows are
 * wanted no others are kept: rows are only added, so that a rank only grows. Where they are few and their number is known, they are a list (first-rows.ts).
 *
 * Memory: without a limit the rows of partitions that were used last, with their results, so that a row costs what it changes (partition-rows.ts).
 *
 * Equation: what leaves is the difference between the results of the partition after the change and before it. With a limit only the rows up to that
 * rank are looked at, and a row that comes behind them changes nothing.
 */
import type { StreamRecord } from '../../types/record.ts'
import type { Column } from '../../types/schema.ts'
import type { Row } from '../../types/value.ts'
import { readsNoColumns } from '../column-read.ts'
import type { OperatorDefinition } from '../operator.ts'
import type { OperatorContext } from '../operator-context.ts'
import type { StepId, StepSchema } from '../step.ts'
import { Bag, bagStore } from './bag.ts'
import { expiry, forgetBefore } from './expiry.ts'
import { firstRowOf, firstRows, firstRowsStore } from './first-rows.ts'
import {
  compileOverCalls,
  type OrderedRow,
  type Ordering,
  type OverCall,
  overExpressions,
  type RankingName,
} from './over-functions.ts'
import { compileRangedCalls, type RangedCall } from './over-ranges.ts'
import { PartitionRows, type RowInOrder } from './partition-rows.ts'
import { eachRow, keyColumnsOf, leavingUnder, RowChanges, rowTexts } from './row-changes.ts'
import { type SortColumn, sortTexts } from './sort-text.ts'

export interface OverStep {
  readonly kind: 'over'
  readonly id: StepId
  /** Rows under the encoded key of their partition. */
  readonly input: StepId
  readonly order: readonly SortColumn[]
  readonly functions: readonly OverCall[]
  /** Rows that rank behind it are left out. Null: all rows stay. */
  readonly limit: RankLimit | null
  /** Columns of the output row that tell its rows apart; empty: a bag. */
  readonly key: readonly number[]
  /** How long rows are kept, in event time; null: for good. */
  readonly ttlMs: number | null
  /** Whether its store has a list of the first rows of each partition, which suffices for a limit by ROW_NUMBER on a stream. Plans of older servers have bags. */
  readonly isListed?: boolean
  readonly store: string
}

export interface RankLimit {
  readonly ranking: RankingName
  readonly rank: number
}

/** A partition whose bound was dropped is looked at once more. */
const MAX_BOUNDS = 20_000

export const over: OperatorDefinition<OverStep> = {
  label: 'OVER',
  peerName: 'Over',
  oldValue: 'reads',
  usesStreamTime: ({ ttlMs }) => ttlMs !== null,
  passesKey: false,
  expressions: ({ functions }) => functions.flatMap(overExpressions),
  reads: readsNoColumns,
  view: { kept: ({ store }) => ({ store, states: [] }), compile: () => firstRowOf },
  upgrade: 'refused',
  inputs: ({ input }) => [input],
  schema(step, [input]) {
    const value = outputColumns(step, input!)
    return { kind: 'table', key: keyColumnsOf(step.key, value), window: null, value }
  },
  stores: ({ store, isListed, ttlMs }, [input]) => [
    isListed === true ? firstRowsStore(store, input!.value, ttlMs) : bagStore(store, input!.value),
  ],
  build(step, [input], context, emit) {
    const { key, limit } = step
    const leaving = leavingUnder(key, { value: outputColumns(step, input!) }, emit)
    if (step.isListed === true) return firstRows({ ...step, count: limit!.rank }, input!, context, leaving)
    const rows = new OrderedRows(step, input!, context)
    const ordering: Ordering = { order: step.order, width: input!.value.length }
    const compute = compileOverCalls(step.functions, ordering, context)
    const changes = new RowChanges(leaving)
    const inMemory = limit === null ? rows.inMemory(compileRangedCalls(step.functions, ordering, context)) : null
    const forget = expiry(
      step.ttlMs,
      [context.store({ name: step.store, kind: 'keyValue' })],
      context,
      (store, time) => {
        forgetBefore(store, time)
        inMemory?.clear()
      },
    )
    const expire = (): void => {
      if (step.ttlMs !== null) bounds.clear()
      forget()
    }
    /** Behind which row nothing is within the limit, for the partitions that were looked at last. */
    const bounds = new Map<string, string>()
    const keepBound = (prefix: string, bound: string): void => {
      if (bounds.size >= MAX_BOUNDS) bounds.clear()
      bounds.set(prefix, bound)
    }
    const forgets = input!.kind === 'stream' && limit !== null
    /** Computes a partition before the change and after it, up to the limit. Returns its rows of after it. */
    const changeAll = (prefix: string, change: () => unknown): Limited => {
      const old = compute(rows.upToLimit(prefix).rows)
      change()
      const after = rows.upToLimit(prefix)
      changes.replace(old, compute(after.rows))
      return after
    }
    /** Computes what the change reaches. A partition that is too large for memory is computed as a whole. */
    const changeOne = (partitions: PartitionRows, prefix: string, change: RowChange): void => {
      const isInMemory = partitions.load(prefix)
      if (!isInMemory) {
        changeAll(prefix, () => rows.add(prefix, change))
        return
      }
      const difference = rows.add(prefix, change)
      if (difference !== 0) partitions.change(prefix, change, difference, changes)
    }
    return {
      inputs: [
        (record) => {
          const prefix = record.key![0] as string
          changes.begin(record)
          if (inMemory !== null) {
            const { timestamp } = record
            eachRow(record, (row, count) => changeOne(inMemory, prefix, { ...rows.inOrder(row), count, timestamp }))
            if (!context.coalesces) changes.flush()
            return forget()
          }
          if (rows.isBehind(record, prefix, bounds.get(prefix) ?? null)) {
            if (!forgets) rows.change(record, prefix)
            return expire()
          }
          const after = changeAll(prefix, () => rows.change(record, prefix))
          if (!context.coalesces) changes.flush()
          if (forgets && after.bound !== null) rows.forgetBehind(prefix, after.bound)
          if (after.bound === null) bounds.delete(prefix)
          else keepBound(prefix, after.bound)
          return expire()
        },
      ],
      flush: () => changes.flush(),
    }
  },
}

/**
 * Whether pull queries can read the result from the lists: each is of one row, which is the result of its partition, and is kept for good under a key as
 * stores of tables have it. Those of a single column are encoded otherwise, as a partition may be NULL.
 */
export const keepsFirstRow = ({ isListed, limit, functions, key, ttlMs }: OverStep): boolean =>
  isListed === true && limit?.rank === 1 && functions.length === 0 && key.length > 1 && ttlMs === null

const outputColumns = ({ functions }: OverStep, { value }: StepSchema): readonly Column[] => [
  ...value,
  ...functions.map(({ name, type }) => ({ name, type })),
]

interface Limited {
  readonly rows: readonly OrderedRow[]
  /** No row behind it can be within the limit; null: there is no limit, or room for more. */
  readonly bound: string | null
}

/** A row more (1) or less (-1). */
interface RowChange extends RowInOrder {
  readonly count: 1 | -1
  readonly timestamp: number
}

/** The rows of partitions in a store, in order. */
class OrderedRows {
  readonly #bag: Bag
  readonly #limit: RankLimit | null
  readonly #sortText: (row: Row) => string
  readonly #textOf: (row: Row) => string

  constructor({ store, order, limit }: OverStep, input: StepSchema, context: OperatorContext) {
    this.#bag = new Bag(context.store({ name: store, kind: 'keyValue' }), input.value.length)
    this.#limit = limit
    this.#sortText = sortTexts(order, input.value)
    this.#textOf = rowTexts(input)
  }

  inOrder(row: Row): RowInOrder {
    const sort = this.#sortText(row)
    return { row, sort, place: sort + this.#textOf(row) }
  }

  #keyOf(prefix: string, row: Row): string {
    return prefix + this.inOrder(row).place
  }

  change(record: StreamRecord, prefix: string): void {
    const { timestamp } = record
    eachRow(record, (row, count) => this.add(prefix, { ...this.inOrder(row), count, timestamp }))
  }

  /** By how many copies of the row the partition changes: a removal may come before its addition. */
  add(prefix: string, { row, place, count, timestamp }: RowChange): -1 | 0 | 1 {
    const now = this.#bag.add(prefix + place, row, count, timestamp)
    return count > 0 ? (now > 0 ? 1 : 0) : now >= 0 ? -1 : 0
  }

  /** The partitions as they are in memory, with the results of these calls. */
  inMemory(calls: readonly RangedCall[]): PartitionRows {
    return new PartitionRows({ calls, bag: this.#bag, inOrder: (row) => this.inOrder(row) })
  }

  isBehind(record: StreamRecord, prefix: string, bound: string | null): boolean {
    if (bound === null) return false
    let isBehind = true
    eachRow(record, (row) => {
      if (this.#keyOf(prefix, row) <= bound) isBehind = false
    })
    return isBehind
  }

  /** The rows of a partition that the limit leaves in. */
  upToLimit(prefix: string): Limited {
    const rows: OrderedRow[] = []
    const limit = this.#limit
    let [group, sort, first] = [0, null as string | null, 0]
    for (const { row, count } of this.#bag.under(prefix)) {
      if (count <= 0) continue
      const text = this.#sortText(row)
      if (text !== sort) [group, sort, first] = [group + 1, text, rows.length]
      for (let i = 0; i < count; i++) {
        if (limit !== null && rankOf(limit, { index: rows.length, first, group }) > limit.rank)
          return this.#full(prefix, rows)
        rows.push({ row, group })
      }
    }
    const isFull =
      limit !== null && rankOf(limit, { index: rows.length, first: rows.length, group: group + 1 }) > limit.rank
    return isFull ? this.#full(prefix, rows) : { rows, bound: null }
  }

  /** Rows of equal rank as the last one are within the limit, too, unless each row has a rank of its own. */
  #full(prefix: string, rows: readonly OrderedRow[]): Limited {
    const { row } = rows.at(-1)!
    const bound =
      this.#limit!.ranking === 'ROW_NUMBER' ? this.#keyOf(prefix, row) : `${prefix}${this.#sortText(row)}\uffff`
    return { rows, bound }
  }

  forgetBehind(prefix: string, bound: string): void {
    this.#bag.forget(prefix, bound)
  }
}

const rankOf = (
  { ranking }: RankLimit,
  { index, first, group }: { readonly index: number; readonly first: number; readonly group: number },
): number => (ranking === 'ROW_NUMBER' ? index + 1 : ranking === 'RANK' ? first + 1 : group)
