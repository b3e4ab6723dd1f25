/** Rules for table functions (UDTFs): only in SELECT of a stream, not nested, not with aggregation. */
import type { FunctionRegistry } from '../functions/registry.ts'
import type { Expression, FunctionCall } from '../sql/ast/query.ts'
import { displayExpression } from '../sql/format.ts'
import { childrenOf, walk } from '../sql/walk.ts'
import type { AnalyzedSource, SelectColumn } from './analysis.ts'
import { refuse } from './errors.ts'

const isTableFunction = (call: Expression, functions: FunctionRegistry): call is FunctionCall =>
  call.kind === 'functionCall' && functions.find(call.name)?.kind === 'table'

/** The table function calls of an expression. */
export function tableFunctionCalls(expression: Expression, functions: FunctionRegistry): FunctionCall[] {
  const calls: FunctionCall[] = []
  walk(expression, (node) => {
    if (isTableFunction(node, functions)) calls.push(node)
    return true
  })
  return calls
}

export function checkTableFunctions(
  query: {
    readonly select: readonly SelectColumn[]
    readonly sources: readonly AnalyzedSource[]
    readonly elsewhere: readonly Expression[]
    readonly grouped: boolean
  },
  functions: FunctionRegistry,
): void {
  for (const expression of query.elsewhere) {
    const [call] = tableFunctionCalls(expression, functions)
    if (call !== undefined) {
      refuse(`Table functions can only be used in SELECT: ${displayExpression(call)}`, call.location)
    }
  }
  const calls = query.select.flatMap(({ expression }) => tableFunctionCalls(expression, functions))
  if (calls.length === 0) return
  for (const { expression } of query.select) refusePlaces(expression, functions)
  if (query.grouped) refuse('Table functions cannot be used with aggregations.')
  if (query.sources.some(({ source }) => source.kind === 'TABLE')) {
    refuse('Table source is not supported with table functions')
  }
}

function refusePlaces(expression: Expression, functions: FunctionRegistry): void {
  walk(expression, (node) => {
    if (node.kind === 'searchedCase' || node.kind === 'simpleCase') {
      const [call] = childrenOf(node).flatMap((child) => tableFunctionCalls(child, functions))
      if (call !== undefined)
        refuse(`Table functions cannot be used in CASE: ${displayExpression(node)}`, node.location)
    }
    if (isTableFunction(node, functions)) {
      const [inner] = node.args.flatMap((arg) => tableFunctionCalls(arg, functions))
      if (inner !== undefined) refuse(`Table functions cannot be nested: ${node.name}(${inner.name}())`, node.location)
    }
    return true
  })
}
