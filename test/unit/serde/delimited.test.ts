import { describe, expect, test } from 'vitest'
import { FORMATS } from '../../../src/serde/index.ts'
import { Decimal } from '../../../src/types/decimal.ts'
import {
  array,
  BIGINT,
  BOOLEAN,
  BYTES,
  DOUBLE,
  decimal,
  INTEGER,
  type SqlType,
  STRING,
  TIME,
} from '../../../src/types/sql-type.ts'
import type { Row, Value } from '../../../src/types/value.ts'
import { columns, payloadReader, rowWriter } from './serde.ts'

const format = FORMATS.DELIMITED
const TWO = { A: STRING, B: STRING }
const read = (types: Readonly<Record<string, SqlType>>, text: string, delimiter?: string) =>
  payloadReader({ format, columns: columns(types), ...(delimiter === undefined ? {} : { delimiter }) })(text, '"')
const write = (types: Readonly<Record<string, SqlType>>, row: Row, delimiter?: string) =>
  rowWriter({ format, columns: columns(types), ...(delimiter === undefined ? {} : { delimiter }) })(row)?.toString()

describe('reading', () => {
  test.each<[string, Row]>([
    ['a,b', ['a', 'b']],
    [' a , b ', [' a ', ' b ']],
    ['"a","b"', ['a', 'b']],
    ['"a,""x""" ,b', ['a,"x"', 'b']],
    ['a"b,c', ['a"b', 'c']],
    ['"a\nb",c', ['a\nb', 'c']],
    [',', [null, null]],
    ['"",b', [null, 'b']],
    ['a,b\r\nc,d,e', ['a', 'b']],
    ['\n\r\na,b', ['a', 'b']],
    ['é,😀', ['é', '😀']],
  ])('%j', (text, row) => {
    expect(read(TWO, text)).toEqual(row)
  })

  test.each<[SqlType, string, Value]>([
    [BOOLEAN, 'TRUE', true],
    [BOOLEAN, 'yes', false],
    [INTEGER, '+5', 5],
    [BIGINT, '9007199254740993', 9007199254740993n],
    [DOUBLE, '1e3', 1000],
    [decimal(33, 16), '.12', new Decimal(1200000000000000n, 16)],
    [BYTES, 'IQ==', new Uint8Array([33])],
    [TIME, '5', 5],
  ])('%o from %s', (type, text, value) => {
    expect(read({ A: type }, text)).toEqual([value])
  })

  test.each<[Readonly<Record<string, SqlType>>, string, string]>([
    [TWO, 'a', 'Column count mismatch on deserialization. topic: t, expected: 2, got: 1'],
    [TWO, 'a,b,', 'Column count mismatch on deserialization. topic: t, expected: 2, got: 3'],
    [TWO, '', 'No fields in record'],
    [TWO, '"a,b', '(startline 1) EOF reached before encapsulated token finished'],
    [TWO, '"a"x,b', '(line 1) invalid char between encapsulated token and delimiter'],
    [{ A: INTEGER }, ' 1', 'For input string: " 1"'],
    [{ A: INTEGER }, '2147483648', 'For input string: "2147483648"'],
    [{ A: TIME }, '-1', 'Time values must use number of milliseconds greater than 0 and less than 86400000.'],
    [{ A: decimal(2, 1) }, '1.25', "Cannot fit decimal '1.25' into DECIMAL(2, 1) without rounding. (Requires 3,2)"],
  ])('%o refuses %j', (types, text, cause) => {
    expect(read(types, text)).toEqual({ message: 'Error deserializing delimited', causes: [cause] })
  })
})

describe('writing', () => {
  test.each<[Readonly<Record<string, SqlType>>, Row, string]>([
    [TWO, ['a', 'b'], 'a,b'],
    [TWO, ['', ''], '"",'],
    [TWO, [null, null], ','],
    [TWO, ['-a', '-b'], '"-a",-b'],
    [TWO, ['é', '#b'], '"é","#b"'],
    [TWO, ['a ', 'b\n'], '"a ","b\n"'],
    [TWO, ['a,b', 'c"d'], '"a,b","c""d"'],
    [{ A: INTEGER, B: INTEGER }, [-5, -5], '"-5",-5'],
    [{ A: DOUBLE, B: BOOLEAN }, [1e10, true], '1.0E10,true'],
    [{ A: decimal(4, 2), B: BYTES }, [new Decimal(150n, 2), new Uint8Array([33])], '1.50,IQ=='],
  ])('%o %o', (types, row, text) => {
    expect(write(types, row)).toBe(text)
  })

  test('the NULL of a single column is a null payload', () => {
    expect(write({ A: INTEGER }, [null])).toBeUndefined()
  })
})

test.each(['|', '$', 'TAB', 'space', '§'])('with %s between fields', (delimiter) => {
  const character = { TAB: '\t', space: ' ' }[delimiter] ?? delimiter
  const text = `a${character}"x${character}y"`
  expect(read(TWO, text, delimiter)).toEqual(['a', `x${character}y`])
  expect(write(TWO, ['a', `x${character}y`], delimiter)).toBe(text)
})

test('takes primitive types only', () => {
  const refusal = format.refusal(
    columns({ A: INTEGER, X: array(DOUBLE) }),
    { format: 'DELIMITED', unwrapped: false },
    'KEY',
  )
  expect(refusal).toBe("The 'DELIMITED' format does not support type 'ARRAY', column: `X`")
})
