import { expect, test } from 'vitest'
import type { Expression } from '../../../../src/expressions/expression.ts'
import { type ChangeJoinStep, changeJoin } from '../../../../src/operators/changes/change-join.ts'
import type { InputScreen } from '../../../../src/operators/input-screen.ts'
import type { OperatorContext } from '../../../../src/operators/operator-context.ts'
import type { StepSchema } from '../../../../src/operators/step.ts'
import { memoryStore } from '../../../../src/state/memory.ts'
import type { JoinBuffer, PackedJoinBuffer, StoreDeclaration } from '../../../../src/state/store.ts'
import { ByteBuffer } from '../../../../src/types/byte-buffer.ts'
import { type ByteRange, rowCodec } from '../../../../src/types/row-codec.ts'
import { columnTypes } from '../../../../src/types/schema.ts'
import { BOOLEAN, INTEGER, STRING } from '../../../../src/types/sql-type.ts'
import type { Row } from '../../../../src/types/value.ts'
import { harness, record } from '../../../support/operator-harness.ts'

const side: StepSchema = {
  kind: 'stream',
  key: [{ name: 'KSQL_GROUP', type: STRING }],
  window: null,
  value: [
    { name: 'T', type: STRING },
    { name: 'K', type: INTEGER },
    { name: 'V', type: INTEGER },
  ],
}
const column = (name: string, index: number): Expression => ({ kind: 'column', name, index, type: INTEGER })
const smaller: Expression = {
  kind: 'comparison',
  operator: '<',
  left: column('L_V', 2),
  right: column('R_V', 5),
  type: BOOLEAN,
}
const STEP: ChangeJoinStep = {
  kind: 'changeJoin',
  id: 'j',
  left: 'l',
  right: 'r',
  join: 'INNER',
  leftEquals: [1],
  rightEquals: [1],
  residual: { predicate: smaller, text: 'l.v < r.v' },
  ttlMs: 100,
  key: [],
  isStream: true,
  isBuffered: true,
  leftStore: 'left',
  rightStore: 'right',
}

type Input = readonly [side: 0 | 1, row: Row, timestamp: number]

/** What leaves for each record. */
function decoded(inputs: readonly Input[], step: ChangeJoinStep): (Row | null)[][] {
  const { send } = harness(changeJoin, step, [side, side])
  return inputs.map(([index, row, timestamp]) =>
    send(index, record([String(row[1])], row, timestamp)).map(({ value }) => value),
  )
}

/** The same for rows that are bytes, in one buffer that all records share. */
function packed(inputs: readonly Input[], step: ChangeJoinStep, screen: InputScreen | null = null): (Row | null)[][] {
  const types = columnTypes(side.value)
  const codec = rowCodec(types)
  const decode = ({ buffer, start }: ByteRange): Row => codec.read({ buffer, position: start })
  const bytesOf = (declaration: StoreDeclaration): JoinBuffer => {
    const buffer = memoryStore(declaration) as JoinBuffer
    const text = ({ buffer: bytes, start, end }: ByteRange): string => bytes.toString('utf8', start, end)
    const packed: PackedJoinBuffer = {
      add: (key, row, timestamp) => buffer.add(text(key), { row: decode(row), timestamp }),
      fetch: (key, from, to, screen) => buffer.fetch(text(key), from, to, screen),
    }
    return Object.assign(buffer, { packed })
  }
  const stores = new Map((changeJoin.stores!(step, [side, side]) ?? []).map((one) => [one.name, bytesOf(one)]))
  let streamTime = -1
  let left: (Row | null)[] = []
  const context: OperatorContext = {
    ...harness(changeJoin, step, [side, side]).context,
    streamTime: () => streamTime,
    screen,
    store: (({ name }: { readonly name: string }) => stores.get(name)!) as OperatorContext['store'],
  }
  const { packedInputs } = changeJoin.build(step, [side, side], context, ({ value }) => left.push(value))
  const sink = new ByteBuffer()
  return inputs.map(([index, row, timestamp]) => {
    left = []
    streamTime = Math.max(streamTime, timestamp)
    sink.clear()
    sink.writeByte(1)
    codec.write(row, sink)
    const key = Buffer.from(String(row[1]))
    packedInputs![index]!({
      key: { buffer: key, start: 0, end: key.length },
      row: { buffer: sink.buffer, start: 1, end: sink.position },
      timestamp,
    })
    return left
  })
}

const INPUTS: readonly Input[] = [
  [0, ['a', 1, 5], 10],
  [1, ['b', 1, 6], 11],
  [1, ['c', 1, 5], 12],
  [1, ['d', 2, 9], 13],
  [0, ['e', 1, 1], 14],
  [0, ['none', null, 1], 15],
  [1, ['none', null, 9], 15],
  [1, ['unknown', 1, null], 16],
  [0, ['f', 2, 3], 120],
  [1, [null, 1, 7], 5],
  [1, [null, 1, 7], 121],
]

test.each([
  ['with a condition', STEP],
  ['without a condition', { ...STEP, residual: null }],
])('rows that are bytes have the matches of decoded ones, %s', (_name, step) => {
  const results = decoded(INPUTS, step)
  expect(packed(INPUTS, step)).toEqual(results)
  expect(results[1]).toEqual([['a', 1, 5, 'b', 1, 6]])
})

test('rows are left as objects where a buffer has objects', () => {
  const { context } = harness(changeJoin, STEP, [side, side])
  expect(changeJoin.build(STEP, [side, side], context, () => {}).packedInputs).toBeUndefined()
})

test('a row whose pairs the step behind does not need is kept, and finds none', () => {
  const step = { ...STEP, residual: null }
  const isLarge = (row: Row): boolean => (row[4] as number) === 1 && (row[5] as number) > 6
  const read = { columns: [4, 5], needs: (_key: Row | null, row: Row) => isLarge(row) }
  const results = decoded(INPUTS, step)
  // Rows of the right side have both columns; of the left side the second one is not known.
  expect(packed(INPUTS, step, read)).toEqual(
    results.map((rows, i) => (INPUTS[i]![0] === 0 ? rows : rows.filter((row) => isLarge(row!)))),
  )
  const byKey = { columns: [4], needs: (_key: Row | null, row: Row) => row[4] !== 1 }
  expect(packed(INPUTS, step, byKey)).toEqual(results.map((rows) => rows.filter((row) => row![4] !== 1)))
  expect(packed(INPUTS, step, { columns: [], needs: () => true })).toEqual(results)
})
