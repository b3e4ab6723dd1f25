/** Functions that compute with dates and times. */
import { DAY_MS } from '../../types/time-text.ts'
import {
  type Example,
  type FunctionContext,
  type FunctionDeclaration,
  parameter,
  type ScalarVariant,
  scalar,
} from '../declaration.ts'
import { checkZone, systemTimeZone, timeZone } from '../time-pattern.ts'

export const datetimeFunctions: readonly FunctionDeclaration[] = [
  scalar({
    name: 'CONVERT_TZ',
    cost: 'constant',
    category: 'DATE / TIME',
    description: 'Converts a timestamp from the local time of one zone to that of another.',
    example: {
      call: "CONVERT_TZ(FROM_UNIXTIME(1714979289000), 'UTC', 'Asia/Tokyo')",
      result: '2024-05-06T16:08:09.000',
    },
    variants: [
      {
        parameters: [
          parameter('timestamp', 'TIMESTAMP', 'timestamp to convert'),
          parameter('from', 'STRING', 'time zone of the timestamp, such as Europe/London or +0200', checkZone),
          parameter('to', 'STRING', 'time zone to convert to', checkZone),
        ],
        returns: 'TIMESTAMP',
        nulls: 'propagate',
        call: (epochMs: number, from: string, to: string) =>
          epochMs + timeZone(to).offsetMs(epochMs) - timeZone(from).offsetMs(epochMs),
      },
    ],
  }),
  addition(
    'DATEADD',
    { call: 'DATEADD(DAYS, 30, FROM_DAYS(19849))', result: '2024-06-05' },
    'DATE',
    'Adds an interval to a date; parts of a day are dropped.',
    addToDate,
  ),
  addition(
    'DATESUB',
    { call: 'DATESUB(DAYS, 6, FROM_DAYS(19849))', result: '2024-04-30' },
    'DATE',
    'Subtracts an interval from a date; parts of a day are dropped.',
    (unitMs, count, days) => addToDate(unitMs, -count, days),
  ),
  addition(
    'TIMEADD',
    { call: "TIMEADD(MINUTES, 90, PARSE_TIME('23:00', 'HH:mm'))", result: '00:30' },
    'TIME',
    'Adds an interval to a time of day, wrapping around at midnight.',
    addToTime,
  ),
  addition(
    'TIMESUB',
    { call: "TIMESUB(HOURS, 1, PARSE_TIME('00:30', 'HH:mm'))", result: '23:30' },
    'TIME',
    'Subtracts an interval from a time of day, wrapping around at midnight.',
    (unitMs, count, ms) => addToTime(unitMs, -count, ms),
  ),
  addition(
    'TIMESTAMPADD',
    { call: 'TIMESTAMPADD(HOURS, 2, FROM_UNIXTIME(0))', result: '1970-01-01T02:00:00.000' },
    'TIMESTAMP',
    'Adds an interval to a timestamp.',
    (unitMs, count, ms) => ms + unitMs * count,
  ),
  addition(
    'TIMESTAMPSUB',
    { call: 'TIMESTAMPSUB(SECONDS, 1, FROM_UNIXTIME(0))', result: '1969-12-31T23:59:59.000' },
    'TIMESTAMP',
    'Subtracts an interval from a timestamp.',
    (unitMs, count, ms) => ms - unitMs * count,
  ),
  scalar({
    name: 'FROM_DAYS',
    cost: 'constant',
    category: 'DATE / TIME',
    description: 'Converts a number of days since 1970-01-01 to a DATE.',
    example: { call: 'FROM_DAYS(19849)', result: '2024-05-06' },
    variants: [
      {
        parameters: [parameter('days', 'int', 'number of days, negative before 1970')],
        returns: 'DATE',
        nulls: 'pass',
        call: (days: number) => days,
      },
    ],
  }),
  scalar({
    name: 'FROM_UNIXTIME',
    cost: 'constant',
    category: 'DATE / TIME',
    description: 'Converts a number of milliseconds since 1970-01-01T00:00 UTC to a TIMESTAMP.',
    example: { call: 'FROM_UNIXTIME(1714979289000)', result: '2024-05-06T07:08:09.000' },
    variants: [
      {
        parameters: [parameter('milliseconds', 'BIGINT', 'number of milliseconds, negative before 1970')],
        returns: 'TIMESTAMP',
        nulls: 'propagate',
        call: (milliseconds: number | bigint) => Number(milliseconds),
      },
    ],
  }),
  scalar({
    name: 'UNIX_DATE',
    cost: 'constant',
    category: 'DATE / TIME',
    description: 'Number of days since 1970-01-01.',
    example: { call: 'UNIX_DATE(FROM_DAYS(19849))', result: '19849' },
    variants: [
      {
        parameters: [],
        returns: 'INT',
        nulls: 'propagate',
        description: 'For the current day, by the clock and time zone of the server.',
        bind: (_args, _returns, context: FunctionContext) => () => today(context.now()),
      },
      {
        parameters: [parameter('date', 'DATE', 'date to convert')],
        returns: 'INT',
        nulls: 'propagate',
        call: (days: number) => days,
      },
    ],
  }),
  scalar({
    name: 'UNIX_TIMESTAMP',
    cost: 'constant',
    category: 'DATE / TIME',
    description: 'Number of milliseconds since 1970-01-01T00:00 UTC.',
    example: { call: 'UNIX_TIMESTAMP(FROM_UNIXTIME(1714979289000))', result: '1714979289000' },
    variants: [
      {
        parameters: [],
        returns: 'BIGINT',
        nulls: 'propagate',
        description: 'For the current time, by the clock of the server.',
        bind: (_args, _returns, context: FunctionContext) => () => context.now(),
      },
      {
        parameters: [parameter('timestamp', 'TIMESTAMP', 'timestamp to convert')],
        returns: 'BIGINT',
        nulls: 'propagate',
        call: (epochMs: number) => epochMs,
      },
    ],
  }),
]

function addition(
  name: string,
  example: Example,
  type: 'DATE' | 'TIME' | 'TIMESTAMP',
  description: string,
  call: (unitMs: number, count: number, value: number) => number,
): FunctionDeclaration {
  const variant: ScalarVariant = {
    parameters: [
      parameter('unit', 'INTERVALUNIT', 'DAYS, HOURS, MINUTES, SECONDS or MILLISECONDS'),
      parameter('count', 'INT', 'how many units, may be negative'),
      parameter('value', type, 'value to add to or subtract from'),
    ],
    returns: type,
    nulls: 'propagate',
    call,
  }
  return scalar({ name, cost: 'constant', category: 'DATE / TIME', description, example, variants: [variant] })
}

/** Truncates toward zero, as Java's division of epoch milliseconds does; `+ 0` makes no negative zero. */
function addToDate(unitMs: number, count: number, days: number): number {
  return Math.trunc((days * DAY_MS + unitMs * count) / DAY_MS) + 0
}

function addToTime(unitMs: number, count: number, ms: number): number {
  return (((ms + unitMs * count) % DAY_MS) + DAY_MS) % DAY_MS
}

const today = (nowMs: number): number => Math.floor((nowMs + systemTimeZone().offsetMs(nowMs)) / DAY_MS)
