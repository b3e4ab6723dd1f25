/** Statements of any size either work, from their text to their values, or are refused with advice; the sizes are random, by a seed. */
import { expect, test } from 'vitest'
import { StatementError } from '../../../src/errors.ts'
import { compile } from '../../../src/expressions/compile.ts'
import { expressionsOf } from '../../../src/operators/expressions-of.ts'
import type { Step } from '../../../src/operators/index.ts'
import { planPushQuery } from '../../../src/plan/queries/push-query.ts'
import { Random } from '../../support/random.ts'
import { contextOf, metastoreOf, statement } from './metastore.ts'

const repeat = (count: number, item: (index: number) => string, separator: string): string =>
  Array.from({ length: count }, (_, i) => item(i)).join(separator)
const nest = (depth: number, open: string, inner: string, close: string): string =>
  open.repeat(depth) + inner + close.repeat(depth)

/** A SELECT whose size grows with a number. */
const SHAPES: Readonly<Record<string, (size: number) => string>> = {
  'WHEN branches': (size) => `SELECT CASE ${repeat(size, (i) => `WHEN i = ${i} THEN ${i}`, ' ')} END AS x FROM s`,
  'an OR chain': (size) => `SELECT v FROM s WHERE ${repeat(size, (i) => `i = ${i}`, ' OR ')}`,
  'an AND chain': (size) => `SELECT v FROM s WHERE ${repeat(size, (i) => `i <> ${i + 5}`, ' AND ')}`,
  'OR of AND': (size) => `SELECT v FROM s WHERE ${repeat(size, (i) => `(i = ${i} AND v = 'a${i}')`, ' OR ')}`,
  'BETWEEN chain': (size) => `SELECT v FROM s WHERE ${repeat(size, (i) => `i BETWEEN ${i} AND ${i + 1}`, ' OR ')}`,
  'LIKE chain': (size) => `SELECT v FROM s WHERE ${repeat(size, (i) => `v LIKE 'a${i}%'`, ' OR ')}`,
  'IN numbers': (size) => `SELECT v FROM s WHERE i IN (${repeat(size, String, ',')})`,
  'IN texts': (size) => `SELECT v FROM s WHERE v IN (${repeat(size, (i) => `'a${i}'`, ',')})`,
  'IN columns': (size) => `SELECT v FROM s WHERE i IN (${repeat(size, () => 'i', ',')})`,
  'a concatenation': (size) => `SELECT ${repeat(size, () => 'v', ' || ')} AS x FROM s`,
  'a sum': (size) => `SELECT ${repeat(size, () => 'i', ' + ')} AS x FROM s`,
  'a sum of texts': (size) => `SELECT ${repeat(size, () => 'v', ' + ')} AS x FROM s`,
  parentheses: (size) => `SELECT ${nest(size, '(', 'i', ')')} AS x FROM s`,
  NOT: (size) => `SELECT v FROM s WHERE ${'NOT '.repeat(size)} i = 1`,
  minus: (size) => `SELECT ${'- '.repeat(size)} i AS x FROM s`,
  calls: (size) => `SELECT ${nest(size, 'ABS(', 'i', ')')} AS x FROM s`,
  casts: (size) => `SELECT ${nest(size, 'CAST(', 'i', ' AS INT)')} AS x FROM s`,
  'nested arrays': (size) => `SELECT ${nest(size, 'ARRAY[', 'i', ']')} AS x FROM s`,
  'nested lambdas': (size) => `SELECT ${nest(size, 'TRANSFORM(', 'ARRAY[i]', ', x => x)')} AS x FROM s`,
  'nested CASE': (size) => `SELECT ${nest(size, 'CASE WHEN i = 1 THEN ', 'i', ' ELSE 2 END')} AS x FROM s`,
  'nested types': (size) => `SELECT CAST(v AS ${nest(size, 'ARRAY<', 'INT', '>')}) AS x FROM s`,
  'an array': (size) => `SELECT ARRAY[${repeat(size, () => 'i', ',')}] AS x FROM s`,
  'a struct': (size) => `SELECT STRUCT(${repeat(size, (i) => `a${i} := i`, ',')}) AS x FROM s`,
  'a map': (size) => `SELECT MAP(${repeat(size, (i) => `'a${i}' := i`, ',')}) AS x FROM s`,
  columns: (size) => `SELECT ${repeat(size, (i) => `i AS c${i}`, ',')} FROM s`,
  arguments: (size) => `SELECT CONCAT(${repeat(size, () => 'v', ',')}) AS x FROM s`,
  'GROUP BY': (size) =>
    `SELECT ${repeat(size, (i) => `i + ${i} AS c${i}`, ',')}, COUNT(*) AS c FROM s GROUP BY ${repeat(size, (i) => `i + ${i}`, ',')}`,
}

const CONTEXT = contextOf(
  metastoreOf(
    `CREATE STREAM s (k STRING KEY, v STRING, i INT) WITH (kafka_topic='s', value_format='JSON', partitions=1)`,
  ),
)
const ROW = ['a1', 1, 'k', 0, 0, 0]
/** In each range a size, so that small, large and refused ones are tried. */
const RANGES = [
  [1, 100],
  [101, 1100],
  [1101, 1600],
  [1601, 6000],
] as const

/** `SIZES_SEED`: other sizes. */
const random = new Random(Number(process.env['SIZES_SEED'] ?? 1))

test.each(
  Object.entries(SHAPES).flatMap(([name, shape]) =>
    RANGES.map(([from, to]) => [name, random.integer(from, to), shape] as const),
  ),
)(
  '%s, %i of them',
  (_name, size, shape) => {
    const steps = plan(`${shape(size)} EMIT CHANGES`)
    if (steps === null) return
    // Where there are many, all are alike.
    for (const expression of steps.flatMap((step) => expressionsOf(step).slice(0, 20))) {
      for (const runs of ['once', 'often'] as const) {
        const evaluate = compile(expression, { ...CONTEXT, runs, reportError: () => {} })
        expect(stackError(() => evaluate(ROW))).toBeNull()
      }
    }
  },
  30_000,
)

/** Null for a statement that is refused. */
function plan(sql: string): readonly Step[] | null {
  try {
    const { query } = statement('query', sql)
    return planPushQuery(query, () => 'q', CONTEXT).plan.steps
  } catch (error) {
    expect(error).toBeInstanceOf(StatementError)
    return null
  }
}

/** An evaluation may fail by its values, which are arbitrary here, but not by its size. */
function stackError(run: () => unknown): unknown {
  try {
    run()
    return null
  } catch (error) {
    return error instanceof RangeError ? error : null
  }
}
