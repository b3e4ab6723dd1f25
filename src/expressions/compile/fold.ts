/** Constant expressions are computed once, before there is a row. */
import type { Row, Value } from '../../types/value.ts'
import type { Expression } from '../expression.ts'
import { childrenOf, isConstant } from '../inspect.ts'
import type { Evaluator } from './compiler.ts'

const NO_ROW: Row = []

/**
 * The value of `expression` if that is the same for all rows, else undefined; `evaluate` is its evaluator. A constant that fails is left
 * to fail for each row, as the dialect has it.
 */
export function foldedValue(expression: Expression, evaluate: Evaluator): Value | undefined {
  if (!isConstant(expression) || constructs(expression)) return undefined
  try {
    return evaluate(NO_ROW)
  } catch {
    return undefined
  }
}

/** Constructors report failing elements, and there is no record yet to report them for. */
const constructs = (expression: Expression): boolean =>
  expression.kind === 'array' ||
  expression.kind === 'map' ||
  expression.kind === 'struct' ||
  childrenOf(expression).some(constructs)
