/** Drives one operator by hand: records in, records out, over memory stores and a clock that stands still. */

import { ManualClock } from '../../src/clock.ts'
import { untimedBudget } from '../../src/functions/budget.ts'
import type { FunctionDeclaration } from '../../src/functions/declaration.ts'
import { BUILT_IN_FUNCTIONS } from '../../src/functions/index.ts'
import { createRegistry } from '../../src/functions/registry.ts'
import type { OperatorDefinition } from '../../src/operators/operator.ts'
import type { OperatorContext } from '../../src/operators/operator-context.ts'
import type { StepSchema } from '../../src/operators/step.ts'
import { memoryStore } from '../../src/state/memory.ts'
import type { StateStore, StoreSpec } from '../../src/state/store.ts'
import type { StreamRecord, Window } from '../../src/types/record.ts'
import type { Row } from '../../src/types/value.ts'

export interface HarnessOptions {
  readonly functions?: readonly FunctionDeclaration[]
  readonly config?: Readonly<Record<string, string>>
  readonly clock?: ManualClock
  /** Whether the query has a record cache; false unless given. */
  readonly coalesces?: boolean
  /** Null unless given. */
  readonly watermark?: OperatorContext['watermark']
  /** 0 unless given. */
  readonly idleMs?: OperatorContext['idleMs']
  /** Stores to start with: those of a harness that ran before, for a restart. */
  readonly stores?: Map<string, StateStore>
}

export interface Harness {
  /** Hands a record to input `index`; returns what the operator emitted. */
  readonly send: (index: number, record: StreamRecord) => StreamRecord[]
  readonly flush: () => StreamRecord[]
  readonly errors: string[]
  readonly lateCount: () => number
  readonly clock: ManualClock
  readonly stores: Map<string, StateStore>
  readonly context: OperatorContext
  readonly schema: StepSchema
}

export function harness<Step>(
  definition: OperatorDefinition<Step>,
  step: Step,
  inputs: readonly StepSchema[],
  options: HarnessOptions = {},
): Harness {
  const clock = options.clock ?? new ManualClock()
  const stores = options.stores ?? new Map<string, StateStore>()
  const declared = new Map((definition.stores?.(step, inputs) ?? []).map((spec) => [spec.name, spec]))
  const errors: string[] = []
  let late = 0
  let streamTime = -1
  let emitted: StreamRecord[] = []
  const open = (spec: StoreSpec): StateStore => {
    if (declared.get(spec.name)?.kind !== spec.kind) throw new Error(`store ${spec.name} is not declared`)
    const store = stores.get(spec.name) ?? memoryStore(declared.get(spec.name)!)
    stores.set(spec.name, store)
    return store
  }
  const context: OperatorContext = {
    clock,
    functions: createRegistry([...BUILT_IN_FUNCTIONS, ...(options.functions ?? [])]),
    functionContext: { now: () => clock.now(), random: () => 0, config: () => undefined, budget: untimedBudget() },
    partition: 0,
    streamTime: () => streamTime,
    watermark: options.watermark ?? null,
    idleMs: options.idleMs ?? (() => 0),
    noteChange: () => {},
    store: open as OperatorContext['store'],
    oldValues: true,
    coalesces: options.coalesces ?? false,
    wanted: new Set(),
    postpone: (work) => {
      while (work());
    },
    reportError: (message) => errors.push(message),
    screen: null,
    reportLate: () => late++,
    config: (name) => options.config?.[name],
  }
  const runtime = definition.build(step, inputs, context, (record) => emitted.push(record))
  const collect = (run: () => void): StreamRecord[] => {
    emitted = []
    run()
    return emitted
  }
  return {
    send: (index, record) =>
      collect(() => {
        streamTime = Math.max(streamTime, record.timestamp)
        runtime.inputs[index]!(record)
      }),
    flush: () => collect(() => runtime.flush?.()),
    errors,
    lateCount: () => late,
    clock,
    stores,
    context,
    schema: definition.schema(step, inputs),
  }
}

export interface RecordFields {
  readonly window?: Window
  readonly oldValue?: Row | null
}

export const record = (
  key: Row | null,
  value: Row | null,
  timestamp: number,
  { window, oldValue }: RecordFields = {},
): StreamRecord => ({ key, window: window ?? null, value, oldValue: oldValue ?? null, timestamp, headers: null })
