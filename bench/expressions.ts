/**
 * Cost per record of decoding the columns that expressions need, evaluating them and encoding the result, and of all of it, beside
 * JSON.parse, hand-written JavaScript and JSON.stringify for the same job: `npm run bench -- expressions [part of a shape's name]`.
 */

import { resolveTypeNode } from '../src/expressions/type-node.ts'
import { type Scope, typecheck } from '../src/expressions/typecheck.ts'
import { untimedBudget } from '../src/functions/budget.ts'
import { BUILT_IN_FUNCTIONS } from '../src/functions/index.ts'
import { createRegistry } from '../src/functions/registry.ts'
import { compileRow } from '../src/operators/evaluate.ts'
import { parseExpression, parseType } from '../src/sql/parse.ts'
import { jsonWork } from './json-job.ts'
import { compareSideBySide, type Work } from './side-by-side.ts'

/** What JSON.parse gives for a record. */
interface Event {
  readonly STATE: string
  readonly KIND: string
  readonly BYTES: number | null
  readonly TS: number | null
  readonly RATIO: number | null
  readonly PAYLOAD: string | null
  readonly PRICE: number | null
  readonly ADDRESS: { readonly CITY: { readonly NAME: string } } | null
  readonly TAGS: readonly string[] | null
  readonly LABELS: Readonly<Record<string, string>> | null
}

interface Shape {
  readonly name: string
  /** Columns C0, C1, ... of the result. */
  readonly select: readonly string[]
  /** The same by hand: NULL operands are NULL, an error is NULL. */
  readonly byHand: (event: Event) => object
}

const COLUMNS: Readonly<Record<keyof Event, string>> = {
  STATE: 'STRING',
  KIND: 'STRING',
  BYTES: 'INT',
  TS: 'BIGINT',
  RATIO: 'DOUBLE',
  PAYLOAD: 'STRING',
  PRICE: 'DECIMAL(10,2)',
  ADDRESS: 'STRUCT<CITY STRUCT<NAME STRING, ZIP STRING>, STREET STRING>',
  TAGS: 'ARRAY<STRING>',
  LABELS: 'MAP<STRING, STRING>',
}

const LINE = /^(\S+) (\S+) HTTP\/[0-9.]+ [0-9]+ ([0-9]+) (.*)$/
const PATTERN = "'^(\\S+) (\\S+) HTTP/[0-9.]+ [0-9]+ ([0-9]+) (.*)$'"
const group = (n: number) => `REGEXP_EXTRACT(${PATTERN}, PAYLOAD, ${n})`

const SHAPES: readonly Shape[] = [
  {
    name: 'filter: text equality and AND',
    select: ["STATE = 'LA' AND KIND = 'user'"],
    byHand: ({ STATE, KIND }) => ({ C0: STATE === 'LA' && KIND === 'user' }),
  },
  {
    name: 'filter: IN, BETWEEN, OR',
    select: ["STATE IN ('LA', 'CA', 'NY') OR BYTES BETWEEN 100 AND 200"],
    byHand: ({ STATE, BYTES }) => ({
      C0: STATE === 'LA' || STATE === 'CA' || STATE === 'NY' || (BYTES !== null && BYTES >= 100 && BYTES <= 200),
    }),
  },
  {
    name: 'arithmetic: INT, BIGINT, DOUBLE',
    select: ['BYTES * 8 + 1', '(TS - 1700000000000) / 1000', 'RATIO * BYTES + 0.5'],
    byHand: ({ BYTES, TS, RATIO }) => ({
      C0: BYTES === null ? null : (BYTES * 8 + 1) | 0,
      C1: TS === null ? null : Math.trunc((TS - 1700000000000) / 1000),
      C2: BYTES === null || RATIO === null ? null : RATIO * BYTES + 0.5,
    }),
  },
  {
    name: 'projection: columns',
    select: ['STATE', 'KIND', 'BYTES', 'TS', 'PAYLOAD'],
    byHand: ({ STATE, KIND, BYTES, TS, PAYLOAD }) => ({ C0: STATE, C1: KIND, C2: BYTES, C3: TS, C4: PAYLOAD }),
  },
  {
    name: 'text functions',
    select: ['UCASE(KIND)', 'SUBSTRING(PAYLOAD, 1, 3)', "CONCAT(STATE, '-', KIND)", 'LEN(PAYLOAD)'],
    byHand: ({ KIND, STATE, PAYLOAD }) => ({
      C0: KIND === null ? null : KIND.toUpperCase(),
      C1: PAYLOAD === null ? null : PAYLOAD.slice(0, 3),
      C2: `${STATE ?? ''}-${KIND ?? ''}`,
      C3: PAYLOAD === null ? null : PAYLOAD.length,
    }),
  },
  {
    name: 'CASE',
    select: ["CASE WHEN BYTES < 100 THEN 'small' WHEN BYTES < 1000 THEN 'medium' ELSE 'large' END"],
    byHand: ({ BYTES }) => ({
      C0: BYTES !== null && BYTES < 100 ? 'small' : BYTES !== null && BYTES < 1000 ? 'medium' : 'large',
    }),
  },
  {
    name: 'LIKE',
    select: ["PAYLOAD LIKE 'GET %' AND PAYLOAD LIKE '%Mozilla%'"],
    byHand: ({ PAYLOAD }) => ({ C0: PAYLOAD !== null && /^GET .*$/.test(PAYLOAD) && /^.*Mozilla.*$/.test(PAYLOAD) }),
  },
  {
    name: 'REGEXP_EXTRACT five times (J2)',
    select: [`CAST(${group(3)} AS INT) >= 5000`, group(1), group(2), `CAST(${group(3)} AS INT)`, group(4)],
    byHand: ({ PAYLOAD }) => {
      const match = PAYLOAD === null ? null : LINE.exec(PAYLOAD)
      if (match === null) return { C0: false, C1: null, C2: null, C3: null, C4: null }
      const size = Number.parseInt(match[3]!, 10)
      return { C0: size >= 5000, C1: match[1], C2: match[2], C3: size, C4: match[4] }
    },
  },
  {
    // Exact by hand too: the cents of a DECIMAL(10,2), times 119, are a safe integer.
    name: 'DECIMAL',
    select: ['PRICE * 1.19', 'PRICE > 100.00'],
    byHand: ({ PRICE }) => ({
      C0: PRICE === null ? null : (Math.round(PRICE * 100) * 119) / 10_000,
      C1: PRICE !== null && PRICE > 100,
    }),
  },
  {
    name: 'struct, array and map access',
    select: ['ADDRESS->CITY->NAME', 'TAGS[1]', 'TAGS[-1]', "LABELS['env']"],
    byHand: ({ ADDRESS, TAGS, LABELS }) => ({
      C0: ADDRESS?.CITY?.NAME ?? null,
      C1: TAGS?.[0] ?? null,
      C2: TAGS?.[TAGS.length - 1] ?? null,
      C3: LABELS?.['env'] ?? null,
    }),
  },
]

const functions = createRegistry(BUILT_IN_FUNCTIONS)
const functionContext = { now: Date.now, random: Math.random, config: () => undefined, budget: untimedBudget() }
const columns = Object.entries(COLUMNS).map(([name, text]) => ({
  name,
  type: resolveTypeNode(parseType(text), () => undefined),
}))

function workOf({ select, byHand }: Shape): Work {
  const wanted: string[] = []
  const scope = scopeThatNotes(wanted)
  const expressions = select.map((text) => typecheck(parseExpression(text), scope))
  return jsonWork<Event>({
    records: EVENTS,
    columns,
    wanted,
    output: expressions.map(({ type }, i) => ({ name: `C${i}`, type: type! })),
    evaluate: compileRow(
      expressions.map((expression, i) => ({ name: `C${i}`, type: expression.type!, text: select[i]!, expression })),
      { functions, functionContext, config: () => undefined, reportError: () => undefined },
    ),
    byHand: { passes: null, evaluate: byHand },
  })
}

/** Columns get their places in the row in the order in which expressions name them. */
const scopeThatNotes = (wanted: string[]): Scope => ({
  functions,
  lambdasEnabled: true,
  resolveType: () => undefined,
  hasColumn: (name) => name in COLUMNS,
  resolveColumn: ({ name }) => {
    if (!wanted.includes(name)) wanted.push(name)
    return { index: wanted.indexOf(name), name, type: columns.find((column) => column.name === name)!.type }
  },
})

/** Events that look like the records of a web log; every 50th has NULLs. */
const EVENTS: readonly Event[] = Array.from({ length: 1000 }, (_, i): Event => {
  const states = ['LA', 'CA', 'NY', 'TX', 'GA']
  const missing = i % 50 === 0
  return {
    STATE: states[i % states.length]!,
    KIND: i % 3 === 0 ? 'machine' : 'user',
    BYTES: missing ? null : (i * 31) % 5000,
    TS: 1_700_000_000_000 + i * 10,
    RATIO: missing ? null : i / 7,
    PAYLOAD: `GET /movies/${i}/play HTTP/1.1 200 ${(i * 37) % 9000} Mozilla/5.0 (X11; Linux x86_64) run ${i}`,
    PRICE: missing ? null : ((i * 997) % 50_000) / 100,
    ADDRESS: missing ? null : { CITY: { NAME: `city ${i % 100}` } },
    TAGS: missing ? null : ['a', 'b', 'c'],
    LABELS: missing ? null : { env: 'prod' },
  }
})

compareSideBySide(import.meta.filename, new Map(SHAPES.map((shape) => [shape.name, () => workOf(shape)])))
