/** What an operator is: output schema from input schemas, and a synchronous runtime. index.ts is the table of all. */
import type { Clock } from '../clock.ts'
import type { FunctionContext } from '../functions/declaration.ts'
import type { FunctionRegistry } from '../functions/registry.ts'
import type { StateStore, StoreDeclaration, StoreSpec } from '../state/store.ts'
import type { Process } from '../types/record.ts'
import type { StepId, StepSchema } from './step.ts'
import type { StepFacts } from './step-facts.ts'

/** What an operator may use. One per task and step; also the context that its expressions are compiled with. */
export interface OperatorContext {
  readonly clock: Clock
  readonly functions: FunctionRegistry
  readonly functionContext: FunctionContext
  /** The partition of the task. */
  readonly partition: number
  /** The highest timestamp the task has seen; never goes back. Set before `process` runs; -1 before the first record. */
  readonly streamTime: () => number
  /** The store of that spec; the same object for the same name within the task. */
  readonly store: <Kind extends StateStore['kind']>(
    spec: StoreSpec & { readonly kind: Kind },
  ) => Extract<StateStore, { kind: Kind }>
  /** Reports what went wrong with the record being processed; processing goes on. */
  readonly reportError: (message: string, cause?: unknown) => void
  /** Counts a late record that was dropped. */
  readonly reportLate: () => void
  /** Whether a step downstream reads `oldValue` (`readsOldValue` in old-value.ts); if not, operators may leave it null. */
  readonly oldValues: boolean
  /** Whether changes of tables may be held back until `flush`, so that several of a key leave as one. */
  readonly coalesces: boolean
  /** A configuration value of the query (`ksql.…` or Kafka Streams names), or undefined. */
  readonly config: (name: string) => string | undefined
}

export interface OperatorRuntime {
  /** One function per input, in the order of the step's `inputs`. */
  readonly inputs: readonly Process[]
  /** Called after a batch of records and at commit; emits what had to wait (held back changes, closed windows). */
  readonly flush?: () => void
}

export interface OperatorDefinition<Step> extends StepFacts<Step> {
  /** The steps that feed it, in the order of the runtime's inputs. */
  readonly inputs: (step: Step) => readonly StepId[]
  readonly schema: (step: Step, inputs: readonly StepSchema[]) => StepSchema
  /** The stores that it asks for, so that the runtime can restore them before it runs. */
  readonly stores?: (step: Step, inputs: readonly StepSchema[]) => readonly StoreDeclaration[]
  readonly build: (
    step: Step,
    inputs: readonly StepSchema[],
    context: OperatorContext,
    emit: Process,
  ) => OperatorRuntime
}
