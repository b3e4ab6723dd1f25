import { describe, expect, it } from 'vitest'
import { conversionFunctions } from '../../../src/functions/scalar/conversion.ts'
import { geoFunctions } from '../../../src/functions/scalar/geo.ts'
import { urlFunctions } from '../../../src/functions/scalar/url.ts'
import { invoke } from './invoke.ts'

const FUNCTIONS = [...urlFunctions, ...conversionFunctions, ...geoFunctions]
const bytes = (...values: number[]) => Uint8Array.from(values)
const URL_TEXT = 'http://test@confluent.io:8080/nested%20path/x?one=a%26b&two=c=d&three#frag%C3%A9'

const CASES: [signature: string, args: unknown[], result: unknown][] = [
  ['URL_EXTRACT_PROTOCOL(STRING)', [URL_TEXT], 'http'],
  ['URL_EXTRACT_PROTOCOL(STRING)', ['www.confluent.io'], null],
  ['URL_EXTRACT_PROTOCOL(STRING)', [null], null],
  ['URL_EXTRACT_HOST(STRING)', [URL_TEXT], 'confluent.io'],
  ['URL_EXTRACT_HOST(STRING)', ['https://[::1]:443/'], '[::1]'],
  ['URL_EXTRACT_HOST(STRING)', ['https://under_score/'], null],
  ['URL_EXTRACT_HOST(STRING)', [null], null],
  ['URL_EXTRACT_PORT(STRING)', [URL_TEXT], 8080],
  ['URL_EXTRACT_PORT(STRING)', ['http://a'], null],
  ['URL_EXTRACT_PORT(STRING)', [null], null],
  ['URL_EXTRACT_PATH(STRING)', [URL_TEXT], '/nested path/x'],
  ['URL_EXTRACT_PATH(STRING)', ['http://a.b?q'], ''],
  ['URL_EXTRACT_PATH(STRING)', ['mailto:a@b.c'], null],
  ['URL_EXTRACT_PATH(STRING)', [null], null],
  ['URL_EXTRACT_QUERY(STRING)', [URL_TEXT], 'one=a&b&two=c=d&three'],
  ['URL_EXTRACT_QUERY(STRING)', ['http://a/b'], null],
  ['URL_EXTRACT_QUERY(STRING)', [null], null],
  ['URL_EXTRACT_FRAGMENT(STRING)', [URL_TEXT], 'fragé'],
  ['URL_EXTRACT_FRAGMENT(STRING)', ['http://a'], null],
  ['URL_EXTRACT_FRAGMENT(STRING)', [null], null],
  ['URL_EXTRACT_PARAMETER(STRING, STRING)', [URL_TEXT, 'two'], 'c=d'],
  ['URL_EXTRACT_PARAMETER(STRING, STRING)', [URL_TEXT, 'three'], ''],
  ['URL_EXTRACT_PARAMETER(STRING, STRING)', [URL_TEXT, 'four'], null],
  ['URL_EXTRACT_PARAMETER(STRING, STRING)', [URL_TEXT, null], null],
  ['URL_ENCODE_PARAM(STRING)', ["?foo $bar~é'*-_."], '%3Ffoo+%24bar%7E%C3%A9%27*-_.'],
  ['URL_ENCODE_PARAM(STRING)', ['\ud800'], '%3F'],
  ['URL_ENCODE_PARAM(STRING)', [null], null],
  ['URL_DECODE_PARAM(STRING)', ['%3Ffoo+%24bar%C3%A9%ff'], '?foo $baré\ufffd'],
  ['URL_DECODE_PARAM(STRING)', [null], null],
  ['INT_FROM_BYTES(BYTES)', [bytes(0, 0, 7, 229)], 2021],
  ['INT_FROM_BYTES(BYTES)', [null], null],
  ['INT_FROM_BYTES(BYTES, STRING)', [bytes(229, 7, 0, 0), 'LITTLE_ENDIAN'], 2021],
  ['INT_FROM_BYTES(BYTES, STRING)', [bytes(255, 255, 255, 255), 'BIG_ENDIAN'], -1],
  ['BIGINT_FROM_BYTES(BYTES)', [bytes(0, 0, 0, 1, 42, 5, 242, 0)], 5_000_000_000],
  ['BIGINT_FROM_BYTES(BYTES)', [bytes(127, 255, 255, 255, 255, 255, 255, 255)], 9223372036854775807n],
  ['BIGINT_FROM_BYTES(BYTES, STRING)', [bytes(1, 0, 0, 0, 0, 0, 0, 0), 'LITTLE_ENDIAN'], 1],
  ['BIGINT_FROM_BYTES(BYTES, STRING)', [null, 'LITTLE_ENDIAN'], null],
  ['DOUBLE_FROM_BYTES(BYTES)', [bytes(64, 128, 166, 253, 155, 201, 245, 130)], 532.8738323],
  ['DOUBLE_FROM_BYTES(BYTES, STRING)', [bytes(0, 0, 0, 0, 0, 0, 240, 63), 'LITTLE_ENDIAN'], 1],
  ['DOUBLE_FROM_BYTES(BYTES, STRING)', [null, 'BIG_ENDIAN'], null],
]

const GEO = 'GEO_DISTANCE(double, double, double, double'

describe('URL, conversion and geography functions', () => {
  it.each(CASES)('%s of %j', (signature, args, result) => {
    expect(invoke(FUNCTIONS, signature, args)).toEqual(result)
  })

  it.each([
    ['URL_EXTRACT_HOST(STRING)', ['http://a b'], 'URL input has invalid syntax: http://a b'],
    ['URL_EXTRACT_HOST(STRING)', ['1x:y'], 'URL input has invalid syntax'],
    ['URL_EXTRACT_HOST(STRING)', ['http://'], 'URL input has invalid syntax'],
    ['URL_EXTRACT_PATH(STRING)', ['http://a/%zz'], 'URL input has invalid syntax'],
    ['URL_DECODE_PARAM(STRING)', ['%2'], 'without two hexadecimal digits'],
    ['INT_FROM_BYTES(BYTES)', [bytes(1)], 'Number of bytes must be equal to 4, but found 1'],
    ['INT_FROM_BYTES(BYTES, STRING)', [bytes(1, 2, 3, 4), 'MIDDLE'], 'Byte order must be'],
    [`${GEO})`, [91, 0, 0, 0], 'A latitude must be'],
    [`${GEO})`, [0, 0, 0, -181], 'A longitude must be'],
    [`${GEO}, STRING)`, [0, 0, 0, 0, 'furlongs'], 'The unit of a distance'],
  ] as [string, unknown[], string][])('%s of %j is an error', (signature, args, message) => {
    expect(() => invoke(FUNCTIONS, signature, args)).toThrow(message)
  })

  it('measures distances', () => {
    const points = [37.4439, -122.1663, 51.5257, -0.1122]
    expect(invoke(FUNCTIONS, `${GEO})`, points)).toBeCloseTo(8634.659796579544, 8)
    expect(invoke(FUNCTIONS, `${GEO}, STRING)`, [...points, null])).toBeCloseTo(8634.659796579544, 8)
    expect(invoke(FUNCTIONS, `${GEO}, STRING)`, [...points, 'Kilometres'])).toBeCloseTo(8634.659796579544, 8)
    expect(invoke(FUNCTIONS, `${GEO}, STRING)`, [...points, 'MI'])).toBeCloseTo(5365.659729188262, 8)
  })
})
