/**
 * Calls a second of functions in JavaScript, on one core: scalar, table and aggregate functions as queries call them, beside the same expression
 * in SQL and beside a loop that never leaves QuickJS: `npm run bench -- functions [part of a name]`. What is compared runs by turns in short
 * slices, so that the ratios hold on a busy machine too.
 */

import { Decimal } from '../src/types/decimal.ts'
import { array, BIGINT, BOOLEAN, DOUBLE, decimal, INTEGER, map, STRING, struct } from '../src/types/sql-type.ts'
import { alternate, type Work } from './functions/alternate.ts'
import { bareLoop, COUNT_LOOP, MEAN_LOOP, ROWS_LOOP, SCALAR_LOOP } from './functions/bare-loops.ts'
import {
  COUNT,
  MEAN,
  MEAN_STATE,
  ofAggregate,
  ofExpression,
  ofRows,
  ofScalar,
  type ScalarCase,
} from './functions/engine-calls.ts'

const POINT = struct([
  { name: 'X', type: DOUBLE },
  { name: 'Y', type: DOUBLE },
])

const SCALARS: readonly ScalarCase[] = [
  { name: 'BIGINT beyond 32 bits', type: BIGINT, returns: BIGINT, body: '(a) => a + 1n', value: 1_700_000_000_000 },
  {
    name: 'STRING, 18 characters',
    type: STRING,
    returns: STRING,
    body: '(a) => a.slice(1)',
    value: 'user-agent/1.0 abc',
  },
  {
    name: 'STRING, 900 characters',
    type: STRING,
    returns: INTEGER,
    body: '(a) => a.length',
    value: 'user-agent/1.0 abc'.repeat(50),
  },
  {
    name: 'ARRAY of 10 in',
    type: array(INTEGER),
    returns: INTEGER,
    body: '(a) => a.length',
    value: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
  },
  { name: 'ARRAY of 3 out', type: INTEGER, returns: array(INTEGER), body: '(a) => [a, a, a]', value: 7 },
  { name: 'STRUCT of 2 in', type: POINT, returns: DOUBLE, body: '(a) => a.X', value: [1.5, 2.5] },
  { name: 'STRUCT of 2 out', type: DOUBLE, returns: POINT, body: '(a) => ({ x: a, y: a })', value: 1.5 },
  {
    name: 'MAP of 3 in',
    type: map(STRING, INTEGER),
    returns: INTEGER,
    body: '(a) => a.size',
    value: new Map([
      ['a', 1],
      ['b', 2],
      ['c', 3],
    ]),
  },
  {
    name: 'DECIMAL',
    type: decimal(10, 2),
    returns: decimal(10, 2),
    body: '(a) => a.add(1)',
    value: Decimal.parse('12.50'),
  },
  {
    name: 'a regular expression',
    type: STRING,
    returns: BOOLEAN,
    body: '(a) => /^user-(\\w+)\\/[\\d.]+ \\w+$/.test(a)',
    value: 'user-agent/1.0 abc',
  },
]

interface Measured {
  readonly name: string
  readonly work: () => Work
}

const wanted = process.argv[2] ?? ''

/** Prints the rates of those that are wanted; with `base`, beside the rate of that. */
function show(measured: readonly Measured[], base?: Measured): void {
  const shown = measured.filter(({ name }) => name.includes(wanted))
  if (shown.length === 0) return
  const all = base === undefined ? shown : [...shown, base]
  const { rates, ratios } = alternate(all.map(({ work }) => work()))
  all.forEach(({ name }, i) => {
    const ratio =
      base === undefined || name === base.name ? '' : `${ratios[i]!.toFixed(2).padStart(8)} of the bare loop`
    console.log(`${name.padEnd(44)}${rates[i]!.toFixed(2).padStart(8)} M/s${ratio}`)
  })
}

show([{ name: 'SQL: a * 2 + b, INT', work: () => ofExpression('A * 2 + B', INTEGER) }])
show(
  [
    { name: 'scalar: (a, b) => a * 2 + b, INT', work: () => ofExpression('F(A, B)', INTEGER) },
    { name: 'scalar: (a, b) => a * 2 + b, DOUBLE', work: () => ofExpression('F(A, B)', DOUBLE) },
  ],
  { name: '  bare loop over two arrays, into a third', work: () => bareLoop(SCALAR_LOOP) },
)
show([{ name: 'table: rows of an INT and a STRING', work: ofRows }], {
  name: '  bare loop that pushes the rows',
  work: () => bareLoop(ROWS_LOOP),
})
show([{ name: 'aggregate: count, state as JSON', work: () => ofAggregate(COUNT, []) }], {
  name: '  bare loop over an array of states',
  work: () => bareLoop(COUNT_LOOP),
})
show(
  [
    { name: 'aggregate: mean, state in columns', work: () => ofAggregate(MEAN, MEAN_STATE) },
    { name: 'aggregate: mean, state as JSON', work: () => ofAggregate(MEAN, []) },
  ],
  { name: '  bare loop over an array of objects', work: () => bareLoop(MEAN_LOOP) },
)
for (const one of SCALARS) show([{ name: `scalar: ${one.name}`, work: () => ofScalar(one) }])
