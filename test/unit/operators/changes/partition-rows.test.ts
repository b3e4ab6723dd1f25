/** Rows of OVER in memory, of which few have room: what leaves is the difference that a computation of the whole partition makes. */
import { expect, it } from 'vitest'
import { Bag, bagStore } from '../../../../src/operators/changes/bag.ts'
import { over } from '../../../../src/operators/changes/over.ts'
import { compileOverCalls, type OverCall } from '../../../../src/operators/changes/over-functions.ts'
import { compileRangedCalls } from '../../../../src/operators/changes/over-ranges.ts'
import { PartitionRows } from '../../../../src/operators/changes/partition-rows.ts'
import { leavingUnder, RowChanges, rowTexts } from '../../../../src/operators/changes/row-changes.ts'
import { sortTexts } from '../../../../src/operators/changes/sort-text.ts'
import type { StepSchema } from '../../../../src/operators/step.ts'
import { memoryStore } from '../../../../src/state/memory.ts'
import type { KeyValueStore } from '../../../../src/state/store.ts'
import { BIGINT, INTEGER, STRING } from '../../../../src/types/sql-type.ts'
import type { Row } from '../../../../src/types/value.ts'
import { harness } from '../../../support/operator-harness.ts'
import { forEachSeed } from '../../../support/seeds.ts'
import { countAll } from '../../../support/steps.ts'

const input: StepSchema = {
  kind: 'table',
  key: [{ name: 'KSQL_GROUP', type: STRING }],
  window: null,
  value: [
    { name: 'ID', type: INTEGER },
    { name: 'V', type: INTEGER },
  ],
}
const ORDER = [{ index: 1, descending: false, nullsFirst: false }]
const WIDTH = input.value.length
const column = { name: 'X', type: BIGINT }
const CALLS: readonly OverCall[] = [
  { ...column, call: 'ranking', ranking: 'DENSE_RANK' },
  { ...column, call: 'ranking', ranking: 'RANK' },
  { ...column, call: 'aggregate', aggregate: countAll, frame: { unit: 'RANGE', start: null, end: 0 } },
  { ...column, call: 'aggregate', aggregate: countAll, frame: { unit: 'RANGE', start: -1, end: 1 } },
  { ...column, call: 'aggregate', aggregate: countAll, frame: { unit: 'ROWS', start: -2, end: 1 } },
]
const STEP = {
  kind: 'over',
  id: 'o',
  input: 'i',
  order: ORDER,
  functions: CALLS,
  limit: null,
  key: [],
  ttlMs: null,
  store: 'rows',
} as const
const { context, schema } = harness(over, STEP, [input])

it('partitions leave memory and return, and one without room is left out', () => {
  forEachSeed((random) => {
    const bag = new Bag(memoryStore(bagStore('rows', input.value)) as KeyValueStore, WIDTH)
    const [sortText, textOf] = [sortTexts(ORDER, input.value), rowTexts(input)]
    const calls = compileRangedCalls(CALLS, { order: ORDER, width: WIDTH }, context)
    const inOrder = (row: Row) => ({ row, sort: sortText(row), place: sortText(row) + textOf(row) })
    const partitions = new PartitionRows({ calls, bag, inOrder, maxRows: 6 })
    const result = new Map<string, number>()
    const outputText = rowTexts(schema)
    const count = (row: Row | null, change: number): void => {
      if (row !== null) result.set(outputText(row), (result.get(outputText(row)) ?? 0) + change)
    }
    const changes = new RowChanges(
      leavingUnder([], schema, ({ value, oldValue }) => {
        count(value, 1)
        count(oldValue, -1)
      }),
    )
    const present: { readonly prefix: string; readonly row: Row }[] = []
    const change = (prefix: string, row: Row, by: 1 | -1): void => {
      expect(partitions.load(prefix)).toBe(true)
      const one = inOrder(row)
      bag.add(prefix + one.place, row, by, 0)
      partitions.change(prefix, one, by, changes)
      changes.flush()
    }
    for (let i = 0; i < 60; i++) {
      const prefix = `${random.pick(['a', 'b', 'c', 'd'])};`
      const own = present.filter((one) => one.prefix === prefix)
      if (own.length > 0 && (own.length >= 5 || random.chance(0.4))) {
        const gone = random.pick(own)
        present.splice(present.indexOf(gone), 1)
        change(prefix, gone.row, -1)
      } else {
        const row = [random.integer(0, 1), random.integer(0, 3)]
        present.push({ prefix, row })
        change(prefix, row, 1)
      }
    }
    const compute = compileOverCalls(CALLS, { order: ORDER, width: WIDTH }, context)
    const expected = ['a;', 'b;', 'c;', 'd;'].flatMap((prefix) => {
      const rows = present.filter((one) => one.prefix === prefix).map(({ row }) => row)
      const texts = [...new Set(rows.map(sortText))].sort()
      const sorted = rows.toSorted((a, b) => (sortText(a) + textOf(a) < sortText(b) + textOf(b) ? -1 : 1))
      return compute(sorted.map((row) => ({ row, group: texts.indexOf(sortText(row)) + 1 }))).map(outputText)
    })
    const actual = [...result].flatMap(([text, times]) => new Array<string>(times).fill(text))
    expect(actual.toSorted()).toEqual(expected.toSorted())
    for (let i = 0; i < 7; i++) bag.add(`e;${sortText([i, i])}${textOf([i, i])}`, [i, i], 1, 0)
    expect(partitions.load('e;')).toBe(false)
  })
})
