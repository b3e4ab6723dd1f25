/** Documents of many texts, which are read by JSON.parse, give the rows and the messages that the scanner gives. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { FORMATS } from '../../../src/serde/index.ts'
import { BIGINT, BOOLEAN, DOUBLE, INTEGER, STRING } from '../../../src/types/sql-type.ts'
import { columns, payloadReader, type ReadResult, type Setup } from './serde.ts'

const setup: Setup = {
  format: FORMATS.JSON,
  columns: columns({
    A: STRING,
    B: STRING,
    C: STRING,
    D: STRING,
    E: STRING,
    F: STRING,
    ID: INTEGER,
    TS: BIGINT,
    RATIO: DOUBLE,
    OK: BOOLEAN,
  }),
  only: ['A', 'B', 'C', 'E', 'F', 'ID', 'TS', 'RATIO', 'OK'],
}
const text = (letter: string): string => `${letter}0b1c2d3-1234-4abc-9def-0123456789ab-0123456789ab`
const object = {
  a: text('a'),
  b: text('b'),
  c: text('c'),
  d: text('d'),
  e: text('e'),
  f: text('f'),
  id: 1,
  ts: -2,
  ratio: 1.5,
  ok: true,
}
const USUAL = JSON.stringify(object)

function learnedReader() {
  const read = payloadReader(setup)
  for (let i = 0; i < 40; i++) read(USUAL, '  ')
  return read
}

const outcome = (result: ReadResult) => (result === null || Array.isArray(result) ? result : 'error')

test.each([
  USUAL,
  JSON.stringify({ ...object, a: 'Zürich "🎺"\n', b: null, c: '', ok: false }),
  JSON.stringify({ ...object, id: null, ts: null, ratio: null, ok: null }),
  JSON.stringify({ ...object, id: '12', ts: '13', ratio: '1e3' }),
  JSON.stringify({ ...object, a: 1.5, b: [1, 'x'] }),
  JSON.stringify({ ...object, d: { deep: [1] } }),
  JSON.stringify({ ...object, d: undefined }),
  JSON.stringify({ ...object, d: undefined, g: 1 }),
  JSON.stringify({ ...object, d: undefined, ID: 7 }),
  JSON.stringify({ ...object, more: 1 }),
  JSON.stringify({ ...object, ok: 'yes' }),
  JSON.stringify(Object.fromEntries(Object.entries(object).reverse())),
  USUAL.replace('"id":1', '"id":1,"id":2'),
  USUAL.replace('"id":1', '"id":-0').replace('-2', '-0').replace('1.5', '-0.0'),
  USUAL.replace('"id":1', '"id":0.99999999999999999999'),
  USUAL.replace('"id":1', '"id":9999999999999999999e-19'),
  USUAL.replace('"id":1', '"id":2147483646.9999999999'),
  USUAL.replace('"id":1', '"id":21474836469.9999999999e-1'),
  USUAL.replace('-2', '2199023255550.9999999999'),
  USUAL.replace('-2', '9007199254740993'),
  USUAL.replace('-2', '92233720368547758080'),
  USUAL.replace('"id":1', '"id":1.5').replace('-2', '1e3'),
  USUAL.replace('1.5', '01.5'),
  `${USUAL} behind`,
  ` ${USUAL} `,
  USUAL.slice(0, -1),
  '{}',
  'null',
  '[]',
  '"a text that is as long as many others are, and longer"',
])('%s', (document) => {
  const learned = learnedReader()
  for (let i = 0; i < 3; i++) {
    expect(learned(document, '"}')).toEqual(payloadReader(setup)(document, '"}'))
    expect(learned(USUAL)).toEqual([object.a, object.b, object.c, null, object.e, object.f, 1, -2, 1.5, true])
  }
})

test('damaged anywhere, the rows and whether there is one are the same', () => {
  const damage = fc.record({
    at: fc.nat({ max: USUAL.length }),
    remove: fc.nat({ max: 4 }),
    insert: fc.constantFrom(
      '',
      '"',
      '\\',
      '{',
      '}',
      ',',
      ' ',
      '1',
      '-',
      '.999',
      'e-3',
      '"id":2,',
      ',"A":null',
      'é',
      '\t',
    ),
  })
  fc.assert(
    fc.property(fc.array(damage, { minLength: 1, maxLength: 4 }), (damages) => {
      const learned = learnedReader()
      for (const { at, remove, insert } of damages) {
        const document = USUAL.slice(0, at) + insert + USUAL.slice(at + remove)
        expect([document, outcome(learned(document))]).toEqual([document, outcome(payloadReader(setup)(document))])
      }
    }),
    { numRuns: 500 },
  )
})

describe('names that objects treat otherwise', () => {
  test.each(['__proto__', 'constructor', 'a\tname', 'say \\"x\\"', '7'])('%s', (name) => {
    const types = columns({ A: STRING, B: STRING })
    const read = payloadReader({ ...setup, columns: types, only: ['A', 'B'] })
    for (let i = 0; i < 40; i++) {
      expect(read(`{"a":"${text('a')}","${name}":"${text('b')}"}`)).toEqual([text('a'), null])
    }
  })
})
