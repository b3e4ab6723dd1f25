/** Functions that are only there with OVER, beside the aggregates. */
import type { Expression, FunctionCall } from '../sql/ast/query.ts'
import { walk } from '../sql/walk.ts'

const OVER_FUNCTIONS: ReadonlySet<string> = new Set([
  'ROW_NUMBER',
  'RANK',
  'DENSE_RANK',
  'LAG',
  'LEAD',
  'FIRST_VALUE',
  'LAST_VALUE',
])

export const isOverFunction = ({ name, over }: FunctionCall): boolean => over !== undefined && OVER_FUNCTIONS.has(name)

/** The calls with OVER in an expression, outermost first. */
export function overCalls(expression: Expression): FunctionCall[] {
  const calls: FunctionCall[] = []
  walk(expression, (node) => {
    if (node.kind !== 'functionCall' || node.over === undefined) return true
    calls.push(node)
    return false
  })
  return calls
}
