/** Joins as steps: each side keyed by its join expression, in the same partitions, then the operator for the kinds of both sides. */

import type { Analysis, AnalyzedJoin, AnalyzedSource } from '../../analysis/analysis.ts'
import { refuseMaps } from '../../analysis/formats.ts'
import { layoutName } from '../../analysis/layout-names.ts'
import { assert } from '../../assert.ts'
import { placing, StatementError } from '../../errors.ts'
import type { Expression } from '../../expressions/expression.ts'
import { RESPONSE_PARTITION } from '../../operators/join/foreign-key-join.ts'
import type { JoinKind } from '../../operators/join/join-sides.ts'
import type { FormatSpec } from '../../serde/format.ts'
import { FORMATS } from '../../serde/index.ts'
import type { Expression as Syntax } from '../../sql/ast/query.ts'
import { displayExpression } from '../../sql/format.ts'
import type { Column } from '../../types/schema.ts'
import { equalTypes, formatType, type SqlType } from '../../types/sql-type.ts'
import { type KeyColumn, keySchema, type PlanBuilder, type Relation } from '../builder.ts'
import { planAsofJoin } from './asof-join.ts'
import { type EarlyFiltered, filterEarly, isWhereFilter } from './early-filters.ts'
import { planGeneralJoin } from './general-join.ts'
import { settled } from './placement.ts'
import { internalKeyFormat, repartition, selectKey } from './rekey.ts'
import { planSource } from './sources.ts'
import { inClause, knownType, typed } from './typed.ts'

/**
 * FROM as steps: the sources, and the joins from left to right, each over the result of those before. Returns the relation whose rows have
 * every column of every source that the query uses, and what is left of WHERE. Throws StatementError where two sides cannot be joined.
 */
export function planFrom(analysis: Analysis, builder: PlanBuilder): EarlyFiltered {
  const { sources, joins, usedColumns: used } = analysis
  let where = analysis.where
  const holdsKey = builder.isNested || joins.some(({ general }) => general !== null)
  const source = (index: number, name: string) =>
    planSource(
      sources[index]!,
      sources,
      {
        name,
        used: used.get(sources[index]!.alias)!,
        keptByFollower: isKeptByJoin(joins[Math.max(index - 1, 0)]),
        holdsKey,
      },
      builder,
    )
  if (joins.length === 0) return { relation: source(0, 'KsqlTopic'), rest: where }
  const side = (index: number, name: string): Relation => {
    const filter = { id: `${name}/WhereFilter`, clause: 'WHERE', isEarly: isWhereFilter(joins, index) } as const
    const { relation, rest } = filterEarly(where, filter, source(index, name), builder)
    where = rest
    return relation
  }
  const nWay = joins.length > 1
  let left = side(0, 'KafkaTopic_Left')
  joins.forEach((join, i) => {
    const last = i === joins.length - 1
    const { alias } = sources[join.right]!
    const right = side(join.right, nWay ? `KafkaTopic_${alias}` : 'KafkaTopic_Right')
    const name = last ? 'Join' : `${sources[join.right - 1]!.alias}_Join`
    const sides = { join, sources, left, right, name, builder }
    const { general } = join
    left =
      general === null
        ? placing(join.leftExpression.location, () => planJoin(sides))
        : general.asof === undefined
          ? planGeneralJoin({ ...sides, general })
          : planAsofJoin({ ...sides, general }, general.asof)
  })
  return { relation: left, rest: where }
}

/** Joins over changes take the row before from the table. */
const isKeptByJoin = (join: AnalyzedJoin | undefined): boolean => join !== undefined && join.general === null

interface JoinSides {
  readonly join: AnalyzedJoin
  readonly sources: readonly AnalyzedSource[]
  readonly left: Relation
  readonly right: Relation
  /** Step id of the join. */
  readonly name: string
  readonly builder: PlanBuilder
}

function planJoin(sides: JoinSides): Relation {
  const types = joinTypes(sides)
  refusePartitionMismatch(sides)
  if (sides.join.key.kind === 'foreign') return planForeignKeyJoin(sides, types.left)
  const keyed = keyBothSides(sides, types)
  const joined = { ...sides, ...keyed }
  const key = resultKey(joined, types.left.type!)
  refuseMaps([key])
  const step = addJoin(joined, [{ name: key.name, type: key.type }])
  return joinedRelation(joined, step, [key])
}

interface JoinTypes {
  readonly left: Expression
  readonly right: Expression
}

function joinTypes({ join, left, right, builder }: JoinSides): JoinTypes {
  const check = (expression: Syntax, relation: Relation) =>
    inClause('Error in JOIN expression: ', () => typed(expression, relation, builder.context))
  const leftTyped = check(join.leftExpression, left)
  const rightTyped = check(join.rightExpression, right)
  const leftType = knownType(leftTyped, join.leftExpression)
  const rightType = knownType(rightTyped, join.rightExpression)
  if (!equalTypes(leftType, rightType)) {
    const show = (text: string, type: SqlType) => `${text}{${formatType(type)}}`
    throw new StatementError(
      `Invalid join condition: types don't match. Got ${show(join.leftText, leftType)} = ` +
        `${show(join.rightText, rightType)}. Cast one side to the type of the other.`,
      { location: join.leftExpression.location },
    )
  }
  return { left: leftTyped, right: rightTyped }
}

function refusePartitionMismatch({ join, left, right, builder }: JoinSides): void {
  if (join.key.kind === 'foreign') return
  const { metastore, partitions } = builder.context
  const leftSource = metastore.sources.get(left.partitionsOf)!
  const rightSource = metastore.sources.get(right.partitionsOf)!
  const leftCount = partitions(leftSource.topic)
  const rightCount = partitions(rightSource.topic)
  if (leftCount === undefined || rightCount === undefined || leftCount === rightCount) return
  throw new StatementError(
    `Can't join \`${leftSource.name}\` with \`${rightSource.name}\` since the number of partitions don't match. ` +
      `\`${leftSource.name}\` partitions = ${leftCount}; \`${rightSource.name}\` partitions = ${rightCount}. ` +
      'Please repartition either one so that the number of partitions match.',
  )
}

/** Re-keys the sides that are not keyed by their expression, and brings both to one key format, as keys are placed by their bytes. */
function keyBothSides(sides: JoinSides, types: JoinTypes): { left: Relation; right: Relation } {
  const { join, name } = sides
  const leftKeyed = isKeyedBy(sides.left, join.leftExpression)
  const rightKeyed = isKeyedBy(sides.right, join.rightExpression)
  const format = !leftKeyed && rightKeyed ? sides.right.keyFormat : sides.left.keyFormat
  return {
    left: keySide(sides, sides.left, join.leftExpression, types.left, {
      id: `${name}-left`,
      isKeyed: leftKeyed,
      format,
    }),
    right: keySide(sides, sides.right, join.rightExpression, types.right, {
      id: `${name}-right`,
      isKeyed: rightKeyed,
      format,
    }),
  }
}

function isKeyedBy({ key }: Relation, expression: Syntax): boolean {
  const [only] = key
  return (
    key.length === 1 &&
    expression.kind === 'columnReference' &&
    (only!.columns.includes(expression.name) || only!.name === expression.name)
  )
}

interface Rekeying {
  readonly id: string
  readonly isKeyed: boolean
  readonly format: FormatSpec
}

function keySide(
  { builder }: JoinSides,
  relation: Relation,
  expression: Syntax,
  typedExpression: Expression,
  { id, isKeyed, format }: Rekeying,
): Relation {
  if (isKeyed && relation.placedBy !== undefined) {
    return repartition(id, settled(id, relation, builder), { keyFormat: format }, builder)
  }
  if (isKeyed) {
    const sameBytes = sameKeyBytes(relation.keyFormat, format)
    return sameBytes || relation.window !== null ? relation : repartition(id, relation, { keyFormat: format }, builder)
  }
  const isColumn = expression.kind === 'columnReference'
  const key = {
    name: isColumn ? expression.name : 'ROWKEY',
    type: knownType(typedExpression, expression),
    expression: typedExpression,
    text: displayExpression(expression),
  }
  const rekeyed = selectKey(`${id}-SelectKey`, relation, [key], [isColumn ? [expression.name] : []], builder)
  return repartition(id, rekeyed, { keyFormat: format }, builder)
}

/** Bytes of a registered format hold the id of a schema, which two topics need not share. */
const sameKeyBytes = (a: FormatSpec, b: FormatSpec): boolean =>
  a.format === b.format && a.delimiter === b.delimiter && FORMATS[a.format].schemas?.isRegistered !== true

function resultKey({ join, sources }: JoinSides, type: SqlType): KeyColumn {
  if (join.key.kind === 'synthetic') return { name: join.key.name, type, columns: [join.key.name] }
  const columns = join.key.columns.map((column) => layoutName(column, sources))
  return { name: columns[0]!, type, columns }
}

function addJoin(sides: JoinSides, key: readonly Column[]): string {
  const { join, left, right, name, builder } = sides
  if (left.kind === 'stream' && right.kind === 'stream') {
    const { beforeMs, afterMs, graceMs } = join.window!
    return builder.add({
      kind: 'streamStreamJoin',
      id: name,
      left: left.step,
      right: right.step,
      join: keyedKind(join),
      beforeMs,
      afterMs,
      graceMs,
      key,
      leftStore: `${name}-left`,
      rightStore: `${name}-right`,
    })
  }
  if (left.kind === 'stream') {
    return builder.add({
      kind: 'streamTableJoin',
      id: name,
      left: left.step,
      right: right.step,
      join: join.type === 'LEFT' ? 'LEFT' : 'INNER',
      key,
      store: `${name}-table`,
    })
  }
  return builder.add({
    kind: 'tableTableJoin',
    id: name,
    left: left.step,
    right: right.step,
    join: keyedKind(join),
    key,
    leftStore: `${name}-left`,
    rightStore: `${name}-right`,
  })
}

/** Semi and anti joins are general ones. */
function keyedKind({ type }: AnalyzedJoin): JoinKind {
  assert(type !== 'SEMI' && type !== 'ANTI', `a ${type} join is planned over changes`)
  return type
}

function planForeignKeyJoin(sides: JoinSides, foreignKey: Expression): Relation {
  const { join, left, name, builder } = sides
  const right = ownBytes(`${name}-right`, sides.right, builder)
  const kind = join.type === 'LEFT' ? 'LEFT' : 'INNER'
  const leftKey = keySchema(left)
  const subscribe = builder.add({
    kind: 'foreignKeySubscribe',
    isRouted: true,
    id: `${name}/Subscribe`,
    input: left.step,
    join: kind,
    foreignKey: {
      name: right.key[0]!.name,
      type: right.key[0]!.type,
      expression: foreignKey,
      text: displayExpression(join.leftExpression),
    },
    store: `${name}-left`,
  })
  const subscriptions = repartitionStep(`${name}-subscription`, subscribe, right.keyFormat, right, builder)
  const lookup = builder.add({
    kind: 'foreignKeyLookup',
    isRouted: true,
    id: `${name}/Lookup`,
    subscriptions,
    right: right.step,
    join: kind,
    leftKey,
    subscriptionStore: `${name}-subscriptions`,
    rightStore: `${name}-right`,
  })
  const responseKeyFormat = internalKeyFormat(left.keyFormat, leftKey, builder.context)
  const responses = repartitionStep(`${name}-response`, lookup, responseKeyFormat, left, builder, RESPONSE_PARTITION)
  const resolve = builder.add({
    kind: 'foreignKeyResolve',
    isRouted: true,
    id: name,
    responses,
    left: subscribe,
    join: kind,
    store: `${name}-left`,
    key: leftKey,
    leftColumns: left.columns,
    rightColumns: right.columns,
  })
  return joinedRelation(sides, resolve, left.key)
}

/** The relation with keys whose bytes are known: those of a registered format hold the id of whatever schema their producer has used. */
function ownBytes(suffix: string, relation: Relation, builder: PlanBuilder): Relation {
  const { keyFormat } = relation
  return sameKeyBytes(keyFormat, keyFormat) ? relation : repartition(suffix, relation, { keyFormat }, builder)
}

const repartitionStep = (
  id: string,
  input: string,
  keyFormat: FormatSpec,
  like: Relation,
  builder: PlanBuilder,
  partitionColumn?: number,
): string =>
  builder.add({
    kind: 'repartition',
    id,
    input,
    topicSuffix: `${id}-repartition`,
    keyFormat,
    payload: 'value',
    partitionsOf: like.partitionsOf,
    ...(partitionColumn !== undefined && { partitionColumn }),
  })

function joinedRelation(sides: JoinSides, step: string, key: readonly KeyColumn[]): Relation {
  const { left, right, sources } = sides
  return {
    step,
    kind: left.kind,
    columns: [...left.columns, ...right.columns],
    key,
    keyOrigin: 'join expression',
    keyTexts: keyTexts(sides),
    window: left.window,
    macros: syntheticMacro(sides),
    callTexts: new Map(),
    keyFormat: left.keyFormat,
    valueFormat: sources[0]!.source.valueFormat,
    partitionsOf: left.partitionsOf,
  }
}

function keyTexts({ join }: JoinSides): readonly string[] {
  return join.key.kind === 'synthetic' ? [join.key.name] : join.key.columns.map((column) => displayExpression(column))
}

/** A synthetic key as an expression over the joined row: the side that is there. */
function syntheticMacro({ join }: JoinSides): ReadonlyMap<string, Syntax> {
  if (join.key.kind !== 'synthetic') return new Map()
  return new Map([[join.key.name, syntheticValue(join)]])
}

function syntheticValue({ type, leftExpression: left, rightExpression: right }: AnalyzedJoin): Syntax {
  switch (type) {
    case 'FULL':
      return { kind: 'functionCall', name: 'COALESCE', args: [left, right], star: false }
    case 'RIGHT':
      return right
    default:
      return left
  }
}
