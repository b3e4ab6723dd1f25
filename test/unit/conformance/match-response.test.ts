import { describe, expect, test } from 'vitest'
import type { JsonObject } from '../../../src/testing/json/json-access.ts'
import { type JsonValue, parseJsonValue } from '../../../src/types/json-parse.ts'
import { afterRoundTrip, objectDifference, rowsDifference } from '../../conformance/rest/match-response.ts'
import { readRestCases } from '../../conformance/rest/read-rest-case.ts'

const json = (text: string): JsonValue => parseJsonValue(text)
const objects = (expected: string, actual: string) => objectDifference(json(expected) as JsonObject, json(actual))
const rows = (expected: string, actual: string) =>
  rowsDifference(json(expected) as readonly JsonValue[], json(actual) as readonly JsonValue[])

describe('an object', () => {
  test.each([
    ['{"a":1}', '{"a":1,"b":2}', true],
    ['{"a":{"b":1}}', '{"a":{"b":1,"c":2}}', true],
    ['{"a|starts_with":"x"}', '{"a":"xyz"}', true],
    ['{"a|equals":"x"}', '{"a":"x"}', true],
    ['{"a":[{"b":1,"c":2}]}', '{"a":[{"c":2,"b":1}]}', true],
    ['{"a|starts_with":"y"}', '{"a":"xyz"}', false],
    ['{"a":1}', '{"b":1}', false],
    ['{"a":1}', '{"a":1.0}', false],
    ['{"a":1.0}', '{"a":1.00}', false],
    ['{"a":[1,2]}', '{"a":[2,1]}', false],
    ['{"a":[{"b":1}]}', '{"a":[{"b":1,"c":2}]}', false],
    ['{"a":"1"}', '{"a":1}', false],
    ['{"a":1}', '[1]', false],
  ])('expected %s, got %s: %s', (expected, actual, matches) => {
    expect(objects(expected, actual) === null).toBe(matches)
  })
})

describe('rows', () => {
  const row = (columns: string, more = '') => `{"row":{"columns":${columns}${more}}}`

  test('may come in any order', () => {
    expect(rows(`[${row('[1]')},${row('[2]')}]`, `[${row('[2]')},${row('[1]')}]`)).toBeNull()
  })

  test.each([
    ['one too few', `[${row('[1]')},${row('[1]')}]`, `[${row('[1]')}]`],
    ['one too many', `[${row('[1]')}]`, `[${row('[1]')},${row('[1]')}]`],
    ['another one twice', `[${row('[1]')},${row('[2]')}]`, `[${row('[1]')},${row('[1]')}]`],
    ['another scale', `[${row('[1.0]')}]`, `[${row('[1.00]')}]`],
    ['another order of columns', `[${row('[1,2]')}]`, `[${row('[2,1]')}]`],
    ['no tombstone', `[${row('[1]', ',"tombstone":true')}]`, `[${row('[1]')}]`],
    ['a row in place of the header', `[{"header":{"schema":"A"}}]`, `[${row('[1]')}]`],
    ['another schema', `[{"header":{"schema":"A"}}]`, `[{"header":{"schema":"B"}}]`],
    ['another end', '[{"finalMessage":"Limit Reached"}]', '[{"finalMessage":"Query Completed"}]'],
  ])('with %s differ', (_what, expected, actual) => {
    expect(rows(expected, actual)).not.toBeNull()
  })
})

test('on the way, empty members vanish and exponents become digits', () => {
  const before = '{"a":null,"b":"","c":[],"d":{"e":null},"f":[null,""],"g":1.0E10,"h":-1.5e-3,"i":0}'
  const after = '{"f":[null,""],"g":10000000000,"h":-0.0015,"i":0}'
  expect(afterRoundTrip(json(before))).toEqual(json(after))
})

describe('a case', () => {
  const CASE = { name: 'c', format: ['JSON'], statements: ["SELECT '{FORMAT}';"], responses: [{ admin: {} }] }
  const read = (testCase: object) => readRestCases(JSON.stringify({ tests: [testCase] }), 'file')

  test('is read with its conditions', () => {
    const [test] = read({
      ...CASE,
      inputConditions: { waitForActivePushQuery: true },
      expectedError: { status: 400 },
    })
    expect(test).toMatchObject({
      name: 'file - c - JSON',
      statements: ["SELECT 'JSON';"],
      responses: [{ kind: 'admin' }],
      expectedError: { status: 400, message: null },
      waitForPushQuery: true,
    })
  })

  test('with an unknown kind of response is an error', () => {
    expect(() => read({ ...CASE, responses: [{ other: 1 }] })).toThrow('not a response')
  })
})
