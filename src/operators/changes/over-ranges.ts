/**
 * The functions of OVER after a row has come into a partition, or has left it: which rows have other results then, and these results alone. A row that
 * comes last costs what it changes, however many are before it: a running aggregate continues from the state of the row before.
 */
import { compile } from '../../expressions/compile.ts'
import type { SqlType } from '../../types/sql-type.ts'
import type { Row, Value } from '../../types/value.ts'
import { compileCall } from '../aggregate/aggregate-functions.ts'
import { compileColumn } from '../evaluate.ts'
import type { OperatorContext } from '../operator-context.ts'
import { compileOverCall, type Ordering, type OverCall, type OverFrame } from './over-functions.ts'

/** A row in its place, with its results. */
export interface PlacedRow {
  readonly row: Row
  /** Equal for rows that are equal in the order. */
  readonly sort: string
  /** The row, then the results of the calls. */
  output: Row
  /** By call: the state of a running aggregate after the frame of the row. */
  readonly states: Value[]
}

/** Rows by place, the end excluded. */
export interface RowRange {
  readonly from: number
  readonly to: number
}

/** A call over the rows of one partition. */
export interface RangedCall {
  /**
   * The rows whose results may be others because of a row at `place`: it has come there, or has left from before the row that is there now. `sort`: of
   * that row.
   */
  readonly reach: (rows: readonly PlacedRow[], place: number, sort: string) => RowRange
  /** The results of those rows. The states of the rows before are there. */
  readonly results: (rows: readonly PlacedRow[], range: RowRange) => readonly Value[]
}

export const compileRangedCalls = (
  calls: readonly OverCall[],
  ordering: Ordering,
  context: OperatorContext,
): RangedCall[] => calls.map((call, index) => compileRangedCall(call, { index, ordering, context }))

interface CallPlace {
  readonly index: number
  readonly ordering: Ordering
  readonly context: OperatorContext
}

function compileRangedCall(call: OverCall, place: CallPlace): RangedCall {
  switch (call.call) {
    case 'ranking':
      return { reach: toTheEnd, results: RANKS[call.ranking](place) }
    case 'neighbour':
      return neighbour(call, place)
    case 'frameValue':
      return frameValue(call, place) ?? whole(call, place)
    case 'aggregate':
      return running(call, place) ?? sliding(call, place) ?? whole(call, place)
  }
}

const toTheEnd: RangedCall['reach'] = ({ length }, place) => ({ from: place, to: length })

/** Calls for which every row counts. */
function whole(call: OverCall, { ordering, context }: CallPlace): RangedCall {
  const results = compileOverCall(call, ordering, context)
  return {
    reach: ({ length }) => ({ from: 0, to: length }),
    results(rows) {
      let group = 0
      return results(
        rows.map(({ row, sort }, i) => {
          if (i === 0 || sort !== rows[i - 1]!.sort) group++
          return { row, group }
        }),
      )
    },
  }
}

const startsGroup = (rows: readonly PlacedRow[], i: number): boolean => i === 0 || rows[i]!.sort !== rows[i - 1]!.sort

/** The place of the first row that is equal in the order. */
function firstPeer(rows: readonly PlacedRow[], place: number, sort: string): number {
  let first = place
  while (first > 0 && rows[first - 1]!.sort === sort) first--
  return first
}

/** The place behind the last row that is equal to row `i` in the order. */
function behindPeers(rows: readonly PlacedRow[], i: number): number {
  const { sort } = rows[i]!
  let end = i + 1
  while (end < rows.length && rows[end]!.sort === sort) end++
  return end
}

const places = ({ from, to }: RowRange): number[] => Array.from({ length: to - from }, (_, i) => from + i)

/** The result of the row before, which a rank continues from. */
const before = (rows: readonly PlacedRow[], i: number, { index, ordering }: CallPlace): number =>
  rows[i - 1]!.output[ordering.width + index] as number

const RANKS: {
  readonly [Name in Extract<OverCall, { call: 'ranking' }>['ranking']]: (place: CallPlace) => RangedCall['results']
} = {
  ROW_NUMBER: () => (_rows, range) => places(range).map((i) => i + 1),
  RANK: () => (rows, range) => {
    let rank = 0
    return places(range).map((i) => {
      if (startsGroup(rows, i)) rank = i + 1
      else if (i === range.from) rank = firstPeer(rows, i, rows[i]!.sort) + 1
      return rank
    })
  },
  DENSE_RANK: (place) => (rows, range) => {
    let rank = range.from === 0 ? 0 : before(rows, range.from, place)
    return places(range).map((i) => {
      if (startsGroup(rows, i)) rank++
      return rank
    })
  },
}

function neighbour(call: Extract<OverCall, { call: 'neighbour' }>, { ordering, context }: CallPlace): RangedCall {
  const { distance } = call
  const valueIn = compileColumn({ ...call, expression: call.argument }, ordering.width, context)
  const otherwise = compile(call.otherwise, context)([])
  return {
    reach: ({ length }, place) => clamped(place - Math.max(distance, 0), place - Math.min(distance, 0) + 1, length),
    results: (rows, range) =>
      places(range).map((i) => {
        const other = rows[i + distance]
        return other === undefined ? otherwise : valueIn(other.row)
      }),
  }
}

const clamped = (from: number, to: number, length: number): RowRange => ({
  from: Math.max(0, from),
  to: Math.min(length, to),
})

interface RangedFrame {
  readonly reach: RangedCall['reach']
  /** The frames of the rows of a range. */
  readonly of: (rows: readonly PlacedRow[], range: RowRange) => readonly RowRange[]
}

/** A frame that is known without looking at all rows; null: it is not. */
function rangedFrame({ unit, start, end }: OverFrame): RangedFrame | null {
  if (unit === 'RANGE') {
    if (start !== null || end !== 0) return null
    return {
      reach: (rows, place, sort) => ({ from: firstPeer(rows, place, sort), to: rows.length }),
      of(rows, range) {
        let to = 0
        return places(range).map((i) => {
          if (i >= to) to = behindPeers(rows, i)
          return { from: 0, to }
        })
      },
    }
  }
  if (end === null) return null
  return {
    reach: ({ length }, place) =>
      clamped(place - Math.max(end, 0), start === null ? length : place - Math.min(start, 0) + 1, length),
    of({ length }, range) {
      const within = (at: number): number => Math.min(Math.max(at, 0), length)
      return places(range).map((i) => ({ from: start === null ? 0 : within(i + start), to: within(i + end + 1) }))
    },
  }
}

function frameValue(
  call: Extract<OverCall, { call: 'frameValue' }>,
  { ordering, context }: CallPlace,
): RangedCall | null {
  const frame = rangedFrame(call.frame)
  if (frame === null) return null
  const valueIn = compileColumn({ ...call, expression: call.argument }, ordering.width, context)
  return {
    reach: frame.reach,
    results: (rows, range) =>
      frame.of(rows, range).map(({ from, to }) => {
        return from >= to ? null : valueIn(rows[call.value === 'FIRST_VALUE' ? from : to - 1]!.row)
      }),
  }
}

/** An aggregate from the first row on; null: it is another frame, or the state cannot be copied for each row. */
function running(
  { aggregate, frame: overFrame }: Extract<OverCall, { call: 'aggregate' }>,
  { index, context }: CallPlace,
): RangedCall | null {
  const frame = rangedFrame(overFrame)
  if (frame === null || overFrame.start !== null || !isFlat(aggregate.stateType)) return null
  const call = compileCall(aggregate, context)
  return {
    reach: frame.reach,
    results(rows, range) {
      const { from } = range
      let end = from === 0 ? 0 : frame.of(rows, { from: from - 1, to: from })[0]!.to
      let state = from === 0 ? call.initialize() : copied(rows[from - 1]!.states[index]!)
      return frame.of(rows, range).map(({ to }, i) => {
        for (; end < to; end++) state = call.add(state, rows[end]!.row)
        rows[from + i]!.states[index] = copied(state)
        return call.result(state)
      })
    },
  }
}

/** An aggregate of a number of rows around each row; null: the frame has no ends. */
function sliding(
  { aggregate, frame: overFrame }: Extract<OverCall, { call: 'aggregate' }>,
  { context }: CallPlace,
): RangedCall | null {
  const frame = rangedFrame(overFrame)
  if (frame === null || overFrame.start === null) return null
  const call = compileCall(aggregate, context)
  return {
    reach: frame.reach,
    results: (rows, range) =>
      frame.of(rows, range).map(({ from, to }) => {
        let state = call.initialize()
        for (let at = from; at < to; at++) state = call.add(state, rows[at]!.row)
        return call.result(state)
      }),
  }
}

/** Whether copying the columns of a state copies the state. */
const isFlat = (type: SqlType): boolean =>
  type.kind === 'STRUCT' ? type.fields.every((field) => isPlain(field.type)) : isPlain(type)
const isPlain = ({ kind }: SqlType): boolean => kind !== 'ARRAY' && kind !== 'MAP' && kind !== 'STRUCT'
const copied = (state: Value): Value => (Array.isArray(state) ? state.slice() : state)
