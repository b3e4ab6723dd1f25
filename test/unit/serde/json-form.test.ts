/** A reader that has learned how a topic's objects are written gives the rows and the messages of one that has not. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { FORMATS } from '../../../src/serde/index.ts'
import { array, BIGINT, BOOLEAN, DOUBLE, decimal, INTEGER, map, STRING, struct } from '../../../src/types/sql-type.ts'
import { columns, payloadReader, type ReadResult, type Setup } from './serde.ts'

const types = {
  ID: INTEGER,
  TS: BIGINT,
  RATIO: DOUBLE,
  OK: BOOLEAN,
  NAME: STRING,
  PRICE: decimal(6, 2),
  TAGS: array(INTEGER),
  LABELS: map(STRING, INTEGER),
  AT: struct([
    { name: 'LAT', type: DOUBLE },
    { name: 'LABEL', type: STRING },
  ]),
}

/** Objects of a reader's first documents, after which it knows their form. */
const USUAL =
  '{"id":1,"ts":-2,"ratio":1.5,"ok":true,"name":"a","price":9.5,"tags":[1,2],"labels":{"x":1,"y":2},"at":{"lat":1,"label":"b"}}'
const SPACED = USUAL.replaceAll(':', ' : ').replaceAll(',', ',\n  ')
const WITH_OTHERS = `{"other":{"deep":[1]},${USUAL.slice(1, -1)},"more":"x"}`
const FORMS = { USUAL, SPACED, WITH_OTHERS, SHORT: '{"name":"a","id":1}' }
const LEARNED_AFTER = 40

const SETUPS: readonly Partial<Setup>[] = [
  {},
  { first: ['NAME'] },
  { first: ['AT', 'ID'] },
  { first: ['ID'], only: ['ID', 'LABELS', 'NAME'] },
  { only: ['TS', 'TAGS'] },
  { only: ['TS', 'TAGS'], checksOthers: true },
  { first: ['NAME'], only: ['NAME'], checksOthers: true },
  { only: [], checksOthers: true },
]

function learnedReader(form: string, setup: Partial<Setup>) {
  const read = payloadReader({ format: FORMATS.JSON, columns: columns(types), ...setup })
  for (let i = 0; i < LEARNED_AFTER; i++) read(form, '  ')
  return read
}
const newReader = (setup: Partial<Setup>) => payloadReader({ format: FORMATS.JSON, columns: columns(types), ...setup })

/** Which of several faults is found depends on how far a document is read for its predicate, so messages are not compared. */
const outcome = (result: ReadResult) => (result === null || Array.isArray(result) ? result : 'error')

const DOCUMENTS = [
  USUAL,
  SPACED,
  WITH_OTHERS,
  USUAL.replace('"a"', '"another text, which is long enough to be searched by native calls"'),
  USUAL.replace('"a"', '"Zürich \\" \\u00e9 🎺"'),
  USUAL.replace('"id":1', '"id":"12"').replace('"ok":true', '"ok":null'),
  USUAL.replace('"id":1', '"id":null').replace('"name":"a"', '"name":{"b":[1,"c"]}'),
  USUAL.replace('"name":"a"', '"NAME":"exact"').replace('"lat"', '"Lat"'),
  USUAL.replace('"ok":true', '"name":"first","ok":true'),
  USUAL.replace('}}', '},"ID":7}'),
  USUAL.replace('"tags":[1,2],', ''),
  USUAL.replace('-2', '92233720368547758080').replace('1.5', '1.7976931348623157e309'),
  USUAL.replace('1', '0.99999999999999999999').replace('-2', '9007199254740993'),
  USUAL.replace('1', '9999999999999999999e-19').replace('-2', '1e3').replace('1.5', '-0.0'),
  USUAL.replace('"x":1,"y":2', '"2":1,"1":null,"2":3'),
  USUAL.replace('[1,2]', '[1,"x"]'),
  USUAL.replace('"lat":1', '"lat":true'),
  USUAL.replace('"ok":true', '"ok":7'),
  USUAL.slice(0, -1),
  USUAL.slice(0, 40),
  `${USUAL} behind`,
  `  ${USUAL}`,
  '{"name":"only"}',
  '{"id":5}',
  '{}',
  'null',
  '[1]',
  '',
]

describe.each(SETUPS)('with %j', (setup) => {
  test.each(Object.entries(FORMS))('documents after many of the form %s', (_, form) => {
    const learned = learnedReader(form, setup)
    for (const document of DOCUMENTS) {
      expect([document, learned(document, '  ')]).toEqual([document, newReader(setup)(document, '  ')])
    }
  })

  test('documents damaged anywhere, in rows or in being faulty', () => {
    const damage = fc.record({
      form: fc.constantFrom(...Object.values(FORMS)),
      at: fc.nat(),
      remove: fc.nat({ max: 4 }),
      insert: fc.constantFrom(
        '',
        '"',
        '\\',
        '{',
        '}',
        '[',
        ']',
        ':',
        ',',
        ' ',
        '1',
        '-',
        'null',
        '"id":2,',
        ',"AT":null',
        'é',
      ),
    })
    fc.assert(
      fc.property(fc.array(damage, { minLength: 1, maxLength: 4 }), (damages) => {
        const learned = learnedReader(damages[0]!.form, setup)
        for (const { form, at, remove, insert } of damages) {
          const place = at % form.length
          const document = form.slice(0, place) + insert + form.slice(place + remove)
          expect([document, outcome(learned(document))]).toEqual([document, outcome(newReader(setup)(document))])
        }
      }),
      { numRuns: 200 },
    )
  })
})

test('a reader whose documents change their form again and again still reads correctly', () => {
  const [learned, learnedFirst] = [newReader({}), newReader({ first: ['NAME'] })]
  for (let round = 0; round < 20; round++) {
    for (const form of Object.values(FORMS)) {
      const expected = newReader({})(form)
      for (let i = 0; i < 150; i++) {
        expect(learned(form)).toEqual(expected)
        expect(learnedFirst(form)).toEqual(expected)
      }
    }
  }
})

describe('a long text with escapes at the end of the documents', () => {
  const TEXT = 'said: "this is a text that is longer than what is looked through byte by byte".\n'
  const setup: Setup = { format: FORMATS.JSON, columns: columns({ ID: INTEGER, TEXT: STRING, MORE: STRING }) }
  const document = (members: object): string => JSON.stringify({ id: 1, ...members })

  test.each([
    ['with escapes', { text: `${TEXT}again` }],
    ['without escapes', { text: 'x'.repeat(100) }],
    ['with a quote at its end', { text: `${TEXT}"` }],
    ['not ASCII', { text: `${TEXT} Zürich 🎺` }],
    ['followed by another text', { text: TEXT, more: TEXT }],
    ['followed by a short text', { text: TEXT, more: 'b' }],
    ['followed by a text with a brace', { text: TEXT, more: '"}' }],
    ['short', { text: 'a' }],
  ])('is read where it ends: %s', (_, members: { text: string; more?: string }) => {
    const read = payloadReader(setup)
    for (let i = 0; i < LEARNED_AFTER; i++) read(document({ text: TEXT }))
    const row = [1, members.text, members.more ?? null]
    expect(read(document(members), '"}')).toEqual(row)
    expect(read(document({ text: TEXT }), '"}')).toEqual([1, TEXT, null])
    expect(read(document(members), '"}')).toEqual(row)
  })

  test('is refused where an escape is none or the end is missing', () => {
    const read = payloadReader(setup)
    for (let i = 0; i < LEARNED_AFTER; i++) read(document({ text: TEXT }))
    const refused = (payload: string) => expect(outcome(read(payload, '"}'))).toBe('error')
    refused(document({ text: TEXT }).replace('\\n', '\\x'))
    refused(document({ text: TEXT }).slice(0, -1))
    refused(document({ text: TEXT }).slice(0, -2))
  })
})

test('arrays of changing lengths have their own elements and no others', () => {
  const read = payloadReader({ format: FORMATS.JSON, columns: columns({ A: array(INTEGER) }) })
  for (const length of [3, 0, 5, 1, 200, 2, 100, 0, 70]) {
    const numbers = Array.from({ length }, (_, i) => i)
    expect(read(JSON.stringify({ a: numbers }))).toStrictEqual([numbers])
  }
})

test('keys of maps that change their places, or are cut off, are read again', () => {
  const read = payloadReader({ format: FORMATS.JSON, columns: columns({ M: map(STRING, INTEGER) }) })
  const keys = (payload: string) => {
    const row = read(payload)
    return Array.isArray(row) ? [...(row[0] as Map<string, number>).keys()] : 'error'
  }
  for (let i = 0; i < 3; i++) {
    expect(keys('{"m":{"monday":1,"tuesday":2}}')).toEqual(['monday', 'tuesday'])
    expect(keys('{"m":{"tuesday":1,"monday":2,"mon":3,"é\\"":4}}')).toEqual(['tuesday', 'monday', 'mon', 'é"'])
    expect(keys(`{"m":{"${'k'.repeat(50)}":1,"tuesday":2}}`)).toEqual(['k'.repeat(50), 'tuesday'])
    expect(keys('{"m":{"mon')).toBe('error')
  }
  const many = Array.from({ length: 100 }, (_, i) => `key${i}`)
  expect(keys(JSON.stringify({ m: Object.fromEntries(many.map((key, i) => [key, i])) }))).toEqual(many)
})

test.each(Object.entries(FORMS))(
  'documents of the form %s are readable or not whichever columns are used, as long as the others are checked',
  (_, form) => {
    const all = learnedReader(form, {})
    const none = learnedReader(form, { only: [], checksOthers: true })
    const filtered = learnedReader(form, { only: ['NAME'], first: ['NAME'], checksOthers: true })
    for (const document of DOCUMENTS) {
      const isReadable = outcome(all(document)) !== 'error'
      expect([document, outcome(none(document)) !== 'error']).toEqual([document, isReadable])
      expect([document, outcome(filtered(document)) !== 'error']).toEqual([document, isReadable])
    }
  },
)

test('long texts with escapes are checked wherever the last backslash was found', () => {
  const long = 'x'.repeat(100)
  const setup = { format: FORMATS.JSON, columns: columns({ A: STRING, B: INTEGER }) }
  const check = payloadReader({ ...setup, only: ['B'], checksOthers: true })
  expect(check(`{"a":"${long}\\n","b":1}`)).toEqual([null, 1])
  expect(check(`{"a":"${long}\\q","b":1}`)).toMatchObject({ message: expect.any(String) })
  expect(check(`{"a":"${long}","b":2}`, '"\\q')).toEqual([null, 2])
  expect(check(`{"a":"${long}\\"${long}","b":3}`)).toEqual([null, 3])
})

test('a value noted in a document that a predicate dropped is not taken for one of the next document', () => {
  const { format, columns: all } = { format: FORMATS.JSON, columns: columns({ A: STRING, B: INTEGER, C: INTEGER }) }
  const reader = format.reader({
    side: 'VALUE',
    topic: 't',
    spec: { format: 'JSON', unwrapped: false },
    columns: all,
    wanted: all.map((_, column) => ({ column, target: column, first: column === 0 })),
  })
  const dropped = Buffer.from('{"b":1,"a":"x"}')
  expect(reader.open(dropped, 0, dropped.length, [null, null, null])).toBeNull()
  const kept = Buffer.from('{"c":2,"a":"y"}')
  const row = [null, null, null]
  expect(reader.open(kept, 0, kept.length, row)).toBeNull()
  expect(reader.finish(row)).toBeNull()
  expect(row).toEqual(['y', null, 2])
})
