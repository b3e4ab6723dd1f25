/** How steps are linked. */
import { factsOf, type Step } from './index.ts'
import type { StepId } from './step.ts'

/** The steps that feed a step, in the order of its inputs. */
export const inputsOf = (step: Step): readonly StepId[] => factsOf(step).inputs(step)
