/** Forms of SQL that the language can say, but a query of some use cannot run: refused by name, with a form that works. */
import type { Location } from '../errors.ts'
import type { Expression, Query } from '../sql/ast/query.ts'
import { walk } from '../sql/walk.ts'
import type { QueryUse } from './analysis.ts'
import { refuse } from './errors.ts'

/** Throws StatementError for the first form in the query that is not supported in its use. */
export function refuseUnsupportedForms(query: Query, use: QueryUse): void {
  for (const { is, message, runsIn } of FORMS) {
    if (runsIn?.includes(use)) continue
    const location = is(query)
    if (location !== false) refuse(message, location)
  }
}

interface Form {
  /** Uses in which it is supported. */
  readonly runsIn?: readonly QueryUse[]
  /** Where the query uses it, or false. */
  readonly is: (query: Query) => Location | undefined | false
  readonly message: string
}

const whenPresent = (part: unknown, { location }: Query): Location | undefined | false =>
  part === undefined ? false : location

const CONTINUOUS: readonly QueryUse[] = ['persistent', 'push']

const FORMS: readonly Form[] = [
  {
    is: (query) => query.with !== undefined && query.with[0]!.location,
    message: 'WITH is not supported here. Create a stream or table of the query, and read from that.',
  },
  {
    runsIn: CONTINUOUS,
    is: (query) => whenPresent(query.distinct, query),
    message: 'SELECT DISTINCT is not supported here. GROUP BY x gives one row for each x.',
  },
  {
    runsIn: CONTINUOUS,
    is: ({ qualify }) => (qualify === undefined ? false : qualify.location),
    message: 'QUALIFY is not supported here. HAVING filters groups.',
  },
  {
    is: (query) => query.orderBy !== undefined && query.orderBy[0]!.location,
    message:
      'ORDER BY is not supported here: a stream has no end to sort at. TOPK(x, n) keeps the greatest values of a group.',
  },
  {
    is: (query) => whenPresent(query.offset, query),
    message: 'OFFSET is not supported here. LIMIT n ends the query after n rows.',
  },
  {
    runsIn: CONTINUOUS,
    is: (query) => whenPresent(query.stateTtl, query),
    message: 'STATE TTL is not supported here. Leave it out.',
  },
  {
    is: (query) => query.partitionBy?.sets !== undefined && query.partitionBy.location,
    message: 'GROUPING SETS, ROLLUP and CUBE belong to GROUP BY. PARTITION BY takes expressions.',
  },
  {
    runsIn: CONTINUOUS,
    is: ({ from }) => from.kind === 'join' && from.stateTtl !== undefined && from.location,
    message: 'STATE TTL is not supported here. Join streams with WITHIN.',
  },
  {
    runsIn: CONTINUOUS,
    is: (query) => findCall(query, 'over'),
    message: 'Window functions (OVER) are not supported here. Write WINDOW TUMBLING (SIZE 1 MINUTE) with GROUP BY.',
  },
  {
    runsIn: CONTINUOUS,
    is: (query) => findCall(query, 'filter'),
    message: 'FILTER (WHERE ...) is not supported here. Aggregate a CASE: SUM(CASE WHEN condition THEN x END).',
  },
  {
    runsIn: CONTINUOUS,
    is: (query) => findCall(query, 'distinct'),
    message: 'An aggregate of DISTINCT is not supported here. COUNT_DISTINCT(x) counts different values.',
  },
]

function findCall(query: Query, part: 'over' | 'filter' | 'distinct'): Location | undefined | false {
  let found: Location | undefined | false = false
  for (const expression of clauseExpressions(query)) {
    walk(expression, (node) => {
      if (found === false && node.kind === 'functionCall' && node[part] !== undefined) found = node.location
      return found === false
    })
  }
  return found
}

const clauseExpressions = ({ items, where, having, groupBy, partitionBy }: Query): readonly Expression[] => [
  ...items.flatMap((item) => (item.kind === 'singleColumn' ? [item.expression] : [])),
  ...(where === null ? [] : [where]),
  ...(having === null ? [] : [having]),
  ...(groupBy?.expressions ?? []),
  ...(partitionBy?.expressions ?? []),
]
