/** What an aggregation is planned from, and the arguments of its functions: prepared as columns of the rows that travel to the groups. */
import type { Analysis } from '../../analysis/analysis.ts'
import { placing } from '../../errors.ts'
import type { Expression } from '../../expressions/expression.ts'
import { resolveAggregate } from '../../functions/resolve.ts'
import type { AggregateCall } from '../../operators/aggregate/aggregate-call.ts'
import type { NamedExpression } from '../../operators/step.ts'
import type { FunctionCall, Expression as Syntax } from '../../sql/ast/query.ts'
import { displayExpression } from '../../sql/format.ts'
import { BIGINT } from '../../types/sql-type.ts'
import type { PlanBuilder, Relation } from '../builder.ts'
import { argumentTypeOf, bindAggregate } from './aggregate-call.ts'
import type { GroupingSets } from './grouping-sets.ts'
import { inClause, knownType, typed, typedPredicate } from './typed.ts'

export interface AggregationPlan {
  readonly analysis: Analysis
  readonly input: Relation
  readonly groups: readonly NamedExpression[]
  readonly names: readonly string[]
  /** Null for a plain GROUP BY. */
  readonly sets: GroupingSets | null
  readonly calls: readonly FunctionCall[]
  readonly isRowCount: (call: Syntax) => boolean
  readonly builder: PlanBuilder
}

/** The aggregated relation, and the columns of it that hold the results of the calls. */
export interface Aggregated {
  readonly relation: Relation
  readonly results: readonly string[]
}

/** Arguments and conditions of the calls as columns over the input, each once. */
export function preparedColumns({
  input,
  calls,
  isRowCount,
  builder: { context },
}: AggregationPlan): NamedExpression[] {
  const columns = new Map<string, NamedExpression>()
  const prepare = (syntax: Syntax, check: () => Expression): void => {
    const text = displayExpression(syntax)
    if (columns.has(text)) return
    const expression = check()
    columns.set(text, { name: text, type: knownType(expression, syntax), expression, text })
  }
  for (const call of calls) {
    for (const arg of columnArguments(call, isRowCount)) {
      prepare(arg, () => inClause('Invalid Select: ', () => typed(arg, input, context)))
    }
    const { filter } = call
    if (filter !== undefined) prepare(filter, () => typedPredicate(filter, 'FILTER', input, context))
  }
  return [...columns.values()]
}

/** Arguments that are not literals: those are the function's initial ones, or constants that need no column. */
const columnArguments = (call: FunctionCall, isRowCount: AggregationPlan['isRowCount']): Syntax[] =>
  isRowCount(call) ? [] : call.args.filter((arg) => !isLiteral(arg))

const isLiteral = ({ kind }: Syntax): boolean => kind.endsWith('Literal')

/** The call as a step has it, over the rows of `grouped`, which hold the prepared columns. */
export function aggregateCall(
  call: FunctionCall,
  index: number,
  plan: AggregationPlan,
  grouped: Relation,
): AggregateCall {
  const { builder } = plan
  const declaration = builder.context.functions.get(call.name)
  if (declaration.kind !== 'aggregate') throw new Error(`${call.name} is not an aggregate function`)
  const args = call.args.map((arg) => argument(call, arg, plan, grouped))
  const resolution = placing(call.location, () => resolveAggregate(declaration, args.map(argumentTypeOf)))
  const bound = bindAggregate({ name: `KSQL_AGG_VARIABLE_${index}`, call, args, resolution }, builder.context)
  return call.filter === undefined ? bound : { ...bound, filter: prepared(call.filter, plan, grouped) }
}

/** An argument as the aggregate step sees it: a prepared column, or a literal. */
function argument(call: FunctionCall, arg: Syntax, plan: AggregationPlan, grouped: Relation): Expression {
  if (plan.isRowCount(call)) return { kind: 'literal', type: BIGINT, value: 0 }
  if (isLiteral(arg)) return typed(arg, grouped, plan.builder.context)
  return prepared(arg, plan, grouped)
}

function prepared(syntax: Syntax, { builder, groups, sets }: AggregationPlan, grouped: Relation): Expression {
  // A column of the group is NULL in some sets; the argument of the same name is not.
  const isGroup = (place: number): boolean => sets !== null && place <= groups.length
  const columns = grouped.columns.map((column, i) => (isGroup(i) ? { ...column, name: '' } : column))
  const name = displayExpression(syntax)
  return typed({ kind: 'columnReference', qualifier: null, name }, { ...grouped, columns }, builder.context)
}
