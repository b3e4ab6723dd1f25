import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  daysFromCivil,
  formatDate,
  formatTime,
  formatTimestamp,
  parseDate,
  parseTime,
  parseTimestamp,
} from '../../../src/types/time-text.ts'

describe('DATE', () => {
  test.each([
    [10, '1970-01-11'],
    [-1, '1969-12-31'],
    [0, '1970-01-01'],
    [2932897, '+10000-01-01'],
  ])('day %d is %s', (days, text) => {
    expect(formatDate(days)).toBe(text)
    expect(parseDate(text)).toBe(days)
  })

  test('missing parts are the first month and day', () => {
    expect(parseDate(' 1970-02 ')).toBe(31)
    expect(parseDate('1971')).toBe(365)
  })

  test.each(['foo', '1970-13-01', '1970-02-29', '1970-1-1', '1970-01-01T00'])('%s is refused', (text) => {
    expect(() => parseDate(text)).toThrow(`Failed to parse date '${text}'. Required format is: "yyyy-MM-dd"`)
  })

  test('a leap day exists in leap years only', () => {
    expect(parseDate('2000-02-29')).toBe(daysFromCivil(2000, 2, 29))
    expect(() => parseDate('1900-02-29')).toThrow()
  })
})

describe('TIME', () => {
  test('prints minutes, and seconds where there are any', () => {
    expect(formatTime(5000)).toBe('00:00:05')
    expect(formatTime(33_360_000)).toBe('09:16')
    expect(formatTime(10)).toBe('00:00')
  })

  test.each([
    ['00:00:00.010', 10],
    ['00:00:01', 1000],
    ['00:01', 60_000],
    ['23:59:59.999999999', 86_399_999],
  ])('%s reads as %d ms', (text, ms) => {
    expect(parseTime(text)).toBe(ms)
  })

  test.each(['foo', '24:00', '10:60', '1:00', '12'])('%s is refused', (text) => {
    expect(() => parseTime(text)).toThrow(`Failed to parse time '${text}'. Required format is: "HH:mm:ss.SSS"`)
  })
})

describe('TIMESTAMP', () => {
  test.each([
    ['2018-01-01T00:00:00.001', 1514764800001],
    ['2018', 1514764800000],
    ['2019-07', 1561939200000],
    ['2019-07-30T11', 1564484400000],
    ['2019-01-01T00:00:00+0445', 1546283700000],
    ['2020-02-10T08:31:44.001-00:30', 1581325304001],
    ['1970-01-01T00:00:01Z', 1000],
    ['1969-12-31T23:59:59.9', -100],
  ])('%s is %d', (text, ms) => {
    expect(parseTimestamp(text)).toBe(ms)
  })

  test.each(['foo', '2018-01-01 00:00', '2018-01-01T25', '12', '20180101', '2019-0100'])('%s is refused', (text) => {
    expect(() => parseTimestamp(text)).toThrow('Required format is: "yyyy-MM-dd\'T\'HH:mm:ss.SSS"')
  })

  test('agrees with the platform between the years 0 and 9999', () => {
    fc.assert(
      fc.property(fc.integer({ min: -62_135_596_800_000, max: 253_402_300_799_999 }), (ms) => {
        const text = new Date(ms).toISOString().slice(0, -1)
        expect(formatTimestamp(ms)).toBe(text)
        expect(parseTimestamp(text)).toBe(ms)
      }),
    )
  })
})
