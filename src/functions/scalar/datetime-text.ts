/** Dates and times to text and back, by patterns; see time-pattern.ts. */
import { messageOf } from '../../errors.ts'
import { type FunctionDeclaration, parameter, scalar } from '../declaration.ts'
import { legacyDateParser } from '../time-pattern/legacy-date.ts'
import { refuseUselessPattern } from '../time-pattern/useless.ts'
import {
  checkReadingPattern,
  checkWritingPattern,
  checkZone,
  compileTimePattern,
  GMT,
  systemTimeZone,
  timeZone,
  UTC,
} from '../time-pattern.ts'

const FORMATTER = 'pattern of java.time.format.DateTimeFormatter'
const WRITTEN_BY = parameter('format', 'STRING', FORMATTER, checkWritingPattern)
const READ_BY = parameter('format', 'STRING', FORMATTER, checkReadingPattern)
const ZONE = parameter('timezone', 'STRING', 'time zone, such as Europe/London or +0200', checkZone)
const TEXT = parameter('text', 'STRING', 'text to parse')

export const datetimeTextFunctions: readonly FunctionDeclaration[] = [
  scalar({
    name: 'FORMAT_DATE',
    cost: 'constant',
    category: 'DATE / TIME',
    description: 'Formats a date by a pattern.',
    example: { call: "FORMAT_DATE(FROM_DAYS(19849), 'EEE, d MMM yyyy')", result: 'Mon, 6 May 2024' },
    variants: [
      {
        parameters: [parameter('date', 'DATE', 'date to format'), WRITTEN_BY],
        returns: 'STRING',
        nulls: 'propagate',
        call: (days: number, pattern: string) => compileTimePattern(pattern).formatDate(days),
      },
    ],
  }),
  scalar({
    name: 'FORMAT_TIME',
    cost: 'constant',
    category: 'DATE / TIME',
    description: 'Formats a time of day by a pattern.',
    example: { call: "FORMAT_TIME(PARSE_TIME('15:04', 'HH:mm'), 'h:mm a')", result: '3:04 PM' },
    variants: [
      {
        parameters: [parameter('time', 'TIME', 'time to format'), WRITTEN_BY],
        returns: 'STRING',
        nulls: 'propagate',
        call: (ms: number, pattern: string) => compileTimePattern(pattern).formatTime(ms),
      },
    ],
  }),
  scalar({
    name: 'FORMAT_TIMESTAMP',
    cost: 'constant',
    category: 'DATE / TIME',
    description: 'Formats a timestamp by a pattern.',
    example: {
      call: "FORMAT_TIMESTAMP(FROM_UNIXTIME(1714979289000), 'yyyy-MM-dd HH:mm z', 'Europe/Paris')",
      result: '2024-05-06 09:08 CEST',
    },
    variants: [
      {
        parameters: [parameter('timestamp', 'TIMESTAMP', 'timestamp to format'), WRITTEN_BY],
        returns: 'STRING',
        nulls: 'propagate',
        description: 'In UTC.',
        call: (epochMs: number, pattern: string) => compileTimePattern(pattern).formatTimestamp(epochMs, GMT),
      },
      {
        parameters: [parameter('timestamp', 'TIMESTAMP', 'timestamp to format'), WRITTEN_BY, ZONE],
        returns: 'STRING',
        nulls: 'propagate',
        description: 'In the given time zone.',
        call: (epochMs: number, pattern: string, zone: string) =>
          compileTimePattern(pattern).formatTimestamp(epochMs, timeZone(zone)),
      },
    ],
  }),
  scalar({
    name: 'PARSE_DATE',
    cost: 'linear',
    category: 'DATE / TIME',
    description: 'Parses a date by a pattern.',
    example: { call: "PARSE_DATE('06.05.2024', 'dd.MM.yyyy')", result: '2024-05-06' },
    variants: [
      {
        parameters: [TEXT, parameter('format', 'STRING', 'pattern of java.text.SimpleDateFormat', checkDatePattern)],
        returns: 'DATE',
        nulls: 'propagate',
        bind: (_args, _returns, context) => parseDate(context.now),
      },
    ],
  }),
  scalar({
    name: 'PARSE_TIME',
    cost: 'linear',
    category: 'DATE / TIME',
    description: 'Parses a time of day by a pattern.',
    example: { call: "PARSE_TIME('3:04 PM', 'h:mm a')", result: '15:04' },
    variants: [
      {
        parameters: [TEXT, READ_BY],
        returns: 'TIME',
        nulls: 'propagate',
        call: (text: string, pattern: string) => compileTimePattern(pattern).parseTime(text),
      },
    ],
  }),
  scalar({
    name: 'PARSE_TIMESTAMP',
    cost: 'linear',
    category: 'DATE / TIME',
    description: 'Parses a timestamp by a pattern; a time zone in the text takes precedence.',
    example: {
      call: "PARSE_TIMESTAMP('06/May/2024:07:08:09 +0200', 'dd/MMM/yyyy:HH:mm:ss Z')",
      result: '2024-05-06T05:08:09.000',
    },
    variants: [
      {
        parameters: [TEXT, READ_BY],
        returns: 'TIMESTAMP',
        nulls: 'propagate',
        description: 'In UTC.',
        call: (text: string, pattern: string) => compileTimePattern(pattern).parseTimestamp(text, UTC),
      },
      {
        parameters: [TEXT, READ_BY, ZONE],
        returns: 'TIMESTAMP',
        nulls: 'propagate',
        description: 'In the given time zone.',
        call: (text: string, pattern: string, zone: string) =>
          compileTimePattern(pattern).parseTimestamp(text, timeZone(zone)),
      },
    ],
  }),
  scalar({
    name: 'DATETOSTRING',
    cost: 'constant',
    category: 'DATE / TIME',
    description: 'Formats a number of days since 1970-01-01 by a pattern; for a DATE use FORMAT_DATE.',
    example: { call: "DATETOSTRING(19849, 'yyyy-MM-dd')", result: '2024-05-06' },
    variants: [
      {
        parameters: [parameter('days', 'int', 'number of days'), WRITTEN_BY],
        returns: 'STRING',
        nulls: 'propagate',
        call: (days: number, pattern: string) => compileTimePattern(pattern).formatDate(days),
      },
    ],
  }),
  scalar({
    name: 'STRINGTODATE',
    cost: 'linear',
    category: 'DATE / TIME',
    description: 'Parses a date and returns the number of days since 1970-01-01; PARSE_DATE returns a DATE.',
    example: { call: "STRINGTODATE('2024-05-06', 'yyyy-MM-dd')", result: '19849' },
    variants: [
      {
        parameters: [TEXT, READ_BY],
        returns: 'INT',
        nulls: 'pass',
        description: 'NULL is an error.',
        call: (text: string | null, pattern: string | null) => {
          if (text === null || pattern === null) {
            throw new Error(`Failed to parse date '${text}' with formatter '${pattern}': there is nothing to parse`)
          }
          return compileTimePattern(pattern).parseDate(text)
        },
      },
    ],
  }),
  scalar({
    name: 'TIMESTAMPTOSTRING',
    cost: 'constant',
    category: 'DATE / TIME',
    description:
      'Formats a number of milliseconds since 1970-01-01T00:00 UTC by a pattern; for a TIMESTAMP use FORMAT_TIMESTAMP.',
    example: { call: "TIMESTAMPTOSTRING(1714979289000, 'yyyy-MM-dd HH:mm', 'UTC')", result: '2024-05-06 07:08' },
    variants: [
      {
        parameters: [parameter('milliseconds', 'long', 'number of milliseconds'), WRITTEN_BY],
        returns: 'STRING',
        nulls: 'propagate',
        description: 'In the time zone of the server.',
        call: (epochMs: number | bigint, pattern: string) =>
          compileTimePattern(pattern).formatTimestamp(Number(epochMs), systemTimeZone()),
      },
      {
        parameters: [parameter('milliseconds', 'long', 'number of milliseconds'), WRITTEN_BY, ZONE],
        returns: 'STRING',
        nulls: 'propagate',
        description: 'In the given time zone.',
        call: (epochMs: number | bigint, pattern: string, zone: string) =>
          compileTimePattern(pattern).formatTimestamp(Number(epochMs), timeZone(zone)),
      },
    ],
  }),
  scalar({
    name: 'STRINGTOTIMESTAMP',
    cost: 'linear',
    category: 'DATE / TIME',
    description:
      'Parses a timestamp and returns the milliseconds since 1970-01-01T00:00 UTC; PARSE_TIMESTAMP returns a TIMESTAMP.',
    example: { call: "STRINGTOTIMESTAMP('2024-05-06 07:08', 'yyyy-MM-dd HH:mm', 'UTC')", result: '1714979280000' },
    variants: [
      {
        parameters: [TEXT, READ_BY],
        returns: 'BIGINT',
        nulls: 'propagate',
        description: 'In the time zone of the server.',
        call: (text: string, pattern: string) => compileTimePattern(pattern).parseTimestamp(text, systemTimeZone()),
      },
      {
        parameters: [TEXT, READ_BY, ZONE],
        returns: 'BIGINT',
        nulls: 'propagate',
        description: 'In the given time zone.',
        call: (text: string, pattern: string, zone: string) =>
          compileTimePattern(pattern).parseTimestamp(text, timeZone(zone)),
      },
    ],
  }),
]

/** Keeps the parser of the last pattern, which is nearly always a literal. */
function parseDate(now: () => number): (text: string, pattern: string) => number {
  let lastPattern: string | null = null
  let parser: ReturnType<typeof legacyDateParser> | null = null
  return (text, pattern) => {
    try {
      if (parser === null || pattern !== lastPattern) parser = legacyDateParser(pattern, now())
      lastPattern = pattern
      return parser(text)
    } catch (error) {
      const reason = messageOf(error)
      throw new Error(`Failed to parse date '${text}' with formatter '${pattern}': ${reason}`, { cause: error })
    }
  }
}

function checkDatePattern(pattern: string): void {
  legacyDateParser(pattern, 0)
  refuseUselessPattern(pattern)
}
