/** Values that pass from one JSON document to another: the result has the bytes of the way by values. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ColumnsReader, ColumnsWriter } from '../../../src/serde/format.ts'
import { FORMATS } from '../../../src/serde/index.ts'
import { PassedValues } from '../../../src/serde/passed-values.ts'
import { ByteBuffer } from '../../../src/types/byte-buffer.ts'
import { BIGINT, DOUBLE, INTEGER, type SqlType, STRING } from '../../../src/types/sql-type.ts'
import type { Row } from '../../../src/types/value.ts'

const TYPES: Readonly<Record<string, SqlType>> = { A: STRING, B: INTEGER, C: BIGINT, D: DOUBLE, E: STRING, F: STRING }
const COLUMNS = Object.entries(TYPES).map(([name, type]) => ({ name, type }))
const SPEC = { format: 'JSON', unwrapped: false } as const

interface Way {
  readonly reader: ColumnsReader
  readonly writer: ColumnsWriter
  readonly passed: PassedValues | null
  /** Columns that are decoded in any case. */
  readonly read: readonly number[]
}

/** `places`: of the columns in the order in which they are written. `read`: columns that are decoded in any case, the first one for a filter. */
function way(
  places: readonly number[],
  { passes, read = [] }: { readonly passes: boolean; readonly read?: readonly number[] },
): Way {
  const passed = passes ? new PassedValues(COLUMNS.length) : null
  const canPass = (column: number) => (passes && FORMATS.JSON.canPass!(COLUMNS[column]!.type) ? column : -1)
  return {
    passed,
    read,
    reader: FORMATS.JSON.reader({
      side: 'VALUE',
      topic: 't',
      spec: SPEC,
      columns: COLUMNS,
      wanted: COLUMNS.map((_, column) => ({
        column,
        target: column,
        first: read.length === 0 || column === read[0],
        slot: canPass(column),
        isRead: read.includes(column),
      })),
      ...(passed !== null && { passed }),
    }),
    writer: FORMATS.JSON.writer({
      side: 'VALUE',
      topic: 'out',
      spec: SPEC,
      columns: places.map((place, i) => ({
        name: `${COLUMNS[place]!.name}${i % 3 === 0 ? '' : i}`,
        type: COLUMNS[place]!.type,
      })),
      sources: places,
      ...(passed !== null && { passed: { values: passed, slots: places.map(canPass) } }),
    }),
  }
}

/** What the columns hold that are read, and the bytes that come out; or the fault. */
function run({ reader, writer, read }: Way, payload: string): string {
  const bytes = Buffer.from(`#${payload}#`)
  const row: Row = new Array(COLUMNS.length)
  const error = reader.open(bytes, 1, bytes.length - 1, row) ?? (reader.isNull ? null : reader.finish(row))
  if (error !== null) return error.message
  if (reader.isNull) return 'null'
  const out = new ByteBuffer()
  writer.write(row, out)
  return `${read.map((place) => `${row[place]} `).join('')}${out.buffer.utf8Slice(0, out.position)}`
}

const ALL = COLUMNS.map((_, place) => place)
const STRAIGHT = '{"A":"abc","B":12,"C":-7,"D":1.5,"E":"","F":"a longer text with, punctuation: {}[] and more of it"}'

describe('a document whose values are in the only form', () => {
  test('passes all but those of types that have several', () => {
    const one = way(ALL, { passes: true })
    expect(run(one, STRAIGHT)).toBe(
      '{"A":"abc","B1":12,"C2":-7,"D":1.5,"E4":"","F5":"a longer text with, punctuation: {}[] and more of it"}',
    )
    expect([...one.passed!.starts].map((start) => start >= 0)).toEqual([true, true, true, false, true, true])
  })

  test.each([
    ['an escape', '{"A":"a\\nb"}'],
    ['other characters than ASCII', '{"A":"a\u00e9"}'],
    ['a number for a text', '{"A":1.50}'],
    ['null', '{"A":null}'],
    ['an exponent', '{"B":1e2}'],
    ['a fraction', '{"B":1.9}'],
    ['the negative zero', '{"B":-0}'],
    ['ten digits', '{"B":2147483647}'],
    ['more digits than a safe integer has', '{"C":9007199254740993}'],
    ['a text for a number', '{"B":"12"}'],
    ['nothing', '{}'],
  ])('does not pass %s', (_, payload) => {
    const one = way(ALL, { passes: true })
    run(one, STRAIGHT)
    expect(run(one, payload)).toBe(run(way(ALL, { passes: false }), payload))
    expect(Math.max(...one.passed!.starts)).toBe(-1)
  })
})

const texts = fc.oneof(
  fc.string({ maxLength: 12 }).map((text) => JSON.stringify(text)),
  fc.string({ unit: 'binary', maxLength: 80 }).map((text) => JSON.stringify(text)),
  fc.string({ unit: 'grapheme-ascii', minLength: 20, maxLength: 90 }).map((text) => JSON.stringify(text)),
  fc.constantFrom('"\\u0041"', '"\\/"', '"\u007f"', 'null', '""', '12', 'true', '[1, 2]', '"open', '"a\u0001"'),
)
const numbers = fc.oneof(
  fc.integer().map(String),
  fc.integer({ min: -100, max: 100 }).map(String),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String),
  fc.constantFrom(
    '-0',
    '0',
    '00',
    '01',
    '-',
    '1.0',
    '1e3',
    '"7"',
    'null',
    '999999999',
    '1000000000',
    '-999999999',
    '"x"',
  ),
)
const names = fc.constantFrom('A', 'B', 'C', 'D', 'E', 'F', 'a', 'b', 'f', 'other')
const member = names.chain((name) =>
  (TYPES[name.toUpperCase()]?.kind === 'STRING' ? texts : numbers).map((value) => ({ name, value })),
)
const space = fc.constantFrom('', '', '', ' ', '\n')
const anyDocument = fc
  .tuple(fc.array(member, { maxLength: 9 }), space, space)
  .map(
    ([members, before, behind]) =>
      `{${members.map(({ name, value }) => `${before}"${name}":${behind}${value}`).join()}}`,
  )
const usualDocument = fc
  .tuple(texts, numbers, numbers, numbers, texts, texts)
  .map((values) => `{${values.map((value, i) => `"${COLUMNS[i]!.name}":${value}`).join()}}`)

describe('random documents', () => {
  test.each([
    ['all columns', ALL, []],
    ['some columns in another order', [5, 0, 2, 1], []],
    ['one of them twice', [0, 1, 5, 4, 5], []],
    ['all columns behind a filter', ALL, [2]],
    ['columns that are read, too', ALL, [2, 0, 4]],
  ])('come out with the same bytes as by values: %s', (_, places, read) => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(anyDocument, { weight: 4, arbitrary: usualDocument }), { maxLength: 30 }),
        (documents) => {
          const passing = way(places, { passes: true, read })
          const decoding = way(places, { passes: false, read })
          // Enough of one form for source to be generated.
          for (const payload of [...Array.from({ length: 40 }, () => STRAIGHT), ...documents, STRAIGHT]) {
            expect(run(passing, payload)).toBe(run(decoding, payload))
          }
        },
      ),
      { numRuns: 150 },
    )
  })
})
