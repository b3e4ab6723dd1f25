/** GROUPING(...): which of its arguments the grouping set of a row leaves out. */
import type { FunctionRegistry } from '../functions/registry.ts'
import type { Expression, FunctionCall } from '../sql/ast/query.ts'
import { walk, withoutLocations } from '../sql/walk.ts'
import { refuse } from './errors.ts'

/** More do not fit into an INT. */
const MAX_ARGUMENTS = 31

export function groupingCalls(expression: Expression): FunctionCall[] {
  const calls: FunctionCall[] = []
  walk(expression, (node) => {
    if (node.kind !== 'functionCall' || node.name !== 'GROUPING') return true
    calls.push(node)
    return false
  })
  return calls
}

/** Throws StatementError for a GROUPING(...) without grouping sets, and for arguments that are not grouped by. */
export function checkGroupingCalls(
  clauses: readonly Expression[],
  { groupBy, groupingSets }: { groupBy: readonly Expression[] | null; groupingSets: unknown },
  functions: FunctionRegistry,
): void {
  const calls = clauses.flatMap(groupingCalls)
  if (groupBy === null || groupingSets === null) {
    // A user-defined function may have the name. Without one, GROUPING has no meaning under a plain GROUP BY.
    const [call] = functions.find('GROUPING') === undefined ? calls : []
    if (call !== undefined) refuse('GROUPING(...) needs GROUPING SETS, ROLLUP or CUBE in GROUP BY.', call.location)
    return
  }
  const grouped = new Set(groupBy.map(withoutLocations))
  for (const { args, location } of calls) {
    if (args.length === 0 || args.length > MAX_ARGUMENTS || args.some((arg) => !grouped.has(withoutLocations(arg))))
      refuse(`GROUPING takes 1 to ${MAX_ARGUMENTS} expressions of GROUP BY.`, location)
  }
}
