import { expect, it } from 'vitest'
import { ExactNumber, type Json } from '../../../../src/console/api/exact-json.ts'
import { compareCells, compileFilter } from '../../../../src/console/table/table-filter.ts'

const COLUMNS = [
  { name: 'NAME', type: 'STRING', isKey: false },
  { name: 'N', type: 'BIGINT', isKey: false },
  { name: 'TAGS', type: 'ARRAY<STRING>', isKey: false },
]
const passes = (filter: string, ...values: Json[]) => compileFilter(filter, COLUMNS)?.(values) ?? true

it.each<[string, boolean]>([
  ['', true],
  ['ann', true],
  ['ANN re', true],
  ['ann bob', false],
  ['name:an', true],
  ['name:red', false],
  ['n>4', true],
  ['n>=5 n<6', true],
  ['n>5', false],
  ['n=5', true],
  ['n!=5', false],
  ['name=anna', false],
  ['name=Anna', true],
  ['other:an', false],
  ['"Anna"', true],
  ['a:b', false],
])('the filter %j', (filter, expected) => {
  expect(passes(filter, 'Anna', 5, ['red'])).toBe(expected)
})

it('a comparison never holds for null', () => {
  expect(passes('n>0', 'x', null, null)).toBe(false)
  expect(passes('n<0', 'x', null, null)).toBe(false)
})

it('a term in quotes keeps its blanks', () => {
  expect(passes('name:"a b"', 'xa bx', 1, null)).toBe(true)
  expect(passes('name:"a b"', 'b a', 1, null)).toBe(false)
})

it('cells are ordered by size, beyond what a number holds too; null first', () => {
  const cells: Json[] = [
    new ExactNumber('9007199254740993'),
    10,
    null,
    9,
    new ExactNumber('9007199254740992'),
    'b',
    'a',
  ]
  expect([...cells].slice(0, 5).sort(compareCells).map(String)).toEqual([
    'null',
    '9',
    '10',
    '9007199254740992',
    '9007199254740993',
  ])
  expect(compareCells('a', 'b')).toBeLessThan(0)
  expect(compareCells(null, null)).toBe(0)
})
