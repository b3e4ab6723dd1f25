import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ReadError } from '../../../src/serde/format.ts'
import { FORMATS } from '../../../src/serde/index.ts'
import { Decimal } from '../../../src/types/decimal.ts'
import {
  array,
  BIGINT,
  BOOLEAN,
  BYTES,
  DATE,
  DOUBLE,
  decimal,
  INTEGER,
  map,
  type SqlType,
  STRING,
  struct,
  TIME,
  TIMESTAMP,
} from '../../../src/types/sql-type.ts'
import type { Value } from '../../../src/types/value.ts'
import { columns, payloadReader, type Setup } from './serde.ts'

const format = FORMATS.JSON
const reader = (types: Readonly<Record<string, SqlType>>, more: Partial<Setup> = {}) =>
  payloadReader({ format, columns: columns(types), ...more })

/** What a single column of `type` reads from the JSON text of its value. */
const read = (type: SqlType, text: string) => {
  const result = reader({ F: type })(`{"F":${text}}`)
  return Array.isArray(result) ? (result as Value[])[0] : (result as unknown as ReadError).causes[0]
}

describe('what each type takes', () => {
  test.each<[SqlType, string, Value]>([
    [BOOLEAN, 'true', true],
    [BOOLEAN, 'false', false],
    [INTEGER, '-12', -12],
    [INTEGER, '1.9', 1],
    [INTEGER, '-1.9e1', -19],
    [INTEGER, '"42"', 42],
    [INTEGER, '-0', 0],
    [BIGINT, '9007199254740991', 9007199254740991],
    [BIGINT, '9007199254740993', 9007199254740993n],
    [BIGINT, '-9223372036854775808', -9223372036854775808n],
    [BIGINT, '9007199254740993.75', 9007199254740993n],
    [BIGINT, '"9007199254740993"', 9007199254740993n],
    [DOUBLE, '1', 1],
    [DOUBLE, '-0.5', -0.5],
    [DOUBLE, '-0.0', 0],
    [DOUBLE, '0.30000000000000004', 0.30000000000000004],
    [DOUBLE, '1.7976931348623157E308', Number.MAX_VALUE],
    [DOUBLE, '1e999', Number.POSITIVE_INFINITY],
    [DOUBLE, '" 1.5 "', 1.5],
    [decimal(4, 2), '1.5', new Decimal(150n, 2)],
    [decimal(4, 2), '"10.30"', new Decimal(1030n, 2)],
    [decimal(4, 2), '1.500', new Decimal(150n, 2)],
    [decimal(30, 10), '12345678901234567890.0123456789', new Decimal(123456789012345678900123456789n, 10)],
    [STRING, '"text"', 'text'],
    [STRING, '10', '10'],
    [STRING, '1.50', '1.50'],
    [STRING, '1e3', '1E+3'],
    [STRING, '0.0000001', '1E-7'],
    [STRING, 'true', 'true'],
    [STRING, '{"b": [1, 2.50], "a": "x"}', '{"b":[1,2.50],"a":"x"}'],
    [STRING, '["a", 1, null, [true, {}]]', '[a, 1, null, [true, {}]]'],
    [BYTES, '"IQ=="', new Uint8Array([33])],
    [BYTES, '" IQ== "', new Uint8Array([33])],
    [TIMESTAMP, '1700000000000', 1700000000000],
    [TIMESTAMP, '"-5"', -5],
    [DATE, '-1', -1],
    [TIME, '86399999', 86399999],
    [array(INTEGER), ' [ 1 , null,"3" ] ', [1, null, 3]],
    [array(STRING), '[]', []],
    [
      map(STRING, BIGINT),
      '{"a": 1, "b":null , "a":2}',
      new Map<Value, Value>([
        ['a', 2],
        ['b', null],
      ]),
    ],
    [map(STRING, STRING), '{ }', new Map()],
    [
      struct([
        { name: 'X', type: INTEGER },
        { name: 'Y', type: array(STRING) },
      ]),
      '{"y":["q"],"z":{},"x":1}',
      [1, ['q']],
    ],
    [struct([{ name: 'X', type: INTEGER }]), '{}', [null]],
  ])('%j reads %s', (type, text, value) => {
    expect(read(type, text)).toEqual(value)
    expect(read(type, 'null')).toBeNull()
  })

  test.each<[SqlType, string, string]>([
    [BOOLEAN, '"true"', "Can't convert type. sourceType: TextNode, requiredType: BOOLEAN, path: $.F"],
    [BOOLEAN, '1', "Can't convert type. sourceType: IntNode, requiredType: BOOLEAN, path: $.F"],
    [BOOLEAN, '3000000000', "Can't convert type. sourceType: LongNode, requiredType: BOOLEAN, path: $.F"],
    [BOOLEAN, '1e1', "Can't convert type. sourceType: DecimalNode, requiredType: BOOLEAN, path: $.F"],
    [INTEGER, '"x"', "Can't coerce string to type. targetType: INTEGER, path: $.F"],
    [INTEGER, '" 1"', "Can't coerce string to type. targetType: INTEGER, path: $.F"],
    [INTEGER, '"2147483648"', "Can't coerce string to type. targetType: INTEGER, path: $.F"],
    [INTEGER, 'true', "Can't convert type. sourceType: BooleanNode, requiredType: INTEGER, path: $.F"],
    [BIGINT, '[1]', "Can't convert type. sourceType: ArrayNode, requiredType: BIGINT, path: $.F"],
    [DOUBLE, '{}', "Can't convert type. sourceType: ObjectNode, requiredType: DOUBLE, path: $.F"],
    [BYTES, '1', "Can't convert type. sourceType: IntNode, requiredType: BYTES, path: $.F"],
    [array(INTEGER), '[1,"x"]', "Can't coerce string to type. targetType: INTEGER, path: $.F[1]"],
    [
      map(STRING, array(BOOLEAN)),
      '{"k":[1]}',
      "Can't convert type. sourceType: IntNode, requiredType: BOOLEAN, path: $.F.k.value[0]",
    ],
    [
      struct([{ name: 'X', type: INTEGER }]),
      '{"x":[]}',
      "Can't convert type. sourceType: ArrayNode, requiredType: INTEGER, path: $.F.X",
    ],
    [
      struct([{ name: 'X', type: INTEGER }]),
      '[]',
      "Can't convert type. sourceType: ArrayNode, requiredType: STRUCT<`X` INTEGER>, path: $.F",
    ],
    [TIME, '86400000', 'Time values must use number of milliseconds greater than 0 and less than 86400000., path: $.F'],
    [INTEGER, '3000000000', 'The number 3000000000 is out of the range of INTEGER, path: $.F'],
    [INTEGER, '-2147483649.0', 'The number -2147483649 is out of the range of INTEGER, path: $.F'],
    [BIGINT, '9223372036854775808', 'The number 9223372036854775808 is out of the range of BIGINT, path: $.F'],
    [
      decimal(4, 2),
      '1.234',
      "Cannot fit decimal '1.234' into DECIMAL(4, 2) without rounding. (Requires 4,3), path: $.F",
    ],
  ])('%j refuses %s', (type, text, cause) => {
    expect(read(type, text)).toBe(cause)
  })

  test('an error names the side, the topic and the cause', () => {
    const cause = "Can't convert type. sourceType: TextNode, requiredType: BOOLEAN, path: $.F"
    expect(reader({ F: BOOLEAN })('{"F":""}')).toEqual({
      message: `Failed to deserialize value from topic: t. ${cause}`,
      causes: [cause],
    })
    expect(reader({ F: BOOLEAN }, { unwrapped: true, side: 'KEY' })('""')).toMatchObject({
      message: expect.stringMatching(/^Failed to deserialize key from topic: t\. .* path: \$$/),
    })
  })
})

describe('properties', () => {
  test('match by exact name, else by upper-cased name; the exact one wins wherever it stands', () => {
    const types = { FOO: INTEGER, bar: INTEGER }
    expect(reader(types)('{"foo":1,"bar":2,"BAR":3,"other":4}')).toEqual([1, 2])
    expect(reader(types)('{"foo":1,"FOO":2,"Foo":3}')).toEqual([2, null])
    expect(reader(types)('{"FOO":2,"foo":1,"Bar":5}')).toEqual([2, null])
  })

  test('an exact name with null is null, though another case has a value', () => {
    expect(reader({ FOO: INTEGER })('{"foo":1,"FOO":null}')).toEqual([null])
  })

  test('the last of several with the same name counts', () => {
    expect(reader({ FOO: INTEGER })('{"FOO":1,"FOO":2}')).toEqual([2])
  })

  test('are found in any order and with any white space, and change from record to record', () => {
    const read = reader({ A: INTEGER, B: STRING, C: INTEGER }, { first: ['B'] })
    expect(read('{"a":1,"b":"x","c":3}')).toEqual([1, 'x', 3])
    expect(read('{"a":4,"b":"y","c":6}')).toEqual([4, 'y', 6])
    expect(read(' {\n "c" : 6 ,\t"b":"z"\r\n,"a"\n:5 } ')).toEqual([5, 'z', 6])
    expect(read('{"b":"w"}')).toEqual([null, 'w', null])
    expect(read('{}')).toEqual([null, null, null])
    expect(read('{"x":[1,{"b":"no"}],"y":"\\"}","b":"v","a":7}')).toEqual([7, 'v', null])
  })

  test('with escapes in their names are what the escapes say', () => {
    expect(reader({ AB: INTEGER })('{"\\u0061\\u0062":1}')).toEqual([1])
  })

  test('of more than the learnable names are still matched', () => {
    const read = reader({ WANTED: INTEGER })
    for (let i = 0; i < 3000; i++) expect(read(`{"name${i}":0,"wanted":${i},"${'x'.repeat(i % 40)}":1}`)).toEqual([i])
  })
})

describe('documents', () => {
  test('null, nothing and white space stand for no value', () => {
    for (const text of ['null', ' null ', '', ' \n']) {
      expect(reader({ A: INTEGER })(text)).toBeNull()
      expect(reader({ A: INTEGER }, { unwrapped: true })(text)).toBeNull()
    }
  })

  test('an unwrapped column is the document', () => {
    expect(reader({ A: array(INTEGER) }, { unwrapped: true })(' [1,2] ')).toEqual([[1, 2]])
    expect(reader({ A: struct([{ name: 'B', type: INTEGER }]) }, { unwrapped: true })('{"b":1}')).toEqual([[1]])
    expect(reader({ A: INTEGER }, { unwrapped: true, only: [] })('7')).toEqual([null])
  })

  test('that are no object are refused for several columns, whatever was read before', () => {
    const read = reader({ A: INTEGER, B: INTEGER })
    read('{"A":"x"}')
    expect(read('[1]')).toMatchObject({
      causes: ["Can't convert type. sourceType: ArrayNode, requiredType: STRUCT<`A` INTEGER, `B` INTEGER>, path: $"],
    })
  })

  test.each([
    '{',
    '{"A"',
    '{"A":',
    '{"A":1',
    '{"A":1,',
    '{"A":1,}',
    '{"A":1 "B":2}',
    '{"A":01}',
    '{"A":1.}',
    '{"A":-}',
    '{"A":nul}',
    '{"A":+1}',
    '{A:1}',
    '{"Z":[1,2}',
    '{"Z":tru}',
    '{"Z":"a}',
    'x',
  ])('%s is malformed', (text) => {
    expect(reader({ A: INTEGER })(text, '"}]')).toMatchObject({
      message: expect.stringContaining('Failed to deserialize'),
    })
  })

  test('what follows the document does not matter', () => {
    expect(reader({ A: INTEGER })('{"A":1} trailing')).toEqual([1])
  })

  test('deep nesting is refused, not a stack overflow', () => {
    const deep = '['.repeat(100_000)
    expect(reader({ A: INTEGER })(`{"Z":${deep}`)).toMatchObject({ causes: [expect.any(String)] })
    expect(reader({ A: STRING })(`{"A":${deep}`)).toMatchObject({ causes: [expect.any(String)] })
  })

  test('a record that the first columns rule out is not read to its end', () => {
    const setup: Setup = { format, columns: columns({ A: INTEGER, B: INTEGER }) }
    const wanted = [
      { column: 0, target: 0, first: true },
      { column: 1, target: 1, first: false },
    ]
    const columnsReader = format.reader({
      side: 'VALUE',
      topic: 't',
      spec: { format: 'JSON', unwrapped: false },
      columns: setup.columns,
      wanted,
    })
    const bytes = Buffer.from('{"A":1,"B":broken')
    const row: Value[] = []
    expect(columnsReader.open(bytes, 0, bytes.length, row)).toBeNull()
    expect(row[0]).toBe(1)
    expect(columnsReader.finish(row)).toMatchObject({ causes: [expect.any(String)] })
  })
})

describe('strings', () => {
  const texts = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc.string({ unit: fc.constantFrom('a', '"', '\\', '/', '\n', '\u0000', 'é', '😀'), maxLength: 80 }),
  )

  test('of any length and content are read as JSON.parse reads them', () => {
    const read = reader({ A: STRING, B: STRING, C: STRING })
    fc.assert(
      fc.property(fc.tuple(texts, texts, texts), fc.boolean(), ([a, b, c], escaped) => {
        const text = JSON.stringify({ a, b, c })
        const plain = escaped
          ? text.replace(/[^\x20-\x7e]/g, (code) => `\\u${code.charCodeAt(0).toString(16).padStart(4, '0')}`)
          : text
        expect(read(plain, '"x\\')).toEqual([a, b, c])
      }),
    )
  })

  test.each(['', 'é', '\\'])('that are long and have quotes far inside end where they end (%j)', (tail) => {
    const read = reader({ A: STRING, B: STRING })
    const text = `${'x'.repeat(50)}"${'y'.repeat(50)}\\"z\n${tail}`
    for (let i = 0; i < 3; i++) expect(read(JSON.stringify({ a: text, b: text }), '"')).toEqual([text, text])
    expect(read(`{"a":${JSON.stringify(text).slice(0, -1)}`, '"}')).toMatchObject({ causes: [expect.any(String)] })
  })

  test('with invalid UTF-8 get replacement characters', () => {
    const bytes = Buffer.concat([Buffer.from('{"A":"a'), Buffer.from([0xff, 0xc3]), Buffer.from('"}')])
    expect(reader({ A: STRING })(bytes)).toEqual(['a\ufffd\ufffd'])
  })

  test.each(['"\\x"', '"\\u12"', '"\\', '"a\nb"', '"\\n\n"'])('%j is malformed', (text) => {
    expect(reader({ A: STRING })(`{"A":${text}}`)).toMatchObject({ causes: [expect.any(String)] })
  })
})

describe('numbers', () => {
  test('DOUBLE is the nearest double of any number', () => {
    const read = reader({ A: DOUBLE })
    const digits = fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: 1, maxLength: 24 })
    const number = fc
      .tuple(fc.constantFrom('', '-'), digits, fc.option(digits), fc.option(fc.integer({ min: -330, max: 330 })))
      .map(([sign, whole, fraction, exponent]) => {
        const text = `${sign}${whole.replace(/^0+(?=\d)/, '')}${fraction === null ? '' : `.${fraction}`}`
        return exponent === null ? text : `${text}e${exponent}`
      })
    fc.assert(
      fc.property(fc.oneof(number, fc.double({ noNaN: true, noDefaultInfinity: true }).map(String)), (text) => {
        expect(read(`{"A":${text}}`)).toEqual([Number(text) + 0])
      }),
      { numRuns: 2000 },
    )
  })

  test('BIGINT keeps all digits', () => {
    const read = reader({ A: BIGINT })
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (value) => {
        const [result] = read(`{"A":${value}}`) as [number | bigint]
        expect(BigInt(result)).toBe(value)
        expect(typeof result).toBe(Number.isSafeInteger(Number(value)) ? 'number' : 'bigint')
      }),
    )
  })
})

test('any JSON object gives the columns that JSON.parse finds', () => {
  const read = reader({ A: STRING, B: DOUBLE, C: BOOLEAN }, { first: ['C'] })
  const document = fc.record(
    {
      a: fc.string(),
      b: fc.double({ noNaN: true, noDefaultInfinity: true }),
      c: fc.boolean(),
      other: fc.jsonValue(),
      z: fc.jsonValue(),
    },
    { requiredKeys: [] },
  )
  fc.assert(
    fc.property(document, fc.constantFrom(0, 2), (value, indent) => {
      const expected = [value.a ?? null, value.b === undefined ? null : value.b + 0, value.c ?? null]
      expect(read(JSON.stringify(value, null, indent))).toEqual(expected)
    }),
  )
})
