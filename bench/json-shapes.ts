/** Records of several shapes for the JSON benchmark; deterministic. */
import { array, BIGINT, BOOLEAN, DOUBLE, INTEGER, map, type SqlType, STRING, struct } from '../src/types/sql-type.ts'

export interface Shape {
  readonly name: string
  readonly types: Readonly<Record<string, SqlType>>
  readonly record: (i: number) => Record<string, unknown>
  /** Columns that the query reads; all if left out. */
  readonly wanted?: readonly string[]
  /** `WHERE column = value`: the column is decoded first, the others only in records that pass. */
  readonly where?: { readonly column: string; readonly value: string }
}

const STATES = ['LA', 'CA', 'NY', 'TX', 'WA', 'OR', 'NV', 'AZ', 'FL', 'GA']
const AGENTS = ['Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36', 'curl/8.5.0']

const LOG_TYPES = {
  userid: STRING,
  name: STRING,
  state: STRING,
  city: STRING,
  ts: BIGINT,
  ip: STRING,
  kind: STRING,
  bytes: INTEGER,
  payload: STRING,
}

/** About 255 bytes. */
const log = (i: number): Record<string, unknown> => ({
  userid: `u${(i * 7919) % 10_000}`,
  name: `name ${i}`,
  state: STATES[(i * 31) % 10],
  city: `city${i % 110}`,
  ts: 1_700_000_000_000 + 10 * i,
  ip: `10.1.2.${i % 255}`,
  kind: i % 3 === 0 ? 'machine' : 'user',
  bytes: (i * 77) % 100_000,
  payload: `GET /movies/${i}/play HTTP/1.1 200 ${i % 9999} ${AGENTS[i % 2]} xxxxxxxxxxxxxxxxxxxxxxxxxxxxx`,
})

const WIDTH = 100
const wide = (i: number): Record<string, unknown> =>
  Object.fromEntries(
    Array.from({ length: WIDTH }, (_, f) => [`field_${f}`, f % 2 === 0 ? i * f : `value ${i} of ${f}`]),
  )
const WIDE_TYPES = Object.fromEntries(
  Array.from({ length: WIDTH }, (_, f) => [`field_${f}`, f % 2 === 0 ? INTEGER : STRING]),
)

const POINT = struct([
  { name: 'LAT', type: DOUBLE },
  { name: 'LON', type: DOUBLE },
  { name: 'LABEL', type: STRING },
])
const nested = (i: number): Record<string, unknown> => ({
  id: i,
  at: { lat: 29.95 + i / 1000, lon: -90.07 - i / 1000, label: `stop number ${i}` },
  tags: ['red', 'express', `line ${i % 40}`, 'accessible from the street'],
  counts: { monday: i, tuesday: i + 1, wednesday: i + 2 },
  path: [1, 2, 3, 4].map((n) => ({ lat: 29 + n / 10, lon: -90 - n / 10, label: `point ${n}` })),
  active: i % 2 === 0,
})

const FLOWERY = 'Привет из Нового Орлеана — 你好，世界 🎺'
const sentence = (i: number): string => `${i} quick brown foxes jump over the lazy dog while the river passes by. `

export const SHAPES: readonly Shape[] = [
  {
    name: 'narrow: 3 of 3',
    types: { id: INTEGER, name: STRING, ok: BOOLEAN },
    record: (i) => ({ id: i, name: `n${i}`, ok: i % 2 === 0 }),
  },
  {
    name: 'log: 3 of 9, state = LA',
    types: LOG_TYPES,
    record: log,
    wanted: ['state', 'userid', 'city', 'payload'],
    where: { column: 'state', value: 'LA' },
  },
  { name: 'log: 3 of 9', types: LOG_TYPES, record: log, wanted: ['userid', 'city', 'payload'] },
  { name: 'log: 9 of 9', types: LOG_TYPES, record: log },
  {
    name: 'wide: 5 of 100',
    types: WIDE_TYPES,
    record: wide,
    wanted: ['field_0', 'field_21', 'field_42', 'field_63', 'field_99'],
  },
  { name: 'wide: 50 of 100', types: WIDE_TYPES, record: wide, wanted: Object.keys(WIDE_TYPES).slice(0, 50) },
  { name: 'wide: 100 of 100', types: WIDE_TYPES, record: wide },
  {
    name: 'nested: all',
    types: {
      id: INTEGER,
      at: POINT,
      tags: array(STRING),
      counts: map(STRING, INTEGER),
      path: array(POINT),
      active: BOOLEAN,
    },
    record: nested,
  },
  {
    name: 'long strings: 2 of 2',
    types: { id: INTEGER, text: STRING, note: STRING },
    record: (i) => ({ id: i, text: sentence(i).repeat(30), note: sentence(i + 1).repeat(10) }),
  },
  {
    name: 'long strings with escapes',
    types: { id: INTEGER, text: STRING },
    record: (i) => ({ id: i, text: `${sentence(i)}\n"quoted"\t`.repeat(10) }),
  },
  {
    name: 'short strings with escapes',
    types: { a: STRING, b: STRING, c: STRING },
    record: (i) => ({ a: `C:\\dir\\${i}`, b: `say "${i}"`, c: `line\n${i}` }),
  },
  {
    name: 'non-ASCII: all',
    types: { id: INTEGER, title: STRING, city: STRING, street: STRING, text: STRING },
    record: (i) => ({
      id: i,
      title: `${i} Ünïcödé`,
      city: `Zürich ${i % 10}`,
      street: `Bäckerstraße ${i}`,
      text: FLOWERY.repeat(4),
    }),
  },
  {
    name: 'numbers: 12 of 12',
    types: Object.fromEntries(
      Array.from({ length: 12 }, (_, f) => [`n${f}`, f % 3 === 0 ? DOUBLE : f % 3 === 1 ? BIGINT : INTEGER]),
    ),
    record: (i) =>
      Object.fromEntries(
        Array.from({ length: 12 }, (_, f) => [
          `n${f}`,
          f % 3 === 0 ? (i + f) / 7 : f % 3 === 1 ? 1_700_000_000_000 + i * f : i - f,
        ]),
      ),
  },
  {
    name: 'prices: 6 of 6',
    types: Object.fromEntries(Array.from({ length: 6 }, (_, f) => [`p${f}`, DOUBLE])),
    record: (i) => Object.fromEntries(Array.from({ length: 6 }, (_, f) => [`p${f}`, (i * 100 + f) / 100])),
  },
]
