import { expect, test } from 'vitest'
import { AvroFailure } from '../../../../src/serde/avro/failure.ts'
import { AvroInput } from '../../../../src/serde/avro/input.ts'
import { parseAvroSchema } from '../../../../src/serde/avro/parse-schema.ts'
import { avroText } from '../../../../src/serde/avro/text.ts'
import { avscType, record } from './avro.ts'

function textOf(schema: unknown, bytes: Buffer): string {
  const input = new AvroInput()
  input.begin(bytes, 0, bytes.length)
  const text = avroText(parseAvroSchema(JSON.stringify(schema)), input)
  expect(input.position).toBe(bytes.length)
  return text
}

test.each<[unknown, unknown, string]>([
  ['null', null, 'null'],
  ['boolean', true, 'true'],
  ['int', -1, '-1'],
  ['long', 2n ** 62n, '4611686018427387904'],
  ['float', 0.5, '0.5'],
  ['float', Number.NaN, '"NaN"'],
  ['double', 1e7, '1.0E7'],
  ['double', Number.NEGATIVE_INFINITY, '"-Infinity"'],
  ['string', 'a"\\\n\u0001\u007f\u2028é', '"a\\"\\\\\\n\\u0001\\u007F\\u2028é"'],
  ['bytes', Buffer.from([0x41, 0xff]), '"Aÿ"'],
  [{ type: 'fixed', name: 'F', size: 2 }, Buffer.from([1, 255]), '[1, -1]'],
  [{ type: 'enum', name: 'E', symbols: ['A', 'B'] }, 'B', '"B"'],
  [{ type: 'array', items: ['null', 'int'] }, [1, null], '[1, null]'],
  [{ type: 'array', items: 'null' }, [null, null], '[null, null]'],
  [{ type: 'map', values: 'int' }, { a: 1, b: 2 }, '{"a": 1, "b": 2}'],
  [record({ a: 'int', b: ['null', 'string'] }), { a: 1, b: 'x' }, '{"a": 1, "b": "x"}'],
  [record({}), {}, '{}'],
])('%j: %s is %s', (schema, value, text) => {
  expect(textOf(schema, avscType(schema).toBuffer(value))).toBe(text)
})

test('damaged data is a failure', () => {
  expect(() => textOf('string', Buffer.from('0661', 'hex'))).toThrow(AvroFailure as never)
})
