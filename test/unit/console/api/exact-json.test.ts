import { expect, it } from 'vitest'
import { ExactNumber, exactText, parseExact } from '../../../../src/console/api/exact-json.ts'

it('numbers that JavaScript holds are numbers', () => {
  expect(parseExact('[1, -2.5, 5.0, 1e3, 123456789012345, 1700000000000.5, 0.30000000000000004]')).toEqual([
    1, -2.5, 5, 1000, 123456789012345, 1700000000000.5, 0.30000000000000004,
  ])
})

it.each(['9223372036854775807', '-9223372036854775808', '9007199254740993', '12345678901234567890.123456789'])(
  '%s keeps all its digits, there and back',
  (digits) => {
    const value = parseExact(`{"n":${digits}}`) as { n: ExactNumber }
    expect(value.n).toBeInstanceOf(ExactNumber)
    expect(String(value.n)).toBe(digits)
    expect(exactText(parseExact(`{"n":${digits}}`))).toBe(`{"n":${digits}}`)
  },
)

it('long runs of digits in texts stay texts', () => {
  expect(parseExact('{"card":"4111111111111111111","n":1}')).toEqual({ card: '4111111111111111111', n: 1 })
})

it('the text is indented on request', () => {
  expect(exactText({ a: [1] }, 2)).toBe('{\n  "a": [\n    1\n  ]\n}')
})
