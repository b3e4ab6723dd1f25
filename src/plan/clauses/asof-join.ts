/** ASOF JOIN as steps: both sides by what must be equal, in the same partitions, the right one with its versions. */
import type { AsofCondition } from '../../analysis/analysis.ts'
import { NO_KEY } from '../../analysis/formats.ts'
import type { Relation } from '../builder.ts'
import { type GeneralSides, groupOf, placesOf, typedEquation, withEqualColumns } from './general-join.ts'
import { bringTogether } from './placement.ts'

export function planAsofJoin(
  sides: GeneralSides,
  { left: leftTime, right: rightTime, isStrict }: AsofCondition,
): Relation {
  const { join, general, left, right, name, builder } = sides
  const equations = general.equations.map((equation) => typedEquation(equation, left, right, builder))
  const time = typedEquation({ left: leftTime, right: rightTime }, left, right, builder)
  const all = [...equations, time]
  const leftSide = withEqualColumns(
    `${name}/Left`,
    left,
    all.map((equation) => equation.left),
    builder,
  )
  const rightSide = withEqualColumns(
    `${name}/Right`,
    right,
    all.map((equation) => equation.right),
    builder,
  )
  const groups = {
    left: { ...leftSide, equals: leftSide.equals.slice(0, -1) },
    right: { ...rightSide, equals: rightSide.equals.slice(0, -1) },
  }
  const together = {
    left: bringTogether(`${name}-left`, leftSide.relation, groupOf(groups.left), builder, { beside: left }),
    right: bringTogether(`${name}-right`, rightSide.relation, groupOf(groups.right), builder, { beside: left }),
  }
  const step = builder.add({
    kind: 'asofJoin',
    id: name,
    left: together.left.step,
    right: together.right.step,
    join: join.type === 'LEFT' ? 'LEFT' : 'INNER',
    leftEquals: placesOf(groups.left),
    rightEquals: placesOf(groups.right),
    leftTime: placesOf(leftSide).at(-1)!,
    rightTime: placesOf(rightSide).at(-1)!,
    isStrict,
    ttlMs: general.ttlMs,
    store: `${name}-versions`,
  })
  return {
    ...left,
    step,
    kind: 'stream',
    columns: [...leftSide.relation.columns, ...rightSide.relation.columns],
    key: [],
    keyOrigin: 'join expression',
    keyTexts: [],
    window: null,
    macros: new Map(),
    callTexts: new Map(),
    keyFormat: NO_KEY,
    placedBy: groups.left.equals.map((column) => [column.name]),
    isUnsettled: false,
    isComposed: true,
  }
}
