/** Joins of changes as steps: on any columns and conditions, and semi and anti joins. */

import type { AnalyzedJoin, GeneralJoin } from '../../analysis/analysis.ts'
import { NO_KEY } from '../../analysis/formats.ts'
import { StatementError } from '../../errors.ts'
import { castNode } from '../../expressions/coerce.ts'
import type { Expression } from '../../expressions/expression.ts'
import type { NamedExpression } from '../../operators/step.ts'
import type { Expression as Syntax } from '../../sql/ast/query.ts'
import { displayExpression } from '../../sql/format.ts'
import { formatType, type SqlType, widerType } from '../../types/sql-type.ts'
import { type KeyColumn, type PlanBuilder, positionsOf, type Relation } from '../builder.ts'
import { addColumns, columnOf } from './add-columns.ts'
import { filterEarly, isJoinFilter } from './early-filters.ts'
import { bringTogether, isSettled } from './placement.ts'
import { inClause, knownType, typed, typedPredicate } from './typed.ts'

export interface GeneralSides {
  readonly join: AnalyzedJoin
  readonly general: GeneralJoin
  readonly left: Relation
  readonly right: Relation
  /** Step id of the join. */
  readonly name: string
  readonly builder: PlanBuilder
}

export function planGeneralJoin(sides: GeneralSides): Relation {
  const { join, general, name, builder } = sides
  const { left, right, residual } = filterSides(sides)
  const equations = general.equations.map((equation) => typedEquation(equation, left, right, builder))
  const leftSide = withEqualColumns(
    `${name}/Left`,
    left,
    equations.map(({ left: side }) => side),
    builder,
  )
  const rightSide = withEqualColumns(
    `${name}/Right`,
    right,
    equations.map(({ right: side }) => side),
    builder,
  )
  const isLeftOnly = join.type === 'SEMI' || join.type === 'ANTI'
  const pair = [...leftSide.relation.columns, ...rightSide.relation.columns]
  const columns = isLeftOnly ? leftSide.relation.columns : pair
  const isStream = left.kind === 'stream' && right.kind === 'stream' && join.type === 'INNER'
  const key = isStream ? [] : joinedKey(join, leftSide, rightSide)
  const together = {
    left: bringTogether(`${name}-left`, leftSide.relation, groupOf(leftSide), builder, { beside: left }),
    right: bringTogether(`${name}-right`, rightSide.relation, groupOf(rightSide), builder, { beside: left }),
  }
  const step = builder.add({
    kind: 'changeJoin',
    id: name,
    left: together.left.step,
    right: together.right.step,
    join: join.type,
    leftEquals: placesOf(leftSide),
    rightEquals: placesOf(rightSide),
    residual: residualOf(residual, { ...left, columns: pair }, builder),
    ttlMs: general.ttlMs,
    key: positionsOf(key, { columns }),
    isStream,
    ...(isStream && general.ttlMs !== null && { isBuffered: true }),
    leftStore: `${name}-left`,
    rightStore: `${name}-right`,
  })
  return {
    ...left,
    step,
    kind: isStream ? 'stream' : 'table',
    columns,
    key,
    keyOrigin: 'join expression',
    keyTexts: key.map(({ name: text }) => text),
    window: null,
    macros: new Map(),
    callTexts: new Map(),
    keyFormat: isStream ? NO_KEY : left.keyFormat,
    placedBy: placement(join, leftSide, rightSide),
    isUnsettled: !isSettled(left) || !isSettled(right),
    isComposed: true,
  }
}

interface TypedEquation {
  readonly left: NamedExpression
  readonly right: NamedExpression
}

/** Two expressions that are compared. Numbers of two types are compared as the wider one. */
export function typedEquation(
  equation: GeneralJoin['equations'][number],
  left: Relation,
  right: Relation,
  { context }: PlanBuilder,
): TypedEquation {
  const check = (syntax: Syntax, relation: Relation): Expression =>
    inClause('Error in JOIN expression: ', () => typed(syntax, relation, context))
  const [a, b] = [check(equation.left, left), check(equation.right, right)]
  const [aType, bType] = [knownType(a, equation.left), knownType(b, equation.right)]
  const type = widerType(aType, bType)
  if (type === null) {
    throw new StatementError(
      `Invalid join condition: types don't match. Got ${displayExpression(equation.left)}{${formatType(aType)}} = ` +
        `${displayExpression(equation.right)}{${formatType(bType)}}. Cast one side to the type of the other.`,
      { location: equation.left.location },
    )
  }
  return { left: named(a, aType, type, equation.left), right: named(b, bType, type, equation.right) }
}

function named(expression: Expression, from: SqlType, type: SqlType, syntax: Syntax): NamedExpression {
  const text = displayExpression(syntax)
  const isSame = from.kind === type.kind
  const name = expression.kind === 'column' && isSame ? expression.name : ` ${text}`
  return { name, type, expression: isSame ? expression : castNode(expression, type), text }
}

/** A side whose rows hold what must be equal. */
interface EqualSide {
  readonly relation: Relation
  readonly equals: readonly NamedExpression[]
}

export function withEqualColumns(
  id: string,
  relation: Relation,
  equals: readonly NamedExpression[],
  builder: PlanBuilder,
): EqualSide {
  const added = equals.filter(
    ({ name }, i) => !hasColumn(relation, name) && equals.findIndex((one) => one.name === name) === i,
  )
  return { relation: addColumns(`${id}Columns`, added, relation, builder), equals }
}

const hasColumn = ({ columns }: Relation, name: string): boolean => columns.some((column) => column.name === name)

export const groupOf = ({ relation, equals }: EqualSide): NamedExpression[] =>
  equals.map(({ name }) => columnOf(name, relation))

export const placesOf = ({ relation, equals }: EqualSide): number[] =>
  equals.map(({ name }) => relation.columns.findIndex((column) => column.name === name))

/** The sides with the rows that may join, and what is left of the conditions beside equalities. */
function filterSides({ join: { type }, general, left, right, name, builder }: GeneralSides) {
  const filter = (side: 'left' | 'right') =>
    ({ id: `${name}-${side}/OnFilter`, clause: 'JOIN', isEarly: isJoinFilter(type, side) }) as const
  const lefts = filterEarly(general.residual, filter('left'), left, builder)
  const rights = filterEarly(lefts.rest, filter('right'), right, builder)
  return { left: lefts.relation, right: rights.relation, residual: rights.rest }
}

function residualOf(residual: Syntax | null, pair: Relation, builder: PlanBuilder) {
  if (residual === null) return null
  return { predicate: typedPredicate(residual, 'JOIN', pair, builder.context), text: displayExpression(residual) }
}

/**
 * What tells the joined rows apart: the keys of both sides, but for one that follows from the other. A side without a key, such as a stream, leaves the
 * result without one.
 */
function joinedKey({ type }: AnalyzedJoin, left: EqualSide, right: EqualSide): readonly KeyColumn[] {
  const [leftKey, rightKey] = [left.relation, right.relation].map(({ kind, key }) => (kind === 'table' ? key : []))
  if (type === 'SEMI' || type === 'ANTI' || leftKey!.length === 0)
    return type === 'SEMI' || type === 'ANTI' ? leftKey! : []
  if (rightKey!.length === 0) return []
  const isRightImplied = isImplied(rightKey!, right)
  const isLeftImplied = isImplied(leftKey!, left)
  if (isRightImplied && (type === 'INNER' || type === 'LEFT')) return leftKey!
  if (isLeftImplied && (type === 'INNER' || type === 'RIGHT')) return rightKey!
  return [...leftKey!, ...rightKey!]
}

/** Whether a row of the other side finds one row at most. */
const isImplied = (key: readonly KeyColumn[], { equals }: EqualSide): boolean =>
  key.every(({ columns, isConstant }) => isConstant === true || equals.some(({ name }) => columns.includes(name)))

/** Columns that are NULL in rows without a match do not tell where these lie. */
function placement({ type }: AnalyzedJoin, left: EqualSide, right: EqualSide): readonly (readonly string[])[] {
  return left.equals.map(({ name }, i) => {
    const other = right.equals[i]!.name
    switch (type) {
      case 'INNER':
        return [name, other]
      case 'RIGHT':
        return [other]
      case 'FULL':
        return []
      default:
        return [name]
    }
  })
}
