/** What an operator is: output schema from input schemas, and a synchronous runtime. index.ts is the table of all. */

import type { StoreDeclaration } from '../state/store.ts'
import type { Process, ProcessPacked } from '../types/record.ts'
import type { InputScreen } from './input-screen.ts'
import type { OperatorContext } from './operator-context.ts'
import type { StepId, StepSchema } from './step.ts'
import type { StepFacts } from './step-facts.ts'

export interface OperatorRuntime {
  /** One function per input, in the order of the step's `inputs`. */
  readonly inputs: readonly Process[]
  /** The same for records of streams whose rows are still bytes. Absent: rows must be decoded. */
  readonly packedInputs?: readonly ProcessPacked[]
  /** For each input which of its records are needed; null, or absent: all may be. */
  readonly screens?: readonly (InputScreen | null)[]
  /** Called after a batch of records and at commit; emits what had to wait (held back changes, closed windows). */
  readonly flush?: () => void
  /**
   * The stream time, epoch ms, beyond which the task must state no watermark while records are held back; Infinity: none are. Absent: records
   * never are.
   */
  readonly heldTime?: () => number
}

export interface OperatorDefinition<Step> extends StepFacts<Step> {
  /** The steps that feed it, in the order of the runtime's inputs. */
  readonly inputs: (step: Step) => readonly StepId[]
  readonly schema: (step: Step, inputs: readonly StepSchema[]) => StepSchema
  /** The stores that it needs, so that the runtime can restore them before it runs. */
  readonly stores?: (step: Step, inputs: readonly StepSchema[]) => readonly StoreDeclaration[]
  readonly build: (
    step: Step,
    inputs: readonly StepSchema[],
    context: OperatorContext,
    emit: Process,
  ) => OperatorRuntime
}
