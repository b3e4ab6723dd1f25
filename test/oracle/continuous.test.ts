import { describe, it } from 'vitest'
import { checkAgainstSqlite, type OracleCase } from '../support/continuous-oracle.ts'
import { forEachSeed } from '../support/seeds.ts'

/** What no key has. */
const NO_NULLS = 'WHERE A IS NOT NULL AND B IS NOT NULL'

/** Fewer than elsewhere: there are many cases, and each plans and runs a whole query. */
const SEEDS = 12

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
  'aggregates over joins of streams whose columns of ON are not in SELECT': [
    {
      query:
        'SELECT DISTINCT N, Y FROM (SELECT COUNT(*) AS N, SUM(X) AS Y FROM (SELECT S.B AS X FROM S JOIN R STATE TTL 100 DAYS ON S.A = R.A AND S.ID <= R.ID) Q) P',
      // In this dialect SUM is 0 where there is no value.
      sqlite:
        'SELECT COUNT(*) AS N, COALESCE(SUM(S.B), 0) AS Y FROM S JOIN R ON S.A = R.A AND S.ID <= R.ID HAVING COUNT(*) > 0',
    },
    {
      // S_A is the name that the join gives a column of ON, and places nothing.
      query:
        'SELECT S_A, COUNT(*) AS N FROM (SELECT S.B AS S_A FROM S JOIN R STATE TTL 100 DAYS ON S.A = R.A AND S.ID <= R.ID) Q WHERE S_A IS NOT NULL GROUP BY S_A',
      sqlite:
        'SELECT S.B AS S_A, COUNT(*) AS N FROM S JOIN R ON S.A = R.A AND S.ID <= R.ID WHERE S.B IS NOT NULL GROUP BY S.B',
    },
    {
      query:
        'SELECT X, GROUPING(X) AS G, COUNT(*) AS N FROM (SELECT S.B AS X FROM S JOIN R STATE TTL 100 DAYS ON S.A = R.A) Q WHERE X IS NOT NULL GROUP BY ROLLUP(X)',
      sqlite:
        'SELECT S.B AS X, 0 AS G, COUNT(*) AS N FROM S JOIN R ON S.A = R.A WHERE S.B IS NOT NULL GROUP BY S.B UNION ALL SELECT NULL, 1, COUNT(*) FROM S JOIN R ON S.A = R.A WHERE S.B IS NOT NULL HAVING COUNT(*) > 0',
    },
  ],
  'aggregates and first rows of joins of streams, by what these are joined on': [
    {
      query:
        'SELECT B, SUM(M) AS X FROM (SELECT S.A AS A, S.B AS B, MAX(R.ID) AS M FROM S JOIN R STATE TTL 100 DAYS ON S.A = R.A AND S.ID <= R.ID GROUP BY S.A, S.B) Q WHERE B IS NOT NULL GROUP BY B',
      sqlite:
        'SELECT B, SUM(M) AS X FROM (SELECT S.A AS A, S.B AS B, MAX(R.ID) AS M FROM S JOIN R ON S.A = R.A AND S.ID <= R.ID GROUP BY S.A, S.B) Q WHERE B IS NOT NULL GROUP BY B',
    },
    {
      query:
        'SELECT S.A AS A, R.ID AS X FROM S JOIN R STATE TTL 100 DAYS ON S.A = R.A AND S.ID <= R.ID QUALIFY ROW_NUMBER() OVER (PARTITION BY S.A ORDER BY R.ID DESC) = 1',
      sqlite: 'SELECT S.A AS A, MAX(R.ID) AS X FROM S JOIN R ON S.A = R.A AND S.ID <= R.ID GROUP BY S.A',
    },
  ],
  'grouping sets': [
    {
      query: 'SELECT A, B, GROUPING(A, B) AS G, COUNT(*) AS N, SUM(TS) AS X FROM T GROUP BY ROLLUP(A, B)',
      sqlite:
        'SELECT A, B, 0 AS G, COUNT(*) AS N, SUM(TS) AS X FROM T GROUP BY A, B UNION ALL SELECT A, NULL, 1, COUNT(*), SUM(TS) FROM T GROUP BY A UNION ALL SELECT NULL, NULL, 3, COUNT(*), SUM(TS) FROM T HAVING COUNT(*) > 0',
    },
    {
      query:
        'SELECT A, B, GROUPING(B) AS G, GROUPING(B, A) AS H, COUNT(DISTINCT A) AS N FROM S WHERE TS > 2 GROUP BY GROUPING SETS ((A), B) HAVING GROUPING(A) = 1 OR COUNT(*) > 1',
      sqlite:
        'SELECT A, NULL AS B, 1 AS G, 2 AS H, COUNT(DISTINCT A) AS N FROM S WHERE TS > 2 GROUP BY A HAVING COUNT(*) > 1 UNION ALL SELECT NULL, B, 0, 1, COUNT(DISTINCT A) FROM S WHERE TS > 2 GROUP BY B',
    },
    {
      query:
        'SELECT G, MAX(N) AS M FROM (SELECT A, GROUPING(A) AS G, COUNT(*) AS N FROM T GROUP BY CUBE(A)) Q GROUP BY G',
      sqlite:
        'SELECT G, MAX(N) AS M FROM (SELECT 0 AS G, COUNT(*) AS N FROM T GROUP BY A UNION ALL SELECT 1, COUNT(*) FROM T HAVING COUNT(*) > 0) GROUP BY G',
    },
    {
      query: 'SELECT A, B, GROUPING(B) AS G, MAX(A) AS M, MIN(B) AS L FROM (SELECT * FROM T) Q GROUP BY A, ROLLUP(B)',
      sqlite:
        'SELECT A, B, 0 AS G, MAX(A) AS M, MIN(B) AS L FROM T GROUP BY A, B UNION ALL SELECT A, NULL, 1, MAX(A), MIN(B) FROM T GROUP BY A',
    },
  ],
  'DISTINCT and set operations': [
    { query: 'SELECT DISTINCT A, B FROM T WHERE A IS NOT NULL AND B IS NOT NULL' },
    { query: 'SELECT DISTINCT A, B FROM S WHERE A IS NOT NULL AND B IS NOT NULL' },
    { query: 'SELECT A, COUNT(*) AS N FROM (SELECT DISTINCT A, B FROM T) Q WHERE A IS NOT NULL GROUP BY A' },
    { query: `SELECT * FROM (SELECT A, B FROM T UNION SELECT A, B FROM U) Q ${NO_NULLS}` },
    { query: `SELECT * FROM (SELECT A, B FROM T UNION SELECT B, A FROM T) Q ${NO_NULLS}` },
    { query: `SELECT * FROM (SELECT A, B FROM T INTERSECT SELECT A, B FROM U) Q ${NO_NULLS}` },
    { query: `SELECT * FROM (SELECT A, B FROM T EXCEPT SELECT A, B FROM U) Q ${NO_NULLS}` },
    { query: `SELECT * FROM (SELECT A, B FROM S UNION SELECT A, B FROM T EXCEPT SELECT A, B FROM U) Q ${NO_NULLS}` },
    {
      query: `SELECT A, COUNT(*) AS N FROM (SELECT A, B FROM T UNION ALL SELECT A, B FROM U) Q WHERE A IS NOT NULL GROUP BY A`,
    },
    {
      query: `SELECT A, SUM(B) AS N FROM (SELECT A, B FROM S UNION ALL SELECT B, A FROM S) Q WHERE A IS NOT NULL AND B IS NOT NULL GROUP BY A`,
    },
  ],
  'first rows of groups': [
    {
      query:
        'SELECT ID, A, B FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY A ORDER BY B DESC, ID) AS N FROM T) Q WHERE N <= 2',
      sqlite:
        'SELECT ID, A, B FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY A ORDER BY B DESC NULLS FIRST, ID) AS N FROM T) Q WHERE N <= 2',
    },
    {
      query:
        'SELECT A, N, TS FROM (SELECT A, TS, ROW_NUMBER() OVER (PARTITION BY A ORDER BY TS DESC) AS N FROM S) Q WHERE N <= 2 AND A IS NOT NULL',
    },
    {
      query:
        'SELECT A, TS, B FROM S WHERE A IS NOT NULL QUALIFY ROW_NUMBER() OVER (PARTITION BY A ORDER BY TS DESC) = 1',
      sqlite:
        'SELECT A, TS, B FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY A ORDER BY TS DESC) AS N FROM S) WHERE N = 1 AND A IS NOT NULL',
    },
    {
      query:
        'SELECT ID, R FROM (SELECT ID, RANK() OVER (PARTITION BY A ORDER BY B NULLS FIRST) AS R FROM T) Q WHERE R < 3',
      sqlite: 'SELECT ID, R FROM (SELECT ID, RANK() OVER (PARTITION BY A ORDER BY B) AS R FROM T) Q WHERE R < 3',
    },
    {
      query: 'SELECT ID, DENSE_RANK() OVER (ORDER BY B NULLS FIRST, A NULLS FIRST) AS R FROM T QUALIFY R <= 3',
      sqlite: 'SELECT ID, R FROM (SELECT ID, DENSE_RANK() OVER (ORDER BY B, A) AS R FROM T) Q WHERE R <= 3',
    },
    {
      query:
        'SELECT A, N FROM (SELECT A, COUNT(*) AS N FROM T WHERE A IS NOT NULL GROUP BY A) Q QUALIFY RANK() OVER (ORDER BY N DESC) = 1',
      sqlite:
        'SELECT A, N FROM (SELECT A, N, RANK() OVER (ORDER BY N DESC) AS R FROM (SELECT A, COUNT(*) AS N FROM T WHERE A IS NOT NULL GROUP BY A)) WHERE R = 1',
    },
  ],
  // The other rows are left out before they are sent, and are not kept.
  'first rows where those behind them stay there': [
    ...['RANK', 'DENSE_RANK'].map((ranking) => ({
      query: `SELECT DISTINCT A, B, TS FROM S QUALIFY ${ranking}() OVER (PARTITION BY A ORDER BY B DESC NULLS LAST) <= 2`,
      sqlite: `SELECT DISTINCT A, B, TS FROM (SELECT *, ${ranking}() OVER (PARTITION BY A ORDER BY B DESC NULLS LAST) AS R FROM S) WHERE R <= 2`,
    })),
    ...[
      'RANK() OVER (ORDER BY N DESC)',
      'ROW_NUMBER() OVER (ORDER BY N DESC, A)',
      'DENSE_RANK() OVER (ORDER BY N DESC)',
    ].map((call) => ({
      query: `SELECT A, N FROM (SELECT A, COUNT(*) AS N FROM S WHERE A IS NOT NULL GROUP BY A) Q QUALIFY ${call} <= 2`,
      sqlite: `SELECT A, N FROM (SELECT A, N, ${call} AS R FROM (SELECT A, COUNT(*) AS N FROM S WHERE A IS NOT NULL GROUP BY A)) WHERE R <= 2`,
    })),
    {
      query: `SELECT A, B, N, R FROM (SELECT A, B, N, RANK() OVER (PARTITION BY A ORDER BY N DESC) AS R FROM (SELECT A, B, COUNT(*) AS N FROM S ${NO_NULLS} GROUP BY A, B) G) Q WHERE R <= 2`,
      sqlite: `SELECT A, B, N, R FROM (SELECT A, B, N, RANK() OVER (PARTITION BY A ORDER BY N DESC) AS R FROM (SELECT A, B, COUNT(*) AS N FROM S ${NO_NULLS} GROUP BY A, B)) WHERE R <= 2`,
    },
    ...['MAX(B)', 'MIN(B)'].flatMap((call) =>
      ['NULLS FIRST', 'NULLS LAST'].map((nulls) => {
        const order = `ORDER BY M ${call === 'MAX(B)' ? 'DESC' : 'ASC'} ${nulls}`
        const groups = `SELECT A, ${call} AS M FROM S WHERE A IS NOT NULL GROUP BY A`
        return {
          query: `SELECT A, M FROM (${groups}) Q QUALIFY RANK() OVER (${order}) <= 2`,
          sqlite: `SELECT A, M FROM (SELECT A, M, RANK() OVER (${order}) AS R FROM (${groups})) WHERE R <= 2`,
        }
      }),
    ),
    {
      // A group comes forward in the one and goes back in the other.
      query:
        'SELECT A, N FROM (SELECT A, COUNT(*) AS N FROM S WHERE A IS NOT NULL GROUP BY A) Q QUALIFY RANK() OVER (ORDER BY N) <= 2',
      sqlite:
        'SELECT A, N FROM (SELECT A, N, RANK() OVER (ORDER BY N) AS R FROM (SELECT A, COUNT(*) AS N FROM S WHERE A IS NOT NULL GROUP BY A)) WHERE R <= 2',
    },
    {
      query:
        'SELECT A, N FROM (SELECT A, COUNT(*) AS N FROM S WHERE A IS NOT NULL GROUP BY A HAVING COUNT(*) < 4) Q QUALIFY RANK() OVER (ORDER BY N DESC) = 1',
      sqlite:
        'SELECT A, N FROM (SELECT A, N, RANK() OVER (ORDER BY N DESC) AS R FROM (SELECT A, COUNT(*) AS N FROM S WHERE A IS NOT NULL GROUP BY A HAVING COUNT(*) < 4)) WHERE R = 1',
    },
  ],
  'first rows with calls that look at others': [
    {
      query:
        'SELECT A, LEAD(TS) OVER (PARTITION BY A ORDER BY TS) AS X, ROW_NUMBER() OVER (PARTITION BY A ORDER BY TS) AS N FROM S WHERE A IS NOT NULL QUALIFY N <= 2',
      sqlite:
        'SELECT A, N, X FROM (SELECT A, LEAD(TS) OVER (PARTITION BY A ORDER BY TS) AS X, ROW_NUMBER() OVER (PARTITION BY A ORDER BY TS) AS N FROM S) WHERE N <= 2 AND A IS NOT NULL',
    },
    {
      query:
        'SELECT A, COUNT(*) OVER (PARTITION BY A ORDER BY B) AS X, ROW_NUMBER() OVER (PARTITION BY A ORDER BY B) AS N FROM S WHERE A IS NOT NULL AND B IS NOT NULL QUALIFY N <= 1',
      sqlite:
        'SELECT A, 1 AS N, COUNT(*) AS X FROM S WHERE A IS NOT NULL AND B = (SELECT MIN(B) FROM S O WHERE O.A = S.A) GROUP BY A',
    },
    {
      query:
        'SELECT A, LAG(TS) OVER (PARTITION BY A ORDER BY TS DESC) AS X, SUM(B) OVER (PARTITION BY A ORDER BY TS DESC ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS Y, ROW_NUMBER() OVER (PARTITION BY A ORDER BY TS DESC) AS N FROM S WHERE A IS NOT NULL QUALIFY N <= 2',
      sqlite:
        'SELECT A, N, X, COALESCE(Y, 0) AS Y FROM (SELECT A, LAG(TS) OVER (PARTITION BY A ORDER BY TS DESC) AS X, SUM(B) OVER (PARTITION BY A ORDER BY TS DESC ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS Y, ROW_NUMBER() OVER (PARTITION BY A ORDER BY TS DESC) AS N FROM S) WHERE N <= 2 AND A IS NOT NULL',
    },
  ],
  'first rows of all': [
    { query: 'SELECT ID, A FROM T ORDER BY A DESC NULLS LAST, ID LIMIT 3' },
    {
      query: 'SELECT A, COUNT(*) AS N FROM (SELECT ID, A FROM T ORDER BY TS LIMIT 4) Q WHERE A IS NOT NULL GROUP BY A',
    },
  ],
  'results of OVER': [
    {
      query:
        'SELECT ID, ROW_NUMBER() OVER (PARTITION BY A ORDER BY TS) AS X, LAG(B) OVER (PARTITION BY A ORDER BY TS) AS L, LEAD(TS, 2) OVER (PARTITION BY A ORDER BY TS) AS M FROM T',
    },
    {
      query:
        'SELECT ID, COUNT(B) OVER (PARTITION BY A ORDER BY TS ROWS BETWEEN 2 PRECEDING AND CURRENT ROW) AS X, FIRST_VALUE(B) OVER (PARTITION BY A ORDER BY TS ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING) AS L FROM T',
    },
    {
      query: 'SELECT ID, COUNT(*) OVER (ORDER BY B DESC NULLS LAST) AS X, MAX(TS) OVER (PARTITION BY B) AS L FROM T',
      sqlite: 'SELECT ID, COUNT(*) OVER (ORDER BY B DESC) AS X, MAX(TS) OVER (PARTITION BY B) AS L FROM T',
    },
    {
      query:
        'SELECT ID, COUNT(*) OVER (PARTITION BY A ORDER BY TS RANGE BETWEEN 5 PRECEDING AND 3 FOLLOWING) AS X FROM T',
    },
    {
      query: 'SELECT ID, COUNT(*) OVER (ORDER BY B RANGE BETWEEN 1 PRECEDING AND 1 FOLLOWING) AS X FROM T',
      sqlite: 'SELECT ID, COUNT(*) OVER (ORDER BY B NULLS LAST RANGE BETWEEN 1 PRECEDING AND 1 FOLLOWING) AS X FROM T',
    },
    {
      query:
        'SELECT A, R, X FROM (SELECT A, ROW_NUMBER() OVER (PARTITION BY A ORDER BY TS) AS R, SUM(TS) OVER (PARTITION BY A ORDER BY TS ROWS 2 PRECEDING) AS X FROM S) Q WHERE A IS NOT NULL',
    },
  ],
  'results of OVER that continue from the row before': [
    {
      query:
        'SELECT ID, RANK() OVER (PARTITION BY A ORDER BY B NULLS FIRST) AS R, DENSE_RANK() OVER (PARTITION BY A ORDER BY B NULLS FIRST) AS D, COUNT(*) OVER (PARTITION BY A ORDER BY B NULLS FIRST) AS N FROM T',
      sqlite:
        'SELECT ID, RANK() OVER (PARTITION BY A ORDER BY B) AS R, DENSE_RANK() OVER (PARTITION BY A ORDER BY B) AS D, COUNT(*) OVER (PARTITION BY A ORDER BY B) AS N FROM T',
    },
    {
      query:
        'SELECT ID, SUM(TS) OVER (PARTITION BY A ORDER BY TS) AS X, MIN(B) OVER (PARTITION BY A ORDER BY TS) AS L, MAX(B) OVER (PARTITION BY A ORDER BY TS DESC) AS H, AVG(TS) OVER (PARTITION BY A ORDER BY TS) AS M FROM T',
    },
    {
      query:
        'SELECT ID, SUM(TS) OVER (ORDER BY TS ROWS BETWEEN UNBOUNDED PRECEDING AND 1 FOLLOWING) AS X, COUNT(*) OVER (ORDER BY TS ROWS BETWEEN UNBOUNDED PRECEDING AND 2 PRECEDING) AS L, COUNT(B) OVER (ORDER BY TS ROWS BETWEEN 1 FOLLOWING AND 2 FOLLOWING) AS H FROM T',
    },
    {
      query:
        'SELECT ID, FIRST_VALUE(B) OVER (PARTITION BY A ORDER BY TS) AS X, LAST_VALUE(B) OVER (PARTITION BY A ORDER BY TS ROWS BETWEEN 3 PRECEDING AND 2 PRECEDING) AS L, LAG(B, 2, 9) OVER (PARTITION BY A ORDER BY TS) AS H, LEAD(B) OVER (PARTITION BY A ORDER BY TS) AS M FROM T',
    },
    {
      query:
        'SELECT A, R, X, Y FROM (SELECT A, ROW_NUMBER() OVER (PARTITION BY A ORDER BY TS) AS R, SUM(B) OVER (PARTITION BY A ORDER BY TS) AS X, COUNT(*) FILTER (WHERE B > 1) OVER (PARTITION BY A ORDER BY TS) AS Y FROM S) Q WHERE A IS NOT NULL',
      sqlite:
        'SELECT A, R, COALESCE(X, 0) AS X, Y FROM (SELECT A, ROW_NUMBER() OVER (PARTITION BY A ORDER BY TS) AS R, SUM(B) OVER (PARTITION BY A ORDER BY TS) AS X, COUNT(*) FILTER (WHERE B > 1) OVER (PARTITION BY A ORDER BY TS) AS Y FROM S) Q WHERE A IS NOT NULL',
    },
  ],
  'joins of changes': [
    { query: 'SELECT L.ID AS ID, R.ID AS RID, L.A AS A, R.B AS B FROM T L JOIN U R ON L.A = R.A AND L.B < R.B' },
    { query: 'SELECT L.ID AS ID, R.ID AS RID, R.B AS B FROM T L LEFT JOIN U R ON L.A = R.A AND L.B = R.B' },
    { query: 'SELECT L.ID AS ID, R.ID AS RID FROM T L FULL JOIN U R ON L.A = R.A AND L.B <= R.B' },
    { query: 'SELECT L.ID AS ID, R.ID AS RID FROM T L FULL JOIN U R ON L.A = R.A AND FALSE' },
    { query: 'SELECT L.ID AS ID, R.ID AS RID FROM T L RIGHT JOIN U R ON L.ID = R.A AND R.B > 0' },
    {
      query:
        'SELECT L.ID AS ID, R.B AS B FROM (SELECT * FROM T) L LEFT JOIN (SELECT * FROM U WHERE B > 0) R ON L.A = R.ID',
    },
    {
      query:
        'SELECT L.ID AS ID, R.N FROM T L JOIN (SELECT A, COUNT(*) AS N FROM U WHERE A IS NOT NULL GROUP BY A) R ON L.A = R.A',
    },
    {
      query:
        'SELECT L.A, L.N, R.M FROM (SELECT A, COUNT(*) AS N FROM S WHERE A IS NOT NULL GROUP BY A) L JOIN (SELECT B, COUNT(*) AS M FROM S WHERE B IS NOT NULL GROUP BY B) R ON L.A = R.B',
    },
    {
      query:
        'SELECT A, COUNT(*) AS N FROM (SELECT L.A AS A FROM S L JOIN R X STATE TTL 100 DAYS ON L.A = X.A AND L.B = X.B) Q GROUP BY A',
      sqlite: 'SELECT L.A AS A, COUNT(*) AS N FROM S L JOIN R X ON L.A = X.A AND L.B = X.B GROUP BY L.A',
    },
    {
      query:
        'SELECT B, COUNT(*) AS N FROM (SELECT X.B AS B FROM S L JOIN T X ON L.A = X.A AND L.TS > X.TS) Q WHERE B IS NOT NULL GROUP BY B',
    },
    { query: 'SELECT L.ID AS ID, X.ID AS XID FROM T L JOIN U X ON L.A < X.A AND L.B > X.B' },
    {
      query:
        'SELECT W.A AS A, V.M AS M FROM (SELECT A, COUNT(*) AS N FROM T WHERE A IS NOT NULL GROUP BY A) W JOIN (SELECT MAX(N) AS M FROM (SELECT A, COUNT(*) AS N FROM T WHERE A IS NOT NULL GROUP BY A) Y) V ON W.N >= V.M AND W.N <= V.M',
    },
  ],
  'queries in expressions': [
    { query: 'SELECT * FROM T WHERE A IN (SELECT B FROM U WHERE A > 0)' },
    { query: 'SELECT ID, A FROM T WHERE A IN (SELECT A FROM U UNION SELECT B FROM U) AND B > 0' },
    { query: 'SELECT ID, A FROM T WHERE A NOT IN (SELECT B FROM U)' },
    { query: 'SELECT ID, A FROM T WHERE EXISTS (SELECT * FROM U WHERE U.A = T.A AND U.B > T.B)' },
    { query: 'SELECT ID, A FROM T X WHERE NOT EXISTS (SELECT 1 FROM U WHERE U.A = X.A)' },
    { query: 'SELECT ID, A FROM T WHERE NOT EXISTS (SELECT 1 FROM U WHERE B > 2)' },
    { query: 'SELECT ID, A FROM T WHERE A > (SELECT MIN(B) FROM U)' },
    { query: 'SELECT DISTINCT A FROM S WHERE B >= (SELECT MAX(B) FROM U WHERE U.A = S.A)' },
    {
      query:
        'SELECT ID, A FROM T WHERE EXISTS (SELECT * FROM (SELECT A FROM U WHERE NOT EXISTS (SELECT * FROM R WHERE R.A = U.B)) Q WHERE Q.A = T.A)',
    },
    { query: 'SELECT ID, A FROM T WHERE A IN (SELECT A FROM U ORDER BY TS LIMIT 2)' },
    { query: 'SELECT ID, (SELECT COUNT(*) FROM U WHERE U.A = T.A) AS N, (SELECT MAX(B) FROM U) AS M FROM T' },
    { query: 'SELECT B, COUNT(*) AS N FROM T WHERE A IN (SELECT B FROM U) AND B IS NOT NULL GROUP BY B' },
    {
      query:
        'WITH C AS (SELECT A, COUNT(*) AS N FROM T WHERE A IS NOT NULL GROUP BY A) SELECT A, N FROM C WHERE N >= (SELECT MAX(N) FROM C)',
    },
  ],
}

for (const [name, cases] of Object.entries(CASES)) {
  describe(`${name} have the content of the query over the rows so far`, () => {
    it.each(cases.map((one) => [one.query, one] as const))('%s', (_query, one) => {
      forEachSeed((random) => checkAgainstSqlite(one, random), SEEDS)
    })
  })
}
