import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatJsonValue, JsonNumber, parseJsonValue } from '../../../src/types/json-parse.ts'

test('numbers keep their text and members their order', () => {
  const text = '{"2":1.50,"1":[9223372036854775807,-0,1e400,true,null,"\\u00e9\\n"],"":{}}'
  expect(formatJsonValue(parseJsonValue(` ${text}\n`))).toBe(text.replace('\\u00e9', 'é'))
})

test('an integer is one that is written as such', () => {
  expect((parseJsonValue('-12') as JsonNumber).isInteger()).toBe(true)
  expect((parseJsonValue('1.0') as JsonNumber).isInteger()).toBe(false)
  expect((parseJsonValue('1e2') as JsonNumber).isInteger()).toBe(false)
})

test('the last of members with one name stays', () => {
  expect(parseJsonValue('{"a":1,"a":2}')).toEqual(new Map([['a', new JsonNumber('2')]]))
})

test.each(['', '{', '[1,]', '{"a" 1}', '01', '1.', 'tru', "'a'", '"a\nb"', '"\\x"', '1 2', '{a:1}', '"open'])(
  '%j is refused',
  (text) => {
    expect(() => parseJsonValue(text)).toThrow(/Unexpected .* of JSON text/)
  },
)

test('nesting beyond the limit is an error of its own', () => {
  expect(() => parseJsonValue('['.repeat(100_000))).toThrow('nested deeper')
})

test('agrees with the platform', () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      expect(JSON.parse(formatJsonValue(parseJsonValue(text)))).toEqual(JSON.parse(text))
    }),
  )
})

test('a long text does not exhaust the stack', () => {
  const text = JSON.stringify('x\\"'.repeat(1_000_000))
  expect(parseJsonValue(text)).toBe(JSON.parse(text))
})
