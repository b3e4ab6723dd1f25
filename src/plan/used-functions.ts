/** Which user-defined functions a plan calls. */
import type { FunctionDefinition } from '../functions/definition.ts'
import type { Metastore } from '../metastore/metastore.ts'

/**
 * The definitions of the functions that `parts` call: steps or expressions of a plan. A plan holds them, so that the query keeps the versions
 * that it was planned with.
 */
function usedFunctions(parts: readonly unknown[], { functions }: Metastore): readonly FunctionDefinition[] {
  if (functions.size === 0) return []
  const names = new Set<string>()
  const left: unknown[] = [...parts]
  while (left.length > 0) {
    const part = left.pop()
    if (typeof part !== 'object' || part === null) continue
    const name = calledName(part)
    if (name !== undefined) names.add(name)
    for (const value of Object.values(part)) left.push(value)
  }
  return [...names].sort().flatMap((name) => functions.get(name) ?? [])
}

/** The function that a node calls: an expression (`CallExpression`), or a call of an aggregate or table function in a step. */
function calledName(node: { readonly kind?: unknown; readonly name?: unknown; readonly function?: unknown }) {
  if (node.kind === 'call' && typeof node.name === 'string') return node.name
  return typeof node.function === 'string' ? node.function.toUpperCase() : undefined
}

/** The functions as a property of a plan, absent where there are none. */
export const functionsOf = (
  parts: readonly unknown[],
  metastore: Metastore,
): { readonly functions?: readonly FunctionDefinition[] } => {
  const functions = usedFunctions(parts, metastore)
  return functions.length === 0 ? {} : { functions }
}
