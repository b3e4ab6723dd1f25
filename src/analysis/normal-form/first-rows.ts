/**
 * `ORDER BY x LIMIT n` keeps the first n rows: the query around is the same with QUALIFY ROW_NUMBER() OVER (ORDER BY x) <= n. An order alone says nothing
 * about a table, and stays where it was written, to be refused.
 */
import type { Expression, Query, QueryExpression, Relation, SelectItem } from '../../sql/ast/query.ts'
import { rewrite } from '../../sql/walk.ts'
import { refuse } from '../errors.ts'

/** The query with such conditions, in it and in the queries of its FROM. A push query ends after its LIMIT, so that EMIT CHANGES keeps both. */
export const withFirstRows = (query: Query): Query => inSelect(query, new Map())

/** What a query has become, so that one that stands at two places stays one. */
type Done = Map<QueryExpression, QueryExpression>

function inQuery(query: QueryExpression, done: Done): QueryExpression {
  const known = done.get(query)
  if (known !== undefined) return known
  const result =
    query.kind === 'select'
      ? inSelect(query, done)
      : { ...query, left: inQuery(query.left, done), right: inQuery(query.right, done) }
  done.set(query, result)
  return result
}

function inSelect(query: Query, done: Done): Query {
  const inside = {
    items: query.items.map((item) => inItem(item, done)),
    from: inRelation(query.from, done),
    where: query.where && inExpression(query.where, done),
  }
  const { orderBy, limit, limitLocation: _location, ...rest } = query
  if (orderBy === undefined || limit === null || query.emit === 'CHANGES') return { ...query, ...inside }
  const isPlain =
    query.qualify === undefined && query.distinct === undefined && query.groupBy === null && query.offset === undefined
  if (!isPlain) {
    refuse(
      'ORDER BY with LIMIT stands behind a plain SELECT. Put a query with GROUP BY, DISTINCT, QUALIFY or OFFSET into FROM, and order around it.',
      orderBy[0]!.location,
    )
  }
  const number: Expression = {
    kind: 'functionCall',
    name: 'ROW_NUMBER',
    args: [],
    star: false,
    over: { partitionBy: [], orderBy, frame: null },
  }
  const qualify: Expression = {
    kind: 'comparison',
    operator: '<=',
    left: number,
    right: { kind: 'integerLiteral', value: limit },
  }
  return { ...rest, ...inside, qualify, limit: null }
}

const inItem = (item: SelectItem, done: Done): SelectItem =>
  item.kind === 'singleColumn' ? { ...item, expression: inExpression(item.expression, done) } : item

/** Queries in an expression. Those of other clauses are refused. */
function inExpression(expression: Expression, done: Done): Expression {
  return rewrite(expression, (node) => {
    if (node.kind === 'scalarSubquery' || node.kind === 'exists') return { ...node, query: inQuery(node.query, done) }
    if (node.kind !== 'inSubquery') return null
    return { ...node, operand: inExpression(node.operand, done), query: inQuery(node.query, done) }
  })
}

function inRelation(relation: Relation, done: Done): Relation {
  if (relation.kind === 'source') return relation
  if (relation.kind === 'derived') return { ...relation, query: inQuery(relation.query, done) }
  const right = inRelation(relation.right, done) as typeof relation.right
  return { ...relation, left: inRelation(relation.left, done), right }
}
