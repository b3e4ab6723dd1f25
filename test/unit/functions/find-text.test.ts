import { expect, test } from 'vitest'
import { indexOf, nthIndexOf, nthLastIndexOf, split } from '../../../src/functions/find-text.ts'
import { cpuTime } from '../../support/cpu-time.ts'

/** Long enough that the engine's own search is not used. */
const text = (length: number, unit = 'a') => unit.repeat(length / unit.length)

test('a long part is found where the engine finds it', () => {
  const part = `${text(40_000)}b${text(40_000)}`
  const searched = `${text(70_000)}${part}${text(1000)}${part}`
  expect(indexOf(searched, part)).toBe(70_000)
  expect(indexOf(searched, part, 70_001)).toBe(70_000 + part.length + 1000)
  expect(indexOf(searched, `${part}b`)).toBe(-1)
})

test('occurrences may overlap, in both directions', () => {
  const part = text(50_000, 'ab')
  const searched = text(100_000, 'ab')
  expect(nthIndexOf(searched, part, { from: 0, occurrence: 3 })).toBe(4)
  expect(nthIndexOf(searched, part, { from: 1, occurrence: 25_000 })).toBe(50_000)
  expect(nthIndexOf(searched, part, { from: 1, occurrence: 25_001 })).toBe(-1)
  expect(nthLastIndexOf(searched, part, { from: 99_999, occurrence: 1 })).toBe(50_000)
  expect(nthLastIndexOf(searched, part, { from: 99_999, occurrence: 3 })).toBe(49_996)
  expect(nthLastIndexOf(searched, part, { from: 10, occurrence: 7 })).toBe(-1)
})

test('a text is cut at a long delimiter', () => {
  const delimiter = `${text(30_000)}b`
  expect(split(`x${delimiter}${delimiter}y${text(10_000)}`, delimiter)).toEqual(['x', '', `y${text(10_000)}`])
})

test('a part that nearly matches everywhere takes time in proportion to the text', () => {
  const searched = text(2_000_000)
  const part = `${text(1_000_000)}b`
  const ms = cpuTime(() => expect(indexOf(searched, part)).toBe(-1))
  expect(ms).toBeLessThan(2000)
})
