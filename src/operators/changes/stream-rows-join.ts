/**
 * The inner join of two streams whose rows are kept for a time: rows are only added, so that each side is a buffer of rows by what they are joined on and by
 * time, as in a join within a window, and no row has to be found again to be taken out.
 *
 * Rows that come from an internal topic are bytes, as the buffers keep them: they are copied. Of the rows of a pair only the columns that the condition reads are
 * decoded, and the others where it holds. A row looks for no others if its own columns, and those that are equal to them on the other side, tell that the pairs
 * would change nothing in the step behind.
 *
 * Equation, order and time: those of change-join.ts.
 */
import type { Expression } from '../../expressions/expression.ts'
import { columnsOf } from '../../expressions/inspect.ts'
import type { JoinBuffer, RowScreen, StoreDeclaration } from '../../state/store.ts'
import type { PackedRecord, Process, ProcessPacked, StreamRecord } from '../../types/record.ts'
import {
  type ColumnReader,
  columnReader,
  isNullAt,
  type RowCodec,
  type RowSource,
  rowCodec,
} from '../../types/row-codec.ts'
import { columnTypes } from '../../types/schema.ts'
import { formatType } from '../../types/sql-type.ts'
import type { Row } from '../../types/value.ts'
import { compilePredicate } from '../evaluate.ts'
import type { InputScreen } from '../input-screen.ts'
import type { OperatorRuntime } from '../operator.ts'
import type { OperatorContext } from '../operator-context.ts'
import type { StepSchema } from '../step.ts'

/** Those of `ChangeJoinStep`. */
export interface StreamRowsJoin {
  readonly ttlMs: number
  readonly leftStore: string
  readonly rightStore: string
  readonly leftEquals: readonly number[]
  readonly rightEquals: readonly number[]
  readonly residual: { readonly predicate: Expression; readonly text: string } | null
}

const specOf = (name: string, ttlMs: number) =>
  ({ name, kind: 'joinBuffer', fetchMs: ttlMs, retentionMs: ttlMs }) as const

export const streamRowsStore = (name: string, ttlMs: number, { value }: StepSchema): StoreDeclaration => ({
  ...specOf(name, ttlMs),
  types: columnTypes(value),
})

/** Rows come under the text of what they are joined on. */
export function joinStreamRows(
  { ttlMs, leftStore, rightStore, leftEquals, rightEquals, residual }: StreamRowsJoin,
  schemas: { readonly left: StepSchema; readonly right: StepSchema },
  context: OperatorContext,
  emit: Process,
): OperatorRuntime {
  const buffers = {
    left: context.store(specOf(leftStore, ttlMs)),
    right: context.store(specOf(rightStore, ttlMs)),
  }
  const leftWidth = schemas.left.value.length
  const equalColumns = { left: leftEquals, right: rightEquals.map((column) => leftWidth + column) }
  const condition = residual === null ? null : pairCondition(residual, [schemas.left, schemas.right], context)
  const left = side({
    own: buffers.left,
    other: buffers.right,
    equals: leftEquals,
    pairOf: (row, match) => row.concat(match),
    rows: ownRows(schemas.left, 0, condition),
    pairs: pairScreen(context.screen, { own: equalColumns.left, other: equalColumns.right, from: 0, schemas }),
    screen: condition?.screen(leftWidth, schemas.right.value.length) ?? null,
  })
  const right = side({
    own: buffers.right,
    other: buffers.left,
    equals: rightEquals,
    pairOf: (row, match) => match.concat(row),
    rows: ownRows(schemas.right, leftWidth, condition),
    pairs: pairScreen(context.screen, { own: equalColumns.right, other: equalColumns.left, from: leftWidth, schemas }),
    screen: condition?.screen(0, leftWidth) ?? null,
  })
  const takesPacked = buffers.left.packed !== null && buffers.right.packed !== null
  return {
    inputs: [left.process, right.process],
    ...(takesPacked && { packedInputs: [left.processPacked, right.processPacked] }),
  }

  function side({ own, other, equals, pairOf, rows, pairs, screen }: Side): Processes {
    const expire = (): number => {
      const expiredAt = context.streamTime() - ttlMs
      own.expire(expiredAt)
      other.expire(expiredAt)
      return expiredAt
    }
    return {
      process({ key, value, timestamp, headers }) {
        if (value === null) return
        const expiredAt = expire()
        if (equals.some((index) => value[index] === null)) return
        const group = key![0] as string
        if (timestamp >= expiredAt) own.add(group, { row: value, timestamp })
        if (pairs?.needs(value) === false) return
        rows.note(value)
        const found = other.fetch(group, expiredAt, Number.MAX_SAFE_INTEGER, screen ?? undefined)
        for (const { row } of found) emit(pairRecord(pairOf(value, row), timestamp, headers))
      },
      processPacked({ key, row: packed, timestamp }) {
        const expiredAt = expire()
        const { buffer, start } = packed
        if (equals.some((index) => isNullAt(buffer, start, index))) return
        if (timestamp >= expiredAt) own.packed!.add(key, packed, timestamp)
        if (pairs?.needsPacked(packed) === false) return
        rows.notePacked(packed)
        let value: Row | null = null
        const found = other.packed!.fetch(key, expiredAt, Number.MAX_SAFE_INTEGER, screen ?? undefined)
        for (const { row } of found) {
          value ??= rows.decode(packed)
          emit(pairRecord(pairOf(value, row), timestamp, null))
        }
      },
    }
  }
}

interface Processes {
  readonly process: Process
  readonly processPacked: ProcessPacked
}

interface Side {
  readonly own: JoinBuffer
  readonly other: JoinBuffer
  /** Columns of its rows that must be equal to those of the other side. */
  readonly equals: readonly number[]
  readonly pairOf: (row: Row, match: Row) => Row
  readonly rows: OwnRows
  /** Null: all pairs may be needed, as far as its rows tell. */
  readonly pairs: PairScreen | null
  /** Lets rows of the other side through that match the row which was noted last; null: all match. */
  readonly screen: RowScreen | null
}

const pairRecord = (value: Row, timestamp: number, headers: StreamRecord['headers']): StreamRecord => ({
  key: null,
  window: null,
  value,
  oldValue: null,
  timestamp,
  headers,
})

/** What must hold of a pair besides. */
interface PairCondition {
  /** A row of the result with the columns that the condition reads; the others are not set. */
  readonly pair: Row
  /** The columns that it reads of a side whose columns are `[from, from + width)` in the pair, as columns of the side. */
  readonly columns: (from: number, width: number) => number[]
  /** Lets rows of that side through with which, and the other columns that the pair has, the condition holds. */
  readonly screen: (from: number, width: number) => RowScreen
}

function pairCondition(
  residual: NonNullable<StreamRowsJoin['residual']>,
  schemas: readonly StepSchema[],
  context: OperatorContext,
): PairCondition {
  const holds = compilePredicate(residual, context)
  const read = columnsOf(residual.predicate)
  const pair: Row = new Array(schemas.reduce((width, { value }) => width + value.length, 0)).fill(null)
  const columns = (from: number, width: number): number[] =>
    read.filter((column) => column >= from && column < from + width).map((column) => column - from)
  return {
    pair,
    columns,
    screen(from, width) {
      const ofSide = columns(from, width)
      return {
        columns: ofSide,
        accepts(row) {
          for (const column of ofSide) pair[from + column] = row[column]!
          return holds(pair)
        },
      }
    },
  }
}

/** The rows of a side that look for others. */
interface OwnRows {
  /** Puts the columns that the condition reads into the pair. */
  readonly note: (row: Row) => void
  readonly notePacked: (row: PackedRecord['row']) => void
  readonly decode: (row: PackedRecord['row']) => Row
}

/** Which rows of a side can be in pairs that change something in the step behind. */
interface PairScreen {
  readonly needs: (row: Row) => boolean
  readonly needsPacked: (row: PackedRecord['row']) => boolean
}

/** As columns of a pair, with the schemas of its rows. */
interface PairColumns {
  /** Columns of the side that are equal to those of the other side, in this order. */
  readonly own: readonly number[]
  readonly other: readonly number[]
  /** Where the side's columns begin. */
  readonly from: number
  readonly schemas: { readonly left: StepSchema; readonly right: StepSchema }
}

/** Null: its rows do not tell. */
function pairScreen(screen: InputScreen | null, { own, other, from, schemas }: PairColumns): PairScreen | null {
  if (screen === null) return null
  const columns = [...schemas.left.value, ...schemas.right.value]
  const { value: ofSide } = from === 0 ? schemas.left : schemas.right
  const isOwn = (column: number): boolean => column >= from && column < from + ofSide.length
  const sameType = (a: number, b: number): boolean => formatType(columns[a]!.type) === formatType(columns[b]!.type)
  /** For each column of a pair that the step behind reads, the column of this side that has its value. */
  const origins = screen.columns.map((column): number | undefined =>
    isOwn(column) ? column : own.find((one, i) => other[i] === column && sameType(one, column)),
  )
  if (!origins.every((origin) => origin !== undefined)) return null
  const pair: Row = new Array(columns.length).fill(null)
  const needs = (): boolean => {
    for (let i = 0; i < origins.length; i++) pair[screen.columns[i]!] = pair[origins[i]!]!
    return screen.needs(null, pair)
  }
  const read = [...new Set(origins)].map((origin) => origin - from)
  const readColumns = columnReader(columnTypes(ofSide), read)
  const sourceAt = packedSource()
  return {
    needs(row) {
      for (const column of read) pair[from + column] = row[column]!
      return needs()
    },
    needsPacked(row) {
      readColumns(sourceAt(row), pair, from)
      return needs()
    },
  }
}

/** `from`: where its columns begin in a pair. */
function ownRows({ value }: StepSchema, from: number, condition: PairCondition | null): OwnRows {
  const types = columnTypes(value)
  const columns = condition?.columns(from, types.length) ?? []
  const pair = condition?.pair ?? []
  const codec: RowCodec = rowCodec(types)
  const readColumns: ColumnReader = columnReader(types, columns)
  const sourceAt = packedSource()
  return {
    note(row) {
      for (const column of columns) pair[from + column] = row[column]!
    },
    notePacked(row) {
      if (columns.length > 0) readColumns(sourceAt(row), pair, from)
    },
    decode: (row) => codec.read(sourceAt(row)),
  }
}

/** Where the columns of a row are read from. One object serves all rows. */
function packedSource(): (row: PackedRecord['row']) => RowSource {
  const source: { buffer: Buffer; position: number } = { buffer: Buffer.alloc(0), position: 0 }
  return ({ buffer, start }) => {
    source.buffer = buffer
    source.position = start
    return source
  }
}
