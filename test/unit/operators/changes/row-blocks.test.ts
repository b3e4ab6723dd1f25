/** Rows of partitions in blocks, beside an entry for each row. */
import { expect, it } from 'vitest'
import { bagStore } from '../../../../src/operators/changes/bag.ts'
import { listedRowsStore } from '../../../../src/operators/changes/listed-rows.ts'
import { rowPlaces } from '../../../../src/operators/changes/ordered-rows.ts'
import { type PlacedRows, rowEntries } from '../../../../src/operators/changes/placed-rows.ts'
import { RowBlocks } from '../../../../src/operators/changes/row-blocks.ts'
import { rowEquality, rowTexts } from '../../../../src/operators/changes/row-changes.ts'
import type { StepSchema } from '../../../../src/operators/step.ts'
import { memoryStore } from '../../../../src/state/memory.ts'
import type { KeyValueStore } from '../../../../src/state/store.ts'
import { BIGINT, INTEGER, STRING } from '../../../../src/types/sql-type.ts'
import type { Row } from '../../../../src/types/value.ts'
import { forEachSeed, type Random } from '../../../support/seeds.ts'

const input: StepSchema = {
  kind: 'table',
  key: [{ name: 'KSQL_GROUP', type: STRING }],
  window: null,
  value: [
    { name: 'ID', type: INTEGER },
    { name: 'V', type: BIGINT },
  ],
}
const WIDTH = input.value.length
const PREFIXES = ['1a\u0005', '1b\u0005', '0']
const inOrder = rowPlaces([{ index: 1, descending: true, nullsFirst: false }], input)
const placeOf = (row: Row): string => inOrder(row).place

const newStore = (): KeyValueStore => memoryStore(listedRowsStore('rows', input.value)) as KeyValueStore

const blocksOf = (store: KeyValueStore, maxPlaces: number): RowBlocks =>
  new RowBlocks({ store, width: WIDTH, placeOf, areEqual: rowEquality(rowTexts(input)), maxPlaces })

const randomRow = (random: Random): Row => [
  random.integer(0, 400),
  random.chance(0.05) ? null : random.chance(0.5) ? 7 : random.integer(0, 30),
]

/** All rows as they stand. */
const contentOf = (rows: PlacedRows) => PREFIXES.map((prefix) => [...rows.under(prefix)])

it.each([1, 12, 1000])('rows, counts and times are those of an entry for each row, with %d places in memory', (max) => {
  forEachSeed((random) => {
    const store = newStore()
    const entries = rowEntries(memoryStore(bagStore('rows', input.value)) as KeyValueStore, WIDTH)
    let blocks = blocksOf(store, max)
    const change = (prefix: string, row: Row, count: number, time: number): void => {
      const place = placeOf(row)
      expect(blocks.add(prefix, place, row, count, time)).toBe(entries.add(prefix, place, row, count, time))
    }
    for (let i = 0; i < 1500; i++) {
      const count = random.chance(0.6) ? 1 : random.integer(-2, 2)
      change(PREFIXES[random.integer(0, 2)]!, randomRow(random), count, random.integer(0, 100))
      if (random.chance(0.002)) blocks = blocksOf(store, max)
    }
    expect(contentOf(blocks)).toEqual(contentOf(entries))
    expect(store.count()).toBeLessThan(contentOf(entries).flat().length / 15)

    for (const prefix of PREFIXES) {
      const bound = placeOf(randomRow(random))
      blocks.forget(prefix, bound)
      entries.forget(prefix, bound)
    }
    expect(contentOf(blocks)).toEqual(contentOf(entries))

    PREFIXES.forEach((prefix, i) => {
      for (const { row, count } of contentOf(entries)[i]!) change(prefix, row, -count, 100)
    })
    expect(store.count()).toBe(0)
  }, 3)
})

it('a partition is read again from its blocks, whose first one may be gone', () => {
  const store = newStore()
  const blocks = blocksOf(store, 1000)
  const rows = Array.from({ length: 200 }, (_, i): Row => [i, 200 - i])
  for (const row of rows) blocks.add('1a\u0005', placeOf(row), row, 1, 0)
  for (const row of rows.slice(0, 150)) blocks.add('1a\u0005', placeOf(row), row, -1, 0)
  expect(store.get('1a\u0005')).toBeUndefined()
  const again = blocksOf(store, 1000)
  expect(again.add('1a\u0005', placeOf(rows[0]!), rows[0]!, 1, 0)).toBe(1)
  expect(again.add('1a\u0005', placeOf(rows[199]!), rows[199]!, 1, 0)).toBe(2)
  expect(Array.from(again.under('1a\u0005'), ({ row }) => row)).toEqual([rows[0], ...rows.slice(150)])
})
