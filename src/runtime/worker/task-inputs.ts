/** The inputs of a task: one for each topic, external or internal, that it reads. */
import { positionKey } from '../../broker/position-key.ts'
import type { SourceStep } from '../../operators/step.ts'
import type { InputAssignment } from '../assignment.ts'
import type { NoticeSubject } from '../notice.ts'
import { type InputTask, PartitionInput } from '../reading/partition-input.ts'
import type { TaskStores } from '../stores/task-stores.ts'
import { internalReader } from '../task/internal-record.ts'
import { KeyPlacement } from '../task/key-placement.ts'
import type { TaskEntry } from '../task/task.ts'
import { type BuildTaskOptions, isStateful } from './build-task.ts'

export interface TaskInputsOptions
  extends Pick<BuildTaskOptions, 'query' | 'assignment' | 'topology' | 'schemas' | 'clock'> {
  /** See `WorkerListener`. */
  readonly onNotice: (about: NoticeSubject, message: string) => void
  /** See `WATCHED`. */
  readonly watched: Int32Array
}

export interface InputsOwner {
  /** Takes the records. */
  readonly task: InputTask
  readonly entries: readonly TaskEntry[]
  readonly restored: TaskStores['restored']
  /** Whether the task states its stream time to tasks that read what it writes. */
  readonly statesWatermarks: boolean
}

export function taskInputs(
  options: TaskInputsOptions,
  { task, entries, restored, statesWatermarks }: InputsOwner,
): PartitionInput[] {
  const { query, assignment, schemas, clock, watched } = options
  const hasState = isStateful(options)
  const isSingle = entries.length === 1
  return entries.map((entry, index) => {
    const { step } = entry
    const input = assignment.inputs.find((one) => one.step === step.id)!
    return new PartitionInput({
      task,
      entry,
      assignment: input,
      position: startOf(input, { restored, hasState }),
      index,
      needsStreamTime: isSingle && (statesWatermarks || hasState),
      keepsRecords: !isSingle,
      readInternal: step.kind === 'repartition' ? internalReader(step, schemas.get(step.id)!) : null,
      placement: hasState && step.kind === 'source' ? keyPlacement(step, input, options) : null,
      clock,
      watched,
      queryNumber: query.number,
    })
  })
}

/** Where the task begins to read. State that was not found is rebuilt from where the query first read. */
function startOf(
  { isReset, origin, position, ...partition }: InputAssignment,
  { restored, hasState }: { readonly restored: TaskStores['restored']; readonly hasState: boolean },
): number {
  if (isReset) return position
  if (restored !== null) return restored.positions.get(positionKey(partition)) ?? origin
  return hasState ? origin : position
}

/** The place of a record matters where its key is looked up. */
function keyPlacement(
  step: SourceStep,
  { partition, partitions }: InputAssignment,
  { schemas, onNotice }: Pick<TaskInputsOptions, 'schemas' | 'onNotice'>,
): KeyPlacement | null {
  const { key } = schemas.get(step.id)!
  return KeyPlacement.of({ step, key, partition, partitions, onMisplaced: (message) => onNotice('keys', message) })
}
