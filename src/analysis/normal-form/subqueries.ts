/**
 * Queries in expressions as joins: IN and EXISTS keep the rows that have a match (NOT those that have none), and a query that stands for a value is joined
 * as the one row that it gives. A condition of such a query that reads the query around it becomes the condition of the join.
 */
import type {
  Derived,
  Expression,
  FunctionCall,
  Join,
  JoinType,
  Query,
  QueryExpression,
  Relation,
} from '../../sql/ast/query.ts'
import { allOf, conjuncts, contains, rewrite, walk } from '../../sql/walk.ts'
import { refuse } from '../errors.ts'

type IsAggregate = (call: FunctionCall) => boolean

/** The query with such joins, in it and in the queries of its FROM. Throws StatementError for a form that is no join, with one that is. */
export const withJoinedSubqueries = (query: Query, isAggregate: IsAggregate): Query =>
  new Rewriting(isAggregate).select(query)

/** The column of a joined query that stands for its value. */
const VALUE = 'KSQL_VALUE'

class Rewriting {
  readonly #isAggregate: IsAggregate
  /** What a query has become, so that one that stands at two places stays one. */
  readonly #done = new Map<QueryExpression, QueryExpression>()
  #count = 0

  constructor(isAggregate: IsAggregate) {
    this.#isAggregate = isAggregate
  }

  #query(query: QueryExpression): QueryExpression {
    const known = this.#done.get(query)
    if (known !== undefined) return known
    const result =
      query.kind === 'select'
        ? this.select(query)
        : { ...query, left: this.#query(query.left), right: this.#query(query.right) }
    this.#done.set(query, result)
    return result
  }

  select(query: Query): Query {
    const from = this.#relation(query.from)
    const joins: Join[] = []
    const joined: Joined = { aliases: aliasesOf(query.from), add: (join) => joins.push(join) }
    const where = query.where === null ? [] : conjuncts(query.where).flatMap((one) => this.#condition(one, joined))
    const items = query.items.map((item) =>
      item.kind === 'singleColumn' ? { ...item, expression: this.#values(item.expression, joined) } : item,
    )
    if (query.having !== null) refuseQueries(query.having, 'HAVING')
    return {
      ...query,
      items,
      from: joins.reduce<Relation>((left, join) => ({ ...join, left }), from),
      where: allOf(where),
    }
  }

  #relation(relation: Relation): Relation {
    if (relation.kind === 'source') return relation
    if (relation.kind === 'derived') return { ...relation, query: this.#query(relation.query) }
    refuseQueries(relation.criteria, 'ON')
    if (relation.right.kind === 'derived') refuseLateral(relation.right.query, aliasesOf(relation.left))
    const right = this.#relation(relation.right) as typeof relation.right
    return { ...relation, left: this.#relation(relation.left), right }
  }

  /** What is left of a condition of WHERE; nothing where a join says all of it. */
  #condition(condition: Expression, joined: Joined): Expression[] {
    const { test, negated } = withoutNot(condition)
    if (test.kind === 'inSubquery') {
      this.#addIn({ ...test, negated: test.negated !== negated }, joined)
      return []
    }
    if (test.kind === 'exists') {
      const alias = this.#nextAlias()
      const { query, criteria } = this.#correlated(test.query, joined, [], alias)
      joined.add(this.#join(negated ? 'ANTI' : 'SEMI', query, criteria, test, alias))
      return []
    }
    return [this.#values(condition, joined)]
  }

  #addIn(test: Extract<Expression, { kind: 'inSubquery' }>, joined: Joined): void {
    const alias = this.#nextAlias()
    const value: Expression = { kind: 'columnReference', qualifier: alias, name: VALUE }
    const operand = this.#values(test.operand, joined)
    const equal: Expression = {
      kind: 'comparison',
      operator: '=',
      left: operand,
      right: value,
      ...(test.location && { location: test.location }),
    }
    // x NOT IN (...) is not true as soon as x may be one of the values, which a NULL on either side may be.
    const mayBeEqual: Expression = [equal, isNull(operand), isNull(value)].reduce((left, right) => ({
      kind: 'logicalBinary',
      operator: 'OR',
      left,
      right,
    }))
    const { query, criteria } = this.#correlated(test.query, joined, [VALUE], alias)
    const conditions = [test.negated ? mayBeEqual : equal, ...conjunctsOf(criteria)]
    joined.add(this.#join(test.negated ? 'ANTI' : 'SEMI', query, allOf(conditions)!, test, alias))
  }

  /** The expression with a column in the place of each query that stands for a value. */
  #values(expression: Expression, joined: Joined): Expression {
    return rewrite(expression, (node) => {
      if (node.kind === 'inSubquery' || node.kind === 'exists') return refuseNested(node)
      return node.kind === 'scalarSubquery' ? this.#value(node, joined) : null
    })
  }

  #value(node: Extract<Expression, { kind: 'scalarSubquery' }>, joined: Joined): Expression {
    const { query } = node
    if (query.kind !== 'select' || !this.#isOneRow(query)) {
      return refuse(
        'A query that stands for a value must give one row: an aggregate without GROUP BY, such as (SELECT MAX(x) FROM t). ' +
          'Join other queries in FROM: LEFT JOIN u ON u.k = t.k.',
        node.location,
      )
    }
    const alias = this.#nextAlias()
    const { query: inner, criteria } = this.#correlated(query, joined, [VALUE], alias, true)
    joined.add(this.#join('LEFT', inner, criteria, node, alias))
    const value: Expression = { kind: 'columnReference', qualifier: alias, name: VALUE }
    const [item] = query.items
    const counts =
      item?.kind === 'singleColumn' && item.expression.kind === 'functionCall' && item.expression.name === 'COUNT'
    if (!counts) return value
    return { kind: 'functionCall', name: 'COALESCE', args: [value, { kind: 'bigintLiteral', text: '0' }], star: false }
  }

  #isOneRow({ items, groupBy }: Query): boolean {
    if (groupBy !== null || items.length !== 1) return false
    let aggregates = false
    const [item] = items
    if (item?.kind !== 'singleColumn') return false
    walk(item.expression, (node) => {
      if (node.kind === 'functionCall' && this.#isAggregate(node)) aggregates = true
      return !aggregates
    })
    return aggregates
  }

  /**
   * The query with its columns under `names`, without the conditions that read the query around it: these are the criteria, over columns that it gives
   * besides. `isGrouped`: it is an aggregate, which then is one for each of these columns.
   */
  #correlated(
    query: QueryExpression,
    { aliases }: Joined,
    names: readonly string[],
    alias: string,
    isGrouped = false,
  ): { readonly query: QueryExpression; readonly criteria: Expression } {
    const none: Expression = { kind: 'booleanLiteral', value: true }
    if (query.kind !== 'select') return { query: this.#query(namedColumns(query, names)), criteria: none }
    const own = aliasesOf(query.from)
    const isOuter = (node: Expression): boolean =>
      node.kind === 'columnReference' &&
      node.qualifier !== null &&
      aliases.has(node.qualifier) &&
      !own.has(node.qualifier)
    const conditions = query.where === null ? [] : conjuncts(query.where)
    const outer = conditions.filter((condition) => contains(condition, isOuter))
    const elsewhere = clausesBesideWhere(query, names.length > 0).find((clause) => contains(clause, isOuter))
    if (elsewhere !== undefined) refuseOuterNames(elsewhere)
    if (outer.length === 0) return { query: this.#query(namedColumns(query, names)), criteria: none }
    refuseUncorrelatable(query, outer[0]!, isGrouped)
    const given: Expression[] = []
    const criteria = outer.map((condition) =>
      rewrite(condition, (node) => {
        if (node.kind !== 'columnReference' || isOuter(node)) return null
        const place = given.push(node) - 1
        return { ...node, qualifier: alias, name: `KSQL_OUTER_${place}` }
      }),
    )
    const left = conditions.filter((condition) => !outer.includes(condition))
    const { items } = namedColumns(query, names)
    return {
      query: this.#query({
        ...query,
        items: [
          ...(names.length === 0 ? [] : items),
          ...given.map((expression, i) => ({
            kind: 'singleColumn' as const,
            expression,
            alias: `KSQL_OUTER_${i}`,
          })),
        ],
        where: allOf(left),
        ...(isGrouped && { groupBy: { expressions: given } }),
      }),
      criteria: allOf(criteria)!,
    }
  }

  #nextAlias(): string {
    this.#count++
    return `KSQL_SUBQUERY_${this.#count}`
  }

  #join(type: JoinType, query: QueryExpression, criteria: Expression, { location }: Expression, alias: string): Join {
    const right: Derived = { kind: 'derived', query, alias, isHidden: true, ...(location && { location }) }
    return { kind: 'join', type, left: right, right, within: null, criteria, ...(location && { location }) }
  }
}

interface Joined {
  /** Names of the sources of the query around. */
  readonly aliases: ReadonlySet<string>
  readonly add: (join: Join) => void
}

const isNull = (operand: Expression): Expression => ({ kind: 'isNull', operand })
const conjunctsOf = (criteria: Expression): readonly Expression[] =>
  criteria.kind === 'booleanLiteral' ? [] : conjuncts(criteria)

function withoutNot(condition: Expression): { readonly test: Expression; readonly negated: boolean } {
  if (condition.kind !== 'not') return { test: condition, negated: false }
  const { test, negated } = withoutNot(condition.operand)
  return { test, negated: !negated }
}

function aliasesOf(relation: Relation): ReadonlySet<string> {
  if (relation.kind === 'join') return new Set([...aliasesOf(relation.left), ...aliasesOf(relation.right)])
  const names = relation.kind === 'source' ? [relation.alias, relation.name] : [relation.alias]
  return new Set(names.filter((name) => name !== null))
}

/** The query with its columns under these names, if any are given: as many as it must have. */
function namedColumns<Q extends QueryExpression>(query: Q, names: readonly string[]): Q {
  if (names.length === 0) return query
  if (query.kind === 'setOperation') return { ...query, left: namedColumns(query.left, names) }
  const { items, location } = query
  const [item] = items
  if (items.length !== 1 || item?.kind !== 'singleColumn') {
    return refuse('A query in an expression gives one column: name it in its SELECT, without *.', location)
  }
  return { ...query, items: [{ ...item, alias: names[0]! }] }
}

/** `hasItems`: EXISTS does not look at SELECT. */
function clausesBesideWhere({ items, groupBy, having, qualify }: Query, hasItems: boolean): readonly Expression[] {
  const selected = hasItems ? items.flatMap((item) => (item.kind === 'singleColumn' ? [item.expression] : [])) : []
  return [...selected, ...(groupBy?.expressions ?? []), ...[having, qualify ?? null].filter((one) => one !== null)]
}

function refuseOuterNames({ location }: Expression): never {
  return refuse(
    'A query in an expression reads the query around it in its WHERE only: WHERE inner.k = outer.k. For other clauses join it in FROM: ' +
      'JOIN (SELECT k, COUNT(*) AS n FROM ... GROUP BY k) x ON x.k = outer.k, and compare there.',
    location,
  )
}

/** A query in FROM reads nothing of the sources beside it. */
function refuseLateral(query: QueryExpression, beside: ReadonlySet<string>): void {
  if (query.kind !== 'select') return
  const own = aliasesOf(query.from)
  const isBeside = (node: Expression): boolean =>
    node.kind === 'columnReference' && node.qualifier !== null && beside.has(node.qualifier) && !own.has(node.qualifier)
  const clauses = [...clausesBesideWhere(query, true), ...(query.where === null ? [] : [query.where])]
  const clause = clauses.find((one) => contains(one, isBeside))
  if (clause === undefined) return
  refuse(
    'A query in FROM cannot read the sources beside it (LATERAL). Select what it compares, and join on that: ' +
      'JOIN (SELECT k, MAX(x) AS x FROM ... GROUP BY k) q ON q.k = t.k.',
    clause.location,
  )
}

function refuseUncorrelatable(
  { groupBy, having, distinct, qualify, window }: Query,
  condition: Expression,
  isGrouped: boolean,
): void {
  const isPlain =
    groupBy === null && having === null && window === null && distinct === undefined && qualify === undefined
  if (!isPlain) {
    refuse(
      'A query with GROUP BY, HAVING, DISTINCT, QUALIFY or WINDOW cannot read the query around it. Join it in FROM: JOIN (SELECT ... GROUP BY k) x ON x.k = t.k.',
      condition.location,
    )
  }
  if (isGrouped && !(condition.kind === 'comparison' && condition.operator === '=')) {
    refuse(
      'An aggregate can read the query around it in equalities only: WHERE inner.k = outer.k. Join the query in FROM for other conditions.',
      condition.location,
    )
  }
}

function refuseNested({ location }: Expression): never {
  return refuse(
    'IN (SELECT ...) and EXISTS must be conditions of WHERE by themselves, joined to others by AND. Write a query for each case, and UNION them.',
    location,
  )
}

function refuseQueries(expression: Expression, clause: string): void {
  walk(expression, (node) => {
    if (node.kind !== 'scalarSubquery' && node.kind !== 'exists' && node.kind !== 'inSubquery') return true
    return refuse(
      `A query in ${clause} is not supported. Put it into FROM as a table to join with, or the condition into WHERE of a query around this one.`,
      node.location,
    )
  })
}
