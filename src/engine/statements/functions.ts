/** SHOW FUNCTIONS and DESCRIBE FUNCTION. */
import type { DescribeFunction, ShowFunctions } from '../../sql/ast.ts'
import { atOnce, checked } from './handler.ts'

export const showFunctions = atOnce<ShowFunctions>((_statement, { parts }) => ({
  '@type': 'function_names',
  functions: parts.functions.list(),
}))

export const describeFunction = checked<DescribeFunction>(({ name }, { parts }) => {
  const description = parts.functions.describe(name)
  return () => ({ '@type': 'describe_function', ...description })
})
