import { describe, expect, it } from 'vitest'
import { planCreateAs } from '../../../../src/plan/queries/persistent-query.ts'
import { contextOf, metastoreOf, statement } from '../metastore.ts'

const METASTORE = metastoreOf(
  `CREATE STREAM s (k STRING KEY, g STRING, v INT, d DOUBLE) WITH (kafka_topic='s', value_format='JSON')`,
  `CREATE TABLE t (k STRING PRIMARY KEY, g STRING, v INT) WITH (kafka_topic='t', value_format='JSON')`,
)

function stepsOf(query: string) {
  const { steps } = planCreateAs(statement('createAs', `CREATE TABLE r AS ${query};`), 'Q', contextOf(METASTORE)).plan
  const over = steps.find((step) => step.kind === 'over')!
  return { comesForward: over.comesForward === true, isEarly: steps.some(({ kind }) => kind === 'earlyLimit') }
}

/** A Top-N over groups of the stream in windows. */
const topOf = (
  call: string,
  over: string,
  window = 'WINDOW HOPPING (SIZE 10 SECONDS, ADVANCE BY 2 SECONDS)',
  rest = '',
) =>
  `SELECT g, n, p, e FROM (SELECT g, ${call} AS n, WINDOWSTART AS p, WINDOWEND AS e FROM s ${window} GROUP BY g ${rest}) q QUALIFY ${over}`

const BY_N = 'OVER (PARTITION BY p ORDER BY n DESC NULLS LAST)'

describe('rows come forward, and are left out before they are sent', () => {
  it.each([
    ['counts', topOf('COUNT(*)', `RANK() ${BY_N} = 1`)],
    ['counts of a condition', topOf('COUNT(*) FILTER (WHERE v > 1)', `RANK() ${BY_N} <= 3`)],
    ['the greatest first', topOf('MAX(v)', `RANK() ${BY_N} = 1`)],
    ['the least first', topOf('MIN(v)', 'RANK() OVER (PARTITION BY p ORDER BY n NULLS LAST) = 1')],
    ['numbers whose ties are columns of the key', topOf('COUNT(*)', `ROW_NUMBER() ${BY_N} = 1`)],
    [
      'with NULLs first, of which a count is none',
      topOf('COUNT(*)', 'RANK() OVER (PARTITION BY p ORDER BY n DESC NULLS FIRST) = 1'),
    ],
    ['tumbling windows', topOf('COUNT(*)', `RANK() ${BY_N} = 1`, 'WINDOW TUMBLING (SIZE 10 SECONDS)')],
  ])('%s', (_name, query) => {
    expect(stepsOf(query)).toEqual({ comesForward: true, isEarly: true })
  })
})

describe('rows may go back or leave, and all are sent and kept', () => {
  it.each([
    ['the fewest first', topOf('COUNT(*)', 'RANK() OVER (PARTITION BY p ORDER BY n) = 1')],
    ['sums', topOf('SUM(v)', `RANK() ${BY_N} = 1`)],
    [
      'the greatest first, with NULLs before it',
      topOf('MAX(v)', 'RANK() OVER (PARTITION BY p ORDER BY n DESC NULLS FIRST) = 1'),
    ],
    ['doubles', topOf('MAX(d)', `RANK() ${BY_N} = 1`)],
    ['dense ranks', topOf('COUNT(*)', `DENSE_RANK() ${BY_N} = 1`)],
    ['partitions that rows change', topOf('COUNT(*)', 'RANK() OVER (PARTITION BY n ORDER BY n DESC) = 1')],
    ['rows that HAVING deletes', topOf('COUNT(*)', `RANK() ${BY_N} = 1`, undefined, 'HAVING COUNT(*) < 9')],
    ['sessions, which become one', topOf('COUNT(*)', `RANK() ${BY_N} = 1`, 'WINDOW SESSION (1 MINUTE)')],
    [
      'groups of a table',
      'SELECT g, n FROM (SELECT g, COUNT(*) AS n FROM t GROUP BY g) q QUALIFY RANK() OVER (ORDER BY n DESC) = 1',
    ],
    [
      'numbers whose ties are columns that change',
      `SELECT g, n, m FROM (SELECT g, COUNT(*) AS n, MAX(v) AS m FROM s GROUP BY g) q QUALIFY ROW_NUMBER() OVER (ORDER BY n DESC) = 1`,
    ],
    ['rows that expire', `${topOf('COUNT(*)', `RANK() ${BY_N} = 1`)} STATE TTL 1 DAYS`],
  ])('%s', (_name, query) => {
    expect(stepsOf(query)).toEqual({ comesForward: false, isEarly: false })
  })
})

it('rows of a stream are left out before they are sent, unless they lie together or are many', () => {
  const top = (over: string) => stepsOf(`SELECT DISTINCT k, g, v FROM s QUALIFY ${over}`).isEarly
  expect(top('RANK() OVER (PARTITION BY g ORDER BY v DESC) = 1')).toBe(true)
  expect(top('DENSE_RANK() OVER (PARTITION BY g ORDER BY v DESC) <= 100')).toBe(true)
  expect(top('ROW_NUMBER() OVER (PARTITION BY g ORDER BY v DESC) <= 10')).toBe(true)
  expect(top('RANK() OVER (PARTITION BY g ORDER BY v DESC) <= 101')).toBe(false)
  expect(top('RANK() OVER (PARTITION BY k ORDER BY v DESC) = 1')).toBe(false)
})
