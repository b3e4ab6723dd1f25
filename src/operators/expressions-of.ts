/** The expressions that a step without state evaluates on each row. */
import type { Expression } from '../expressions/expression.ts'
import type { Step } from './index.ts'

export function expressionsOf(step: Step): readonly Expression[] {
  switch (step.kind) {
    case 'project':
      return step.columns.map(({ expression }) => expression)
    case 'filter':
    case 'tableFilter':
      return [step.predicate]
    case 'flatMap':
      return step.functions.flatMap(({ args }) => args)
    default:
      return []
  }
}
