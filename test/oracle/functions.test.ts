import { describe, it } from 'vitest'
import { checkAgainstSqlite } from '../support/continuous-oracle.ts'
import { inJavaScript, withJavaScriptAggregates } from '../support/javascript-aggregates.ts'
import { forEachSeed } from '../support/seeds.ts'

const CASES = [
  'SELECT A, SUM(B) AS X, COUNT(B) AS N, MAX(B) AS M FROM S WHERE A IS NOT NULL GROUP BY A',
  'SELECT A, SUM(B) AS X, COUNT(B) AS N, MAX(B) AS M, COUNT(*) AS C FROM (SELECT * FROM T) Q WHERE A IS NOT NULL GROUP BY A',
  'SELECT A, SUM(TS) AS X, MAX(TS) AS M FROM (SELECT * FROM T) Q WHERE A IS NOT NULL GROUP BY A',
  'SELECT N, COUNT(*) AS M FROM (SELECT A, COUNT(*) AS N FROM T WHERE A IS NOT NULL GROUP BY A) Q GROUP BY N',
  'SELECT N, SUM(A) AS X FROM (SELECT A, COUNT(*) AS N FROM S WHERE A IS NOT NULL GROUP BY A) Q GROUP BY N',
  'SELECT N, MAX(X) AS M FROM (SELECT A, COUNT(*) AS N, SUM(B) AS X FROM T WHERE A IS NOT NULL GROUP BY A) Q GROUP BY N',
  'SELECT B, COUNT(DISTINCT A) AS N, SUM(DISTINCT A) AS X FROM (SELECT * FROM T) Q WHERE B IS NOT NULL GROUP BY B',
  'SELECT B, COUNT(*) FILTER (WHERE A > 1) AS N, COUNT(DISTINCT A) FILTER (WHERE A > 1) AS M FROM S WHERE B IS NOT NULL GROUP BY B',
  'SELECT B, MAX(A) FILTER (WHERE A < 3) AS N FROM S WHERE B IS NOT NULL GROUP BY B',
  'SELECT A, B, COUNT(*) AS N FROM (SELECT * FROM T) Q WHERE A IS NOT NULL AND B IS NOT NULL GROUP BY A, B HAVING COUNT(*) > 1',
  'SELECT A, COUNT(*) AS N FROM (SELECT A, B FROM T UNION ALL SELECT A, B FROM U) Q WHERE A IS NOT NULL GROUP BY A',
  'SELECT L.ID AS ID, R.N FROM T L JOIN (SELECT A, COUNT(*) AS N FROM U WHERE A IS NOT NULL GROUP BY A) R ON L.A = R.A',
  'WITH C AS (SELECT A, COUNT(*) AS N FROM T WHERE A IS NOT NULL GROUP BY A) SELECT A, N FROM C WHERE N >= (SELECT MAX(N) FROM C)',
]

describe('SUM, COUNT and MAX in JavaScript give the content of the query over the rows so far', () => {
  const functions = withJavaScriptAggregates().functions

  it.each(CASES)('%s', (query) => {
    forEachSeed((random) => checkAgainstSqlite({ query: inJavaScript(query), sqlite: query, functions }, random), 12)
  })
})
