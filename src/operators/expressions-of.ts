/** The expressions of a step. */
import type { Expression } from '../expressions/expression.ts'
import { factsOf, type Step } from './index.ts'

/** The expressions that a step evaluates on rows of its input. */
export const expressionsOf = (step: Step): readonly Expression[] => factsOf(step).expressions(step)
