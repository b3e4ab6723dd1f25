import { describe, expect, test } from 'vitest'
import { readCases } from '../../conformance/read-case.ts'

const CASE = { name: 'c', statements: ['{FORMAT} a', 'b'], inputs: [{ topic: 't', value: '{FORMAT}' }] }
const read = (...tests: object[]) => readCases(JSON.stringify({ comments: [], tests }), 'file')

describe('a case', () => {
  test('becomes a test for each format and configuration', () => {
    const tests = read({
      ...CASE,
      format: ['JSON', 'AVRO'],
      config: ['true', 'false'],
      properties: { p: '{config}', q: 1 },
    })
    expect(tests.map(({ name }) => name)).toEqual([
      'file - c - JSON - p=true',
      'file - c - JSON - p=false',
      'file - c - AVRO - p=true',
      'file - c - AVRO - p=false',
    ])
    expect(tests[1]!.properties).toEqual(
      new Map([
        ['p', 'false'],
        ['q', '1'],
      ]),
    )
  })

  test('has its format replaced in statements alone', () => {
    const [first] = read({ ...CASE, format: ['JSON'] })
    expect(first!.statements).toEqual(['JSON a', 'b'])
    expect(first!.inputs[0]!.value).toBe('{FORMAT}')
  })

  test('is left out where it is not enabled', () => {
    expect(read({ ...CASE, enabled: false })).toEqual([])
    expect(read({ ...CASE, enabled: 'no', versions: { min: 99 } })).toHaveLength(1)
  })

  test('takes defaults: one partition, no key, no headers, no timestamp', () => {
    const [first] = read({ ...CASE, topics: [{ name: 't' }] })
    expect(first!.topics).toEqual([{ name: 't', partitions: 1, KEY: null, VALUE: null }])
    expect(first!.inputs[0]).toMatchObject({ key: null, headers: [], timestamp: null, window: null })
  })

  test.each([
    ['without statements', { ...CASE, statements: [] }],
    ['without records and exception', { ...CASE, inputs: [] }],
    ['with a record without a value', { ...CASE, inputs: [{ topic: 't' }] }],
    ['with configurations for no property', { ...CASE, config: ['a'], properties: { p: 'x' } }],
    ['with a cause message without a cause', { ...CASE, expectedException: { message: 'm', causeMessage: 'c' } }],
  ])('%s is an error', (_what, json) => {
    expect(() => read(json)).toThrow('file - c')
  })

  test('a file without tests is an error', () => {
    expect(() => read()).toThrow('file has no tests')
  })
})
