/** Text functions give the results of java.util.regex and java.time (JDK 17). */
import { describe, expect, test } from 'vitest'
import { compileJavaRegex } from '../../../src/regex/java-regex.ts'
import { parseTimestamp } from '../../../src/types/time-text.ts'
import { call } from './call.ts'

describe('REGEXP_SPLIT_TO_ARRAY', () => {
  test.each([
    ['a', '$', ['a']],
    ['abc', 'x*', ['a', 'b', 'c']],
    ['a,b,', ',', ['a', 'b', '']],
    ['', 'x*', ['']],
  ])('of %j at %j', (text, pattern, pieces) => {
    expect(call('REGEXP_SPLIT_TO_ARRAY', ['STRING', text], ['STRING', pattern])).toEqual(pieces)
  })
})

describe('regular expressions', () => {
  test.each([
    ['(?<=a+)b', 'xaab', true],
    ['(?<=id=\\d+)x', 'id=12x', true],
    ['(?<=(a)+)b', 'aab', true],
    ['(?<!\\w+)=', 'a=', false],
    ['\\8', 'a', false],
    ['\\1(a)', 'aa', false],
  ])('%j on %j', (pattern, text, found) => {
    expect(compileJavaRegex(pattern).findFirst(text) !== null).toBe(found)
  })

  test.each(['a**', 'x{2}*', '(?<=(ab)+)c'])('%j is refused', (pattern) => {
    expect(() => compileJavaRegex(pattern)).toThrow()
  })
})

describe('text as TIMESTAMP', () => {
  test.each([
    ['2024-05-06T07:08:09.123-07', '2024-05-06T14:08:09.123Z'],
    ['2024-05-06T07:08:09.123-7', '2024-05-06T14:08:09.123Z'],
    ['2024-02-30', '2024-02-29T00:00:00Z'],
    ['2024-02-29T24:00', '2024-03-01T00:00:00Z'],
    ['2024-05-06T07:08:0', '2024-05-06T07:08:00Z'],
    ['2024-05-06T07:08:09.', '2024-05-06T07:08:09Z'],
  ])('%s', (text, instant) => {
    expect(parseTimestamp(text)).toBe(Date.parse(instant))
  })

  test.each(['2024-05-06T07:08:09.1234', '2024-05-06T07:08:09+1900', '2024-02-32', '2024-02-29T24:01'])(
    '%s is refused',
    (text) => {
      expect(() => parseTimestamp(text)).toThrow('Failed to parse timestamp')
    },
  )
})
