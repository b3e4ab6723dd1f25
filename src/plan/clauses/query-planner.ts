/** Analysis -> steps: FROM and joins, WHERE, table functions, then PARTITION BY or GROUP BY with HAVING; SELECT follows by use. */

import type { Analysis } from '../../analysis/analysis.ts'
import { NO_KEY } from '../../analysis/formats.ts'
import { AliasGenerator } from '../../analysis/select-items.ts'
import { placing } from '../../errors.ts'
import type { NamedExpression } from '../../operators/step.ts'
import type { Expression as Syntax } from '../../sql/ast/query.ts'
import { displayExpression } from '../../sql/format.ts'
import { withoutLocations } from '../../sql/walk.ts'
import type { PlanBuilder, Relation } from '../builder.ts'
import { planAggregation } from './aggregation.ts'
import { planFrom } from './joins.ts'
import { type PlannedQuery, planOver, type SelectOverRows } from './over.ts'
import type { ProjectedColumn } from './projection.ts'
import { selectKey } from './rekey.ts'
import { planTableFunctions } from './table-functions.ts'
import { inClause, knownType, typed } from './typed.ts'
import { planFilter } from './where.ts'

export function planQuery(analysis: Analysis, builder: PlanBuilder): PlannedQuery {
  return planOver(planUpToSelect(analysis, builder), analysis, builder)
}

function planUpToSelect(analysis: Analysis, builder: PlanBuilder): SelectOverRows {
  const from = planFrom(analysis, builder)
  let relation = from.rest === null ? from.relation : planFilter(from.rest, 'WHERE', from.relation, builder)
  if (analysis.groupBy !== null) {
    const grouped = placing(analysis.groupBy[0]?.location, () => planAggregation(analysis, relation, builder))
    return selected(analysis, grouped.relation, grouped.rewrite)
  }
  const exploded = planTableFunctions(analysis, relation, builder)
  relation = exploded.relation
  const planned = selected(analysis, relation, exploded.rewrite)
  if (analysis.partitionBy === null) return planned
  return placing(analysis.partitionBy[0]?.location, () => ({
    ...planPartitionBy(analysis, relation, planned.columns, builder),
    qualify: planned.qualify,
  }))
}

/** SELECT and QUALIFY over the relation that they read. */
const selected = (
  { select, qualify }: Analysis,
  relation: Relation,
  rewrite: (expression: Syntax) => Syntax,
): SelectOverRows => ({
  relation,
  columns: select.map(({ name, expression, location }) => ({ name, expression: rewrite(expression), location })),
  qualify: qualify === null ? null : rewrite(qualify),
})

/**
 * PARTITION BY: a column keeps its name; another expression gets a name of its own, by which the columns of SELECT that repeat the
 * expression become the key.
 */
function planPartitionBy(
  analysis: Analysis,
  relation: Relation,
  columns: readonly ProjectedColumn[],
  builder: PlanBuilder,
): PlannedQuery {
  const keys = partitionKeys(analysis, relation, builder)
  const rekeyed = selectKey(
    'PartitionBy',
    relation,
    keys.map(({ key }) => key),
    keys.map(({ key }) => [key.name]),
    builder,
  )
  const byText = new Map(keys.map(({ key, text }) => [text, key.name]))
  const renamed =
    analysis.use !== 'persistent'
      ? columns
      : columns.map((column) => {
          const name = byText.get(withoutLocations(column.expression))
          return name === undefined
            ? column
            : { ...column, expression: { kind: 'columnReference', qualifier: null, name } as const }
        })
  return {
    relation: {
      ...rekeyed,
      keyOrigin: 'partitioning expression',
      keyTexts: analysis.partitionTexts,
      keyFormat: keys.length === 0 ? NO_KEY : rekeyed.keyFormat,
    },
    columns: renamed,
  }
}

interface PartitionKey {
  readonly key: NamedExpression
  /** The expression without its locations. */
  readonly text: string
}

function partitionKeys(analysis: Analysis, relation: Relation, { context }: PlanBuilder): PartitionKey[] {
  const aliases = new AliasGenerator(analysis.sources)
  return analysis.partitionBy!.map((expression) => {
    const result = inClause('Error in PARTITION BY expression: ', () => typed(expression, relation, context))
    const text = withoutLocations(expression)
    return {
      key: {
        name: aliases.forKey(expression),
        type: knownType(result, expression),
        expression: result,
        text: displayExpression(expression),
      },
      text,
    }
  })
}
