// Queries: CST -> AST.

import type { CstNode, IToken } from 'chevrotain'
import type {
  CommonTableCstNode,
  DurationCstNode,
  GraceCstNode,
  GroupingCstNode,
  GroupingElementCstNode,
  GroupingSetCstNode,
  IntersectionCstNode,
  JoinCstNode,
  NumberCstNode,
  QueryCstNode,
  QueryTermCstNode,
  RelationCstNode,
  SelectCstNode,
  SelectItemCstNode,
  SetQuantifierCstNode,
  SourceCstNode,
  StateTtlCstNode,
  SubqueryCstNode,
  UnionCstNode,
  WindowClauseCstNode,
  WindowOptionsCstNode,
  WithinCstNode,
} from '../../grammar/generated/cst.d.ts'
import { Emit } from '../../grammar/tokens.ts'
import type {
  CommonTable,
  Derived,
  Duration,
  Expression,
  Grouping,
  Join,
  JoinType,
  Query,
  QueryExpression,
  Relation,
  SelectItem,
  SetOperator,
  Source,
  WindowClause,
  Within,
} from './ast/query.ts'
import { buildExpression, buildSortItems, buildValue, type Scope, timeUnitOf } from './build-expressions.ts'
import { buildNumber } from './build-literals.ts'
import { nameOf, nodeLocation, refusal, tokenLocation } from './build-names.ts'
import { equalExpressions } from './walk.ts'

/** Where expressions of a query stand: they can hold queries. */
export const IN_QUERY: Scope = { parameters: new Set(), subquery: buildSubquery }

/** A query with the clauses that hold for the whole of it. */
export function buildQuery(node: QueryCstNode): Query {
  const { children } = node
  if (!children.Changes && !children.emitFinal) refuseBareEmit(lastRelation(children.union[0]!))
  const body = buildUnion(children.union[0]!)
  const clauses = buildClauses(node)
  // A SELECT in parentheses keeps its own clauses, and a set operation has none: those behind it belong to a SELECT around.
  if (body.kind === 'select' && !isParenthesized(children.union[0]!)) return { ...body, ...clauses }
  return { ...selectAll(body), ...clauses, location: nodeLocation(node) }
}

/** `SELECT *` from a query. */
const selectAll = (query: QueryExpression): Query => ({
  kind: 'select',
  items: [{ kind: 'allColumns', qualifier: null }],
  from: { kind: 'derived', query, alias: null },
  window: null,
  where: null,
  groupBy: null,
  partitionBy: null,
  having: null,
  emit: null,
  limit: null,
})

type QueryClauses = Pick<
  Query,
  'with' | 'orderBy' | 'stateTtl' | 'emit' | 'emitTimeout' | 'emitLocation' | 'limit' | 'limitLocation' | 'offset'
>

function buildClauses({ children }: QueryCstNode): QueryClauses {
  const { commonTables, sortItems, stateTtl, emitFinal, Emit: emit, limit, offset } = children
  const timeout = emitFinal?.[0]?.children.duration?.[0]
  return {
    ...(commonTables && { with: commonTables[0]!.children.commonTable.map(buildCommonTable) }),
    ...(sortItems && { orderBy: buildSortItems(sortItems[0]!, IN_QUERY) }),
    ...(stateTtl && { stateTtl: buildStateTtl(stateTtl[0]!) }),
    emit: children.Changes ? 'CHANGES' : emitFinal ? 'FINAL' : null,
    ...(timeout && { emitTimeout: buildDuration(timeout) }),
    ...(emit && { emitLocation: tokenLocation(emit[0]!) }),
    limit: limit ? buildInteger(limit[0]!, 'LIMIT') : null,
    ...(limit && { limitLocation: nodeLocation(limit[0]!) }),
    ...(offset && { offset: buildInteger(offset[0]!, 'OFFSET') }),
  }
}

function buildCommonTable(node: CommonTableCstNode): CommonTable {
  const { Identifier, column, subquery } = node.children
  return {
    name: nameOf(Identifier[0]!),
    columns: (column ?? []).map(nameOf),
    query: buildSubquery(subquery[0]!),
    location: nodeLocation(node),
  }
}

/** A query in parentheses: the set operation itself, where nothing else belongs to it. */
function buildSubquery({ children }: SubqueryCstNode): QueryExpression {
  const query = buildQuery(children.query[0]!)
  return isPlainSelectAll(query) && query.from.kind === 'derived' ? query.from.query : query
}

/** Whether it is what `selectAll` makes, and nothing more. */
const isPlainSelectAll = (query: Query): boolean =>
  query.from.kind === 'derived' &&
  query.from.alias === null &&
  query.from.query.kind === 'setOperation' &&
  JSON.stringify({ ...query, from: null, location: undefined }) ===
    JSON.stringify({ ...selectAll(query.from.query), from: null })

function buildUnion({ children }: UnionCstNode): QueryExpression {
  return combine(children.operand.map(buildIntersection), children.operator, children.setQuantifier)
}

function buildIntersection({ children }: IntersectionCstNode): QueryExpression {
  return combine(children.operand.map(buildTerm), children.operator, children.setQuantifier)
}

function combine(
  operands: readonly QueryExpression[],
  operators: readonly IToken[] = [],
  quantifiers: readonly SetQuantifierCstNode[] = [],
): QueryExpression {
  return operands.reduce((left, right, i) => ({
    kind: 'setOperation',
    operator: operators[i - 1]!.image.toUpperCase() as SetOperator,
    all: quantifiers[i - 1]!.children.All !== undefined,
    left,
    right,
    location: tokenLocation(operators[i - 1]!),
  }))
}

const buildTerm = ({ children }: QueryTermCstNode): QueryExpression =>
  children.select ? buildSelect(children.select[0]!) : buildSubquery(children.subquery![0]!)

const isParenthesized = ({ children }: UnionCstNode): boolean =>
  children.operand[0]!.children.operand[0]!.children.subquery !== undefined

function buildSelect(node: SelectCstNode): Query {
  const { children } = node
  return {
    kind: 'select',
    ...(children.Distinct && { distinct: true }),
    items: children.selectItem.map(buildItem),
    from: buildRelation(children.relation[0]!),
    window: children.windowClause ? buildWindow(children.windowClause[0]!) : null,
    where: children.where ? buildExpression(children.where[0]!, IN_QUERY) : null,
    groupBy: children.groupBy ? buildGrouping(children.groupBy[0]!) : null,
    partitionBy: children.partitionBy ? buildGrouping(children.partitionBy[0]!) : null,
    having: children.having ? buildExpression(children.having[0]!, IN_QUERY) : null,
    ...(children.qualify && { qualify: buildExpression(children.qualify[0]!, IN_QUERY) }),
    emit: null,
    limit: null,
    location: nodeLocation(node),
  }
}

/** A number that must be an INT; `clause` is the word that it follows. */
export function buildInteger(node: NumberCstNode, clause: string): number {
  const literal = buildNumber(node)
  if (literal.kind === 'integerLiteral') return literal.value
  throw refusal(`Value must be integer for command: ${clause}`, nodeLocation(node))
}

function buildItem(node: SelectItemCstNode): SelectItem {
  const { children } = node
  const location = nodeLocation(node)
  if (!children.expression) {
    return { kind: 'allColumns', qualifier: children.qualifier ? nameOf(children.qualifier[0]!) : null, location }
  }
  const expression = buildExpression(children.expression[0]!, IN_QUERY)
  if (children.structAll) {
    if (!isPrimary(children.expression[0]!)) throw refusal(STRUCT_ALL_ADVICE, nodeLocation(children.structAll[0]!))
    return { kind: 'structAll', base: expression, location }
  }
  const alias = children.alias?.[0]?.children.Identifier[0]
  return { kind: 'singleColumn', expression, alias: alias === undefined ? null : nameOf(alias), location }
}

const STRUCT_ALL_ADVICE = "'->*' takes the fields of a single value. Put parentheses around the expression before it."

/** Whether an expression is a single value without operators around it. Each of the rules above a value passes on its only operand. */
function isPrimary(node: CstNode): boolean {
  if (node.name === 'access') return true
  const parts = Object.values(node.children).flat()
  return parts.length === 1 && 'children' in parts[0]! && isPrimary(parts[0])
}

/** A set of expressions that are grouped by together. */
type GroupingSet = readonly Expression[]

/** Each input row becomes a row for each set. */
const MAX_SETS = 256
/** Each expression doubles the sets. */
const MAX_CUBE = Math.log2(MAX_SETS)

function buildGrouping(node: GroupingCstNode): Grouping {
  const { value, groupingElement } = node.children
  const location = nodeLocation(node)
  const elements = (groupingElement ?? []).map(buildElement)
  const plain = [
    ...(value ?? []).map((one) => buildValue(one, IN_QUERY)),
    ...elements.flatMap((element) => element.plain),
  ]
  if (elements.every(({ sets }) => sets === null)) return { expressions: plain, location }
  const sets = elements
    .map((element) => element.sets ?? [element.plain])
    .reduce(
      (left, right) => {
        if (left.length * right.length <= MAX_SETS) return combined(left, right)
        throw refusal(`GROUP BY has more than ${MAX_SETS} grouping sets. List the sets that are needed.`, location)
      },
      [[]],
    )
  return { ...groupingSets(sets), location }
}

/** Each set of one element of GROUP BY with each of another one. */
const combined = (left: readonly GroupingSet[], right: readonly GroupingSet[]): readonly GroupingSet[] =>
  left.flatMap((first) => right.map((second) => distinctExpressions([...first, ...second])))

interface GroupingElement {
  /** What stands in every set. */
  readonly plain: GroupingSet
  /** Null: a plain expression. */
  readonly sets: readonly GroupingSet[] | null
}

function buildElement({ children }: GroupingElementCstNode): GroupingElement {
  if (children.groupingSet !== undefined) return { plain: [], sets: children.groupingSet.flatMap(buildGroupingSets) }
  const expression = buildValue(children.value![0]!, IN_QUERY)
  const sets = setsOf(expression)
  return sets === null ? { plain: [expression], sets } : { plain: [], sets }
}

function buildGroupingSets({ children }: GroupingSetCstNode): readonly GroupingSet[] {
  if (children.groupingElement === undefined) return [(children.value ?? []).map((one) => buildValue(one, IN_QUERY))]
  const { plain, sets } = buildElement(children.groupingElement[0]!)
  return sets ?? [plain]
}

/** ROLLUP and CUBE are short for grouping sets. */
function setsOf(expression: Expression): readonly GroupingSet[] | null {
  if (expression.kind !== 'functionCall') return null
  const { name, args, location } = expression
  if (name === 'ROLLUP') return [...args, null].map((_, i) => args.slice(0, args.length - i))
  if (name !== 'CUBE') return null
  if (args.length > MAX_CUBE) {
    throw refusal(
      `CUBE takes ${MAX_CUBE} expressions at most. List the sets that are needed: GROUPING SETS ((a, b), (a)).`,
      location!,
    )
  }
  return Array.from({ length: 2 ** args.length }, (_, bits) => args.filter((_, i) => (bits & (1 << i)) === 0))
}

function groupingSets(sets: readonly GroupingSet[]): Grouping {
  const expressions = distinctExpressions(sets.flat())
  return {
    expressions,
    sets: sets.map((set) => set.map((one) => expressions.findIndex((other) => equalExpressions(one, other)))),
  }
}

const distinctExpressions = (expressions: readonly Expression[]): Expression[] =>
  expressions.filter((one, i, all) => all.findIndex((other) => equalExpressions(one, other)) === i)

// ---- Sources -----------------------------------------------------------------------------------------------------------------------

/** A last EMIT that nothing follows was read as the alias of a source. */
function refuseBareEmit({ children }: RelationCstNode): void {
  const last = (children.join?.at(-1)?.children ?? children).source[0]!
  const alias = last.children.alias?.[0]?.children
  const name = alias?.Identifier[0]
  if (name?.tokenType !== Emit || alias?.As !== undefined) return
  throw refusal('EMIT needs to be told what: EMIT CHANGES or EMIT FINAL.', tokenLocation(name))
}

/** The sources that stand last in the text. */
function lastRelation({ children }: UnionCstNode): RelationCstNode {
  const term = children.operand.at(-1)!.children.operand.at(-1)!.children
  if (term.select !== undefined) return term.select[0]!.children.relation[0]!
  return lastRelation(term.subquery![0]!.children.query[0]!.children.union[0]!)
}

function buildRelation({ children }: RelationCstNode): Relation {
  return (children.join ?? []).reduce<Relation>(buildJoin, buildSource(children.source[0]!))
}

function buildSource(node: SourceCstNode): Source | Derived {
  const { Identifier, subquery, alias: given } = node.children
  const token = given?.[0]?.children.Identifier[0]
  const alias = token === undefined ? null : nameOf(token)
  const location = nodeLocation(node)
  if (subquery !== undefined) return { kind: 'derived', query: buildSubquery(subquery[0]!), alias, location }
  const name = nameOf(Identifier![0]!)
  return { kind: 'source', name, alias: alias ?? name, location }
}

function buildJoin(left: Relation, node: JoinCstNode): Join {
  const { children } = node
  return {
    kind: 'join',
    type: joinType(node),
    left,
    right: buildSource(children.source[0]!),
    within: children.within ? buildWithin(children.within[0]!) : null,
    ...(children.Asof && { asof: true }),
    ...(children.stateTtl && { stateTtl: buildStateTtl(children.stateTtl[0]!) }),
    criteria: buildExpression(children.expression[0]!, IN_QUERY),
    location: nodeLocation(node),
  }
}

const buildStateTtl = ({ children }: StateTtlCstNode): Duration => buildDuration(children.duration[0]!)

function joinType({ children }: JoinCstNode): JoinType {
  if (children.Left) return 'LEFT'
  if (children.Right) return 'RIGHT'
  return children.Full ? 'FULL' : 'INNER'
}

function buildWithin(node: WithinCstNode): Within {
  const [before, after] = node.children.duration!.map(buildDuration)
  return {
    before: before!,
    after: after ?? before!,
    grace: buildGrace(node.children.grace?.[0]),
    location: nodeLocation(node),
  }
}

// ---- Windows -----------------------------------------------------------------------------------------------------------------------

function buildWindow(node: WindowClauseCstNode): WindowClause {
  const { children } = node
  const name = children.Identifier ? nameOf(children.Identifier[0]!) : null
  const location = nodeLocation(node)
  if (children.tumbling) {
    const { size, windowOptions } = children.tumbling[0]!.children
    return { kind: 'tumbling', name, size: buildDuration(size[0]!), ...buildOptions(windowOptions[0]!), location }
  }
  if (children.hopping) {
    const { size, advance, windowOptions } = children.hopping[0]!.children
    const [sizeOf, advanceBy] = [buildDuration(size[0]!), buildDuration(advance[0]!)]
    return { kind: 'hopping', name, size: sizeOf, advance: advanceBy, ...buildOptions(windowOptions[0]!), location }
  }
  if (children.cumulate) {
    const { size, step, windowOptions } = children.cumulate[0]!.children
    const [sizeOf, stepOf] = [buildDuration(size[0]!), buildDuration(step[0]!)]
    return { kind: 'cumulate', name, size: sizeOf, step: stepOf, ...buildOptions(windowOptions[0]!), location }
  }
  const { gap, windowOptions } = children.session![0]!.children
  return { kind: 'session', name, gap: buildDuration(gap[0]!), ...buildOptions(windowOptions[0]!), location }
}

function buildOptions({
  children,
}: WindowOptionsCstNode): Pick<WindowClause, 'retention' | 'grace' | 'processingTime'> {
  return {
    retention: children.retention ? buildDuration(children.retention[0]!) : null,
    grace: buildGrace(children.grace?.[0]),
    ...(children.Processing && { processingTime: true }),
  }
}

function buildGrace(node: GraceCstNode | undefined): Duration | null {
  return node === undefined ? null : buildDuration(node.children.duration[0]!)
}

export function buildDuration(node: DurationCstNode): Duration {
  const { IntegerValue, timeUnit } = node.children
  const value = Number(IntegerValue[0]!.image)
  if (!Number.isSafeInteger(value))
    throw refusal(`Invalid duration: ${IntegerValue[0]!.image} is too large`, nodeLocation(node))
  return { value, unit: timeUnitOf(timeUnit[0]!.children.unit![0]!) }
}
