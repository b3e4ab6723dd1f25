/** What the steps of a task have done so far: records in and out, late and dropped ones, their time, and the size of their state. */
import type { Step } from '../../operators/index.ts'
import { inputsOf } from '../../operators/inputs.ts'
import type { StepId, StepSchema } from '../../operators/step.ts'
import { isOperator, type SubTopology, storesOf } from '../../plan/topology.ts'
import type { StoreUsage } from '../../state/lmdb/store-usage.ts'
import type { StateStore, StoreSpec } from '../../state/store.ts'
import type { StepStatistics } from '../query-progress.ts'
import type { StepTimes } from './step-times.ts'

export interface Counter {
  count: number
}

export interface StepCountsOptions {
  readonly topology: SubTopology
  /** Schemas of all steps of the plan. */
  readonly schemas: ReadonlyMap<StepId, StepSchema>
  readonly store: (spec: StoreSpec) => StateStore
  /** Null: the store's use is not counted. */
  readonly usage: (spec: StoreSpec) => StoreUsage | null
}

type StateStatistics = Pick<StepStatistics, 'stateEntries' | 'stateBytes' | 'cacheHits' | 'cacheMisses'>

export class StepCounts {
  readonly #options: StepCountsOptions
  readonly #emitted = new Map<StepId, Counter>()
  readonly #late = new Map<StepId, Counter>()
  readonly #dropped = new Map<StepId, Counter>()

  constructor(options: StepCountsOptions) {
    this.#options = options
  }

  /** Counts records that left the step; at a source, those that were read. */
  emitted(step: StepId): Counter {
    return counterOf(step, this.#emitted)
  }

  late(step: StepId): Counter {
    return counterOf(step, this.#late)
  }

  /** Counts records that the step could not process, or not read. */
  dropped(step: StepId): Counter {
    return counterOf(step, this.#dropped)
  }

  /** By step. Records into a step are those that left its input steps. */
  statistics(times: StepTimes): StepStatistics[] {
    const { reads, steps } = this.#options.topology
    const written = new Set(steps.map(({ id }) => id))
    const edges = reads.filter(({ id }) => !written.has(id))
    return [...edges, ...steps].map((step) => this.#statisticsOf(step, times))
  }

  #statisticsOf(step: Step, times: StepTimes): StepStatistics {
    const inputs = inputsOf(step).map((id) => this.#emitted.get(id)?.count ?? 0)
    const own = this.#emitted.get(step.id)?.count ?? 0
    const recordsIn = step.kind === 'source' ? own : inputs.reduce((sum, count) => sum + count, 0)
    const isEnd = step.kind === 'sink' || step.kind === 'subscriber' || step.kind === 'repartition'
    const stores = isOperator(step) ? storesOf(step, this.#options.schemas) : []
    return {
      step: step.id,
      recordsIn,
      recordsOut: isEnd ? recordsIn : own,
      lateRecords: this.#late.get(step.id)?.count ?? 0,
      droppedRecords: this.#dropped.get(step.id)?.count ?? 0,
      ...this.#stateOf(stores),
      timeMs: times.of(step.id),
    }
  }

  #stateOf(stores: readonly StoreSpec[]): StateStatistics {
    const { store, usage } = this.#options
    const used = stores.map((spec) => ({ usage: usage(spec), entries: store(spec).count() }))
    return {
      stateEntries: sumOrNull(used.map(({ entries }) => entries)),
      stateBytes: sumOrNull(used.map(({ usage, entries }) => usage?.bytesOf(entries) ?? null)),
      cacheHits: sumOrNull(used.map(({ usage }) => usage?.hits ?? null)),
      cacheMisses: sumOrNull(used.map(({ usage }) => usage?.misses ?? null)),
    }
  }
}

/** Null if there are no values, or one is not known. */
function sumOrNull(values: readonly (number | null)[]): number | null {
  if (values.length === 0) return null
  return values.reduce((sum, value) => (sum === null || value === null ? null : sum + value), 0)
}

function counterOf(id: StepId, counters: Map<StepId, Counter>): Counter {
  const existing = counters.get(id)
  if (existing !== undefined) return existing
  const counter = { count: 0 }
  counters.set(id, counter)
  return counter
}
