import { expect, it } from 'vitest'
import { complete } from '../../../../src/console/sql/text/completion.ts'
import { type KnownNames, NO_NAMES, withNames } from '../../../../src/engine/describe/known-names.ts'

const NAMES: KnownNames = {
  sources: [
    { name: 'LOGS', kind: 'stream', columns: [{ name: 'STATE', type: 'STRING' }] },
    { name: 'USERS', kind: 'table', columns: [{ name: 'USERID', type: 'BIGINT' }] },
  ],
  functions: [{ name: 'COUNT', kind: 'AGGREGATE' }],
  topics: ['logs-raw'],
  queries: ['CTAS_USERS_1'],
  types: ['ADDRESS'],
  properties: ['auto.offset.reset'],
}

const labels = (before: string) => complete(before, NAMES).suggestions.map(({ label }) => label)

it.each([
  ['sel', ['select']],
  ['SELECT * FR', ['FROM']],
  ['SELECT * FROM ', ['LOGS', 'USERS']],
  ['SELECT * FROM l', ['logs']],
  ['SELECT x FROM logs JOIN U', ['USERS']],
  ['DROP STREAM ', ['LOGS']],
  ['DROP TABLE IF EXISTS ', ['USERS']],
  ['TERMINATE ', ['CTAS_USERS_1']],
  ["PRINT '", ['logs-raw']],
  ["CREATE STREAM s (a INT) WITH (kafka_topic='", ['logs-raw']],
  ["CREATE STREAM s (a INT) WITH (value_format='JS", ['JSON', 'JSON_SR']],
  ["SET 'auto.offset.reset'='", ['earliest', 'latest']],
  ["SET '", ['auto.offset.reset']],
  ['SELECT logs.', ['STATE']],
  ['SELECT u.us', []],
])('after %j', (before, expected) => {
  expect(labels(before)).toEqual(expect.arrayContaining(expected))
  for (const one of expected) expect(one.toLowerCase()).toContain((/[\w-]*$/.exec(before)?.[0] ?? '').toLowerCase())
})

it('columns of the named sources and functions may stand in a condition', () => {
  const found = complete('SELECT * FROM logs WHERE ', NAMES).suggestions
  expect(found.find(({ label }) => label === 'STATE')).toMatchObject({ kind: 'column', detail: 'STRING of LOGS' })
  expect(found.find(({ label }) => label === 'USERID')).toBeUndefined()
  expect(found.find(({ label }) => label === 'COUNT')).toMatchObject({ insert: 'COUNT(' })
})

it('an alias stands for its source', () => {
  expect(complete('SELECT * FROM users u WHERE u.', NAMES).suggestions.map(({ label }) => label)).toEqual(['USERID'])
})

it('only what the grammar takes is offered', () => {
  expect(labels('SHOW ')).toEqual(expect.arrayContaining(['STREAMS', 'TABLES', 'QUERIES']))
  expect(labels('SHOW ')).not.toContain('SELECT')
})

it('each statement stands for itself, and the word at the cursor is what is replaced', () => {
  const before = "SHOW STREAMS; -- it's\nsel"
  expect(complete(before, NAMES)).toMatchObject({ from: before.length - 3, suggestions: [{ label: 'select' }] })
})

it('names are read from the answers of the server', () => {
  const type = { type: 'ARRAY', fields: null, memberSchema: { type: 'STRING', fields: null, memberSchema: null } }
  const source = { name: 'S', type: 'STREAM', fields: [{ name: 'A', schema: type }] }
  const entities = [
    { '@type': 'source_descriptions', sourceDescriptions: [source] },
    { '@type': 'kafka_topics', topics: [{ name: 't', replicaInfo: [1] }] },
    {
      '@type': 'properties',
      properties: [
        { name: 'ksql.streams.a.b', editable: true },
        { name: 'c', editable: false },
      ],
    },
  ] as unknown as Parameters<typeof withNames>[1][]
  expect(entities.reduce(withNames, NO_NAMES)).toEqual({
    ...NO_NAMES,
    sources: [{ name: 'S', kind: 'stream', columns: [{ name: 'A', type: 'ARRAY<STRING>' }] }],
    topics: ['t'],
    properties: ['a.b'],
  })
})
