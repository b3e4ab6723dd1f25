import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compileLike } from '../../../src/functions/like.ts'
import { cpuTime } from '../../support/cpu-time.ts'

describe('LIKE', () => {
  it.each<[pattern: string, text: string, matches: boolean]>([
    ['foo', 'foo', true],
    ['foo', 'foobar', false],
    ['foo%', 'foobar', true],
    ['%bar', 'foobar', true],
    ['%oba%', 'foobar', true],
    ['f%b%r', 'foobar', true],
    ['ab%ba', 'aba', false],
    ['a%b%b', 'ab', false],
    ['f_o', 'foo', true],
    ['f_o', 'fo', false],
    ['_', '😀', true],
    ['%_r', 'foobar', true],
    ['%', '', true],
    ['%', 'a\nb', true],
    ['a_b', 'a\nb', true],
    ['a%\u2028%', 'a\r\n\u2028', true],
    ['a\n%', 'a\nb', true],
    ['', '', true],
    ['', 'a', false],
    ['100.%', '100.5', true],
    ['100.%', '10005', false],
  ])('%j on %j', (pattern, text, matches) => {
    expect(compileLike(pattern, null)(text)).toBe(matches)
  })

  it('takes the character after the escape as it is', () => {
    expect(compileLike('10!%', '!')('10%')).toBe(true)
    expect(compileLike('10!%', '!')('100')).toBe(false)
    expect(compileLike('!_!!%', '!')('_!x')).toBe(true)
  })

  it('refuses a bad escape', () => {
    expect(() => compileLike('a', 'xx')).toThrow('Expected single character escape but got: xx')
    expect(() => compileLike('a!', '!')).toThrow('must not end with its escape character')
  })

  it('agrees with the regular expression it stands for', () => {
    const text = (units: string[]) => fc.string({ unit: fc.constantFrom(...units), maxLength: 10 })
    fc.assert(
      fc.property(text(['a', 'b', '%', '_']), text(['a', 'b', '\n']), (pattern, value) => {
        const expected = new RegExp(`^(?:${pattern.replaceAll('%', '.*').replaceAll('_', '.')})$`, 's')
        expect(compileLike(pattern, null)(value)).toBe(expected.test(value))
      }),
      { numRuns: 3000 },
    )
  })

  it('is quick where backtracking would not be', () => {
    const matches = compileLike('%a_%a_%a_%a_%a_%c', null)
    const ms = cpuTime(() => expect(matches('ab'.repeat(20_000))).toBe(false))
    expect(ms).toBeLessThan(1000)
  })
})
