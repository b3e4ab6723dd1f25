import { expect, test } from 'vitest'
import type { Expression } from '../../../../src/expressions/expression.ts'
import { FilterIndex } from '../../../../src/runtime/task/filter-index.ts'
import { BOOLEAN, STRING } from '../../../../src/types/sql-type.ts'
import type { Row } from '../../../../src/types/value.ts'

const column = (index: number): Expression => ({ kind: 'column', type: STRING, index, name: `C${index}` })
const text = (value: string): Expression => ({ kind: 'literal', type: STRING, value })
const equal = (left: Expression, right: Expression): Expression => ({
  kind: 'comparison',
  type: BOOLEAN,
  operator: '=',
  left,
  right,
})
const and = (left: Expression, right: Expression): Expression => ({
  kind: 'logical',
  type: BOOLEAN,
  operator: 'AND',
  left,
  right,
})

/** Filters that count how often they are asked. */
function filter(name: string, predicate: Expression, holds: (row: Row) => boolean) {
  const one = {
    name,
    predicate,
    asked: 0,
    matches: (row: Row) => {
      one.asked++
      return holds(row)
    },
  }
  return one
}

const names = (index: FilterIndex<ReturnType<typeof filter>>): string[] => index.matched.map(({ name }) => name)

test('filters on the same column are found by its value', () => {
  const filters = ['LA', 'CA', 'TX'].map((state) => filter(state, equal(column(0), text(state)), ([v]) => v === state))
  const index = new FilterIndex(filters)
  expect(index.match(['CA'])).toBe(true)
  expect(names(index)).toEqual(['CA'])
  expect(filters.map(({ asked }) => asked)).toEqual([0, 0, 0])
  expect(index.match(['XX'])).toBe(false)
  expect(index.match([null])).toBe(false)
})

test('the constant may come first, and more conditions may follow', () => {
  const condition = and(equal(text('LA'), column(0)), equal(column(1), text('user')))
  const index = new FilterIndex([filter('both', condition, ([state, kind]) => state === 'LA' && kind === 'user')])
  expect(index.match(['LA', 'user'])).toBe(true)
  expect(index.match(['LA', 'machine'])).toBe(false)
})

test('a condition behind the first is not used, as the first might fail', () => {
  const first: Expression = { kind: 'isNull', type: BOOLEAN, negated: true, operand: column(1) }
  const one = filter('chain', and(first, equal(column(0), text('LA'))), () => false)
  new FilterIndex([one]).match(['CA', null])
  expect(one.asked).toBe(1)
})

test('other filters are always asked', () => {
  const or: Expression = {
    ...and(equal(column(0), text('a')), equal(column(0), text('b'))),
    operator: 'OR',
  } as Expression
  const index = new FilterIndex([filter('or', or, () => true), filter('c', equal(column(0), text('c')), () => true)])
  index.match(['c'])
  expect(names(index)).toEqual(['or', 'c'])
  index.match(['a'])
  expect(names(index)).toEqual(['or'])
})

test('a filter that was added counts from then on, and one that was removed no longer', () => {
  const filters = ['LA', 'LA', 'CA'].map((state, i) =>
    filter(`${state}${i}`, equal(column(0), text(state)), ([v]) => v === state),
  )
  const other = filter('other', { kind: 'isNull', type: BOOLEAN, negated: true, operand: column(0) }, () => true)
  const index = new FilterIndex(filters.slice(0, 1))
  for (const one of [...filters.slice(1), other]) index.add(one)
  index.match(['LA'])
  expect(names(index)).toEqual(['other', 'LA0', 'LA1'])
  for (const one of [filters[0]!, other]) index.remove(one)
  index.match(['LA'])
  expect(names(index)).toEqual(['LA1'])
  for (const one of filters.slice(1)) index.remove(one)
  expect([index.match(['LA']), index.match(['CA']), index.isEmpty]).toEqual([false, false, true])
})
