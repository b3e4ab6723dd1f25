/** Statements of a user who means ill, or has made a mistake: expressions that would take all memory or all time, in every place where a statement may have one. */

/** A statement, and where it is sent. */
export interface HostileStatement {
  readonly kind: 'persistent' | 'push' | 'pullStream' | 'pullTable' | 'insert'
  readonly sql: string
}

export interface Names {
  readonly stream: string
  readonly table: string
  /** The stream or table that a persistent query creates. */
  readonly created: string
}

type Pick = <Item>(items: readonly Item[]) => Item

/** Columns of the stream and the table: K STRING, V STRING, N INT. */
export function hostileStatement(random: () => number, { stream, table, created }: Names): HostileStatement {
  const pick: Pick = (items) => items[Math.floor(random() * items.length)]!
  const text = textExpression(pick)
  const kind = pick(['persistent', 'push', 'pullStream', 'pullTable', 'insert'] as const)
  switch (kind) {
    case 'persistent':
      return { kind, sql: `CREATE STREAM ${created} AS ${select(pick, text, stream)} EMIT CHANGES;` }
    case 'push':
      return { kind, sql: `${select(pick, text, pick([stream, table]))} EMIT CHANGES;` }
    case 'pullStream':
      return { kind, sql: `${select(pick, text, stream)};` }
    case 'pullTable':
      return { kind, sql: `${select(pick, text, table)};` }
    case 'insert':
      return { kind, sql: `INSERT INTO ${stream} (k, v) VALUES ('hostile', ${text});` }
  }
}

const select = (pick: Pick, text: string, from: string): string =>
  pick([
    `SELECT k, ${text} AS x FROM ${from}`,
    `SELECT k, n FROM ${from} WHERE LEN(${text}) = 1`,
    `SELECT k, ${Array.from({ length: 20 }, (_, i) => `${text} AS x${i}`).join(', ')} FROM ${from}`,
  ])

/** Numbers from 1 to as many as a bound lets pass; there is no such literal that a plan would have to hold. */
const series = (pick: Pick): string => `GENERATE_SERIES(1, ${pick([1000, 100_000, 1_000_000, 2_000_000_000])})`

function textExpression(pick: Pick): string {
  const long = `LPAD('b', ${pick([10_000, 1_000_000, 16_000_000, 1_000_000_000])}, 'a')`
  const list = series(pick)
  return pick([
    `REDUCE(${list}, 'x', (s, e) => ${pick(['s + s', 'CONCAT(s, s)', "REPLACE(s, 'x', 'xx')", 'CONCAT_WS(s, s, s)'])})`,
    `CAST(REDUCE(${list}, ARRAY[1], (s, e) => ARRAY_CONCAT(s, s)) AS STRING)`,
    `CAST(LEN(REDUCE(${list}, 'x', (s, e) => ARRAY_JOIN(ARRAY[s, s], s))) AS STRING)`,
    `CAST(REDUCE(TRANSFORM(${list}, a => REDUCE(${list}, 0, (s, c) => s + c)), 0, (s, e) => s + e) AS STRING)`,
    `CAST(ARRAY_MAX(TRANSFORM(${list}, a => ARRAY_MAX(${list}))) AS STRING)`,
    `TO_JSON_STRING(${nested(20 + pick([0, 5, 10]))})`,
    `TO_JSON_STRING(TRANSFORM(${list}, a => ${long}))`,
    `TO_JSON_STRING(FILTER(${list}, a => ${long} = ${long}))`,
    `TO_JSON_STRING(FILTER(${list}, a => ${long} LIKE '%_b%_c'))`,
    `REGEXP_EXTRACT('${pick(['(a+)+$', '(a|aa)+$', '(.*)*(?=x)', '(?:a?){30}a{30}'])}', ${long})`,
    `REGEXP_REPLACE(${long}, '${pick(['(.*?,){11}P', '(a*)*c', '.*.*.*=.*|a'])}', 'yy')`,
    `CAST(INSTR(${long}, LPAD('c', 500000, 'a'), 1, 1000000) AS STRING)`,
    `TO_JSON_STRING(SPLIT(${long}, ''))`,
    long,
    `TO_JSON_STRING(ARRAY[${Array(50).fill(long).join(', ')}])`,
  ])
}

const nested = (depth: number): string =>
  depth === 0 ? 'ARRAY[1]' : `TRANSFORM(${nested(depth - 1)}, x${depth} => ARRAY[x${depth}, x${depth}])`
