import { expect, it } from 'vitest'
import { RowShaper } from '../../../src/cli/commands/row-shaper.ts'

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

it('matches fields and columns in any case, keeps numbers as they are, and notes what no column takes', () => {
  const shaper = new RowShaper(target, null)
  expect(shaper.shape('{"userid":"u","state":9223372036854775807,"LOWER":1.50,"extra":{}}')).toBe(
    '{"`USERID`":"u","`STATE`":9223372036854775807,"`lower`":1.50}',
  )
  expect([...shaper.unknownFields]).toEqual(['extra'])
})

it('fills the key from the field that is named, which may be a column as well', () => {
  expect(new RowShaper(target, 'id').shape('{"id":"u","state":"LA"}')).toBe('{"`STATE`":"LA","`USERID`":"u"}')
  expect(new RowShaper(target, 'state').shape('{"state":"LA"}')).toBe('{"`STATE`":"LA","`USERID`":"LA"}')
})

it('refuses a key for a target without one key column', () => {
  expect(() => new RowShaper({ ...target, fields: [] }, 'id')).toThrow(
    'LOGS has 0 key columns; --key needs exactly one.',
  )
})

it('names the line that is no object', () => {
  const shaper = new RowShaper(target, null)
  shaper.shape('{}')
  expect(() => shaper.shape('[1]')).toThrow('Line 2 is no JSON object: [1]')
  expect(() => shaper.shape('{"a"')).toThrow('Line 3: Unexpected end of text')
})
