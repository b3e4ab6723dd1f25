/**
 * Runs a plan over several partitions without a broker: one task for each sub-topology and partition, and internal topics whose records arrive in
 * any order that a broker allows, which is: in order for each writer and partition. The choice is the random generator's.
 */
import { ManualClock } from '../../src/clock.ts'
import { untimedBudget } from '../../src/functions/budget.ts'
import { BUILT_IN_FUNCTIONS } from '../../src/functions/index.ts'
import { JavaScriptHost } from '../../src/functions/javascript/host.ts'
import { createRegistry } from '../../src/functions/registry.ts'
import { NO_CALLER } from '../../src/functions/user-functions.ts'
import { compilePredicate } from '../../src/operators/evaluate.ts'
import type { SourceStep, StepId, StepSchema } from '../../src/operators/step.ts'
import type { PhysicalPlan } from '../../src/plan/physical-plan.ts'
import { type SubTopology, splitTopology, stepSchemas } from '../../src/plan/topology.ts'
import { Task, type TaskEntry } from '../../src/runtime/task/task.ts'
import { memoryStore } from '../../src/state/memory.ts'
import type { StateStore } from '../../src/state/store.ts'
import type { StreamRecord } from '../../src/types/record.ts'
import type { Row } from '../../src/types/value.ts'

export const FUNCTIONS = createRegistry(
  BUILT_IN_FUNCTIONS,
  new JavaScriptHost({ now: () => 0, random: () => 0, elapsed: () => 0, config: () => undefined }),
)

export interface PartitionedDriverOptions {
  readonly plan: PhysicalPlan
  readonly partitions: number
  /** An integer from 0 up to `below`. */
  readonly random: (below: number) => number
  /** Whether operators hold changes back until the end of a batch. */
  readonly coalesces: boolean
}

interface SourceRecord {
  readonly key: Row
  readonly value: Row | null
  readonly timestamp: number
}

/** What one task sends to one partition of an internal topic. */
interface Channel {
  readonly step: StepId
  readonly to: number
  readonly records: StreamRecord[]
}

export class PartitionedDriver {
  readonly clock = new ManualClock()
  /** Records that left through the sink, in the order in which they did. */
  readonly output: StreamRecord[] = []
  readonly errors: string[] = []
  readonly #options: PartitionedDriverOptions
  readonly #topologies: readonly SubTopology[]
  readonly #schemas: ReadonlyMap<StepId, StepSchema>
  readonly #stores = new Map<string, StateStore>()
  readonly #channels = new Map<string, Channel>()
  #tasks: Task[] = []
  #entries = new Map<string, { readonly task: Task; readonly entry: TaskEntry }[]>()

  constructor(options: PartitionedDriverOptions) {
    this.#options = options
    const { steps } = options.plan
    this.#topologies = splitTopology(steps)
    this.#schemas = stepSchemas(steps)
    this.restart()
  }

  /** Makes all tasks again over the state that there is. */
  restart(): void {
    for (const task of this.#tasks) task.flush()
    this.#tasks = []
    this.#entries = new Map()
    for (const [index, topology] of this.#topologies.entries()) {
      for (let partition = 0; partition < this.#options.partitions; partition++)
        this.#addTask(index, topology, partition)
    }
  }

  #addTask(index: number, topology: SubTopology, partition: number): void {
    const task = new Task({
      topology,
      schemas: this.#schemas,
      plan: this.#options.plan.steps,
      partition,
      upstreamTasks: () => 0,
      functions: FUNCTIONS.withUsers(this.#options.plan.functions ?? [], NO_CALLER),
      functionContext: {
        now: () => this.clock.now(),
        random: () => 0,
        config: () => undefined,
        budget: untimedBudget(),
      },
      clock: this.clock,
      elapsed: () => 0,
      config: () => undefined,
      coalesces: this.#options.coalesces,
      postpones: false,
      store: (spec) => {
        const name = `${index}:${partition}:${spec.name}`
        const store = this.#stores.get(name) ?? memoryStore(spec)
        this.#stores.set(name, store)
        return store
      },
      usage: () => null,
      sink: () => (record) => this.output.push(record),
      repartition: (step) => (record) => this.#send(step.id, partition, record),
      subscriber: () => (record) => this.output.push(record),
      reportError: ({ message }) => this.errors.push(message),
    })
    this.#tasks.push(task)
    for (const entry of task.entries) {
      const name = `${entry.step.id}:${partition}`
      this.#entries.set(name, [...(this.#entries.get(name) ?? []), { task, entry }])
    }
  }

  #send(step: StepId, from: number, record: StreamRecord): void {
    const to = this.#partitionOf(record.key)
    const name = `${step}:${from}:${to}`
    const channel = this.#channels.get(name) ?? { step, to, records: [] }
    this.#channels.set(name, channel)
    channel.records.push(record)
  }

  #partitionOf(key: Row | null): number {
    let hash = 7
    for (const character of JSON.stringify(key, plain)) hash = (hash * 31 + character.charCodeAt(0)) | 0
    return Math.abs(hash) % this.#options.partitions
  }

  /** Hands a record to the source of that name. `value`: its value columns in the order of the schema. */
  send(source: string, record: SourceRecord): void {
    const partition = this.#partitionOf(record.key)
    for (const step of this.#options.plan.steps) {
      if (step.kind === 'source' && step.source === source) this.#feed(step, partition, record)
    }
  }

  #feed(step: SourceStep, partition: number, { key, value, timestamp }: SourceRecord): void {
    const row =
      value === null
        ? null
        : step.columns.map(({ from }) => {
            if (from.part === 'key') return key[from.index]!
            if (from.part === 'value') return value[from.index]!
            return from.part === 'system' && from.name === 'ROWTIME' ? timestamp : null
          })
    this.#process(step.id, partition, { key, window: null, value: row, oldValue: null, timestamp, headers: null })
  }

  #process(step: StepId, partition: number, record: StreamRecord): void {
    for (const { task, entry } of this.#entries.get(`${step}:${partition}`)!) {
      if (passes(entry, record)) entry.process(record, 0, null)
      if (!this.#options.coalesces || this.#options.random(4) === 0) task.flush()
    }
  }

  /** Lets up to `records` records of internal topics arrive. */
  advance(records: number): void {
    for (let i = 0; i < records; i++) {
      const waiting = [...this.#channels.values()].filter((channel) => channel.records.length > 0)
      if (waiting.length === 0) return
      const { step, to, records: queue } = waiting[this.#options.random(waiting.length)]!
      this.#process(step, to, queue.shift()!)
    }
  }

  /** Until nothing is on its way. */
  finish(): void {
    for (;;) {
      for (const task of this.#tasks) task.flush()
      if (![...this.#channels.values()].some(({ records }) => records.length > 0)) return
      this.advance(1)
    }
  }

  /** The newest row of each key that left through the sink: key and value columns. */
  table(): Row[] {
    const rows = new Map<string, Row>()
    for (const { key, value } of this.output) {
      const name = JSON.stringify(key, plain)
      if (value === null) rows.delete(name)
      else rows.set(name, [...key!, ...value])
    }
    return [...rows.values()]
  }

  /** The number of entries in each store that holds any. */
  stateSizes(): Record<string, number> {
    const sizes: Record<string, number> = {}
    for (const [name, store] of this.#stores) {
      if (store.count() > 0) sizes[name] = store.count()
    }
    return sizes
  }
}

/** The filter right behind a source is its reader's. */
function passes({ filter, filterContext }: TaskEntry, { value }: StreamRecord): boolean {
  if (filter === null) return true
  return (
    value !== null &&
    compilePredicate(
      filter,
      filterContext(() => 0),
    )(value)
  )
}

const plain = (_name: string, value: unknown): unknown => (typeof value === 'bigint' ? `${value}n` : value)
