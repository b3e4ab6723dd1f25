import { expect, test } from 'vitest'
import { CHECK_ONLY } from '../../../src/serde/format.ts'
import { FORMATS } from '../../../src/serde/index.ts'
import { patternOfRegex } from '../../../src/serde/lines/line-pattern.ts'
import { BOOLEAN, INTEGER, STRING, TIMESTAMP } from '../../../src/types/sql-type.ts'
import { cpuTime } from '../../support/cpu-time.ts'
import { columns, payloadReader, rowWriter } from './serde.ts'

const regexReader = (regex: string, types: Parameters<typeof columns>[0]) =>
  payloadReader({ format: FORMATS.REGEX, columns: columns(types), line: patternOfRegex(regex) })

test('a line that does not match says so, and shows nothing of itself', () => {
  expect(regexReader('^(?<A>\\d+)$', { A: INTEGER })('secret')).toEqual({
    message: 'Error deserializing REGEX',
    causes: ['The line does not match the pattern.'],
  })
})

test('a line that is longer than the bound is not looked at', () => {
  const read = regexReader('(?<A>.)', { A: STRING })
  expect(read('x'.repeat(1024 * 1024))).toEqual(['x'])
  expect(read('x'.repeat(1024 * 1024 + 1))).toMatchObject({
    causes: ['The line has 1048577 bytes, more than 1048576.'],
  })
})

test.each([
  ['nested repetition', '^(?<A>(x+x+)+)y'],
  ['alternatives of one text', '^(?<A>(x|x|x)*)y'],
  ['three unbounded parts', '(?<A>.*)x(.*)x(.*)y'],
])('a pattern with %s takes no longer than its bound', (_name, regex) => {
  const read = regexReader(regex, { A: STRING })
  const line = 'x'.repeat(20_000)
  let answer: unknown
  expect(cpuTime(() => (answer = read(line)))).toBeLessThan(5000)
  expect(answer).toMatchObject({ message: 'Error deserializing REGEX' })
})

test('a pattern that only backtracking can match ends in an error, which is that of its line', () => {
  const read = regexReader('^(?<A>(x+)+)\\2{9}(?=y)$', { A: STRING })
  expect(read('x'.repeat(5000))).toMatchObject({ message: 'Error deserializing REGEX' })
  expect(read('no')).toMatchObject({ causes: ['The line does not match the pattern.'] })
})

test('columns that are not used are checked, unless every text will do', () => {
  const line = patternOfRegex('^(?<A>\\S*) (?<B>\\S*)$')
  const all = columns({ A: STRING, B: INTEGER })
  const reader = FORMATS.REGEX.reader({
    side: 'VALUE',
    topic: 't',
    spec: { format: 'REGEX', unwrapped: false, line },
    columns: all,
    wanted: [
      { column: 0, target: 0, first: true },
      { column: 1, target: CHECK_ONLY, first: false },
    ],
  })
  const bytes = Buffer.from('a x')
  const row = [null]
  expect(reader.open(bytes, 0, bytes.length, row)).toBeNull()
  expect(row).toEqual(['a'])
  expect(reader.finish(row)).toMatchObject({ causes: ['For input string: "x"'] })
})

test('times are in ISO 8601, and a timestamp may be a number', () => {
  const read = payloadReader({ format: FORMATS.CSV, columns: columns({ A: TIMESTAMP, B: BOOLEAN }) })
  const ms = Date.parse('2026-11-30T10:00:00.5Z')
  expect(read('2026-11-30T11:00:00.5+0100,TRUE')).toEqual([ms, true])
  expect(read(`${ms},false`)).toEqual([ms, false])
  expect(read('2026,')).toEqual([Date.parse('2026-01-01T00:00:00Z'), null])
  expect(read('soon,')).toMatchObject({ message: 'Error deserializing CSV' })
  expect(read(',no')).toMatchObject({ causes: ['For input string: "no"'] })
})

test('a record of CSV has as many fields as its header', () => {
  const read = payloadReader({ format: FORMATS.CSV, columns: columns({ B: STRING }), header: ['a', 'b'] })
  expect(read('1,2')).toEqual(['2'])
  expect(read('1')).toMatchObject({ causes: ['The record has 1 field instead of 2.'] })
  expect(read('1,2,3')).toMatchObject({ causes: ['The record has 3 fields instead of 2.'] })
  expect(read('1,"2')).toMatchObject({ message: 'Error deserializing CSV' })
  expect(read('a,b')).toBeNull()
  expect(read('a,"b"')).toBeNull()
  expect(read('')).toMatchObject({ message: 'Error deserializing CSV' })
})

test('texts are quoted where a reader could take them for something else', () => {
  const write = rowWriter({ format: FORMATS.CSV, columns: columns({ A: STRING, B: STRING }) })
  const texts = [
    ['plain', 'a b', 'plain,a b'],
    ['', null, '"",'],
    ['a,b', 'a"b', '"a,b","a""b"'],
    [' a', 'a\n', '" a","a\n"'],
  ] as const
  for (const [a, b, written] of texts) expect(write([a, b])?.toString()).toBe(written)
})
