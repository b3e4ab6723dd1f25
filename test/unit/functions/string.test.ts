import { describe, expect, it } from 'vitest'
import { encodeFunctions } from '../../../src/functions/scalar/encode.ts'
import { maskFunctions } from '../../../src/functions/scalar/mask.ts'
import { padFunctions } from '../../../src/functions/scalar/pad.ts'
import { splitFunctions } from '../../../src/functions/scalar/split.ts'
import { stringFunctions } from '../../../src/functions/scalar/string.ts'
import { invoke } from './invoke.ts'

const FUNCTIONS = [...stringFunctions, ...padFunctions, ...splitFunctions, ...maskFunctions, ...encodeFunctions]
const bytes = (...values: number[]) => Uint8Array.from(values)

const CASES: [signature: string, args: unknown[], result: unknown][] = [
  ['CHR(INT)', [0x1f600], '😀'],
  ['CHR(INT)', [null], null],
  ['CHR(INT)', [0x110000], null],
  ['CHR(INT)', [-1], null],
  ['CHR(STRING)', ['\\u004b'], 'K'],
  ['CHR(STRING)', ['\\ud83d\\ude00'], '😀'],
  ['CHR(STRING)', ['u004b!'], null],
  ['CHR(STRING)', ['\\u04b'], null],
  ['CONCAT(STRING...)', ['a', null, 'b'], 'ab'],
  ['CONCAT(STRING...)', [null, null], ''],
  ['CONCAT(BYTES...)', [bytes(1), null, bytes(2, 3)], bytes(1, 2, 3)],
  ['CONCAT_WS(STRING, STRING...)', [', ', 'a', null, '', 'b'], 'a, , b'],
  ['CONCAT_WS(STRING, STRING...)', [null, 'a'], null],
  ['CONCAT_WS(STRING, STRING...)', [',', null], ''],
  ['CONCAT_WS(BYTES, BYTES...)', [bytes(0), bytes(1), null, bytes(), bytes(2)], bytes(1, 0, 0, 2)],
  ['CONCAT_WS(BYTES, BYTES...)', [null, bytes(1)], null],
  ['ELT(int, STRING...)', [2, 'a', 'b'], 'b'],
  ['ELT(int, STRING...)', [1, null, 'b'], null],
  ['ELT(int, STRING...)', [0, 'a'], null],
  ['ELT(int, STRING...)', [3, 'a', 'b'], null],
  ['FIELD(STRING, STRING...)', ['b', 'a', 'b', 'b'], 2],
  ['FIELD(STRING, STRING...)', [null, null], 0],
  ['FIELD(STRING, STRING...)', ['c', 'a', null], 0],
  ['INITCAP(STRING)', ['  the   Quick br0wn fOx'], 'The   Quick Br0wn Fox'],
  ['INITCAP(STRING)', [null], null],
  ['INITCAP(STRING)', [''], ''],
  ['INSTR(STRING, STRING)', ['corporate floor', 'or'], 2],
  ['INSTR(STRING, STRING)', [null, 'or'], 0],
  ['INSTR(STRING, STRING)', ['short', 'x'], 0],
  ['INSTR(STRING, STRING, int)', ['corporate floor', 'or', 3], 5],
  ['INSTR(STRING, STRING, int)', ['corporate floor', 'or', -3], 5],
  ['INSTR(STRING, STRING, int)', ['corporate floor', null, 1], 0],
  ['INSTR(STRING, STRING, int)', ['corporate floor', 'or', -16], 0],
  ['INSTR(STRING, STRING, int, int)', ['corporate floor', 'or', 3, 2], 14],
  ['INSTR(STRING, STRING, int, int)', ['corporate floor', 'or', -3, 2], 2],
  ['INSTR(STRING, STRING, int, int)', ['corporate floor', 'or', -3, 3], 0],
  ['INSTR(STRING, STRING, int, int)', ['aaa', 'aa', 1, 2], 2],
  ['INSTR(STRING, STRING, int, int)', [null, null, 1, 1], 0],
  ['LCASE(STRING)', ['AbÜ'], 'abü'],
  ['LCASE(STRING)', [null], null],
  ['UCASE(STRING)', ['straße'], 'STRASSE'],
  ['UCASE(STRING)', [null], null],
  ['TRIM(STRING)', [' \t\0a b\u00a0 '], 'a b\u00a0'],
  ['TRIM(STRING)', ['   '], ''],
  ['TRIM(STRING)', [null], null],
  ['LEN(STRING)', ['a😀'], 3],
  ['LEN(STRING)', [null], null],
  ['LEN(STRING)', [''], 0],
  ['LEN(BYTES)', [bytes(1, 2)], 2],
  ['LEN(BYTES)', [null], null],
  ['REPLACE(STRING, STRING, STRING)', ['a.b.c', '.', '$&'], 'a$&b$&c'],
  ['REPLACE(STRING, STRING, STRING)', ['ab', null, 'x'], null],
  ['REPLACE(STRING, STRING, STRING)', ['ab', '', '-'], '-a-b-'],
  ['SUBSTRING(STRING, INT)', ['stream', 3], 'ream'],
  ['SUBSTRING(STRING, INT)', ['stream', -3], 'eam'],
  ['SUBSTRING(STRING, INT)', ['stream', 0], 'stream'],
  ['SUBSTRING(STRING, INT)', ['stream', 9], ''],
  ['SUBSTRING(STRING, INT)', ['stream', null], null],
  ['SUBSTRING(STRING, INT, INT)', ['stream', 3, 2], 're'],
  ['SUBSTRING(STRING, INT, INT)', ['stream', -9, 2], 'st'],
  ['SUBSTRING(STRING, INT, INT)', ['stream', 3, -1], ''],
  ['SUBSTRING(STRING, INT, INT)', ['stream', 3, null], null],
  ['SUBSTRING(BYTES, INT)', [bytes(1, 2, 3), 2], bytes(2, 3)],
  ['SUBSTRING(BYTES, INT, INT)', [bytes(1, 2, 3), -2, 1], bytes(2)],
  ['SUBSTRING(BYTES, INT, INT)', [null, 1, 1], null],
  ['UUID(BYTES)', [bytes(...Array(16).keys())], '00010203-0405-0607-0809-0a0b0c0d0e0f'],
  ['UUID(BYTES)', [bytes(1)], null],
  ['UUID(BYTES)', [null], null],
  ['LPAD(STRING, INT, STRING)', ['foo', 7, 'Bar'], 'BarBfoo'],
  ['LPAD(STRING, INT, STRING)', ['foo', 2, 'Bar'], 'fo'],
  ['LPAD(STRING, INT, STRING)', ['foo', -1, 'Bar'], null],
  ['LPAD(STRING, INT, STRING)', ['foo', 7, ''], null],
  ['LPAD(STRING, INT, STRING)', ['foo', 7, null], null],
  ['LPAD(BYTES, INT, BYTES)', [bytes(1, 2), 5, bytes(8, 9)], bytes(8, 9, 8, 1, 2)],
  ['LPAD(BYTES, INT, BYTES)', [bytes(1, 2), 1, bytes(8, 9)], bytes(1)],
  ['LPAD(BYTES, INT, BYTES)', [null, 1, bytes(8, 9)], null],
  ['RPAD(STRING, INT, STRING)', ['foo', 7, 'Bar'], 'fooBarB'],
  ['RPAD(STRING, INT, STRING)', ['foo', 0, 'Bar'], ''],
  ['RPAD(STRING, INT, STRING)', [null, 0, 'Bar'], null],
  ['RPAD(BYTES, INT, BYTES)', [bytes(1, 2), 5, bytes(8, 9)], bytes(1, 2, 8, 9, 8)],
  ['RPAD(BYTES, INT, BYTES)', [bytes(1, 2), 1, bytes(8)], bytes(1)],
  ['RPAD(BYTES, INT, BYTES)', [bytes(1, 2), null, bytes(8)], null],
  ['SPLIT(STRING, STRING)', ['..a..', '.'], ['', '', 'a', '', '']],
  ['SPLIT(STRING, STRING)', ['a😀', ''], ['a', '😀']],
  ['SPLIT(STRING, STRING)', ['', ''], ['']],
  ['SPLIT(STRING, STRING)', [null, ','], null],
  ['SPLIT(BYTES, BYTES)', [bytes(0, 1, 0, 0), bytes(0)], [bytes(), bytes(1), bytes(), bytes()]],
  ['SPLIT(BYTES, BYTES)', [bytes(1, 2), bytes()], [bytes(1), bytes(2)]],
  ['SPLIT(BYTES, BYTES)', [bytes(1), null], null],
  [
    'SPLIT_TO_MAP(STRING, STRING, STRING)',
    ['a:1//b:2:3/c/a:4/d:', '/', ':'],
    new Map([
      ['a', '4'],
      ['b', '2'],
      ['d', ''],
    ]),
  ],
  ['SPLIT_TO_MAP(STRING, STRING, STRING)', ['a:1', ':', ':'], null],
  ['SPLIT_TO_MAP(STRING, STRING, STRING)', ['a:1', '', ':'], null],
  ['SPLIT_TO_MAP(STRING, STRING, STRING)', ['', '/', ':'], new Map()],
  ['SPLIT_TO_MAP(STRING, STRING, STRING)', [null, '/', ':'], null],
  ['MASK(STRING)', ['Aé-9 Ж😀٣'], 'Xx-n-X--n'],
  ['MASK(STRING)', [null], null],
  ['MASK(STRING, STRING, STRING, STRING, STRING)', ['Ab-9', 'U', null, '#', null], 'Ub-#'],
  ['MASK(STRING, STRING, STRING, STRING, STRING)', [null, 'U', null, '#', null], null],
  ['MASK_LEFT(STRING, int)', ['AbCd9', 2], 'XxCd9'],
  ['MASK_LEFT(STRING, int)', ['Ab', 5], 'Xx'],
  ['MASK_RIGHT(STRING, int)', ['AbCd9', 2], 'AbCxn'],
  ['MASK_RIGHT(STRING, int)', [null, 2], null],
  ['MASK_KEEP_LEFT(STRING, int)', ['AbCd9', 2], 'AbXxn'],
  ['MASK_KEEP_LEFT(STRING, int)', ['AbCd9', 9], 'AbCd9'],
  ['MASK_KEEP_RIGHT(STRING, int)', ['AbCd9', 2], 'XxXd9'],
  ['MASK_KEEP_RIGHT(STRING, int, STRING, STRING, STRING, STRING)', ['AbCd9', 0, '1', '2', '3', '4'], '12123'],
  ['ENCODE(STRING, STRING, STRING)', ['4578616d706C6521', 'hex', 'ascii'], 'Example!'],
  ['ENCODE(STRING, STRING, STRING)', ["X'4578'", 'HEX', 'base64'], 'RXg='],
  ['ENCODE(STRING, STRING, STRING)', ['0x578', 'hex', 'utf8'], '\u0005x'],
  ['ENCODE(STRING, STRING, STRING)', ['0x', 'hex', 'utf8'], ''],
  ['ENCODE(STRING, STRING, STRING)', ['Übér', 'utf8', 'ascii'], '\ufffd\ufffdb\ufffd\ufffdr'],
  ['ENCODE(STRING, STRING, STRING)', ['Üb😀', 'ascii', 'hex'], '3f623f'],
  ['ENCODE(STRING, STRING, STRING)', [null, 'ascii', 'hex'], null],
  ['FROM_BYTES(BYTES, STRING)', [bytes(0x1a, 0xb2), 'hex'], '1AB2'],
  ['FROM_BYTES(BYTES, STRING)', [bytes(0x61, 0xb2), 'ascii'], 'a\ufffd'],
  ['FROM_BYTES(BYTES, STRING)', [null, 'ascii'], null],
  ['TO_BYTES(STRING, STRING)', ['é', 'utf8'], bytes(0xc3, 0xa9)],
  ['TO_BYTES(STRING, STRING)', ['IQ', 'base64'], bytes(0x21)],
  ['TO_BYTES(STRING, STRING)', ['1aB2', 'hex'], bytes(0x1a, 0xb2)],
  ['TO_BYTES(STRING, STRING)', ['a', null], null],
  ['MD5(STRING)', [''], 'd41d8cd98f00b204e9800998ecf8427e'],
  ['MD5(STRING)', [null], null],
]

const ERRORS: [signature: string, args: unknown[], message: string][] = [
  ['CONCAT_WS(STRING, STRING...)', [','], 'Function Concat_WS expects at least two input arguments.'],
  [
    'MASK_LEFT(STRING, int)',
    ['a', -1],
    'function mask_left requires a non-negative number of characters to mask or skip',
  ],
  [
    'MASK(STRING, STRING, STRING, STRING, STRING)',
    ['a', 'xx', 'x', 'x', 'x'],
    "Invalid mask character. Must be only single character, but was 'xx'",
  ],
  [
    'ENCODE(STRING, STRING, STRING)',
    ['a', 'hex', 'hex'],
    'Supported input and output encodings are: hex, utf8, ascii and base64',
  ],
  ['ENCODE(STRING, STRING, STRING)', ['578', 'hex', 'utf8'], 'odd number'],
  ['ENCODE(STRING, STRING, STRING)', ["X'", 'hex', 'utf8'], 'not hexadecimal'],
  ['FROM_BYTES(BYTES, STRING)', [bytes(1), 'rot13'], "Unknown encoding type 'rot13'. Supported formats are"],
  ['TO_BYTES(STRING, STRING)', ['a*', 'base64'], 'Illegal base64 text'],
]

describe('string functions', () => {
  it.each(CASES)('%s of %j', (signature, args, result) => {
    expect(invoke(FUNCTIONS, signature, args)).toEqual(result)
  })

  it.each(ERRORS)('%s of %j is an error', (signature, args, message) => {
    expect(() => invoke(FUNCTIONS, signature, args)).toThrow(message)
  })

  it('gives another random UUID each time', () => {
    const first = invoke(FUNCTIONS, 'UUID()', [])
    expect(first).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    expect(invoke(FUNCTIONS, 'UUID()', [])).not.toBe(first)
  })
})
