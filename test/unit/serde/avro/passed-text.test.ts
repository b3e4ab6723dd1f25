/** Texts that pass from one Avro payload to another: the result has the bytes of the way by values. */
import avsc from 'avsc'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { FORMATS } from '../../../../src/serde/index.ts'
import { PassedValues } from '../../../../src/serde/passed-values.ts'
import { ByteBuffer } from '../../../../src/types/byte-buffer.ts'
import { BIGINT, STRING } from '../../../../src/types/sql-type.ts'
import type { Row } from '../../../../src/types/value.ts'

const COLUMNS = [
  { name: 'A', type: STRING },
  { name: 'B', type: BIGINT },
  { name: 'C', type: STRING },
  { name: 'D', type: STRING },
]
const schemaOf = (types: readonly unknown[]): string =>
  JSON.stringify({ type: 'record', name: 'R', fields: types.map((type, i) => ({ name: COLUMNS[i]!.name, type })) })
const MAYBE = ['null', 'string']
const WRITTEN = schemaOf([MAYBE, ['null', 'long'], 'string', ['string', 'null']])
const payloads = avsc.Type.forSchema(JSON.parse(WRITTEN) as avsc.Schema)

/** `target`: the types of the fields that are written. `read`: columns that are decoded in any case, the first one for a filter. */
function way(
  target: readonly unknown[],
  { passes, read = [] }: { readonly passes: boolean; readonly read?: readonly number[] },
) {
  const passed = new PassedValues(COLUMNS.length)
  const slotOf = (column: number) => (passes && FORMATS.AVRO.canPass!(COLUMNS[column]!.type) ? column : -1)
  const reader = FORMATS.AVRO.reader({
    side: 'VALUE',
    topic: 't',
    spec: { format: 'AVRO', unwrapped: false },
    columns: COLUMNS,
    wanted: COLUMNS.map((_, column) => ({
      column,
      target: column,
      first: read.length === 0 || column === read[0],
      slot: slotOf(column),
      isRead: read.includes(column),
    })),
    writerSchemas: { get: () => ({ type: 'AVRO', text: WRITTEN, imports: {} }) },
    ...(passes && { passed }),
  })
  const writer = FORMATS.AVRO.writer({
    side: 'VALUE',
    topic: 'out',
    spec: {
      format: 'AVRO',
      unwrapped: false,
      schema: { id: 9, type: 'AVRO', text: schemaOf(target), imports: {} },
    },
    columns: COLUMNS,
    sources: COLUMNS.map((_, i) => i),
    ...(passes && { passed: { values: passed, slots: COLUMNS.map((_, i) => slotOf(i)) } }),
  })
  const run = (payload: Buffer): string => {
    const bytes = Buffer.concat([Buffer.from([7, 0, 0, 0, 0, 1]), payload, Buffer.from([7])])
    const row: Row = new Array(COLUMNS.length)
    const error = reader.open(bytes, 1, bytes.length - 1, row) ?? reader.finish(row)
    if (error !== null) return error.causes.join()
    const out = new ByteBuffer()
    try {
      writer.write(row, out)
    } catch (fault) {
      return (fault as Error).message
    }
    return `${read.map((place) => `${row[place]} `).join('')}${out.buffer.toString('hex', 0, out.position)}`
  }
  return { run, passed }
}

const SAME = [MAYBE, ['null', 'long'], 'string', ['string', 'null']]

test('ASCII texts pass; others, and NULL, do not', () => {
  const { run, passed } = way(SAME, { passes: true })
  run(payloads.toBuffer({ A: 'abc', B: 1, C: 'x'.repeat(100), D: '' }))
  expect([...passed.starts].map((start) => start >= 0)).toEqual([true, false, true, true])
  run(payloads.toBuffer({ A: null, B: null, C: '\u00e9', D: null }))
  expect([...passed.starts]).toEqual([-1, -1, -1, -1])
})

const text = fc.oneof(
  fc.string({ maxLength: 10 }),
  fc.string({ unit: 'binary', maxLength: 90 }),
  fc.string({ minLength: 60, maxLength: 150 }),
)
const record = fc.record({
  A: fc.option(text),
  B: fc.option(fc.integer()),
  C: text,
  D: fc.option(text),
})

describe('random payloads', () => {
  test.each([
    ['the same schema', SAME, []],
    ['behind a filter', SAME, [2]],
    ['with columns that are read, too', SAME, [2, 0]],
    ['other branches', [['string', 'null'], 'long', MAYBE, 'string'], []],
    [
      'a union of several types, and an enum',
      [['null', 'int', 'string'], ['null', 'long'], { type: 'enum', name: 'E', symbols: ['a', 'b'] }, MAYBE],
      [],
    ],
  ] as const)('come out with the same bytes as by values: %s', (_, target, read) => {
    const passing = way(target, { passes: true, read })
    const decoding = way(target, { passes: false, read })
    fc.assert(
      fc.property(record, fc.nat({ max: 20 }), (values, cut) => {
        const whole = payloads.toBuffer(values)
        for (const payload of [whole, whole.subarray(0, Math.max(0, whole.length - cut))]) {
          expect(passing.run(payload)).toBe(decoding.run(payload))
        }
      }),
      { numRuns: 300 },
    )
  })

  test('keep bytes that are no UTF-8 from passing', () => {
    const payload = payloads.toBuffer({ A: 'abc', B: 1, C: 'abc', D: 'abc' })
    payload[2] = 0xff
    expect(way(SAME, { passes: true }).run(payload)).toBe(way(SAME, { passes: false }).run(payload))
  })
})
