import { expect, it } from 'vitest'
import { RowShaper, type ShapeOptions } from '../../../../src/cli/rows/row-shaper.ts'

const text = { type: 'STRING', fields: null, memberSchema: null }
const target = {
  name: 'LOGS',
  topic: 'logs',
  fields: [
    { name: 'USERID', schema: text, type: 'KEY' as const },
    { name: 'STATE', schema: text },
    { name: 'lower', schema: text },
  ],
}
const shaperOf = (options: Partial<ShapeOptions> = {}) =>
  new RowShaper(target, { key: null, timestamp: null, ...options })
const row = (line: string, number = 1) => ({ line: number, text: line, error: null })

it('passes a row on as it is where the server finds all of its columns', () => {
  const line = '{"userid" : "u", "State":9223372036854775807,"rowtime":5}'
  expect(shaperOf().shape(row(line))).toBe(line)
})

it('matches fields and columns in any case, keeps numbers as they are, and notes what no column takes', () => {
  const shaper = shaperOf()
  expect(shaper.shape(row('{"userid":"u","state":9223372036854775807,"LOWER":1.50,"extra":{}}'))).toBe(
    '{"`USERID`":"u","`STATE`":9223372036854775807,"`lower`":1.50}',
  )
  expect([...shaper.unknownFields]).toEqual(['extra'])
})

it('fills the key from the field that is named, which may be a column as well', () => {
  expect(shaperOf({ key: 'id' }).shape(row('{"id":"u","state":"LA"}'))).toBe('{"`STATE`":"LA","`USERID`":"u"}')
  expect(shaperOf({ key: 'state' }).shape(row('{"state":"LA"}'))).toBe('{"`STATE`":"LA","`USERID`":"LA"}')
})

it('fills the time from a number or ISO 8601 text', () => {
  const shaper = shaperOf({ timestamp: 'at' })
  expect(shaper.shape(row('{"at":1700000000000}'))).toBe('{"ROWTIME":1700000000000}')
  expect(shaper.shape(row('{"at":"2023-11-14T22:13:20Z"}'))).toBe('{"ROWTIME":1700000000000}')
  expect(() => shaper.shape(row('{"at":"soon"}', 7))).toThrow('Line 7: "soon" is no time. Write epoch milliseconds')
})

it('refuses a field for the key or the time that the first row does not have', () => {
  expect(() => shaperOf({ key: 'zz' }).shape(row('{"a":1,"b":2}'))).toThrow(
    "Line 1: there is no field 'zz' for --key. Fields: a, b.",
  )
  expect(() => shaperOf({ timestamp: 'zz' }).shape(row('{"a":1}'))).toThrow("no field 'zz' for --timestamp")
})

it('refuses a key for a target without one key column', () => {
  expect(() => new RowShaper({ ...target, fields: [] }, { key: 'id', timestamp: null })).toThrow(
    'LOGS has 0 key columns; --key needs exactly one.',
  )
})

it('names the line of a row that is no object', () => {
  expect(() => shaperOf().shape(row('[1]', 2))).toThrow('Line 2 is no JSON object: [1]')
  expect(() => shaperOf().shape(row('{"a"', 3))).toThrow('Line 3 is not JSON')
  expect(() => shaperOf().shape({ line: 4, text: null, error: 'it has 2 fields' })).toThrow(
    'Line 4 cannot be read: it has 2 fields.',
  )
})
