/** How steps are linked. */
import { OPERATORS, type Step } from './index.ts'
import type { OperatorDefinition } from './operator.ts'
import type { StepId } from './step.ts'

/** The steps that feed a step, in the order of its inputs. */
export function inputsOf(step: Step): readonly StepId[] {
  switch (step.kind) {
    case 'source':
      return []
    case 'repartition':
    case 'sink':
    case 'subscriber':
      return [step.input]
    default:
      return (OPERATORS[step.kind] as OperatorDefinition<typeof step>).inputs(step)
  }
}
