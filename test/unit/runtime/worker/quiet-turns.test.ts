import { expect, test } from 'vitest'
import { QuietTurns } from '../../../../src/runtime/worker/quiet-turns.ts'

const queries = (count: number) => Array.from({ length: count }, (_, id) => ({ id, isQuiet: true, isDirty: true }))
const ids = (taken: readonly { id: number }[]) => taken.map(({ id }) => id)

test('a commit takes all of a few quiet queries', () => {
  expect(ids(new QuietTurns().take(queries(100)))).toEqual([...Array(100).keys()])
})

test('many quiet queries have their positions committed by turns, and none is left out', () => {
  const turns = new QuietTurns()
  const all = queries(250)
  const taken = Array.from({ length: 5 }, () => ids(turns.take(all)))
  expect(taken.map(({ length }) => length)).toEqual([100, 100, 100, 100, 100])
  expect(new Set(taken.slice(0, 3).flat()).size).toBe(250)
  expect(taken.flat().toSorted((a, b) => a - b)).toEqual([...Array(500).keys()].map((i) => Math.floor(i / 2)))
})

test("queries that have done something are taken whenever, and unchanged ones take nobody's turn", () => {
  const turns = new QuietTurns()
  const all = queries(300).map((query) => ({ ...query, isQuiet: query.id !== 299, isDirty: query.id >= 150 }))
  expect(ids(turns.take(all))).toEqual([...Array(100).keys()].map((i) => i + 150).concat(299))
  expect(ids(turns.take(all)).toSorted((a, b) => a - b)).toContain(299)
})
