import { describe, expect, it } from 'vitest'
import { foreignKeyLookup } from '../../../../src/operators/join/foreign-key-lookup.ts'
import { foreignKeyResolve } from '../../../../src/operators/join/foreign-key-resolve.ts'
import { foreignKeySubscribe } from '../../../../src/operators/join/foreign-key-subscribe.ts'
import { INTEGER, STRING } from '../../../../src/types/sql-type.ts'
import { foreignKeyJoin } from '../../../support/foreign-key-join.ts'
import { record } from '../../../support/operator-harness.ts'
import { column, divide, literal, named } from '../../../support/steps.ts'

const F = named('F', column(1, INTEGER), 'F')

describe('foreign-key join', () => {
  it('INNER has a row while both rows are there', () => {
    const { left, right } = foreignKeyJoin('INNER', F)
    expect(left('a', 1, 10)).toEqual([])
    expect(right(1, 'one', 20)).toEqual(['a: 1/one @20'])
    expect(left('b', 1, 15)).toEqual(['b: 1/one @20'])
    expect(right(1, 'uno', 30)).toEqual(['a: 1/uno @30', 'b: 1/uno @30'])
    expect(right(1, null, 40)).toEqual(['a: gone @40', 'b: gone @40'])
    expect(left('a', null, 50)).toEqual(['a: gone @50'])
    expect(right(1, 'one', 60)).toEqual(['b: 1/one @60'])
  })

  it('LEFT has a row while the left row is there, and answers each change once', () => {
    const { left, right } = foreignKeyJoin('LEFT', F)
    expect(left('a', 1, 10)).toEqual(['a: 1/- @10'])
    expect(right(1, 'one', 20)).toEqual(['a: 1/one @20'])
    expect(left('a', 2, 30)).toEqual(['a: 2/- @30'])
    expect(right(2, 'two', 31)).toEqual(['a: 2/two @31'])
    expect(right(1, 'uno', 32)).toEqual([])
    expect(left('a', null, 40)).toEqual(['a: gone @40'])
    expect(left('a', null, 41)).toEqual([])
  })

  it('a left row without a foreign key matches nothing, and one that loses it loses its result', () => {
    const inner = foreignKeyJoin('INNER', F)
    inner.right(1, 'one', 1)
    expect(inner.left('a', 'none', 10)).toEqual([])
    expect(inner.left('a', 1, 11)).toEqual(['a: 1/one @11'])
    expect(inner.left('a', 'none', 12)).toEqual(['a: gone @12'])
    const left = foreignKeyJoin('LEFT', F)
    left.right(1, 'one', 1)
    expect(left.left('a', 'none', 10)).toEqual(['a: -/- @10'])
    expect(left.left('a', 1, 11)).toEqual(['a: 1/one @11'])
    expect(left.left('a', 'none', 12)).toEqual(['a: -/- @12'])
    expect(left.left('a', null, 13)).toEqual(['a: gone @13'])
  })

  it('a moved row leaves its old right row and takes the time of the later side', () => {
    const { left, right } = foreignKeyJoin('INNER', F)
    right(1, 'one', 1)
    right(2, 'two', 99)
    left('a', 1, 10)
    expect(left('a', 2, 11)).toEqual(['a: 2/two @99'])
    expect(right(1, 'uno', 100)).toEqual([])
    expect(left('a', 3, 101)).toEqual(['a: gone @101'])
  })

  it('the delete of a left row has its own time in a LEFT join, the later one in an INNER join', () => {
    for (const [kind, time] of [
      ['LEFT', 17],
      ['INNER', 40],
    ] as const) {
      const { left, right } = foreignKeyJoin(kind, F)
      left('a', 1, 10)
      right(1, 'one', 40)
      expect(left('a', null, 17)).toEqual([`a: gone @${time}`])
    }
  })

  it('a foreign key that fails is reported and is none', () => {
    const { left, subscribe } = foreignKeyJoin('LEFT', named('F', divide(literal(1, INTEGER), column(1, INTEGER))))
    expect(left('a', 0, 10)).toEqual(['a: 0/- @10'])
    expect(subscribe.errors).toHaveLength(1)
    left('a', 1, 11)
    expect(subscribe.errors).toHaveLength(1)
  })

  it('an answer to an older left row is dropped', () => {
    const { subscribe, lookup, resolve } = foreignKeyJoin('INNER', F)
    lookup.send(1, record([1], [1, 'one'], 1))
    const [question] = subscribe.send(0, record(['a'], ['a', 1], 10))
    const [answer] = lookup.send(0, question!)
    expect(resolve.send(0, answer!)).toHaveLength(1)
    subscribe.send(0, record(['a'], ['a', 5], 12))
    expect(resolve.send(0, answer!)).toEqual([])
  })

  it('its steps tell what they pass to each other', () => {
    const { subscribe, lookup, resolve } = foreignKeyJoin('INNER', F)
    expect(subscribe.schema.key).toEqual([{ name: 'F', type: INTEGER }])
    expect(lookup.schema.key).toEqual([{ name: 'K', type: STRING }])
    expect(resolve.schema.kind).toBe('table')
    expect([foreignKeySubscribe, foreignKeyLookup, foreignKeyResolve].every(({ stores }) => stores !== undefined)).toBe(
      true,
    )
  })
})
