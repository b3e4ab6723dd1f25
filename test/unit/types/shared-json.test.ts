import { expect, test } from 'vitest'
import { SharedJson } from '../../../src/types/shared-json.ts'

test('equal parts of values are the same objects, and the values stay what they were', () => {
  const shared = new SharedJson()
  const plan = (id: string) => ({
    id,
    steps: [
      { kind: 'source', columns: [{ name: 'a', type: null }] },
      { kind: 'filter', id },
    ],
  })
  const first = shared.share(plan('q1'))
  const second = shared.share(plan('q2'))
  expect([first, second]).toEqual([plan('q1'), plan('q2')])
  expect(second.steps[0]).toBe(first.steps[0])
  expect(second.steps[1]).not.toBe(first.steps[1])
  expect(shared.share(plan('q1'))).toBe(first)
})

test.each([
  ['a number and its text', { a: 1 }, { a: '1' }],
  ['null and its text', { a: null }, { a: 'null' }],
  ['a text that looks like a member', { a: 'x,"b":1' }, { a: 'x', b: 1 }],
  ['a list and an object', ['x'], { 0: 'x' }],
  ['a missing member and an undefined one', {}, { a: undefined }],
  ['members in another order', { a: 1, b: 2 }, { b: 2, a: 1 }],
  ['0 and -0 apart', { a: 0 }, { a: -0 }],
  ['a large number and a bigint', { a: 1 }, { a: 1n }],
])('%s are different', (_, one, other) => {
  const shared = new SharedJson()
  const first = shared.share(one)
  const second = shared.share(other)
  expect(second).not.toBe(first)
  expect(second).toStrictEqual(other)
})

test('what is no plain data is left as it is', () => {
  const shared = new SharedJson()
  const map = new Map([['a', { b: 1 }]])
  expect(shared.share({ map }).map).toBe(map)
  expect(shared.share(null)).toBe(null)
})

test('the number of remembered objects has a bound, beyond which values are still right', () => {
  const shared = new SharedJson()
  const first = shared.share({ n: 0 })
  for (let n = 1; n < 50_000; n++) expect(shared.share({ n })).toEqual({ n })
  expect(shared.share({ n: 0 })).toEqual(first)
})
