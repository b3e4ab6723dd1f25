/** One aggregate function call as part of an aggregation step. */

import { StatementError } from '../../errors.ts'
import { compile } from '../../expressions/compile.ts'
import type { Expression } from '../../expressions/expression.ts'
import { untimedBudget } from '../../functions/budget.ts'
import { type AggregateResolution, type ArgumentType, allParameters } from '../../functions/resolve.ts'
import type { AggregateCall } from '../../operators/aggregate/aggregate-call.ts'
import type { FunctionCall } from '../../sql/ast/query.ts'
import { displayExpression } from '../../sql/format.ts'
import type { PlanContext } from '../builder.ts'

export const argumentTypeOf = ({ type }: Expression): ArgumentType => type

/** How plans name a variant: its parameter type texts, `T, INT`. */
export const signatureOf = (variant: AggregateResolution['variant']): string =>
  allParameters(variant)
    .map(({ type }) => type)
    .join(', ')

export interface CallToBind {
  /** Name of the result column. */
  readonly name: string
  /** Over layout names. */
  readonly call: FunctionCall
  /** Column arguments, then initial ones. */
  readonly args: readonly Expression[]
  readonly resolution: AggregateResolution
}

/** Throws StatementError if an initial argument is no literal, or one that the function refuses. */
export function bindAggregate({ name, call, args, resolution }: CallToBind, context: PlanContext): AggregateCall {
  const { columnCount, parameterTypes, returns, state, variant } = resolution
  const initial = args.slice(columnCount)
  initial.forEach((argument, i) => {
    if (argument.kind !== 'literal') refuseExpression(call, columnCount + i)
  })
  tryLiterals(call, initial, resolution, context)
  return {
    name,
    type: returns,
    function: call.name,
    signature: signatureOf(variant),
    args: args.slice(0, columnCount),
    argTypes: parameterTypes,
    initial,
    stateType: state,
    text: displayExpression(call),
  }
}

/** Fails now rather than when the query starts. */
function tryLiterals(
  call: FunctionCall,
  initial: readonly Expression[],
  { variant, parameterTypes }: AggregateResolution,
  { functions, config }: PlanContext,
): void {
  const functionContext = {
    now: () => 0,
    random: () => 0,
    config: (key: string) => config(`ksql.functions.${key}`),
    budget: untimedBudget(),
  }
  try {
    const literals = initial.map((literal) => compile(literal, { functions, functionContext, runs: 'once' })([]))
    variant.bind(parameterTypes, literals, functionContext)
  } catch (error) {
    throw new StatementError(`Invalid call ${displayExpression(call)}: ${(error as Error).message}`, {
      location: call.location,
      cause: error,
    })
  }
}

function refuseExpression(call: FunctionCall, position: number): never {
  throw new StatementError(
    `Parameter ${position + 1} passed to function ${call.name} must be a literal constant, but was expression: ` +
      `'${displayExpression(call.args[position]!)}'`,
    { location: call.location },
  )
}

/** The variant that the call has; undefined: there is none any more. */
export function variantOf(
  { function: name, signature }: Pick<AggregateCall, 'function' | 'signature'>,
  { functions }: PlanContext,
): AggregateResolution['variant'] | undefined {
  const declaration = functions.get(name)
  if (declaration.kind !== 'aggregate') return undefined
  return declaration.variants.find((variant) => signatureOf(variant) === signature)
}

/** Whether states of parts of the rows merge to exactly the state of all. */
export const mergesParts = (call: Pick<AggregateCall, 'function' | 'signature'>, context: PlanContext): boolean =>
  variantOf(call, context)?.mergesParts === true

/** Whether the function can take a value back out of its state. */
export const hasUndo = (call: Pick<AggregateCall, 'function' | 'signature'>, context: PlanContext): boolean =>
  variantOf(call, context)?.hasUndo === true
