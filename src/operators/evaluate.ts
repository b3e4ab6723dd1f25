/** Expressions as operators run them: what fails is reported and is NULL, or no match; the record continues. */
import { messageOf } from '../errors.ts'
import { type CompileContext, compile, compileTogether, type Evaluator } from '../expressions/compile.ts'
import type { Expression } from '../expressions/expression.ts'
import type { Row } from '../types/value.ts'
import type { OperatorContext } from './operator-context.ts'
import type { NamedExpression } from './step.ts'

/** The same context without reports, for old values: what failed there was reported when it was new. */
export const silently = ({ functions, functionContext, config }: OperatorContext): ReportingContext => ({
  functions,
  functionContext,
  config,
  reportError: () => {},
})

export type ReportingContext = CompileContext & Pick<OperatorContext, 'reportError'>

/** An evaluator that never throws. `index`: the column's place, for the report. */
export function compileColumn(column: NamedColumn, index: number, context: ReportingContext): Evaluator {
  return guardColumn(compile(column.expression, context), { column, index, context })
}

type NamedColumn = Pick<NamedExpression, 'expression' | 'name' | 'text'>

function guardColumn(
  evaluate: Evaluator,
  { column, index, context }: { column: NamedColumn; index: number; context: ReportingContext },
): Evaluator {
  const { expression, name, text } = column
  if (cannotFail(expression)) return evaluate
  return (row) => {
    try {
      return evaluate(row)
    } catch (error) {
      const where = `Error computing expression ${text} for column ${name} with index ${index}`
      context.reportError(`${where}: ${messageOf(error)}`, error)
      return null
    }
  }
}

/** A new row of the columns' values. The columns share their bounds: they are all in memory at the same time. */
export function compileRow(columns: readonly NamedExpression[], context: ReportingContext): (row: Row) => Row {
  const expressions = columns.map(({ expression }) => expression)
  const { evaluators: unguarded, within } = compileTogether(expressions, context)
  const evaluators = columns.map((column, index) => guardColumn(unguarded[index]!, { column, index, context }))
  const count = evaluators.length
  return within((row) => {
    const result: Row = new Array(count)
    for (let i = 0; i < count; i++) result[i] = evaluators[i]!(row)
    return result
  })
}

/** True where the predicate holds; NULL and errors are no match. */
export function compilePredicate(
  { predicate, text }: { readonly predicate: Expression; readonly text: string },
  context: ReportingContext,
): (row: Row) => boolean {
  const evaluate = compile(predicate, context)
  return (row) => {
    try {
      return evaluate(row) === true
    } catch (error) {
      context.reportError(`Error evaluating predicate ${text}: ${messageOf(error)}`, error)
      return false
    }
  }
}

const cannotFail = ({ kind }: Expression): boolean => kind === 'column' || kind === 'literal'
