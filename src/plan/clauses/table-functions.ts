/** Table functions of SELECT as a step: each call becomes a column that SELECT then reads. */
import type { Analysis } from '../../analysis/analysis.ts'
import { tableFunctionCalls } from '../../analysis/table-functions.ts'
import { placing } from '../../errors.ts'
import type { Expression } from '../../expressions/expression.ts'
import { resolveTable } from '../../functions/resolve.ts'
import type { TableFunctionCall } from '../../operators/stateless/flat-map.ts'
import type { FunctionCall, Expression as Syntax } from '../../sql/ast/query.ts'
import { displayExpression } from '../../sql/format.ts'
import { rewrite } from '../../sql/walk.ts'
import type { PlanBuilder, Relation } from '../builder.ts'
import { typed } from './typed.ts'

export interface Exploded {
  readonly relation: Relation
  /** Replaces calls by the columns that hold their rows. */
  readonly rewrite: (expression: Syntax) => Syntax
}

export function planTableFunctions(analysis: Analysis, relation: Relation, builder: PlanBuilder): Exploded {
  const { functions } = builder.context
  const calls = analysis.select.flatMap(({ expression }) => tableFunctionCalls(expression, functions))
  if (calls.length === 0) return { relation, rewrite: (expression) => expression }
  const planned = calls.map((call, i) => planCall(call, i, relation, builder))
  const step = builder.add({ kind: 'flatMap', id: 'FlatMap', input: relation.step, functions: planned })
  const names = new Map(calls.map((call, i) => [call as Syntax, planned[i]!.name]))
  return {
    relation: {
      ...relation,
      step,
      columns: [...relation.columns, ...planned.map(({ name, type }) => ({ name, type }))],
      callTexts: new Map(planned.map(({ name, text }) => [name, text])),
    },
    rewrite: (expression) =>
      rewrite(expression, (node) => {
        const name = names.get(node)
        return name === undefined
          ? null
          : { kind: 'columnReference', qualifier: null, name, ...(node.location && { location: node.location }) }
      }),
  }
}

function planCall(call: FunctionCall, index: number, relation: Relation, { context }: PlanBuilder): TableFunctionCall {
  const declaration = context.functions.get(call.name)
  if (declaration.kind !== 'table') throw new Error(`${call.name} is not a table function`)
  return placing(call.location, () => {
    const args = call.args.map((arg) => typed(arg, relation, context))
    const { variant, argumentTypes, returns } = resolveTable(
      declaration,
      args.map(({ type }) => type),
    )
    return {
      name: `KSQL_SYNTH_${index}`,
      type: returns,
      function: call.name,
      signature: variant.parameters.map(({ type }) => type).join(', '),
      args: args.map((arg, i): Expression => {
        const target = argumentTypes[i] ?? null
        return target === null ? arg : { kind: 'cast', type: target, operand: arg }
      }),
      text: displayExpression(call),
    }
  })
}
