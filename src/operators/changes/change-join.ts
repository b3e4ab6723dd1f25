/**
 * Joins of changes on any columns and conditions: also of streams without a window, and the semi and anti joins that IN and EXISTS are. Output row:
 * left row, then right row; the left row alone in a semi or anti join.
 *
 * State: the rows of both sides, by what they are joined on. With a TTL a row is forgotten when stream time is that far ahead of it; what it has joined
 * with stays in the result.
 *
 * Equation: `result = left ⋈ right`, so that a change `dl` of one side gives `dl ⋈ right`. An outer row is in the result while the other side has no match:
 * it enters when the last match leaves, and leaves when the first one enters.
 *
 * Order: any. Each row changes one side, and what it changes in the result is computed with the other side as it is then.
 */
import type { Expression } from '../../expressions/expression.ts'
import type { Process, StreamRecord } from '../../types/record.ts'
import type { Row } from '../../types/value.ts'
import { expressionReads, noExpressions } from '../column-read.ts'
import { compilePredicate } from '../evaluate.ts'
import type { OperatorDefinition } from '../operator.ts'
import type { OperatorContext } from '../operator-context.ts'
import type { StepId, StepSchema } from '../step.ts'
import { Bag, bagStore, type Counted } from './bag.ts'
import { expiry } from './expiry.ts'
import { eachRow, keyColumnsOf, leavingUnder, RowChanges, rowTexts } from './row-changes.ts'
import { joinStreamRows, streamRowsStore } from './stream-rows-join.ts'

export type ChangeJoinKind = 'INNER' | 'LEFT' | 'RIGHT' | 'FULL' | 'SEMI' | 'ANTI'

export interface ChangeJoinStep {
  readonly kind: 'changeJoin'
  readonly id: StepId
  /** Rows under the encoded key of the columns that must be equal. */
  readonly left: StepId
  readonly right: StepId
  readonly join: ChangeJoinKind
  /** Those columns in the row of each side; a row with a NULL in one of them matches nothing. */
  readonly leftEquals: readonly number[]
  readonly rightEquals: readonly number[]
  /** What must hold besides, over a left row and a right row. */
  readonly residual: { readonly predicate: Expression; readonly text: string } | null
  /** Null: rows are kept for good. */
  readonly ttlMs: number | null
  /** Columns of the output row that tell its rows apart; empty: a bag, or a stream. */
  readonly key: readonly number[]
  /** Whether rows are only added: an inner join of streams. */
  readonly isStream: boolean
  /** Whether its stores are buffers of rows by time, which such a join with a TTL can do with. Plans of older servers have bags. */
  readonly isBuffered?: boolean
  readonly leftStore: string
  readonly rightStore: string
}

export const changeJoin: OperatorDefinition<ChangeJoinStep> = {
  label: 'JOIN',
  peerName: 'ChangeJoin',
  oldValue: 'reads',
  usesStreamTime: ({ ttlMs }) => ttlMs !== null,
  passesKey: false,
  expressions: noExpressions,
  // The condition is over a left row and a right row.
  reads: ({ residual }, [left, right]) =>
    residual === null ? [] : expressionReads([residual.predicate], [...left!.value, ...right!.value]),
  view: null,
  upgrade: 'refused',
  inputs: ({ left, right }) => [left, right],
  schema(step, inputs) {
    const value = outputColumns(step, inputs)
    const key = keyColumnsOf(step.key, value)
    return { kind: step.isStream ? 'stream' : 'table', key, window: null, value }
  },
  stores: (step, [left, right]) => {
    const { leftStore, rightStore, ttlMs } = step
    return isBuffered(step)
      ? [streamRowsStore(leftStore, ttlMs!, left!), streamRowsStore(rightStore, ttlMs!, right!)]
      : [bagStore(leftStore, left!.value), bagStore(rightStore, right!.value)]
  },
  build(step, inputs, context, emit) {
    if (isBuffered(step)) {
      const [left, right] = inputs
      return joinStreamRows({ ...step, ttlMs: step.ttlMs! }, { left: left!, right: right! }, context, emit)
    }
    const output: Process = step.isStream ? (record) => emit({ ...record, key: null }) : emit
    const changes = new RowChanges(leavingUnder(step.key, { value: outputColumns(step, inputs) }, output))
    const left = openSide(step.leftStore, step.leftEquals, inputs[0]!, context)
    const right = openSide(step.rightStore, step.rightEquals, inputs[1]!, context)
    const rows = joinedRows(step, inputs)
    const matches = compileMatch(step, context)
    const sides = {
      left: { own: left, other: right, matches, ...rows.left },
      right: { own: right, other: left, matches: (own: Row, other: Row) => matches(other, own), ...rows.right },
    }
    const stores = [step.leftStore, step.rightStore].map((name) => context.store({ name, kind: 'keyValue' }))
    const forget = expiry(step.ttlMs, stores, context)
    const update =
      (joining: JoiningSide): Process =>
      (record) => {
        const expiredAt = step.ttlMs === null ? Number.NEGATIVE_INFINITY : context.streamTime() - step.ttlMs
        changes.begin(record)
        eachRow(record, (row, count) => joinRow(joining, { row, count, record, expiredAt, changes }))
        changes.flush()
        forget()
      }
    return { inputs: [update(sides.left), update(sides.right)] }
  },
}

const isBuffered = ({ isBuffered: is, ttlMs }: ChangeJoinStep): boolean => is === true && ttlMs !== null

const isLeftOnly = ({ join }: ChangeJoinStep): boolean => join === 'SEMI' || join === 'ANTI'

const outputColumns = (step: ChangeJoinStep, [left, right]: readonly StepSchema[]): StepSchema['value'] =>
  isLeftOnly(step) ? left!.value : [...left!.value, ...right!.value]

interface Side {
  readonly bag: Bag
  readonly textOf: (row: Row) => string
  readonly hasNull: (row: Row) => boolean
}

function openSide(name: string, equals: readonly number[], input: StepSchema, context: OperatorContext): Side {
  return {
    bag: new Bag(context.store({ name, kind: 'keyValue' }), input.value.length),
    textOf: rowTexts(input),
    hasNull: nullTest(equals),
  }
}

const nullTest =
  (equals: readonly number[]) =>
  (row: Row): boolean =>
    equals.some((index) => row[index] === null)

function compileMatch({ residual }: ChangeJoinStep, context: OperatorContext): (left: Row, right: Row) => boolean {
  if (residual === null) return () => true
  const holds = compilePredicate(residual, context)
  return (left, right) => holds(left.concat(right))
}

/** Rows of the result that one side's rows lead to; null: none. */
interface Resulting {
  /** With a row of the other side. */
  readonly pair: ((own: Row, other: Row) => Row) | null
  /** While there is no match. */
  readonly alone: ((own: Row) => Row) | null
  /** While there is one. */
  readonly matched: ((own: Row) => Row) | null
}

interface JoiningSide extends Resulting {
  readonly own: Side
  readonly other: Side
  readonly matches: (own: Row, other: Row) => boolean
  /** What rows of the other side lead to by themselves. */
  readonly others: Pick<Resulting, 'alone' | 'matched'>
}

type ResultingSide = Resulting & Pick<JoiningSide, 'others'>

function joinedRows(
  step: ChangeJoinStep,
  [left, right]: readonly StepSchema[],
): { readonly left: ResultingSide; readonly right: ResultingSide } {
  const { join } = step
  const nulls = (width: number): Row => new Array<null>(width).fill(null)
  const [noLeft, noRight] = [nulls(left!.value.length), nulls(right!.value.length)]
  const own = (row: Row): Row => row
  const ofLeft = {
    alone: join === 'ANTI' ? own : join === 'LEFT' || join === 'FULL' ? (row: Row): Row => row.concat(noRight) : null,
    matched: join === 'SEMI' ? own : null,
  }
  const ofRight = {
    alone: join === 'RIGHT' || join === 'FULL' ? (row: Row): Row => noLeft.concat(row) : null,
    matched: null,
  }
  const hasPairs = !isLeftOnly(step)
  return {
    left: { ...ofLeft, pair: hasPairs ? (a, b) => a.concat(b) : null, others: ofRight },
    right: { ...ofRight, pair: hasPairs ? (b, a) => a.concat(b) : null, others: ofLeft },
  }
}

interface RowChange {
  readonly row: Row
  readonly count: 1 | -1
  readonly record: StreamRecord
  /** Rows of before this time are forgotten, epoch ms. */
  readonly expiredAt: number
  readonly changes: RowChanges
}

function joinRow(joining: JoiningSide, change: RowChange): void {
  const { own, other, matches, pair, alone, matched, others } = joining
  const { row, count, record, expiredAt, changes } = change
  const prefix = record.key![0] as string
  const key = prefix + own.textOf(row)
  // A removal of what was forgotten must not count as one that comes before its addition.
  if (count < 0 && expiredAt !== Number.NEGATIVE_INFINITY && own.bag.countOf(key) <= 0) return
  const now = own.bag.add(key, row, count, record.timestamp)
  const [copies, before] = [Math.max(now, 0), Math.max(now - count, 0)]
  const difference = copies - before
  if (difference === 0) return
  const found = own.hasNull(row)
    ? []
    : present(other, prefix, expiredAt).filter((candidate) => matches(row, candidate.row))
  if (pair !== null) for (const { row: match, count: times } of found) changes.add(pair(row, match), difference * times)
  if (alone !== null && found.length === 0) changes.add(alone(row), difference)
  if (matched !== null && found.length > 0) changes.add(matched(row), difference)
  if ((others.alone === null && others.matched === null) || (copies > 0 && before > 0)) return
  const rivals = found.length === 0 ? [] : present(own, prefix, expiredAt).filter((one) => !isRow(own, one, row))
  for (const { row: match, count: times } of found) {
    if (rivals.some((rival) => matches(rival.row, match))) continue
    if (others.alone !== null) changes.add(others.alone(match), -difference * times)
    if (others.matched !== null) changes.add(others.matched(match), difference * times)
  }
}

const isRow = ({ textOf }: Side, { row }: Counted, other: Row): boolean => textOf(row) === textOf(other)

/** The rows of a side that are there and not forgotten. */
const present = ({ bag }: Side, prefix: string, expiredAt: number): Counted[] =>
  Array.from(bag.under(prefix)).filter(({ count, timestamp }) => count > 0 && timestamp >= expiredAt)
