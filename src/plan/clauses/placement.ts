/** Where the rows of a relation lie, and how rows of one group are brought together. */
import { internalKeySpec } from '../../analysis/formats.ts'
import { GROUP_KEY } from '../../operators/changes/change-key.ts'
import type { NamedExpression } from '../../operators/step.ts'
import { type PlanBuilder, positionsOf, type Relation } from '../builder.ts'
import { columnOf } from './add-columns.ts'
import { repartition } from './rekey.ts'

/** For each column that places the rows, the names of the columns that hold it. */
export const placementOf = ({ placedBy, key }: Relation): readonly (readonly string[])[] =>
  placedBy ?? (key.length === 0 ? UNKNOWN : key.map(({ columns }) => columns))

/** A part of the place that no column tells. */
const UNKNOWN: readonly (readonly string[])[] = [[]]

/** Whether rows that are equal in these columns lie in one partition. */
export function liesTogether(relation: Relation, names: ReadonlySet<string>): boolean {
  return placementOf(relation).every((columns) => columns.some((name) => names.has(name)))
}

/**
 * Brings rows together that are equal in `group`, columns of the row: under one key, in one partition. Records of a table are changes. The key of
 * the result only says where rows belong. `beside`: a relation whose rows of that group must lie in the same partition; it may be the same one.
 * `before`: adds what rows under the new key pass before they are sent. `recordColumns`: rows with more columns than that are partials.
 */
export function bringTogether(
  id: string,
  relation: Relation,
  group: readonly NamedExpression[],
  builder: PlanBuilder,
  {
    beside,
    before,
    recordColumns,
  }: {
    readonly beside?: Relation
    readonly before?: (grouped: Relation) => Relation
    readonly recordColumns?: number
  } = {},
): Relation {
  const step = builder.add({ kind: 'changeKey', id: `${id}/Group`, input: relation.step, key: group, encoded: true })
  const names = group.flatMap(({ expression }) => (expression.kind === 'column' ? [expression.name] : []))
  const grouped: Relation = {
    ...relation,
    step,
    window: null,
    key: [{ ...GROUP_KEY, columns: [] }],
    placedBy: names.length === group.length ? names.map((name) => [name]) : UNKNOWN,
    isComposed: true,
    ...(beside !== undefined && { partitionsOf: beside.partitionsOf }),
  }
  if (beside === undefined && liesTogether(relation, new Set(names)))
    return { ...grouped, placedBy: placementOf(relation) }
  const payload = relation.kind === 'table' ? 'change' : 'value'
  return repartition(
    id.replaceAll('/', '-'),
    before === undefined ? grouped : before(grouped),
    {
      keyFormat: internalKeySpec('KAFKA', [GROUP_KEY]),
      payload,
      ...(recordColumns !== undefined && { recordColumns }),
    },
    builder,
  )
}

/** Whether changes come in order for each key: all of them by way of one task upstream. */
export function isSettled(relation: Relation): boolean {
  const { kind, key, placedBy, isUnsettled } = relation
  if (kind === 'stream' || key.length === 0) return true
  if (isUnsettled === true) return false
  return placedBy === undefined || liesTogether(relation, new Set(key.flatMap(({ columns }) => columns)))
}

/**
 * The table with changes that come in order for each key: those of one key may come from several partitions otherwise. Operators that keep rows by
 * themselves do without.
 */
export function settled(id: string, relation: Relation, builder: PlanBuilder): Relation {
  if (isSettled(relation)) return relation
  const { key } = relation
  const group = key.map(({ columns }) => columnOf(columns[0]!, relation))
  const together = bringTogether(`${id}/Settle`, relation, group, builder)
  const step = builder.add({
    kind: 'settle',
    id: `${id}/Settle`,
    input: together.step,
    key: positionsOf(key, relation),
    isListed: true,
    store: `${id.replaceAll('/', '-')}-Settle`,
  })
  return { ...relation, step, placedBy: key.map(({ columns }) => columns), isUnsettled: false }
}
