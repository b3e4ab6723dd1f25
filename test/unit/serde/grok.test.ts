import { expect, test } from 'vitest'
import { patternOfGrok } from '../../../src/serde/lines/grok.ts'
import { grokLibrary } from '../../../src/serde/lines/grok-patterns.ts'
import { lineRegex } from '../../../src/serde/lines/line-pattern.ts'

/** The fields of the first match that took part; null: the line does not match. */
function fields(grok: string, line: string, own?: string): Record<string, string> | null {
  const { regex, fields } = patternOfGrok(grok, own)
  const match = lineRegex(regex).find(line, 0)
  if (match === null) return null
  return Object.fromEntries(
    fields.flatMap(({ name, groups }) => {
      const text = groups.map((group) => match.groups[group]).find((each) => each !== null)
      return text === undefined ? [] : [[name, text]]
    }),
  )
}

/** Texts that a pattern takes whole, and texts that it does not. */
const EXAMPLES: Readonly<Record<string, { readonly takes: readonly string[]; readonly refuses: readonly string[] }>> = {
  USERNAME: { takes: ['ann.b-c_1'], refuses: ['a b'] },
  EMAILADDRESS: { takes: ['a.b+c@example.com'], refuses: ['a.b', 'a@'] },
  INT: { takes: ['-1', '+20', '007'], refuses: ['1.5', ''] },
  NUMBER: { takes: ['1', '-1.5', '.5', '1.'], refuses: ['.', '1e'] },
  BASE16NUM: { takes: ['0xFF', 'ff'], refuses: ['0x', 'g'] },
  POSINT: { takes: ['1', '10'], refuses: ['0', '-1'] },
  NONNEGINT: { takes: ['0', '10'], refuses: ['-1'] },
  WORD: { takes: ['a_1'], refuses: ['a-1'] },
  NOTSPACE: { takes: ['a-1/é'], refuses: ['a b'] },
  QUOTEDSTRING: { takes: ['"a \\" b"', "'x'", '``'], refuses: ['"a', 'a'] },
  UUID: { takes: ['01234567-89ab-CDEF-0123-456789abcdef'], refuses: ['01234567-89ab-CDEF-0123-456789abcde'] },
  MAC: { takes: ['00:11:22:33:44:5f', '00-11-22-33-44-5f', '0011.2233.445f'], refuses: ['00:11:22:33:44'] },
  IPV4: { takes: ['0.0.0.0', '255.249.199.99', '10.0.0.1'], refuses: ['256.1.1.1', '1.2.3', '1.2.3.260'] },
  IPV6: {
    takes: ['::', '::1', '1::', 'fe80::1:2', '2001:db8:0:1:2:3:4:5', '::ffff:10.0.0.1', '1:2::7:8'],
    refuses: ['12:34:56', '1:2:3:4:5:6:7', 'g::1', '1.2.3.4'],
  },
  IPORHOST: { takes: ['10.0.0.1', '::1', 'web-1', 'a.example.com.'], refuses: ['a b', '-a'] },
  HOSTPORT: { takes: ['web-1:80', '10.0.0.1:443'], refuses: ['web-1', 'web-1:0'] },
  PATH: { takes: ['/var/log/a.log', 'C:\\temp\\x'], refuses: ['var/log'] },
  URI: {
    takes: ['http://example.com', 'https://u:p@example.com:8443/a/b?x=1&y=2', 'file:///etc/hosts'],
    refuses: ['example.com/a'],
  },
  URIPATHPARAM: { takes: ['/a/b?c=d', '/'], refuses: ['?a'] },
  MONTH: { takes: ['Jan', 'september'], refuses: ['Janu', '1'] },
  MONTHDAY: { takes: ['1', '01', '31'], refuses: ['0', '32'] },
  TIME: { takes: ['23:59', '1:02:03', '10:00:00.123'], refuses: ['24:00', '10:60'] },
  DATE_US: { takes: ['12/31/2026', '1-2-26'], refuses: ['31/12/2026'] },
  DATE_EU: { takes: ['31.12.2026', '1-2-26'], refuses: ['12/31/2026'] },
  TIMESTAMP_ISO8601: {
    takes: ['2026-11-30T10:00:00.123Z', '2026-11-30 10:00', '2026-11-30T10:00:00+01:00'],
    refuses: ['2026-11-30', '2026-13-30T10:00'],
  },
  HTTPDATE: { takes: ['10/Oct/2000:13:55:36 -0700'], refuses: ['10/Oct/2000'] },
  SYSLOGTIMESTAMP: { takes: ['Nov  1 10:11:12', 'Nov 30 10:11:12'], refuses: ['Nov 10:11:12'] },
  LOGLEVEL: { takes: ['INFO', 'warning', 'Error', 'FATAL'], refuses: ['info!', 'verbose'] },
  JAVACLASS: { takes: ['java.lang.String', 'Main'], refuses: ['java.', '1a'] },
}

test.each(Object.entries(EXAMPLES))('%s takes what its name says', (name, { takes, refuses }) => {
  for (const text of takes) expect(fields(`^%{${name}:x}$`, text), text).toEqual(expect.objectContaining({ x: text }))
  for (const text of refuses) expect(fields(`^%{${name}:x}$`, text), text).toBeNull()
})

test('every pattern of the library compiles, and V8 takes it for lines of any length that begin with it', () => {
  for (const name of grokLibrary().keys()) {
    const regex = lineRegex(patternOfGrok(`^%{${name}:x}`).regex)
    // The work of a match that is bounded whatever the text.
    expect(regex.matchBytes('x'.repeat(10_000)), name).toBe(64)
  }
})

test('a line of Apache in the combined format', () => {
  const line =
    '127.0.0.1 - frank [10/Oct/2000:13:55:36 -0700] "GET /a.gif?x=1 HTTP/1.0" 200 2326 "http://example.com/" "Mozilla/4.08 [en]"'
  const expected = {
    clientip: '127.0.0.1',
    ident: '-',
    auth: 'frank',
    timestamp: '10/Oct/2000:13:55:36 -0700',
    verb: 'GET',
    request: '/a.gif?x=1',
    httpversion: '1.0',
    response: '200',
    bytes: '2326',
    referrer: 'http://example.com/',
    agent: 'Mozilla/4.08 [en]',
  }
  expect(fields('%{COMBINEDAPACHELOG}', line)).toEqual(expected)
  expect(fields('%{HTTPD_COMBINEDLOG}', line)).toEqual(expected)
  expect(fields('%{COMMONAPACHELOG}', '::1 - - [10/Oct/2000:13:55:36 -0700] "garbage" 400 -')).toEqual({
    clientip: '::1',
    ident: '-',
    auth: '-',
    timestamp: '10/Oct/2000:13:55:36 -0700',
    rawrequest: 'garbage',
    response: '400',
  })
})

test('a line of syslog, old and new', () => {
  expect(fields('%{SYSLOGLINE}', 'Nov 30 10:11:12 host-1 sshd[1234]: Failed password for root')).toEqual({
    timestamp: 'Nov 30 10:11:12',
    logsource: 'host-1',
    program: 'sshd',
    pid: '1234',
    message: 'Failed password for root',
  })
  const line =
    '<165>1 2003-10-11T22:14:15.003Z mymachine.example.com evntslog - ID47 [a@1 iut="3"][b@1 c="\\]"] An event'
  expect(fields('%{SYSLOG5424LINE}', line)).toEqual({
    syslog5424_pri: '165',
    syslog5424_ver: '1',
    syslog5424_ts: '2003-10-11T22:14:15.003Z',
    syslog5424_host: 'mymachine.example.com',
    syslog5424_app: 'evntslog',
    syslog5424_msgid: 'ID47',
    syslog5424_sd: '[a@1 iut="3"][b@1 c="\\]"]',
    syslog5424_msg: 'An event',
  })
})

test('fields may have several places, names with brackets and dots, and groups of their own', () => {
  expect(fields('(?:u=%{WORD:user}|id=%{INT:user}) %{INT:[http][status]} (?<rest_of>.*)', 'id=7 200 end')).toEqual({
    user: '7',
    http_status: '200',
    rest_of: 'end',
  })
  expect(fields('%{WORD:a.b}', 'x')).toEqual({ a_b: 'x' })
})

test('own patterns come before those of the library', () => {
  expect(fields('^%{WORD:a}$', 'x-y', 'WORD [a-z-]+')).toEqual({ a: 'x-y' })
})

test.each([
  ['%{WORD', undefined, "'%{WORD' is not %{NAME}, %{NAME:field} or %{NAME:field:type}"],
  ['%{NOPE}', undefined, 'there is no pattern NOPE.'],
  ['%{WORD:a:text}', undefined, 'the type text of a is none of int, integer, long, float, double, boolean, string'],
  ['%{WORD:a:int}%{WORD:a:long}', undefined, 'the field a has two types'],
  ['%{A}', 'A %{B}\nB %{A}', 'the pattern A refers to itself'],
  ['%{A}', 'A', 'a line must be a name, a blank and an expression'],
  ['%{A:a}', `A ${'x'.repeat(70_000)}`, 'the whole expression is longer than'],
])('%s is refused', (grok, own, reason) => {
  expect(() => patternOfGrok(grok, own)).toThrow(reason)
})

test('patterns within each other are bounded in depth and in size', () => {
  const chain = Array.from({ length: 40 }, (_, i) => `P${i} %{P${i + 1}}`).join('\n')
  expect(() => patternOfGrok('%{P0}', `${chain}\nP40 x`)).toThrow('more than 32 deep')
  const doubling = Array.from({ length: 30 }, (_, i) => `D${i} %{D${i + 1}}%{D${i + 1}}`).join('\n')
  expect(() => patternOfGrok('%{D0}', `${doubling}\nD30 x`)).toThrow('longer than')
})
