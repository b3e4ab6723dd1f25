/** Documents that are read by JSON.parse give the values and the messages that the scanner gives. */
import { expect, test } from 'vitest'
import { FORMATS } from '../../../src/serde/index.ts'
import { array, BIGINT, BOOLEAN, DOUBLE, INTEGER, map, STRING, struct } from '../../../src/types/sql-type.ts'
import { columns, payloadReader } from './serde.ts'

const types = {
  ID: INTEGER,
  TS: BIGINT,
  RATIO: DOUBLE,
  OK: BOOLEAN,
  NAME: STRING,
  TAGS: array(INTEGER),
  LABELS: map(STRING, INTEGER),
  AT: struct([
    { name: 'LAT', type: DOUBLE },
    { name: 'LABEL', type: STRING },
  ]),
}
const setup = { format: FORMATS.JSON, columns: columns(types) }
/** With nested types and all columns wanted JSON.parse is tried; a predicate on a column leaves the document to the scanner. */
const parsing = () => payloadReader(setup)
const scanning = () => payloadReader({ ...setup, first: ['ID'] })

const DOCUMENTS = [
  '{"id":1,"ts":2,"ratio":1.5,"ok":true,"name":"a","tags":[1,2],"labels":{"x":1},"at":{"lat":1,"label":"b"}}',
  '{"id":null,"ts":null,"ratio":null,"ok":null,"name":null,"tags":null,"labels":null,"at":null}',
  '{"name":"only"}',
  '{}',
  'null',
  '{"ID":1,"id":2}',
  '{"id":2,"ID":1}',
  '{"id":1,"other":{"deep":[1]},"name":"x"}',
  '{"id":-0,"ts":-0,"ratio":-0.0}',
  '{"id":0.99999999999999999999}',
  '{"id":9999999999999999999e-19}',
  '{"id":2147483646.9999999999}',
  '{"id":21474836469.9999999999e-1}',
  '{"ts":2199023255550.9999999999}',
  '{"ts":9007199254740993}',
  '{"ts":92233720368547758080}',
  '{"id":1.5,"ts":1e3}',
  '{"id":"12","name":5,"ok":"yes"}',
  '{"tags":[1,null,"3"],"labels":{"2":1,"1":2}}',
  '{"labels":{"b":1,"a":2,"b":3},"at":{"label":"first","lat":2}}',
  '{"at":{"Label":"x"}}',
  '{"at":[1]}',
  '{"labels":[1]}',
  '{"tags":{}}',
  '{"id":1',
  '{"id":1} behind',
  '{"name":"Zürich — 🎺 \\u00e9"}',
  '[1]',
]

test('a document reads the same by JSON.parse and by the scanner', () => {
  for (const document of DOCUMENTS) expect([document, parsing()(document)]).toEqual([document, scanning()(document)])
})

test('one reader goes on rightly when names, order and faults change from document to document', () => {
  const [parse, scan] = [parsing(), scanning()]
  for (let round = 0; round < 20; round++) {
    for (const document of DOCUMENTS) expect([document, parse(document)]).toEqual([document, scan(document)])
  }
})

test('columns that are read by JSON.parse because of their strings fall back to the scanner for other values', () => {
  const few = { format: FORMATS.JSON, columns: columns({ A: STRING, B: BIGINT }) }
  const read = payloadReader(few)
  for (let i = 0; i < 3; i++) expect(read(`{"a":"Grüße ${i}","b":${i}}`)).toEqual([`Grüße ${i}`, i])
  expect(read('{"a":"Grüße","b":9007199254740993}')).toEqual(['Grüße', 9007199254740993n])
  expect(read('{"a":7,"b":"8"}')).toEqual(['7', 8])
})
