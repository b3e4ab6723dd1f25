/**
 * OVER: results for each row from the rows of its partition, in an order. Output row: the input row, then the results.
 *
 * State: all rows of each partition, in order; rows that are equal in the order stand by their content. With a limit they are in blocks. Of a stream from which only the first rows are
 * wanted no others are kept: rows are only added, so that a rank only grows. Where they are few and their number is known, they are a list (first-rows.ts).
 * Nor are others kept of a table whose rows only come forward, which the planner knows: one behind the limit comes again when it changes.
 *
 * Memory: without a limit the rows of partitions that were used last, with their results, so that a row costs what it changes (partition-rows.ts).
 *
 * Equation: what leaves is the difference between the results of the partition after the change and before it. With a limit only the rows up to that
 * rank are looked at, once for all the changes between two flushes, and a row that comes behind them changes nothing.
 */
import type { StreamRecord } from '../../types/record.ts'
import type { Column } from '../../types/schema.ts'
import { readsNoColumns } from '../column-read.ts'
import type { OperatorDefinition, OperatorRuntime } from '../operator.ts'
import type { OperatorContext } from '../operator-context.ts'
import type { StepId, StepSchema } from '../step.ts'
import { bagStore } from './bag.ts'
import { expiry, forgetBefore } from './expiry.ts'
import { firstRowOf, firstRows, firstRowsStore, forgetRowsBefore } from './first-rows.ts'
import { firstRowsView, isSingleRow } from './first-rows-view.ts'
import { GatheredRows } from './gathered-rows.ts'
import { listedRowsStore } from './listed-rows.ts'
import { type Limited, OrderedRows, type RankLimit, type RowChange, rowPlaces } from './ordered-rows.ts'
import { compileOverCalls, type Ordering, type OverCall, overExpressions } from './over-functions.ts'
import { compileRangedCalls } from './over-ranges.ts'
import { PartitionRows } from './partition-rows.ts'
import { type PlacedRows, rowEntries } from './placed-rows.ts'
import { RowBlocks } from './row-blocks.ts'
import {
  eachRow,
  keyColumnsOf,
  type LeavingChanges,
  leavingUnder,
  RowChanges,
  rowEquality,
  rowTexts,
} from './row-changes.ts'
import type { SortColumn } from './sort-text.ts'

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
  /** Whether its store has the rows of a partition in blocks. Plans of older servers, and those of all rows, have bags. */
  readonly inBlocks?: boolean
  /** Whether the rows of the table, which has a limit, only come forward in the order (plan/clauses/growing-rows.ts): those behind the limit need not be kept. */
  readonly comesForward?: boolean
  readonly store: string
}

/** Rows within the limit in memory, of all partitions of a task. A partition without any counts as one; one that was dropped is looked at once more. */
const MAX_KEPT_ROWS = 20_000

/** Rows that one partition gathers between two flushes before they are taken, where others than the first are not kept; then twice as many each time, as all may be within the limit. */
const FIRST_TAKEN = 16

export const over: OperatorDefinition<OverStep> = {
  label: 'OVER',
  peerName: 'Over',
  oldValue: 'reads',
  usesStreamTime: ({ ttlMs }) => ttlMs !== null,
  passesKey: false,
  expressions: ({ functions }) => functions.flatMap(overExpressions),
  reads: readsNoColumns,
  view: {
    kept: ({ store }) => ({ store, states: [] }),
    compile: () => firstRowOf,
    list: (step, output, context) => (isSingleRow(step) ? null : firstRowsView(step, output, context)),
  },
  upgrade: 'refused',
  inputs: ({ input }) => [input],
  schema(step, [input]) {
    const value = outputColumns(step, input!)
    return { kind: 'table', key: keyColumnsOf(step.key, value), window: null, value }
  },
  stores({ store, isListed, inBlocks, ttlMs }, [input]) {
    if (isListed === true) return [firstRowsStore(store, input!.value, ttlMs)]
    return [inBlocks === true ? listedRowsStore(store, input!.value) : bagStore(store, input!.value)]
  },
  build(step, [input], context, emit) {
    const { key, limit } = step
    const leaving = leavingUnder(key, { value: outputColumns(step, input!) }, emit)
    if (step.isListed === true) return firstRows({ ...step, count: limit!.rank }, input!, context, leaving)
    return limit === null
      ? allRows(step, input!, context, leaving)
      : limitedRows({ ...step, limit }, input!, context, leaving)
  },
}

/** Each row has its results: a change leaves what it reaches. A partition that is too large for memory is computed as a whole. */
function allRows(
  step: OverStep,
  input: StepSchema,
  context: OperatorContext,
  leaving: LeavingChanges,
): OperatorRuntime {
  const { placed, inOrder, forgetBefore } = openRows(step, input, context)
  const rows = new OrderedRows(placed, null, { order: step.order, input })
  const ordering: Ordering = { order: step.order, width: input.value.length }
  const compute = compileOverCalls(step.functions, ordering, context)
  const calls = compileRangedCalls(step.functions, ordering, context)
  const partitions = new PartitionRows({ calls, bag: placed, inOrder })
  const changes = new RowChanges(leaving)
  const expire = expiry(
    step.ttlMs,
    [context.store({ name: step.store, kind: 'keyValue' })],
    context,
    (_store, time) => {
      forgetBefore(time)
      partitions.clear()
    },
  )
  const change = (prefix: string, one: RowChange): void => {
    const isInMemory = partitions.load(prefix)
    if (!isInMemory) {
      const old = compute(rows.upToLimit(prefix).rows)
      rows.add(prefix, one)
      changes.replace(old, compute(rows.upToLimit(prefix).rows))
      return
    }
    const difference = rows.add(prefix, one)
    if (difference !== 0) partitions.change(prefix, one, difference > 0 ? 1 : -1, changes)
  }
  return {
    inputs: [
      (record) => {
        const prefix = record.key![0] as string
        const { timestamp } = record
        changes.begin(record)
        eachRow(record, (row, count) => change(prefix, { ...inOrder(row), count, timestamp }))
        if (!context.coalesces) changes.flush()
        return expire()
      },
    ],
    flush: () => changes.flush(),
  }
}

/** Only the rows within the limit have results: they are looked at once before the changes of a partition and once after them. */
function limitedRows(
  step: OverStep & { readonly limit: RankLimit },
  input: StepSchema,
  context: OperatorContext,
  leaving: LeavingChanges,
): OperatorRuntime {
  const { placed, inOrder, forgetBefore } = openRows(step, input, context)
  const rows = new OrderedRows(placed, step.limit, { order: step.order, input })
  const compute = compileOverCalls(step.functions, { order: step.order, width: input.value.length }, context)
  const changes = new RowChanges(leaving)
  const forgets = input.kind === 'stream' || step.comesForward === true
  /** The rows within the limit, of the partitions that were looked at last. */
  const known = new Map<string, Limited>()
  let knownRows = 0
  const forgetKnown = (): void => {
    known.clear()
    knownRows = 0
  }
  const keep = (prefix: string, old: Limited, now: Limited): void => {
    knownRows += sizeOf(now) - (known.has(prefix) ? sizeOf(old) : 0)
    known.set(prefix, now)
    if (knownRows > MAX_KEPT_ROWS) forgetKnown()
  }
  const gathered = new GatheredRows(inOrder, (prefix, { rows: changed, timestamp, headers }) => {
    const bound = known.get(prefix)?.bound ?? null
    // A row that was taken out and put in again has a new time.
    const change = (): void => {
      for (const one of forgets ? rows.reachable(changed.values()) : changed.values()) {
        if (one.count !== 0 || step.ttlMs !== null) rows.add(prefix, one)
      }
    }
    if (!changed.values().some(({ place, count }) => count !== 0 && (bound === null || place <= bound))) {
      if (!forgets) change()
      return
    }
    changes.begin({ timestamp, headers })
    const old = known.get(prefix) ?? rows.upToLimit(prefix)
    change()
    const now = rows.upToLimit(prefix)
    changes.replace(compute(old.rows), compute(now.rows))
    if (forgets && now.bound !== null) rows.forgetBehind(prefix, now.bound)
    keep(prefix, old, now)
  })
  /** How many gathered rows are taken at once, of partitions that had as many since the last flush. */
  const waits = new Map<string, number>()
  /** Gathers rows that are not behind the limit, which is known the better the sooner the first ones are taken. */
  const gatherFirst = (prefix: string, record: StreamRecord): void => {
    const end = known.get(prefix)
    const { oldValue, value } = record
    let count = 0
    if (oldValue !== null && !rows.isBehind(oldValue, end)) count = gathered.add(prefix, oldValue, -1, record)
    if (value !== null && !rows.isBehind(value, end)) count = gathered.add(prefix, value, 1, record)
    if (count < FIRST_TAKEN || count < (waits.get(prefix) ?? 0)) return
    waits.set(prefix, count * 2)
    gathered.takeOne(prefix)
  }
  const flush = (): void => {
    gathered.flush()
    waits.clear()
    changes.flush()
  }
  const expire = expiry(
    step.ttlMs,
    [context.store({ name: step.store, kind: 'keyValue' })],
    context,
    (_store, time) => {
      gathered.flush()
      forgetBefore(time)
      forgetKnown()
    },
  )
  return {
    inputs: [
      (record) => {
        const prefix = record.key![0] as string
        if (forgets) gatherFirst(prefix, record)
        else eachRow(record, (row, count) => gathered.add(prefix, row, count, record))
        if (!context.coalesces) flush()
        return expire()
      },
    ],
    flush,
  }
}

const sizeOf = ({ rows }: Limited): number => Math.max(rows.length, 1)

function openRows({ store: name, order, inBlocks }: OverStep, input: StepSchema, context: OperatorContext) {
  const store = context.store({ name, kind: 'keyValue' })
  const width = input.value.length
  const inOrder = rowPlaces(order, input)
  const placed: PlacedRows =
    inBlocks === true
      ? new RowBlocks({
          store,
          width,
          placeOf: (row) => inOrder(row).place,
          areEqual: rowEquality(rowTexts(input)),
        })
      : rowEntries(store, width)
  return {
    placed,
    inOrder,
    forgetBefore(time: number): void {
      if (inBlocks === true) forgetRowsBefore(store, time)
      else forgetBefore(store, time)
      placed.clear()
    },
  }
}

const outputColumns = ({ functions }: OverStep, { value }: StepSchema): readonly Column[] => [
  ...value,
  ...functions.map(({ name, type }) => ({ name, type })),
]
