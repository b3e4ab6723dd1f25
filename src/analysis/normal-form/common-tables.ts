/** WITH: each table is put where it is read, as a query in FROM. A table that is read twice stays one object, so that it is planned once. */
import type { Expression, Query, QueryExpression, Relation, SelectItem } from '../../sql/ast/query.ts'
import { rewrite } from '../../sql/walk.ts'
import { refuse } from '../errors.ts'

/** Tables of WITH by name; an inner one hides an outer one. */
type Tables = ReadonlyMap<string, QueryExpression>

/** The query without WITH, in it and in the queries that it holds. Throws StatementError for a list of columns that does not fit. */
export const inlineCommonTables = (query: Query): Query => inSelect(query, new Map())

const inQuery = (query: QueryExpression, tables: Tables): QueryExpression =>
  query.kind === 'select'
    ? inSelect(query, tables)
    : { ...query, left: inQuery(query.left, tables), right: inQuery(query.right, tables) }

function inSelect(query: Query, outer: Tables): Query {
  const { with: own = [], ...select } = query
  const tables = new Map(outer)
  for (const { name, columns, query: table, location } of own) {
    if (own.filter((other) => other.name === name).length > 1) refuse(`WITH has two tables called ${name}.`, location)
    tables.set(name, withColumnNames(inQuery(table, tables), columns, name))
  }
  const inside = (expression: Expression) => inExpression(expression, tables)
  const { where, having, qualify } = select
  return {
    ...select,
    items: select.items.map((item) => inItem(item, inside)),
    from: inRelation(select.from, tables),
    where: where && inside(where),
    having: having && inside(having),
    ...(qualify !== undefined && { qualify: inside(qualify) }),
  }
}

const inItem = (item: SelectItem, inside: (expression: Expression) => Expression): SelectItem =>
  item.kind === 'singleColumn' ? { ...item, expression: inside(item.expression) } : item

function inRelation(relation: Relation, tables: Tables): Relation {
  if (relation.kind === 'join') {
    return {
      ...relation,
      left: inRelation(relation.left, tables),
      right: inRelation(relation.right, tables) as typeof relation.right,
      criteria: inExpression(relation.criteria, tables),
    }
  }
  if (relation.kind === 'derived') return { ...relation, query: inQuery(relation.query, tables) }
  const { name, alias, location } = relation
  const query = tables.get(name)
  return query === undefined ? relation : { kind: 'derived', query, alias, ...(location && { location }) }
}

function inExpression(expression: Expression, tables: Tables): Expression {
  return rewrite(expression, (node) => {
    if (node.kind === 'scalarSubquery' || node.kind === 'exists') return { ...node, query: inQuery(node.query, tables) }
    if (node.kind !== 'inSubquery') return null
    return { ...node, operand: inExpression(node.operand, tables), query: inQuery(node.query, tables) }
  })
}

/** `WITH t (a, b) AS (SELECT x, y ...)`: the columns of SELECT under other names. */
function withColumnNames(query: QueryExpression, names: readonly string[], table: string): QueryExpression {
  if (names.length === 0) return query
  if (query.kind === 'setOperation') return { ...query, left: withColumnNames(query.left, names, table) }
  const { items, location } = query
  if (items.some(({ kind }) => kind !== 'singleColumn') || items.length !== names.length) {
    refuse(`WITH names ${names.length} columns of ${table}: its SELECT must list as many, without *.`, location)
  }
  return { ...query, items: items.map((item, i) => ({ ...item, alias: names[i]! }) as SelectItem) }
}

/** How often each source is read by name, in all queries that a query holds; one that stands at two places counts once. */
export function countReads(query: QueryExpression): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  const visited = new Set<QueryExpression>()
  const count = (one: QueryExpression): void => {
    if (visited.has(one)) return
    visited.add(one)
    if (one.kind === 'select') countRelation(one.from)
    else {
      count(one.left)
      count(one.right)
    }
  }
  const countRelation = (relation: Relation): void => {
    if (relation.kind === 'derived') count(relation.query)
    else if (relation.kind === 'source') counts.set(relation.name, (counts.get(relation.name) ?? 0) + 1)
    else {
      countRelation(relation.left)
      countRelation(relation.right)
    }
  }
  count(query)
  return counts
}
