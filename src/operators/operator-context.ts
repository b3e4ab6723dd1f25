/** What a running operator is given. */
import type { Clock } from '../clock.ts'
import type { FunctionContext } from '../functions/declaration.ts'
import type { FunctionRegistry } from '../functions/registry.ts'
import type { StateStore, StoreSpec } from '../state/store.ts'
import type { Value } from '../types/value.ts'
import type { InputScreen } from './input-screen.ts'

/** What an operator may use. One per task and step; also the context that its expressions are compiled with. */
export interface OperatorContext {
  readonly clock: Clock
  readonly functions: FunctionRegistry
  readonly functionContext: FunctionContext
  /** The partition of the task. */
  readonly partition: number
  /** The stream time of the task (`StreamTime`): the highest timestamp it has seen, or the watermark if that is lower. */
  readonly streamTime: () => number
  /**
   * The time, epoch ms, that all upstream tasks have reached which have still records to read; Infinity while none has. Null: nobody
   * states watermarks to the task.
   */
  readonly watermark: (() => number) | null
  /** How long the task has had nothing to read, ms of wall-clock time; 0 while it has, and where nobody waits for more. */
  readonly idleMs: () => number
  /** Notes that state has changed although no record was read, so that it is committed. */
  readonly noteChange: () => void
  /** The store of that spec; the same object for the same name within the task. */
  readonly store: <Kind extends StateStore['kind']>(
    spec: StoreSpec & { readonly kind: Kind },
  ) => Extract<StateStore, { kind: Kind }>
  /** Reports what went wrong with the record being processed; processing continues. */
  readonly reportError: (message: string, cause?: unknown) => void
  /**
   * Leaves a part of the present record's work for later, so that other records of the thread have their turn. `work` is called until it
   * answers false, and always before the task's next record.
   */
  readonly postpone: (work: () => boolean) => void
  /** Which records the only step that reads this one needs; null: all, as far as is known. */
  readonly screen: InputScreen | null
  /** Counts a late record that was dropped. */
  readonly reportLate: () => void
  /** Whether a step downstream reads `oldValue` (`readsOldValue` in old-value.ts); if not, operators may leave it null. */
  readonly oldValues: boolean
  /** Whether changes of tables may be held back until `flush`, so that several of a key leave as one. */
  readonly coalesces: boolean
  /** The values that a step with `wanted` lets pass; they come and go while the query runs. */
  readonly wanted: ReadonlySet<Value>
  /** A configuration value of the query (`ksql.…` or Kafka Streams names), or undefined. */
  readonly config: (name: string) => string | undefined
}
