import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { datetimeFunctions } from '../../../src/functions/scalar/datetime.ts'
import { datetimeTextFunctions } from '../../../src/functions/scalar/datetime-text.ts'
import { generalPattern } from '../../../src/functions/time-pattern/general.ts'
import { numericPattern } from '../../../src/functions/time-pattern/numeric.ts'
import { tokenize } from '../../../src/functions/time-pattern/tokens.ts'
import { timestampParser, timeZone } from '../../../src/functions/time-pattern.ts'
import { invoke } from './invoke.ts'

const FUNCTIONS = [...datetimeFunctions, ...datetimeTextFunctions]
const DAY = 86_400_000
/** 2018-05-11T21:58:33.123Z */
const MS = 1526075913123

const CASES: [signature: string, args: unknown[], result: unknown][] = [
  ['CONVERT_TZ(TIMESTAMP, STRING, STRING)', [100, '+0200', '+0500'], 10800100],
  ['CONVERT_TZ(TIMESTAMP, STRING, STRING)', [MS, 'UTC', 'America/New_York'], MS - 4 * 3_600_000],
  ['CONVERT_TZ(TIMESTAMP, STRING, STRING)', [null, 'UTC', 'UTC'], null],
  ['DATEADD(INTERVALUNIT, INT, DATE)', [DAY, 10, 10], 20],
  ['DATEADD(INTERVALUNIT, INT, DATE)', [3_600_000, 25, 10], 11],
  ['DATEADD(INTERVALUNIT, INT, DATE)', [3_600_000, 1, -1], 0],
  ['DATEADD(INTERVALUNIT, INT, DATE)', [DAY, null, 10], null],
  ['DATESUB(INTERVALUNIT, INT, DATE)', [DAY, -5, -5], 0],
  ['DATESUB(INTERVALUNIT, INT, DATE)', [DAY, 1, null], null],
  ['DATESUB(INTERVALUNIT, INT, DATE)', [1, 1, 0], 0],
  ['TIMEADD(INTERVALUNIT, INT, TIME)', [1, 10, 86_399_995], 5],
  ['TIMEADD(INTERVALUNIT, INT, TIME)', [1, -5, 2], 86_399_997],
  ['TIMEADD(INTERVALUNIT, INT, TIME)', [1, null, 2], null],
  ['TIMESUB(INTERVALUNIT, INT, TIME)', [1, -5, 86_399_997], 2],
  ['TIMESUB(INTERVALUNIT, INT, TIME)', [DAY, 3, 7], 7],
  ['TIMESUB(INTERVALUNIT, INT, TIME)', [1, 1, null], null],
  ['TIMESTAMPADD(INTERVALUNIT, INT, TIMESTAMP)', [1000, 2, -100], 1900],
  ['TIMESTAMPADD(INTERVALUNIT, INT, TIMESTAMP)', [1000, 2, null], null],
  ['TIMESTAMPSUB(INTERVALUNIT, INT, TIMESTAMP)', [1, -5, -100], -95],
  ['TIMESTAMPSUB(INTERVALUNIT, INT, TIMESTAMP)', [1, null, -100], null],
  ['FROM_DAYS(int)', [-10], -10],
  ['FROM_UNIXTIME(BIGINT)', [-1], -1],
  ['FROM_UNIXTIME(BIGINT)', [null], null],
  ['UNIX_DATE(DATE)', [10], 10],
  ['UNIX_DATE(DATE)', [null], null],
  ['UNIX_TIMESTAMP(TIMESTAMP)', [MS], MS],
  ['UNIX_TIMESTAMP(TIMESTAMP)', [null], null],
  ['FORMAT_DATE(DATE, STRING)', [17662, 'yyyy-MM-dd'], '2018-05-11'],
  ['FORMAT_DATE(DATE, STRING)', [18993, 'dd-MMM-yyyy'], '01-Jan-2022'],
  ['FORMAT_DATE(DATE, STRING)', [-1, "dd-MM-yyyy'Sophia'"], '31-12-1969Sophia'],
  ['FORMAT_DATE(DATE, STRING)', [-800_000, 'uuuu-MM-dd'], '-0221-09-04'],
  ['FORMAT_DATE(DATE, STRING)', [null, 'yyyy'], null],
  ['FORMAT_TIME(TIME, STRING)', [65000, 'HH_mm_ss_SSS'], '00_01_05_000'],
  ['FORMAT_TIME(TIME, STRING)', [1234567, "HHmmss'AAAAA'"], '002034AAAAA'],
  ['FORMAT_TIME(TIME, STRING)', [43_200_000, 'h:mm a'], '12:00 PM'],
  ['FORMAT_TIME(TIME, STRING)', [0, null], null],
  ['FORMAT_TIMESTAMP(TIMESTAMP, STRING)', [MS, "yyyy-MM-dd'T'HH:mm:ss.SSSSSSX"], '2018-05-11T21:58:33.123000Z'],
  ['FORMAT_TIMESTAMP(TIMESTAMP, STRING)', [MS, "''EEEE, MMMM d''"], "'Friday, May 11'"],
  ['FORMAT_TIMESTAMP(TIMESTAMP, STRING)', [null, 'yyyy'], null],
  [
    'FORMAT_TIMESTAMP(TIMESTAMP, STRING, STRING)',
    [MS, 'yyyy-MM-dd HH:mm:ss zzz', 'America/Los_Angeles'],
    '2018-05-11 14:58:33 PDT',
  ],
  ['FORMAT_TIMESTAMP(TIMESTAMP, STRING, STRING)', [MS, 'HH:mm zzzz', 'Europe/London'], '22:58 British Summer Time'],
  ['FORMAT_TIMESTAMP(TIMESTAMP, STRING, STRING)', [MS, 'HH:mmXXX', '+0530'], '03:28+05:30'],
  ['FORMAT_TIMESTAMP(TIMESTAMP, STRING, STRING)', [MS, 'HH', null], null],
  ['PARSE_DATE(STRING, STRING)', ['2018-05-11', 'yyyy-MM-dd'], 17662],
  ['PARSE_DATE(STRING, STRING)', ['05/11/18', 'MM/dd/yy'], 17662],
  ['PARSE_DATE(STRING, STRING)', ['11 MAY 2018 and more', 'dd MMM yyyy'], 17662],
  ['PARSE_DATE(STRING, STRING)', ['2017-17-11', 'yyyy-MM-dd'], 17662],
  ['PARSE_DATE(STRING, STRING)', ['20180511', 'yyyyMMdd'], 17662],
  ['PARSE_DATE(STRING, STRING)', ['2018-5-11 00:00', 'yyyy-MM-dd HH:mm'], 17662],
  ['PARSE_DATE(STRING, STRING)', ['2018', 'yyyy'], 17532],
  ['PARSE_DATE(STRING, STRING)', [null, 'yyyy'], null],
  ['PARSE_TIME(STRING, STRING)', ['10:11:12.013', 'HH:mm:ss.SSS'], 36_672_013],
  ['PARSE_TIME(STRING, STRING)', ['3:05 pm', 'h:mm a'], 54_300_000],
  ['PARSE_TIME(STRING, STRING)', ['10', null], null],
  ['PARSE_TIMESTAMP(STRING, STRING)', ['2018-05-11T21:58:33.123', "yyyy-MM-dd'T'HH:mm:ss.SSS"], MS],
  ['PARSE_TIMESTAMP(STRING, STRING)', ['2018-05-11t21:58:33.123456z', "yyyy-MM-dd'T'HH:mm:ss.SSSSSSX"], MS],
  ['PARSE_TIMESTAMP(STRING, STRING)', ['2018-05-11T21:58:33 PST', "yyyy-MM-dd'T'HH:mm:ss zzz"], 1526101113000],
  ['PARSE_TIMESTAMP(STRING, STRING)', ['2018-02-30', 'yyyy-MM-dd'], Date.UTC(2018, 1, 28)],
  ['PARSE_TIMESTAMP(STRING, STRING)', ['2018', 'yyyy'], Date.UTC(2018, 0, 1)],
  ['PARSE_TIMESTAMP(STRING, STRING)', ['02', 'MM'], Date.UTC(1970, 1, 1)],
  ['PARSE_TIMESTAMP(STRING, STRING)', ['2018-02-03', 'yyyy-MM-dd[ HH:mm]'], Date.UTC(2018, 1, 3)],
  [
    'PARSE_TIMESTAMP(STRING, STRING)',
    ['Fri, 11 may 2018 9:58 PM', 'EEE, dd MMM yyyy h:mm a'],
    Date.UTC(2018, 4, 11, 21, 58),
  ],
  ['PARSE_TIMESTAMP(STRING, STRING)', ['20180511215833123', 'yyyyMMddHHmmssSSS'], MS],
  ['PARSE_TIMESTAMP(STRING, STRING)', [null, 'yyyy'], null],
  [
    'PARSE_TIMESTAMP(STRING, STRING, STRING)',
    ['2018-06-03 10:11', 'yyyy-MM-dd HH:mm', 'Europe/Paris'],
    Date.UTC(2018, 5, 3, 8, 11),
  ],
  ['PARSE_TIMESTAMP(STRING, STRING, STRING)', ['10:11+0200', 'HH:mmX', 'Europe/Paris'], Date.UTC(1970, 0, 1, 8, 11)],
  [
    'PARSE_TIMESTAMP(STRING, STRING, STRING)',
    ['2018-03-25 01:30', 'yyyy-MM-dd HH:mm', 'Europe/London'],
    Date.UTC(2018, 2, 25, 1, 30),
  ],
  [
    'PARSE_TIMESTAMP(STRING, STRING, STRING)',
    ['2018-10-28 01:30', 'yyyy-MM-dd HH:mm', 'Europe/London'],
    Date.UTC(2018, 9, 28, 0, 30),
  ],
  ['PARSE_TIMESTAMP(STRING, STRING, STRING)', ['2018', 'yyyy', null], null],
  ['DATETOSTRING(int, STRING)', [17662, 'dd/MM/yyyy'], '11/05/2018'],
  ['DATETOSTRING(int, STRING)', [17662, null], null],
  ['STRINGTODATE(STRING, STRING)', ['11/05/18', 'dd/MM/yy'], 17662],
  ['STRINGTODATE(STRING, STRING)', ['1969-12-31', 'yyyy-MM-dd'], -1],
  [
    'TIMESTAMPTOSTRING(long, STRING, STRING)',
    [MS, 'yyyy-MM-dd HH:mm:ss zzz', 'Europe/London'],
    '2018-05-11 22:58:33 BST',
  ],
  ['TIMESTAMPTOSTRING(long, STRING, STRING)', [MS, null, 'Europe/London'], null],
  ['STRINGTOTIMESTAMP(STRING, STRING)', ['2018-05-11T21:58:33Z', "yyyy-MM-dd'T'HH:mm:ssX"], 1526075913000],
  ['STRINGTOTIMESTAMP(STRING, STRING)', ['2019-08-27T13:31:09.2+0000', "yyyy-MM-dd'T'HH:mm:ss.SX"], 1566912669200],
  ['STRINGTOTIMESTAMP(STRING, STRING)', [null, 'yyyy'], null],
  ['STRINGTOTIMESTAMP(STRING, STRING, STRING)', ['1970-01-01', 'yyyy-MM-dd', '+0100'], -3_600_000],
]

describe('date and time functions', () => {
  it.each(CASES)('%s of %j', (signature, args, result) => {
    expect(invoke(FUNCTIONS, signature, args, { context: { now: () => MS } })).toEqual(result)
  })

  it.each([
    ['CONVERT_TZ(TIMESTAMP, STRING, STRING)', [0, 'Mars', 'UTC'], 'Invalid time zone: Mars'],
    ['FORMAT_DATE(DATE, STRING)', [0, 'HH'], "Failed to format date 1970-01-01 with formatter 'HH': Unsupported field"],
    ['FORMAT_TIME(TIME, STRING)', [0, 'yyyy'], "Failed to format time 00:00 with formatter 'yyyy'"],
    [
      'FORMAT_TIMESTAMP(TIMESTAMP, STRING)',
      [0, "yyyy'"],
      "Failed to format timestamp 1970-01-01T00:00:00.000 with formatter 'yyyy''",
    ],
    ['PARSE_DATE(STRING, STRING)', ['x', 'yyyy'], "Failed to parse date 'x' with formatter 'yyyy': Unparseable date"],
    ['PARSE_DATE(STRING, STRING)', ['2018 10', 'yyyy HH'], 'Date format contains time field.'],
    ['PARSE_DATE(STRING, STRING)', ['2018', 'bb'], 'Illegal pattern component'],
    ['PARSE_TIME(STRING, STRING)', ['2018 10', 'yyyy HH'], 'Time format contains date field.'],
    [
      'PARSE_TIMESTAMP(STRING, STRING)',
      ['2018-02-32', 'yyyy-MM-dd'],
      "Failed to parse timestamp '2018-02-32' with formatter 'yyyy-MM-dd'",
    ],
    ['STRINGTODATE(STRING, STRING)', ['2018', 'yyyy'], "Failed to parse date '2018' with formatter 'yyyy'"],
    ['STRINGTODATE(STRING, STRING)', [null, 'yyyy'], 'Failed to parse date'],
  ] as [string, unknown[], string][])('%s of %j is an error', (signature, args, message) => {
    expect(() => invoke(FUNCTIONS, signature, args)).toThrow(message)
  })

  it('reads the clock of the server', () => {
    const context = { now: () => MS }
    expect(invoke(FUNCTIONS, 'UNIX_TIMESTAMP()', [], { context })).toBe(MS)
    expect([17661, 17662, 17663]).toContain(invoke(FUNCTIONS, 'UNIX_DATE()', [], { context }))
    expect(invoke(FUNCTIONS, 'TIMESTAMPTOSTRING(long, STRING)', [MS, 'yyyy'])).toBe('2018')
  })
})

describe('patterns as java.time.format has them', () => {
  const format = (ms: number, pattern: string, zone?: string): unknown =>
    zone === undefined
      ? invoke(FUNCTIONS, 'FORMAT_TIMESTAMP(TIMESTAMP, STRING)', [ms, pattern])
      : invoke(FUNCTIONS, 'FORMAT_TIMESTAMP(TIMESTAMP, STRING, STRING)', [ms, pattern, zone])
  const parse = (text: string, pattern: string): unknown =>
    invoke(FUNCTIONS, 'PARSE_TIMESTAMP(STRING, STRING)', [text, pattern])

  it.each([
    [0, 'MMM [ ]d', 'Jan  1'],
    [0, "yyyy[''][' x']", "1970' x"],
    [0, 'z VV zzzz v vvvv', 'GMT GMT Greenwich Mean Time GMT Greenwich Mean Time'],
    [0, 'B BBBBB', 'midnight mi'],
    [12 * 3_600_000, 'B BBBBB', 'noon n'],
    [4 * 3_600_000 + 360_000, 'HH:mm B', '04:06 at night'],
    [9 * 3_600_000, 'h B', '9 in the morning'],
    [15 * 3_600_000, 'h B', '3 in the afternoon'],
    [-6 * 3_600_000, 'h B', '6 in the evening'],
    [Date.UTC(1986, 3, 7), 'yyyy-MM-dd g', '1986-04-07 46527'],
    [MS, 'DD ccccc', '131 F'],
  ])('%d as %s is %s', (ms, pattern, text) => {
    expect(format(ms, pattern)).toBe(text)
  })

  it.each([
    [0, 'HH z', 'GMT+2', '02 GMT+02:00'],
    [0, 'z v VV', 'UTC+2', 'UTC+02:00 UTC+02:00 UTC+02:00'],
    [0, 'z zzzz VV', 'UTC', 'UTC Coordinated Universal Time UTC'],
    [0, 'z zzzz', 'UT', 'UT UT'],
    [Date.UTC(1950, 0, 15, 12), 'zzz', 'Europe/Berlin', 'CET'],
    [Date.UTC(1950, 0, 15, 12), 'zzz', 'America/New_York', 'EST'],
    [Date.UTC(1950, 6, 15, 12), 'zzz zzzz', 'America/New_York', 'EDT Eastern Daylight Time'],
    [Date.UTC(1850, 6, 15, 12), 'zzz', 'Europe/Berlin', 'CET'],
    [Date.UTC(2500, 6, 15, 12), 'HH:mm zzz XXX', 'Europe/Berlin', '14:00 CEST +02:00'],
    [Date.UTC(2500, 0, 15, 12), 'HH:mm zzz XXX', 'Europe/Berlin', '13:00 CET +01:00'],
    [Date.UTC(2500, 0, 15, 12), 'HH:mm zzz', 'Australia/Sydney', '23:00 AEDT'],
    [9e15, 'XXX z', 'Europe/Berlin', '+02:00 CEST'],
    [9e15, 'XXX z', 'America/Sao_Paulo', '-03:00 GMT-3'],
    [-9e15, 'z', 'America/Sao_Paulo', 'GMT-3:06:28'],
    [Date.UTC(2500, 6, 15, 12), 'HH:mm zzz', 'Asia/Kolkata', '17:30 IST'],
    [MS, 'v vvvv', 'America/New_York', 'ET Eastern Time'],
    [MS, 'v vvvv', 'Europe/London', 'BT British Time'],
    [MS, 'v vvvv', 'Europe/Berlin', 'CET Central European Time'],
    [MS, 'v vvvv', 'Asia/Tokyo', 'JT Japan Time'],
  ])('%d as %s in %s is %s', (ms, pattern, zone, text) => {
    expect(format(ms, pattern, zone)).toBe(text)
  })

  it.each([
    ['Sep 2, 2024', 'MMMM d, yyyy', '2024-09-02T00:00'],
    ['September 2, 2024', 'MMMM d, yyyy', '2024-09-02T00:00'],
    ['Sep 2, 2024', 'LLLL d, yyyy', '2024-09-02T00:00'],
    ['Mon, September 2, 2024', 'EEEE, MMMM d, yyyy', '2024-09-02T00:00'],
    ['Monday, Sep 2, 2024', 'EEEE, MMMM d, yyyy', '2024-09-02T00:00'],
    ['2016-Q4', "yyyy-'Q'Q", '2016-01-01T00:00'],
    ['2016 Q4', 'yyyy QQQ', '2016-01-01T00:00'],
    ['2024-01-02', 'YYYY-MM-dd', '1970-01-02T00:00'],
    ['2024-W05', "YYYY-'W'ww", '1970-01-01T00:00'],
    ['2024-W05-2', "YYYY-'W'ww-e", '2024-01-29T00:00'],
    ['2016 12', 'yyyy ww', '2016-01-01T00:00'],
    ['201612', 'yyyyww', '2016-01-01T00:00'],
    ['Feb 28 10:00:00', 'MMM d HH:mm:ss', '1970-02-28T10:00'],
    ['365', 'DDD', '1970-12-31T00:00'],
    ['2016-02-31', 'yyyy-MM-dd', '2016-02-29T00:00'],
    ['24:00', 'HH:mm', '1970-01-01T00:00'],
    ['2016-01-02 PM', 'yyyy-MM-dd a', '2016-01-02T18:00'],
    ['60310 11', 'g HH', '2024-01-01T11:00'],
    ['2024-01-01 60310', 'yyyy-MM-dd g', '2024-01-01T00:00'],
    ['2024-07-01 10:00 EUROPE/BERLIN', 'yyyy-MM-dd HH:mm VV', '2024-07-01T08:00'],
    ['2024-07-01 10:00 europe/berlin', 'yyyy-MM-dd HH:mm z', '2024-07-01T08:00'],
    ['2024-07-01 10:00 GMT+02:00', 'yyyy-MM-dd HH:mm VV', '2024-07-01T08:00'],
    ['2500-07-01 10:00 Europe/Berlin', 'yyyy-MM-dd HH:mm VV', '2500-07-01T08:00'],
    // A gap in spring, an overlap in autumn.
    ['2500-03-28 02:30 Europe/Berlin', 'yyyy-MM-dd HH:mm VV', '2500-03-28T01:30'],
    ['2500-10-31 02:30 Europe/Berlin', 'yyyy-MM-dd HH:mm VV', '2500-10-31T00:30'],
  ])('%s read as %s is %s', (text, pattern, time) => {
    expect(new Date(parse(text, pattern) as number).toISOString()).toBe(`${time}:00.000Z`)
  })

  it.each([
    ['Feb 29 10:00:00', 'MMM d HH:mm:ss', '29'],
    ['Apr 31', 'MMM d', '31'],
    ['366', 'DDD', '366'],
    ['2016-01-02 Mon', 'yyyy-MM-dd E', 'DayOfWeek 6 differs from DayOfWeek 1'],
    ['10:00 at night', 'hh:mm B', 'Pattern letter B, the period of the day, can be written but not read'],
    ['S 2', 'MMMM d', 'could not be parsed'],
  ])('%s read as %s is an error', (text, pattern, message) => {
    expect(() => parse(text, pattern)).toThrow(message)
  })

  it('writes periods of a time of the day, but no zones', () => {
    expect(invoke(FUNCTIONS, 'FORMAT_TIME(TIME, STRING)', [43_200_000, 'h B'])).toBe('12 noon')
    expect(() => invoke(FUNCTIONS, 'FORMAT_TIME(TIME, STRING)', [0, 'HH z'])).toThrow(
      'a time of the day has no time zone',
    )
  })
})

describe('PARSE_DATE by the fields of a calendar', () => {
  it.each([
    ['2024 W05', "YYYY 'W'ww", '2024-01-28'],
    ['2024 05 Tue', 'yyyy ww E', '2024-01-30'],
    ['2024 05 2', 'yyyy ww u', '2024-01-30'],
    ['2024-03 2', 'yyyy-MM W', '2024-03-03'],
    ['2024-03 2 Tue', 'yyyy-MM F E', '2024-03-12'],
    ['2024 060', 'yyyy DDD', '2024-02-29'],
    // What was read last counts.
    ['2024 060 01-15', 'yyyy DDD MM-dd', '2024-01-15'],
    ['2024 01-15 060', 'yyyy MM-dd DDD', '2024-02-29'],
    ['Mon 2024-01-02', 'E yyyy-MM-dd', '2024-01-02'],
    ['2024-00-00', 'yyyy-MM-dd', '2023-11-30'],
  ])('%s by %s is %s', (text, pattern, date) => {
    const days = invoke(FUNCTIONS, 'PARSE_DATE(STRING, STRING)', [text, pattern]) as number
    expect(new Date(days * DAY).toISOString().slice(0, 10)).toBe(date)
  })
})

describe('timestampParser', () => {
  it('reads by its pattern in its zone', () => {
    expect(timestampParser('yy-MM-dd HH:mm:ssX', 'UTC')('10-04-19 12:00:17Z')).toBe(Date.UTC(2010, 3, 19, 12, 0, 17))
    expect(timestampParser('yyyy-MM-dd', '+0200')('2010-04-19')).toBe(Date.UTC(2010, 3, 18, 22))
  })

  it('refuses a bad pattern or zone at once, and a bad text when it comes', () => {
    expect(() => timestampParser('bad', 'UTC')).toThrow('Unknown pattern letter: b')
    expect(() => timestampParser('yyyy', 'Nowhere/Land')).toThrow('Invalid time zone: Nowhere/Land')
    expect(() => timestampParser('yyyy', 'UTC')('!!!')).toThrow("Failed to parse timestamp '!!!' with formatter 'yyyy'")
  })
})

describe('patterns of digits', () => {
  const patterns = [
    'yyyy-MM-dd HH:mm:ss',
    "yyyy-MM-dd'T'HH:mm:ss.SSSX",
    'yyyyMMddHHmmss',
    "uuuu/MM/dd'T'HH:mm:ss.SSSSSSXXX",
    'dd.MM.uuuu HH:mm:ss.S Z',
    'HH:mm:ssXX dd-MM-yyyy',
  ]
  const instants = fc.integer({ min: Date.UTC(1900, 0, 1), max: Date.UTC(2200, 0, 1) })
  const zones = fc.constantFrom('UTC', '+0530', '-0800', 'America/New_York', 'Asia/Kathmandu').map(timeZone)

  it.each(patterns)('%s is written as js-joda writes it, and read back as js-joda reads it', (pattern) => {
    const numeric = numericPattern(tokenize(pattern))!
    const general = generalPattern(tokenize(pattern))
    fc.assert(
      fc.property(instants, zones, (epochMs, zone) => {
        const offsetMs = zone.offsetMs(epochMs)
        const expected = general.formatInstant(epochMs, zone)
        const text = numeric.format(epochMs + offsetMs, offsetMs)
        if (text === null) return
        expect(text).toBe(expected)
        const parsed = numeric.parse(text)
        if (parsed !== null) expect(parsed).toEqual(general.parseLocal(text))
      }),
      { numRuns: 300 },
    )
  })

  it.each(['yyyy-MM-dd', 'yyyy-MM-dd XX', 'HH', 'HH:mm', 'mm:ss', 'ss.SSS'])(
    '%s is written for instants that follow each other as for each alone',
    (pattern) => {
      const numeric = numericPattern(tokenize(pattern))!
      const general = generalPattern(tokenize(pattern))
      const steps = fc.array(fc.tuple(fc.constantFrom(0, 1, -1, 999, 59_999, 3_599_999, DAY - 1), zones), {
        minLength: 2,
      })
      fc.assert(
        fc.property(instants, steps, (first, following) => {
          let epochMs = first - (first % DAY)
          for (const [step, zone] of following) {
            epochMs += step
            const offsetMs = zone.offsetMs(epochMs)
            const text = numeric.format(epochMs + offsetMs, offsetMs)
            if (text !== null) expect(text).toBe(general.formatInstant(epochMs, zone))
          }
        }),
        { numRuns: 50 },
      )
    },
  )

  it('leaves what is not plain to js-joda', () => {
    const { parse } = numericPattern(tokenize('yyyy-MM-dd HH:mm'))!
    expect(parse('2018-02-03 10:11')?.localMs).toBe(Date.UTC(2018, 1, 3, 10, 11))
    for (const text of [
      '2018-02-30 10:11',
      '2018-13-01 10:11',
      '2018-02-03 24:00',
      '2018-2-03 10:11',
      '2018-02-03 10:111',
    ]) {
      expect(parse(text)).toBeNull()
    }
  })
})
