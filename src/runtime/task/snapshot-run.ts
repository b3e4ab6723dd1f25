/**
 * Runs a continuous query once, over rows that are handed in, and keeps the rows that a subscriber would have at the end. It has one partition and keeps
 * its state in memory; the caller bounds the number of rows that it takes, and of those that it makes of them.
 */
import type { Clock } from '../../clock.ts'
import type { FunctionContext } from '../../functions/declaration.ts'
import type { FunctionRegistry } from '../../functions/registry.ts'
import { compilePredicate } from '../../operators/evaluate.ts'
import type { StepId } from '../../operators/step.ts'
import type { PhysicalPlan } from '../../plan/physical-plan.ts'
import type { ResultKind } from '../../plan/queries/snapshot-query.ts'
import { splitTopology, stepSchemas } from '../../plan/topology.ts'
import { memoryStoresIn } from '../../state/memory.ts'
import type { StreamRecord, Window } from '../../types/record.ts'
import type { Row } from '../../types/value.ts'
import type { ReportError } from '../processing-error.ts'
import { type ResultRows, resultRows } from './result-rows.ts'
import { Task, type TaskEntry } from './task.ts'

export interface SnapshotRunOptions {
  readonly plan: PhysicalPlan
  readonly result: ResultKind
  readonly functions: FunctionRegistry
  readonly functionContext: FunctionContext
  readonly clock: Clock
  readonly config: (name: string) => string | undefined
  readonly reportError: ReportError
  /** Called with how many rows are held at one place; throws where these are too many. */
  readonly checkHeld: (rows: number) => void
}

/** A row of a source. */
export interface SourceRow {
  readonly key: Row | null
  readonly window: Window | null
  readonly value: Row
  /** Epoch ms. */
  readonly timestamp: number
}

interface Input {
  readonly entry: TaskEntry
  readonly passes: (row: Row) => boolean
}

export class SnapshotRun {
  readonly #tasks: Task[] = []
  readonly #inputs = new Map<StepId, Input[]>()
  /** Records on their way to another sub-topology. */
  readonly #internal: { readonly step: StepId; readonly record: StreamRecord }[] = []
  readonly #rows: ResultRows
  #offset = 0

  constructor(options: SnapshotRunOptions) {
    const { steps } = options.plan
    const schemas = stepSchemas(steps)
    const subscriber = steps.find((step) => step.kind === 'subscriber')!
    this.#rows = resultRows(options.result, schemas.get(subscriber.input)!)
    const store = memoryStoresIn(new Map())
    for (const topology of splitTopology(steps)) {
      const task = new Task({
        topology,
        schemas,
        plan: steps,
        partition: 0,
        upstreamTasks: () => 0,
        functions: options.functions,
        functionContext: options.functionContext,
        clock: options.clock,
        elapsed: () => 0,
        config: options.config,
        coalesces: true,
        postpones: false,
        store,
        usage: () => null,
        sink: () => () => {},
        repartition: (step) => (record) =>
          options.checkHeld(this.#internal.push({ step: step.id, record: { ...record } })),
        subscriber: () => (record) => {
          this.#rows.take(record)
          options.checkHeld(this.#rows.size)
        },
        reportError: options.reportError,
      })
      this.#tasks.push(task)
      for (const entry of task.entries) this.#addInput(entry)
    }
  }

  /** Rows of the source that `step` reads. */
  feed(step: StepId, rows: readonly SourceRow[]): void {
    for (const row of rows) this.#process(step, { ...row, oldValue: null, headers: null })
    this.#drain()
  }

  /** The rows of the result. */
  end(): readonly Row[] {
    do {
      for (const task of this.#tasks) task.flush()
    } while (this.#drain())
    return this.#rows.all()
  }

  /** Whether there was something to do. */
  #drain(): boolean {
    const isWork = this.#internal.length > 0
    // The list grows while it is worked off.
    for (let i = 0; i < this.#internal.length; i++) {
      const { step, record } = this.#internal[i]!
      this.#process(step, record)
    }
    this.#internal.length = 0
    return isWork
  }

  #process(step: StepId, record: StreamRecord): void {
    this.#offset++
    for (const { entry, passes } of this.#inputs.get(step) ?? []) {
      if (record.value !== null && !passes(record.value)) continue
      entry.process(record, this.#offset, null)
    }
  }

  #addInput(entry: TaskEntry): void {
    const { filter, step } = entry
    const passes =
      filter === null
        ? () => true
        : compilePredicate(
            filter,
            entry.filterContext(() => this.#offset),
          )
    const inputs = this.#inputs.get(step.id)
    if (inputs === undefined) this.#inputs.set(step.id, [{ entry, passes }])
    else inputs.push({ entry, passes })
  }
}
