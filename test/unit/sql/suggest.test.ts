import { describe, expect, it } from 'vitest'
import { didYouMean, editDistance, nearest } from '../../../src/sql/suggest.ts'

describe('suggestions', () => {
  it('count insertions, deletions and replacements', () => {
    expect(editDistance('', 'abc')).toBe(3)
    expect(editDistance('kitten', 'sitting')).toBe(3)
    expect(editDistance('same', 'same')).toBe(0)
  })

  it('name the nearest candidate in any case, the first of equals', () => {
    expect(nearest('user', ['ORDERS', 'USERS', 'USERX'])).toBe('USERS')
    expect(nearest('x', [])).toBeUndefined()
  })

  it('are silent if nothing is near', () => {
    expect(didYouMean('USRES', ['USERS', 'ORDERS'])).toBe('')
    expect(didYouMean('USERRS', ['USERS', 'ORDERS'])).toBe(' Did you mean USERS?')
  })
})
