// Queries: CST -> AST.

import type { CstNode } from 'chevrotain'
import type {
  DurationCstNode,
  GraceCstNode,
  GroupingCstNode,
  JoinCstNode,
  NumberCstNode,
  QueryCstNode,
  RelationCstNode,
  SelectItemCstNode,
  SourceCstNode,
  WindowClauseCstNode,
  WindowOptionsCstNode,
  WithinCstNode,
} from '../../grammar/generated/cst.d.ts'
import { Emit } from '../../grammar/tokens.ts'
import type {
  Duration,
  Grouping,
  Join,
  JoinType,
  Query,
  Relation,
  SelectItem,
  Source,
  WindowClause,
  Within,
} from './ast.ts'
import { buildExpression, buildValue, timeUnitOf } from './build-expressions.ts'
import { buildNumber } from './build-literals.ts'
import { nameOf, nodeLocation, refusal, tokenLocation } from './build-names.ts'

export function buildQuery(node: QueryCstNode): Query {
  const { children } = node
  if (!children.Changes && !children.Final) refuseBareEmit(children.relation[0]!)
  return {
    kind: 'select',
    items: children.selectItem.map(buildItem),
    from: buildRelation(children.relation[0]!),
    window: children.windowClause ? buildWindow(children.windowClause[0]!) : null,
    where: children.where ? buildExpression(children.where[0]!) : null,
    groupBy: children.groupBy ? buildGrouping(children.groupBy[0]!) : null,
    partitionBy: children.partitionBy ? buildGrouping(children.partitionBy[0]!) : null,
    having: children.having ? buildExpression(children.having[0]!) : null,
    emit: children.Changes ? 'CHANGES' : children.Final ? 'FINAL' : null,
    ...(children.Emit && { emitLocation: tokenLocation(children.Emit[0]!) }),
    limit: children.limit ? buildInteger(children.limit[0]!, 'LIMIT') : null,
    ...(children.limit && { limitLocation: nodeLocation(children.limit[0]!) }),
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
  const expression = buildExpression(children.expression[0]!)
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

function buildGrouping(node: GroupingCstNode): Grouping {
  return { expressions: (node.children.value ?? []).map((value) => buildValue(value)), location: nodeLocation(node) }
}

// ---- Sources -----------------------------------------------------------------------------------------------------------------------

/** A last EMIT that nothing follows was read as the alias of a source. */
function refuseBareEmit({ children }: RelationCstNode): void {
  const last = (children.join?.at(-1)?.children ?? children).source[0]!
  const alias = last.children.alias?.[0]?.children
  const name = alias?.Identifier[0]
  if (name?.tokenType !== Emit || alias?.As !== undefined) return
  throw refusal('EMIT needs to be told what: EMIT CHANGES or EMIT FINAL.', tokenLocation(name))
}

function buildRelation({ children }: RelationCstNode): Relation {
  return (children.join ?? []).reduce<Relation>(buildJoin, buildSource(children.source[0]!))
}

function buildSource(node: SourceCstNode): Source {
  const name = nameOf(node.children.Identifier[0]!)
  const alias = node.children.alias?.[0]?.children.Identifier[0]
  return { kind: 'source', name, alias: alias === undefined ? name : nameOf(alias), location: nodeLocation(node) }
}

function buildJoin(left: Relation, node: JoinCstNode): Join {
  const { children } = node
  return {
    kind: 'join',
    type: joinType(node),
    left,
    right: buildSource(children.source[0]!),
    within: children.within ? buildWithin(children.within[0]!) : null,
    criteria: buildExpression(children.expression[0]!),
    location: nodeLocation(node),
  }
}

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
  const { gap, windowOptions } = children.session![0]!.children
  return { kind: 'session', name, gap: buildDuration(gap[0]!), ...buildOptions(windowOptions[0]!), location }
}

function buildOptions({ children }: WindowOptionsCstNode): { retention: Duration | null; grace: Duration | null } {
  return {
    retention: children.retention ? buildDuration(children.retention[0]!) : null,
    grace: buildGrace(children.grace?.[0]),
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
