/** The functions of OVER on the rows of one partition, which stand in their order. */
import { compile } from '../../expressions/compile.ts'
import type { Expression } from '../../expressions/expression.ts'
import type { Column } from '../../types/schema.ts'
import type { Row, Value } from '../../types/value.ts'
import { type AggregateCall, callExpressions } from '../aggregate/aggregate-call.ts'
import { compileCall } from '../aggregate/aggregate-functions.ts'
import { compileColumn } from '../evaluate.ts'
import type { OperatorContext } from '../operator-context.ts'
import type { SortColumn } from './sort-text.ts'

/** A row with the number of its group of equals in the order, from 1. */
export interface OrderedRow {
  readonly row: Row
  readonly group: number
}

export type RankingName = 'ROW_NUMBER' | 'RANK' | 'DENSE_RANK'
export type FrameValueName = 'FIRST_VALUE' | 'LAST_VALUE'

/** A bound: so many rows, or so much of the ordered column, before (negative) or behind the row. Null: without end. */
export type FrameEdge = number | null

export interface OverFrame {
  readonly unit: 'ROWS' | 'RANGE'
  readonly start: FrameEdge
  readonly end: FrameEdge
}

export type OverCall = Column &
  (
    | { readonly call: 'ranking'; readonly ranking: RankingName }
    | {
        readonly call: 'neighbour'
        readonly argument: Expression
        /** How many rows further on; negative: before. */
        readonly distance: number
        /** A literal for rows that have no such neighbour. */
        readonly otherwise: Expression
        readonly text: string
      }
    | {
        readonly call: 'frameValue'
        readonly value: FrameValueName
        readonly argument: Expression
        readonly frame: OverFrame
        readonly text: string
      }
    | { readonly call: 'aggregate'; readonly aggregate: AggregateCall; readonly frame: OverFrame }
  )

/** What a call evaluates on each row. */
export function overExpressions(call: OverCall): readonly Expression[] {
  switch (call.call) {
    case 'ranking':
      return []
    case 'neighbour':
      return [call.argument, call.otherwise]
    case 'frameValue':
      return [call.argument]
    case 'aggregate':
      return callExpressions(call.aggregate)
  }
}

export interface Ordering {
  readonly order: readonly SortColumn[]
  /** The number of columns of a row. */
  readonly width: number
}

/** Rows with the results of the calls behind them. */
export function compileOverCalls(
  calls: readonly OverCall[],
  ordering: Ordering,
  context: OperatorContext,
): (rows: readonly OrderedRow[]) => Row[] {
  const compiled = calls.map((call) => compileOverCall(call, ordering, context))
  return (rows) => {
    const results = compiled.map((results) => results(rows))
    return rows.map(({ row }, i) => [...row, ...results.map((values) => values[i]!)])
  }
}

type Results = (rows: readonly OrderedRow[]) => readonly Value[]

export function compileOverCall(call: OverCall, ordering: Ordering, context: OperatorContext): Results {
  switch (call.call) {
    case 'ranking':
      return RANKINGS[call.ranking]
    case 'neighbour': {
      const valueIn = compileColumn({ ...call, expression: call.argument }, ordering.width, context)
      const otherwise = compile(call.otherwise, context)([])
      return (rows) =>
        rows.map((_, i) => {
          const neighbour = rows[i + call.distance]
          return neighbour === undefined ? otherwise : valueIn(neighbour.row)
        })
    }
    case 'frameValue': {
      const valueIn = compileColumn({ ...call, expression: call.argument }, ordering.width, context)
      const framesOf = compileFrame(call.frame, ordering)
      return (rows) =>
        framesOf(rows).map(({ from, to }) => {
          if (from >= to) return null
          return valueIn(rows[call.value === 'FIRST_VALUE' ? from : to - 1]!.row)
        })
    }
    case 'aggregate':
      return compileAggregate(call, ordering, context)
  }
}

const RANKINGS: { readonly [Name in RankingName]: Results } = {
  ROW_NUMBER: (rows) => rows.map((_, i) => i + 1),
  RANK(rows) {
    let first = 0
    return rows.map(({ group }, i) => {
      if (i > 0 && group !== rows[i - 1]!.group) first = i
      return first + 1
    })
  },
  DENSE_RANK: (rows) => rows.map(({ group }) => group),
}

/** Frames that begin where the one before began only take rows in; others are made again. */
function compileAggregate(
  { aggregate, frame }: Extract<OverCall, { call: 'aggregate' }>,
  ordering: Ordering,
  context: OperatorContext,
): Results {
  const call = compileCall(aggregate, context)
  const framesOf = compileFrame(frame, ordering)
  return (rows) => {
    let [state, start, end] = [call.initialize(), 0, 0]
    return framesOf(rows).map(({ from, to }) => {
      if (from !== start || to < end) [state, start, end] = [call.initialize(), from, from]
      for (; end < to; end++) state = call.add(state, rows[end]!.row)
      return call.result(state)
    })
  }
}

/** Rows by place, the end excluded. */
interface Frame {
  readonly from: number
  readonly to: number
}

function compileFrame({ unit, start, end }: OverFrame, { order }: Ordering): (rows: readonly OrderedRow[]) => Frame[] {
  if (unit === 'ROWS') {
    const within = (place: number, count: number) => Math.min(Math.max(place, 0), count)
    return (rows) =>
      rows.map((_, i) => ({
        from: start === null ? 0 : within(i + start, rows.length),
        to: end === null ? rows.length : within(i + end + 1, rows.length),
      }))
  }
  return (rows) => {
    const groups = rows.map(({ group }) => group)
    const values = rows.map(({ row }) => orderedValue(row, order))
    // NULLs are equals of each other, and a bound of 0 takes all equals.
    const edge = (i: number, distance: FrameEdge, find: typeof firstNotBelow): number => {
      const value = values[i]!
      return distance === 0 || !Number.isFinite(value) ? find(groups, groups[i]!) : find(values, value + distance!)
    }
    return rows.map((_, i) => ({
      from: start === null ? 0 : edge(i, start, firstNotBelow),
      to: end === null ? rows.length : edge(i, end, firstAbove),
    }))
  }
}

/** The one ordered column as a number that rises along the order. A NULL is at one end. */
function orderedValue(row: Row, [column]: readonly SortColumn[]): number {
  if (column === undefined) return 0
  const value = row[column.index]!
  if (value === null) return column.nullsFirst ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
  return column.descending ? -Number(value) : Number(value)
}

/** In rising values, the place of the first that is `value` or more. */
const firstNotBelow = (values: readonly number[], value: number): number => firstWith(values, (one) => one >= value)
const firstAbove = (values: readonly number[], value: number): number => firstWith(values, (one) => one > value)

function firstWith(values: readonly number[], holds: (value: number) => boolean): number {
  let [low, high] = [0, values.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (holds(values[middle]!)) high = middle
    else low = middle + 1
  }
  return low
}
