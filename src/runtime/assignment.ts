/**
 * What a worker is told to run: the tasks of a query that are placed on it, with all that only the broker knows resolved. Plain data, as it
 * crosses threads.
 */
import type { StepId } from '../operators/step.ts'
import type { PhysicalPlan } from '../plan/physical-plan.ts'

export interface QueryAssignment {
  readonly queryId: string
  /** Stands for the query where a text cannot; not 0, unique as long as the server lives. */
  readonly number: number
  readonly plan: PhysicalPlan
  /** Configuration of the query: the server's under its overrides. */
  readonly config: Readonly<Record<string, string>>
  readonly applicationId: string
  /** Consumer group under which offsets are committed; null: they are not (push queries). */
  readonly group: string | null
  readonly exactlyOnce: boolean
  readonly paused: boolean
  readonly tasks: readonly TaskAssignment[]
  /** Of each sink and repartition step; of a source step the topic of its dead letters, if it has one. */
  readonly outputs: Readonly<Record<StepId, OutputAssignment>>
}

export interface TaskAssignment {
  /** `<sub-topology>_<partition>`. */
  readonly id: string
  /** Index of the sub-topology. */
  readonly topology: number
  readonly partition: number
  readonly slot: number
  readonly inputs: readonly InputAssignment[]
}

export interface InputAssignment {
  readonly step: StepId
  readonly topic: string
  readonly partition: number
  /** From where the query read first. */
  readonly origin: number
  /** The committed offset, or `origin`. */
  readonly position: number
  /** End of the partition when the task was placed. */
  readonly endOffset: number
}

export interface OutputAssignment {
  readonly topic: string
  readonly partitions: number
  /** The topic's `max.message.bytes`, which counts for a batch; null: not known. */
  readonly maxMessageBytes: number | null
}

/** Beside a committed offset: from where the query read first, for state that is rebuilt from its inputs. */
export const originMetadata = (origin: number): string => `origin=${origin}`

/** Null where another tool has committed. */
export function readOrigin(metadata: string): number | null {
  const match = /^origin=(\d+)$/.exec(metadata)
  return match === null ? null : Number(match[1])
}
