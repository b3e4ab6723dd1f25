import { describe, it } from 'vitest'
import { checkAgainstSqlite, type OracleCase } from '../support/continuous-oracle.ts'
import { forEachSeed } from '../support/seeds.ts'

const CASES: Record<string, readonly OracleCase[]> = {
  'queries in FROM': [
    { query: 'SELECT ID, A + 1 AS X FROM (SELECT ID, A FROM T WHERE B > 0) Q WHERE A > 0' },
    { query: 'SELECT * FROM (SELECT ID, X + 1 AS Y FROM (SELECT ID, A * 2 AS X FROM T) I) O' },
    { query: 'WITH W AS (SELECT ID, A FROM T), V (P, Q) AS (SELECT ID, A + 1 FROM W) SELECT P, Q FROM V WHERE Q > 1' },
  ],
  'aggregates of what aggregates give': [
    {
      query:
        'SELECT N, COUNT(*) AS M FROM (SELECT A, COUNT(*) AS N FROM T WHERE A IS NOT NULL GROUP BY A) Q GROUP BY N',
    },
    {
      query: 'SELECT N, SUM(A) AS X FROM (SELECT A, COUNT(*) AS N FROM S WHERE A IS NOT NULL GROUP BY A) Q GROUP BY N',
    },
    {
      query:
        'SELECT B, MIN(A) AS L, MAX(A) AS H, COUNT(A) AS N FROM (SELECT * FROM T) Q WHERE B IS NOT NULL GROUP BY B',
    },
    {
      query:
        'SELECT B, COUNT(DISTINCT A) AS N, SUM(DISTINCT A) AS X FROM (SELECT * FROM T) Q WHERE B IS NOT NULL GROUP BY B',
      // In this dialect SUM is 0 where there is no value.
      sqlite:
        'SELECT B, COUNT(DISTINCT A) AS N, COALESCE(SUM(DISTINCT A), 0) AS X FROM T WHERE B IS NOT NULL GROUP BY B',
    },
    { query: 'SELECT B, COUNT(DISTINCT A) AS N FROM S WHERE B IS NOT NULL GROUP BY B' },
    {
      query:
        'SELECT B, COUNT(*) FILTER (WHERE A > 1) AS N, COUNT(DISTINCT A) FILTER (WHERE A > 1) AS M FROM S WHERE B IS NOT NULL GROUP BY B',
    },
    { query: 'SELECT B, MAX(A) FILTER (WHERE A < 3) AS N FROM S WHERE B IS NOT NULL GROUP BY B' },
    {
      query:
        'SELECT A, B, COUNT(*) AS N FROM (SELECT * FROM T) Q WHERE A IS NOT NULL AND B IS NOT NULL GROUP BY A, B HAVING COUNT(*) > 1',
    },
  ],
}

for (const [name, cases] of Object.entries(CASES)) {
  describe(`${name} have the content of the query over the rows so far`, () => {
    it.each(cases.map((one) => [one.query, one] as const))('%s', (_query, one) => {
      forEachSeed((random) => checkAgainstSqlite(one, random))
    })
  })
}
