import { describe, expect, it } from 'vitest'
import { didYouMean, editDistance, nearest, suggestion } from '../../src/suggest.ts'

describe('suggestions', () => {
  it('count insertions, deletions, replacements and exchanges', () => {
    expect(editDistance('', 'abc')).toBe(3)
    expect(editDistance('kitten', 'sitting')).toBe(3)
    expect(editDistance('same', 'same')).toBe(0)
    expect(editDistance('FORM', 'FROM')).toBe(1)
    expect(editDistance('abcd', 'badc')).toBe(2)
  })

  it('name the nearest candidate in any case, the first of equals', () => {
    expect(nearest('user', ['ORDERS', 'USERS', 'USERX'])).toBe('USERS')
    expect(nearest('x', [])).toBeUndefined()
  })

  it('are silent if nothing is near', () => {
    expect(didYouMean('USXYS', ['USERS', 'ORDERS'])).toBe('')
    expect(didYouMean('USERRS', ['USERS', 'ORDERS'])).toBe(' Did you mean USERS?')
    expect(didYouMean('USRES', ['USERS', 'ORDERS'])).toBe(' Did you mean USERS?')
  })

  it('list what there is if nothing is near, and the nearest of many', () => {
    expect(suggestion('zzz', ['A', 'B'], { label: 'Existing' })).toBe(' Existing: A, B.')
    expect(suggestion('zaz', ['PQR', 'ABC', 'XAY'], { label: 'Existing', most: 2 })).toBe(' Existing: XAY, PQR, ....')
    expect(suggestion('AC', ['A', 'B'], { label: 'Existing' })).toBe(' Did you mean A?')
    expect(suggestion('C', ['A', 'B'], { label: 'Existing' })).toBe(' Existing: A, B.')
    expect(suggestion('x', [], { label: 'Existing' })).toBe('')
  })
})
