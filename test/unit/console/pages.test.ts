import { expect, it } from 'vitest'
import { foldable } from '../../../src/console/api/exact-json.ts'
import { readDeadLetter } from '../../../src/console/pages/dead-letter.ts'
import { readLogEntry } from '../../../src/console/pages/log-entries.ts'
import { isTextFormat, sentFrom } from '../../../src/console/pages/sent-records.ts'
import { readPlace, recordLink, topicPath } from '../../../src/console/pages/topic-place.ts'

const record = (value: string | null) => ({
  partition: 0,
  offset: 7,
  timestamp: 5,
  key: null,
  value,
  headers: [],
  bytes: 0,
})

it('an entry of the processing log names query, cause and place of its record', () => {
  const error = {
    target: 'value',
    errorMessage: 'Failed to deserialize value',
    recordB64: Buffer.from('{"n":"ü"}').toString('base64'),
    cause: ["Can't convert type", 'path: $.N'],
    topic: 'logs',
    partition: 2,
    offset: 41,
  }
  const message = { type: 0, deserializationError: error, recordProcessingError: null }
  const value = JSON.stringify({ level: 'ERROR', logger: 'processing.CSAS_A_1.KsqlTopic.Source', time: 9, message })
  expect(readLogEntry(record(value))).toEqual({
    id: '0-7',
    time: 9,
    level: 'ERROR',
    query: 'CSAS_A_1',
    step: 'KsqlTopic/Source',
    message: 'Failed to deserialize value',
    causes: error.cause,
    place: { topic: 'logs', partition: 2, offset: 41 },
    record: '{"n":"ü"}',
  })
  const inUpperCase = value.replaceAll(/"(\w+)":/g, (_whole, name: string) => `"${name.toUpperCase()}":`)
  expect(readLogEntry(record(inUpperCase))).toEqual(readLogEntry(record(value)))
})

it('an error of a step has the row, and no place', () => {
  const message = { recordProcessingError: { errorMessage: 'Division by zero', record: '[1,0]', cause: [] } }
  expect(readLogEntry(record(JSON.stringify({ logger: 'CTAS_B_2.Project', message })))).toMatchObject({
    query: 'CTAS_B_2',
    step: 'Project',
    time: 5,
    place: null,
    record: '[1,0]',
  })
})

it.each([null, '', '{', '1', '{}', '{"message":{}}', '{"message":null}'])('%j is no entry', (value) => {
  expect(readLogEntry(record(value))).toBeNull()
})

it('a dead letter names the record, the cause, and what failed, whoever wrote it', () => {
  const of = (prefix: string, named: Record<string, string>) =>
    Object.entries(named).map(([name, value]) => [prefix + name, value] as const)
  const place = { topic: 'a', partition: '2', offset: '41' }
  const origin = { topic: 'a', partition: 2, offset: 41 }
  const ofQuery = of('__streams.errors.', { ...place, message: 'no number', query: 'CSAS_A_1' })
  expect(readDeadLetter([['own', 'x'], ...ofQuery])).toEqual({ origin, cause: 'no number', by: 'CSAS_A_1' })
  const ofSink = of('__connect.errors.', { ...place, 'exception.message': 'refused', 'connector.name': 'TO_FILES' })
  expect(readDeadLetter(ofSink)).toEqual({ origin, cause: 'refused', by: 'TO_FILES' })
  expect(readDeadLetter(of('__streams.errors.', { topic: 'a', partition: 'x', offset: '1' }))).toBeNull()
  expect(readDeadLetter([])).toBeNull()
  expect(readDeadLetter([...ofQuery, ...ofSink])?.by).toBe('TO_FILES')
  expect(readDeadLetter([...ofSink, ...ofQuery])?.by).toBe('CSAS_A_1')
})

it('records that were sent again are known by the place in their header', () => {
  const sent = { ...record('{}'), headers: [['__millrace.sent.again.from', 'a-2@41'] as const] }
  const records = [record('{}'), sent]
  expect(sentFrom({ topic: 'a', partition: 2, offset: 41 }, records)).toEqual([sent])
  expect(sentFrom({ topic: 'a', partition: 2, offset: 4 }, records)).toEqual([])
})

it.each([
  ['JSON', true],
  ['JSON or KAFKA_STRING', true],
  ['KAFKA_STRING', true],
  ['AVRO', false],
  ['KAFKA_BIGINT or KAFKA_DOUBLE', false],
  ['MIXED', false],
])('a value of the format %s can be written as text: %s', (format, isText) => {
  expect(isTextFormat(format)).toBe(isText)
})

it('a link to a record leads to its place', () => {
  const link = recordLink({ topic: 'a/b', partition: 2, offset: 41 })
  expect(link).toBe('/console/topics/a%2Fb?partition=2&offset=41')
  const place = readPlace(new URL(link, 'http://server').searchParams)
  expect(place).toEqual({ kind: 'offset', partition: 2, offset: 41 })
  expect(topicPath('a/b', place)).toBe('/console/api/topics/a%2Fb?partition=2&offset=41')
  expect(topicPath('t', readPlace(new URLSearchParams('offset=x')))).toBe('/console/api/topics/t')
  expect(topicPath('t', { kind: 'timestamp', partition: null, timestamp: 5 })).toBe('/console/api/topics/t?timestamp=5')
})

it('JSON of objects and arrays is folded, other texts are not', () => {
  expect([foldable('{"a":1}'), foldable('[1]'), foldable('{broken'), foldable('12'), foldable(null)]).toEqual([
    { a: 1 },
    [1],
    '{broken',
    '12',
    null,
  ])
})
