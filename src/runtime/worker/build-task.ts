/** Builds the operators of a task over its stores and outputs. */
import type { Clock, Timer } from '../../clock.ts'
import type { FunctionContext } from '../../functions/declaration.ts'
import { TaskCaller } from '../../functions/javascript/caller.ts'
import type { FunctionRegistry } from '../../functions/registry.ts'
import type { RepartitionStep, SinkStep, StepId, StepSchema, SubscriberStep } from '../../operators/step.ts'
import { haveStores, type SubTopology } from '../../plan/topology.ts'
import { windowBytes } from '../../serde/windowed-key.ts'
import type { Process } from '../../types/record.ts'
import type { Value } from '../../types/value.ts'
import type { QueryAssignment, TaskAssignment } from '../assignment.ts'
import { functionLine, type ReportError } from '../processing-error.ts'
import type { TaskStores } from '../stores/task-stores.ts'
import { windowLayout } from '../task/source-reader.ts'
import { type Output, Task } from '../task/task.ts'
import type { TaskOutputs } from './output/outputs.ts'

export interface BuildTaskOptions {
  readonly query: QueryAssignment
  readonly assignment: TaskAssignment
  readonly topology: SubTopology
  readonly schemas: ReadonlyMap<StepId, StepSchema>
  readonly functions: FunctionRegistry
  readonly functionContext: FunctionContext
  readonly clock: Clock
  readonly timer: Timer
  /** The values that the query's filter lets pass at the time. */
  readonly wanted: ReadonlySet<Value>
  /** Returns the process that receives rows of a push query. */
  readonly subscriber: (step: SubscriberStep) => Process
}

interface TaskEdges {
  readonly stores: TaskStores
  readonly outputs: TaskOutputs
  readonly reportError: ReportError
  /** How long the task has had nothing to read, ms. */
  readonly idleMs: () => number
  /** Called when state has changed although no record was read. */
  readonly onIdleChange: () => void
}

export function buildTask(
  options: BuildTaskOptions,
  { stores, outputs, reportError, idleMs, onIdleChange }: TaskEdges,
): Task {
  const { query, assignment, topology, schemas, functions, functionContext, clock, timer, wanted, subscriber } = options
  const { config } = query
  const output = (step: SinkStep | RepartitionStep): Output => {
    if (step.kind === 'sink' && step.isSilent === true) return () => {}
    const window = step.kind === 'sink' ? windowLayout(step.window) : null
    return outputs.topic({
      ...query.outputs[step.id]!,
      step: step.id,
      windowBytes: window === null ? 0 : windowBytes(window),
    })
  }
  const caller = new TaskCaller({
    elapsed: () => timer.elapsed(),
    log: (line) => reportError(functionLine(line)),
  })
  return new Task({
    topology,
    schemas,
    plan: query.plan.steps,
    partition: assignment.partition,
    upstreamTasks: ({ id }) => assignment.inputs.find(({ step }) => step === id)?.upstreamTasks ?? 0,
    functions: functions.withUsers(query.plan.functions ?? [], caller),
    functionUsage: caller.usages,
    functionContext,
    clock,
    elapsed: () => timer.elapsed(),
    idleMs,
    onIdleChange,
    config: (name) => config[name],
    postpones: true,
    coalesces: config['cache.max.bytes.buffering'] !== '0',
    wanted,
    store: (spec) => stores.store(spec),
    usage: (spec) => stores.usage(spec),
    sink: output,
    repartition: output,
    subscriber,
    reportError,
  })
}

/** Whether an operator of the sub-topology has a store. */
export const isStateful = ({ topology, schemas }: Pick<BuildTaskOptions, 'topology' | 'schemas'>): boolean =>
  haveStores(topology.steps, schemas)
