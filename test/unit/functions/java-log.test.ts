import { expect, test } from 'vitest'
import { javaLog } from '../../../src/functions/java-log.ts'

/** Results of Java 17's `Math.log`; `StrictMath.log` gives another last digit for the first five. */
const RESULTS: readonly (readonly [x: number, log: number])[] = [
  [0.30923268804326653, -1.1736612497348176],
  [0.6850918920245022, -0.37820230077619726],
  [0.28504050010815263, -1.2551240031668962],
  [0.1756693923380226, -1.7391515030735325],
  [0.295185316586867, -1.220151928052316],
  [13, 2.5649493574615367],
  [0.9999999999999999, -1.1102230246251565e-16],
  [1.0000000000000002, 2.2204460492503128e-16],
  [Number.MAX_VALUE, 709.782712893384],
  [Number.MIN_VALUE, -744.4400719213812],
]

test.each(RESULTS)('the logarithm of %d is that of Java', (x, log) => {
  expect(javaLog(x)).toBe(log)
})

test("the logarithm of what has none is IEEE 754's", () => {
  expect([0, -0, -1, Number.NaN, Number.POSITIVE_INFINITY, 1].map(javaLog)).toEqual([
    Number.NEGATIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    Number.NaN,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    0,
  ])
})

test('powers of two are multiples of the logarithm of two', () => {
  for (let k = -1074; k < 1024; k++) expect(javaLog(2 ** k)).toBeCloseTo(k * Math.LN2, 11)
})
