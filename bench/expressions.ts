/**
 * Cost of evaluating expressions, per record, beside hand-written JavaScript for the same job: `node bench/expressions.ts [FILTER]`.
 * Rounds of both alternate in one process, and the median of the rounds counts.
 */
import { compileRow } from '../src/expressions/compile.ts'
import { resolveTypeNode } from '../src/expressions/type-node.ts'
import { type Scope, typecheck } from '../src/expressions/typecheck.ts'
import { BUILT_IN_FUNCTIONS } from '../src/functions/index.ts'
import { createRegistry } from '../src/functions/registry.ts'
import { parseExpression, parseType } from '../src/sql/parse.ts'
import { Decimal } from '../src/types/decimal.ts'
import type { Row, Value } from '../src/types/value.ts'

interface Shape {
  readonly name: string
  /** Columns of the result. */
  readonly select: readonly string[]
  /** The same by hand: NULL operands are NULL, an error is NULL. */
  readonly byHand: (row: Row) => Row
}

const COLUMNS: Readonly<Record<string, string>> = {
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
const [STATE, KIND, BYTES, TS, RATIO, PAYLOAD, PRICE, ADDRESS, TAGS, LABELS] = Object.keys(COLUMNS).map(
  (_, i) => i,
) as [number, number, number, number, number, number, number, number, number, number]

const LINE = /^(\S+) (\S+) HTTP\/[0-9.]+ [0-9]+ ([0-9]+) (.*)$/
const PATTERN = "'^(\\S+) (\\S+) HTTP/[0-9.]+ [0-9]+ ([0-9]+) (.*)$'"
const group = (n: number) => `REGEXP_EXTRACT(${PATTERN}, PAYLOAD, ${n})`

const SHAPES: readonly Shape[] = [
  {
    name: 'filter: text equality and AND',
    select: ["STATE = 'LA' AND KIND = 'user'"],
    byHand: (row) => [row[STATE] === 'LA' && row[KIND] === 'user'],
  },
  {
    name: 'filter: IN, BETWEEN, OR',
    select: ["STATE IN ('LA', 'CA', 'NY') OR BYTES BETWEEN 100 AND 200"],
    byHand: (row) => {
      const state = row[STATE]
      const bytes = row[BYTES] as number | null
      return [state === 'LA' || state === 'CA' || state === 'NY' || (bytes !== null && bytes >= 100 && bytes <= 200)]
    },
  },
  {
    name: 'arithmetic: INT, BIGINT, DOUBLE',
    select: ['BYTES * 8 + 1', '(TS - 1700000000000) / 1000', 'RATIO * BYTES + 0.5'],
    byHand: (row) => {
      const bytes = row[BYTES] as number | null
      const ts = row[TS] as number | null
      const ratio = row[RATIO] as number | null
      return [
        bytes === null ? null : (bytes * 8 + 1) | 0,
        ts === null ? null : Math.trunc((ts - 1700000000000) / 1000),
        bytes === null || ratio === null ? null : ratio * bytes + 0.5,
      ]
    },
  },
  {
    name: 'projection: columns',
    select: ['STATE', 'KIND', 'BYTES', 'TS', 'PAYLOAD'],
    byHand: (row) => [row[STATE]!, row[KIND]!, row[BYTES]!, row[TS]!, row[PAYLOAD]!],
  },
  {
    name: 'text functions',
    select: ['UCASE(KIND)', 'SUBSTRING(PAYLOAD, 1, 3)', "CONCAT(STATE, '-', KIND)", 'LEN(PAYLOAD)'],
    byHand: (row) => {
      const [state, kind, payload] = [row[STATE], row[KIND], row[PAYLOAD]] as (string | null)[]
      return [
        kind === null ? null : kind!.toUpperCase(),
        payload === null ? null : payload!.slice(0, 3),
        `${state ?? ''}-${kind ?? ''}`,
        payload === null ? null : payload!.length,
      ]
    },
  },
  {
    name: 'CASE',
    select: ["CASE WHEN BYTES < 100 THEN 'small' WHEN BYTES < 1000 THEN 'medium' ELSE 'large' END"],
    byHand: (row) => {
      const bytes = row[BYTES] as number | null
      return [bytes !== null && bytes < 100 ? 'small' : bytes !== null && bytes < 1000 ? 'medium' : 'large']
    },
  },
  {
    name: 'LIKE',
    select: ["PAYLOAD LIKE 'GET %' AND PAYLOAD LIKE '%Mozilla%'"],
    byHand: (row) => {
      const payload = row[PAYLOAD] as string | null
      return [payload !== null && /^GET .*$/.test(payload) && /^.*Mozilla.*$/.test(payload)]
    },
  },
  {
    name: 'REGEXP_EXTRACT five times (J2)',
    select: [`CAST(${group(3)} AS INT) >= 5000`, group(1), group(2), `CAST(${group(3)} AS INT)`, group(4)],
    byHand: (row) => {
      const payload = row[PAYLOAD] as string | null
      const match = payload === null ? null : LINE.exec(payload)
      if (match === null) return [false, null, null, null, null]
      const size = Number.parseInt(match[3]!, 10)
      return [size >= 5000, match[1]!, match[2]!, size, match[4]!]
    },
  },
  {
    name: 'DECIMAL',
    select: ['PRICE * 1.19', 'PRICE > 100.00'],
    byHand: (row) => {
      const price = row[PRICE] as Decimal | null
      return [price === null ? null : new Decimal(price.unscaled * 119n, 4), price !== null && price.unscaled > 10_000n]
    },
  },
  {
    name: 'struct, array and map access',
    select: ['ADDRESS->CITY->NAME', 'TAGS[1]', 'TAGS[-1]', "LABELS['env']"],
    byHand: (row) => {
      const city = (row[ADDRESS] as Value[] | null)?.[0] as Value[] | null | undefined
      const tags = row[TAGS] as Value[] | null
      return [
        city?.[0] ?? null,
        tags?.[0] ?? null,
        tags?.[tags.length - 1] ?? null,
        (row[LABELS] as Map<string, string> | null)?.get('env') ?? null,
      ]
    },
  },
]

const scope: Scope = {
  functions: createRegistry(BUILT_IN_FUNCTIONS),
  lambdasEnabled: true,
  resolveType: () => undefined,
  hasColumn: (name) => name in COLUMNS,
  resolveColumn: ({ name }) => {
    const type = resolveTypeNode(parseType(COLUMNS[name]!), () => undefined)
    return { index: Object.keys(COLUMNS).indexOf(name), name, type }
  },
}

const ourWay = ({ select }: Shape): ((row: Row) => Row) =>
  compileRow(
    select.map((text) => typecheck(parseExpression(text), scope)),
    { functions: scope.functions, functionContext: { now: Date.now, random: Math.random, config: () => undefined } },
    () => undefined,
  )

/** Rows that look like the records of a web log; every 50th has NULLs. */
function makeRows(count: number): Row[] {
  const states = ['LA', 'CA', 'NY', 'TX', 'GA']
  return Array.from({ length: count }, (_, i): Row => {
    const missing = i % 50 === 0
    const payload = `GET /movies/${i}/play HTTP/1.1 200 ${(i * 37) % 9000} Mozilla/5.0 (X11; Linux x86_64) run ${i}`
    return [
      states[i % states.length]!,
      i % 3 === 0 ? 'machine' : 'user',
      missing ? null : (i * 31) % 5000,
      1_700_000_000_000 + i * 10,
      missing ? null : i / 7,
      payload,
      missing ? null : new Decimal(BigInt((i * 997) % 50_000), 2),
      missing ? null : [[`city ${i % 100}`, '70112'], 'Canal Street'],
      missing ? null : ['a', 'b', 'c'],
      missing ? null : new Map([['env', 'prod']]),
    ]
  })
}

const ROWS = makeRows(1024)
const ROUNDS = 15
const PASSES = 100

type Loop = (evaluate: (row: Row) => Row, rows: readonly Row[], passes: number) => number

/** A loop of its own for each function measured, so that none profits or suffers from what V8 learnt of another. */
const makeLoop = (): Loop =>
  new Function(
    'evaluate',
    'rows',
    'passes',
    `let size = 0
     for (let pass = 0; pass < passes; pass++) for (let i = 0; i < rows.length; i++) size += evaluate(rows[i])[0] === null ? 0 : 1
     return size`,
  ) as Loop

function nsPerRecord(loop: Loop, evaluate: (row: Row) => Row): number {
  const start = process.hrtime.bigint()
  loop(evaluate, ROWS, PASSES)
  return Number(process.hrtime.bigint() - start) / (ROWS.length * PASSES)
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1]!

function measure(shape: Shape): { ours: number; byHand: number } {
  const ours = ourWay(shape)
  checkEqual(shape, ours)
  const [ourLoop, handLoop] = [makeLoop(), makeLoop()]
  const rounds = { ours: [] as number[], byHand: [] as number[] }
  for (let round = 0; round < ROUNDS; round++) {
    rounds.ours.push(nsPerRecord(ourLoop, ours))
    rounds.byHand.push(nsPerRecord(handLoop, shape.byHand))
  }
  return { ours: median(rounds.ours), byHand: median(rounds.byHand) }
}

/** A comparison of speed means nothing where the results differ. */
function checkEqual(shape: Shape, ours: (row: Row) => Row): void {
  const shown = (row: Row) => JSON.stringify(row, (_, value) => (typeof value === 'bigint' ? `${value}n` : value))
  for (const row of ROWS) {
    const [a, b] = [shown(ours(row)), shown(shape.byHand(row))]
    if (a !== b) throw new Error(`${shape.name}: ${a} is not ${b}`)
  }
}

const wanted = process.argv[2] ?? ''
console.log('expressions                         ours ns   by hand ns   ratio')
for (const shape of SHAPES.filter(({ name }) => name.includes(wanted))) {
  const { ours, byHand } = measure(shape)
  const figures = [ours.toFixed(1).padStart(8), byHand.toFixed(1).padStart(12), (ours / byHand).toFixed(2).padStart(8)]
  console.log(`${shape.name.padEnd(34)} ${figures.join('')}`)
}
