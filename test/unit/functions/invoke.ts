/** Calls a scalar function by its signature text, as the engine does after resolution. */
import { untimedBudget } from '../../../src/functions/budget.ts'
import type { FunctionContext, FunctionDeclaration } from '../../../src/functions/declaration.ts'
import { BIGINT, type SqlType } from '../../../src/types/sql-type.ts'
import type { Value } from '../../../src/types/value.ts'

export const TEST_CONTEXT: FunctionContext = {
  now: () => 0,
  random: () => 0.5,
  config: () => undefined,
  budget: untimedBudget(),
}

/** `signature`: `NAME(TYPE, TYPE)` as declared. `types` are handed to `bind`. */
export function invoke(
  functions: readonly FunctionDeclaration[],
  signature: string,
  args: readonly unknown[],
  options: { types?: readonly SqlType[]; context?: Partial<FunctionContext> } = {},
): Value {
  for (const declared of functions) {
    if (declared.kind !== 'scalar') continue
    for (const variant of declared.variants) {
      if (`${declared.name}(${variant.parameters.map(({ type }) => type).join(', ')})` !== signature) continue
      if (variant.nulls === 'propagate' && args.includes(null)) return null
      const call = variant.call ?? variant.bind?.(options.types ?? [], BIGINT, { ...TEST_CONTEXT, ...options.context })
      return call!(...args)
    }
  }
  throw new Error(`There is no ${signature}`)
}
