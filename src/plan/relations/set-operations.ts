/** UNION, INTERSECT, EXCEPT and DISTINCT as steps. Rows are equal if all their columns are, NULLs included. */
import { NO_KEY } from '../../analysis/formats.ts'
import { StatementError } from '../../errors.ts'
import type { Expression } from '../../expressions/expression.ts'
import type { SetOperation } from '../../sql/ast/query.ts'
import { type Column, formatColumn } from '../../types/schema.ts'
import { equalTypes, formatType, widerType } from '../../types/sql-type.ts'
import { type DerivedRelation, keySchema, type PlanBuilder, type Relation } from '../builder.ts'
import { columnOf } from '../clauses/add-columns.ts'
import { bringTogether } from '../clauses/placement.ts'

/** The relation whose rows are those of both operands, by their places; its columns have the names of the first. */
export function planSetOperation(
  operation: SetOperation,
  [left, right]: readonly [DerivedRelation, DerivedRelation],
  builder: PlanBuilder,
): DerivedRelation {
  const columns = commonColumns(operation, left.visible, right.visible)
  const sides = [
    onlyColumns('Left', left, columns, builder),
    { ...onlyColumns('Right', right, columns, builder), partitionsOf: left.relation.partitionsOf },
  ] as const
  const isUnionAll = operation.operator === 'UNION' && operation.all
  return { relation: isUnionAll ? merged(sides, builder) : combined(operation, sides, builder), visible: columns }
}

/** One row for each that is there, with all columns for its key. */
export function distinctRows({ relation, visible }: DerivedRelation, builder: PlanBuilder): DerivedRelation {
  const rows = onlyColumns('Distinct', { relation, visible }, visible, builder)
  const group = visible.map(({ name }) => columnOf(name, rows))
  const together = bringTogether('Distinct/Rows', rows, group, builder)
  const step = builder.add({
    kind: 'changeAggregate',
    id: 'Distinct/Distinct',
    input: together.step,
    groups: visible.length,
    functions: [],
    store: 'Distinct-Rows',
    valueStore: 'Distinct-Values',
    ttlMs: builder.ttlMs,
  })
  return {
    relation: { ...together, step, ...keyedByAll(visible), keyFormat: relation.keyFormat, isUnsettled: false },
    visible,
  }
}

const keyedByAll = (
  columns: readonly Column[],
): Pick<Relation, 'kind' | 'key' | 'keyOrigin' | 'keyTexts' | 'macros'> => ({
  kind: 'table',
  key: columns.map(({ name, type }) => ({ name, type, columns: [name] })),
  keyOrigin: 'grouping expression',
  keyTexts: columns.map(({ name }) => name),
  macros: new Map(),
})

function commonColumns(
  { operator, location }: SetOperation,
  left: readonly Column[],
  right: readonly Column[],
): readonly Column[] {
  if (left.length !== right.length) {
    throw new StatementError(
      `Both sides of ${operator} must have the same number of columns, not ${left.length} and ${right.length}.`,
      { location },
    )
  }
  return left.map((column, i) => {
    const type = widerType(column.type, right[i]!.type)
    if (type !== null) return { name: column.name, type }
    throw new StatementError(
      `Column ${i + 1} of ${operator} has two types: ${formatColumn(column)} and ${formatColumn(right[i]!)}. ` +
        `Cast one of them: CAST(${right[i]!.name} AS ${formatType(column.type)}).`,
      { location },
    )
  })
}

/** The rows with `columns` only, by the places of the visible ones. A stream's key is unknown then. */
function onlyColumns(
  name: string,
  { relation, visible }: DerivedRelation,
  columns: readonly Column[],
  builder: PlanBuilder,
): Relation {
  const step = builder.add({
    kind: 'project',
    id: `${name}/Columns`,
    input: relation.step,
    key: keySchema(relation),
    columns: columns.map(({ name: to, type }, i) => {
      const { expression, text } = columnOf(visible[i]!.name, relation)
      const cast: Expression = equalTypes(visible[i]!.type, type)
        ? expression
        : { kind: 'cast', type, operand: expression }
      return { name: to, type, expression: cast, text }
    }),
  })
  return { ...relation, step, columns, macros: new Map(), callTexts: new Map(), placedBy: [[]] }
}

function merged(sides: readonly [Relation, Relation], builder: PlanBuilder): Relation {
  const [left, right] = sides
  const step = builder.add({ kind: 'merge', id: 'Merge', merged: [left.step, right.step] })
  const isStream = left.kind === 'stream' && right.kind === 'stream'
  return {
    ...left,
    step,
    kind: isStream ? 'stream' : 'table',
    key: [],
    window: null,
    isComposed: true,
    keyFormat: isStream ? NO_KEY : left.keyFormat,
  }
}

function combined(
  { operator, all }: SetOperation,
  [left, right]: readonly [Relation, Relation],
  builder: PlanBuilder,
): Relation {
  const group = (relation: Relation) => relation.columns.map(({ name }) => columnOf(name, relation))
  const leftRows = bringTogether('Left/Rows', left, group(left), builder, { beside: left })
  const rightRows = bringTogether('Right/Rows', right, group(right), builder, { beside: left })
  const step = builder.add({
    kind: 'combineRows',
    id: 'Combine',
    left: leftRows.step,
    right: rightRows.step,
    operator,
    all,
    ttlMs: builder.ttlMs,
    store: 'Combine-Rows',
  })
  const set = keyedByAll(left.columns)
  return { ...leftRows, step, ...set, key: all ? [] : set.key, keyFormat: left.keyFormat, isUnsettled: false }
}
