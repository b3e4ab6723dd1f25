import { describe, expect, it } from 'vitest'
import { fieldsOfAvroSchema } from '../../../src/datagen/avro-schema.ts'
import { FieldError, parseFields } from '../../../src/datagen/fields.ts'
import { recordsDue } from '../../../src/datagen/making.ts'
import { patternText } from '../../../src/datagen/pattern-text.ts'
import { QUICKSTARTS } from '../../../src/datagen/quickstarts.ts'
import { RecordMaker } from '../../../src/datagen/record-maker.ts'
import { parseType } from '../../../src/sql/parse.ts'

const TIME = 1_700_000_000_000

/** The rows with the numbers 0 to `count` - 1. */
function rowsOf(fields: ReturnType<typeof parseFields>, count = 50): Record<string, unknown>[] {
  const maker = new RecordMaker({ fields, key: null, seed: 1 })
  return Array.from(
    { length: count },
    (_, i) => JSON.parse(maker.rowText(maker.make(i, TIME))) as Record<string, unknown>,
  )
}

describe('fields as people write them', () => {
  it('make values of their kinds', () => {
    const fields = parseFields(
      'a=sequence; b=int(1,3); c=double(0,1); d=one(LA*3,CA); e=number(200*9,404); f=cycle(1,2,3); g=text(4); h=pattern(Item_[1-9]); ' +
        'i=uuid; j=time; k=const(x, y); l=object(city=one(A,B); zip=int(10000,99999))',
    )
    for (const [i, row] of rowsOf(fields).entries()) {
      expect(row['a']).toBe(i)
      expect([1, 2, 3]).toContain(row['b'])
      expect(row['c']).toBeLessThan(1)
      expect(['LA', 'CA']).toContain(row['d'])
      expect([200, 404]).toContain(row['e'])
      expect(row['f']).toBe((i % 3) + 1)
      expect(row['g']).toMatch(/^[a-z]{4}$/)
      expect(row['h']).toMatch(/^Item_[1-9]$/)
      expect(row['i']).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
      expect(row['j']).toBe(TIME)
      expect(row['k']).toBe('x, y')
      expect(row['l']).toEqual({ city: expect.stringMatching(/^[AB]$/), zip: expect.any(Number) })
    }
  })

  it('have the types of the columns that hold them', () => {
    const types = parseFields(
      'a=sequence; b=int(1,3); c=int(0,3000000000); d=number(1,2.5); e=cycle(x,1); f=object(g=int(1,2); h=time)',
    ).map(({ sqlType }) => sqlType)
    expect(types).toEqual(['BIGINT', 'INT', 'BIGINT', 'DOUBLE', 'STRING', 'STRUCT<g INT, h BIGINT>'])
  })

  it('have weights', () => {
    const rows = rowsOf(parseFields('v=one(often*9,seldom)'), 2000)
    const often = rows.filter(({ v }) => v === 'often').length
    expect(often).toBeGreaterThan(1700)
    expect(often).toBeLessThan(1900)
  })

  it.each([
    'v=nothing',
    'v',
    'v=int(3,1)',
    'v=text(x)',
    'v=one()',
    'v=number(a)',
    'v=pattern([)',
    'v=pattern((?=a))',
    'v=cycle()',
  ])('are refused where they are wrong: %s', (text) => {
    expect(() => parseFields(text)).toThrow(FieldError)
  })
})

describe('records', () => {
  it('are the same for the same seed and number, and others for another seed', () => {
    const fields = parseFields('a=uuid; b=int(0,1000000)')
    const made = (seed: number) => new RecordMaker({ fields, key: 'a', seed }).make(7, TIME)
    expect(made(1)).toEqual(made(1))
    expect(made(1)).not.toEqual(made(2))
  })

  it('have their key beside the value, and in front of a row', () => {
    const maker = new RecordMaker({ fields: parseFields('a=sequence; b=const(x)'), key: 'b', seed: 1 })
    const record = maker.make(3, TIME)
    expect(record.key).toBe('"x"')
    expect(maker.valueText(record)).toBe('{"a":3}')
    expect(maker.rowText(record)).toBe('{"b":"x","a":3}')
  })

  it('are due at their rate', () => {
    expect(recordsDue({ elapsedMs: 1500, rate: 10, made: 4, most: 100 })).toBe(11)
    expect(recordsDue({ elapsedMs: 1500, rate: 10, made: 40, most: 100 })).toBe(0)
    expect(recordsDue({ elapsedMs: 1500, rate: 1e6, made: 0, most: 100 })).toBe(100)
    expect(recordsDue({ elapsedMs: 0, rate: 0, made: 0, most: 100 })).toBe(100)
  })
})

describe('texts of a pattern', () => {
  it.each(['User_[1-9]', 'Item_[1-9][0-9]{0,2}', '(a|bc)+\\d{3}', '[^a]x?', '\\w+@\\w{2,5}\\.(com|org)', ''])(
    'match it: %s',
    (pattern) => {
      const make = patternText(pattern)
      let seed = 0
      const random = () => (seed = (seed * 16_807 + 11) % 2_147_483_647) / 2_147_483_647
      for (let i = 0; i < 100; i++) expect(make(random)).toMatch(new RegExp(`^(?:${pattern})$`))
    },
  )
})

describe('an Avro schema', () => {
  const schema = JSON.stringify({
    type: 'record',
    name: 'r',
    fields: [
      { name: 'id', type: { type: 'long', 'arg.properties': { iteration: { start: 10, step: 5 } } } },
      { name: 'turn', type: { type: 'int', 'arg.properties': { iteration: { start: 0, restart: 3 } } } },
      { name: 'level', type: { type: 'string', 'arg.properties': { options: ['Gold', 'Silver'] } } },
      { name: 'code', type: { type: 'string', 'arg.properties': { regex: 'C_[0-9]{2}' } } },
      { name: 'amount', type: { type: 'int', 'arg.properties': { range: { min: 1, max: 4 } } } },
      { name: 'maybe', type: ['null', 'string'] },
      { name: 'kind', type: { type: 'enum', name: 'k', symbols: ['A', 'B'] } },
      { name: 'tags', type: { type: 'array', items: 'boolean', 'arg.properties': { length: 2 } } },
      {
        name: 'contact',
        type: {
          type: 'map',
          values: { type: 'double', 'arg.properties': { range: { min: 0, max: 1 } } },
          'arg.properties': { length: 1, keys: { options: ['x'] } },
        },
      },
      { name: 'place', type: { type: 'record', name: 'p', fields: [{ name: 'city', type: 'string' }] } },
    ],
  })

  it('makes values as its annotations say', () => {
    for (const [i, row] of rowsOf(fieldsOfAvroSchema(schema)).entries()) {
      expect(row).toEqual({
        id: 10 + 5 * i,
        turn: i % 3,
        level: expect.stringMatching(/^(?:Gold|Silver)$/),
        code: expect.stringMatching(/^C_\d{2}$/),
        amount: expect.any(Number),
        maybe: row['maybe'] === null ? null : expect.any(String),
        kind: expect.stringMatching(/^[AB]$/),
        tags: [expect.any(Boolean), expect.any(Boolean)],
        contact: { x: expect.any(Number) },
        place: { city: expect.any(String) },
      })
      expect([1, 2, 3]).toContain(row['amount'])
    }
  })

  it('has columns of fitting types', () => {
    expect(fieldsOfAvroSchema(schema).map(({ sqlType }) => sqlType)).toEqual([
      'BIGINT',
      'INT',
      'STRING',
      'STRING',
      'INT',
      'STRING',
      'STRING',
      'ARRAY<BOOLEAN>',
      'MAP<STRING, DOUBLE>',
      'STRUCT<city STRING>',
    ])
  })

  it.each(['{', '"string"', '{"type":"record","name":"r","fields":[{"name":"a","type":"bytes"}]}'])(
    'is refused where it is wrong: %s',
    (text) => {
      expect(() => fieldsOfAvroSchema(text)).toThrow(FieldError)
    },
  )
})

it.each(Object.entries(QUICKSTARTS))('the quickstart %s has its key and types of SQL', (_name, { fields, key }) => {
  const parsed = parseFields(fields)
  expect(parsed.map(({ name }) => name)).toContain(key)
  for (const { sqlType } of parsed) expect(() => parseType(sqlType)).not.toThrow()
})
