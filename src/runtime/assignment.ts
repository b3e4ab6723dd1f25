/**
 * What a worker is to run: the tasks of a query that are placed on it, with all facts that only the broker knows resolved. Plain data, as it
 * crosses threads.
 */
import type { TimeLimits } from '../broker/time-limits.ts'
import type { StepId } from '../operators/step.ts'
import type { PhysicalPlan } from '../plan/physical-plan.ts'
import type { TableIndex } from '../plan/table-index.ts'
import type { Value } from '../types/value.ts'

export interface QueryAssignment {
  readonly queryId: string
  /** Identifies the query where a text cannot; not 0, unique while the server runs. */
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
  /** Indexes of the table that it keeps. Absent: none. */
  readonly indexes?: readonly TableIndex[]
  /** Values that its filter lets pass (`FilterStep.wanted`) when it starts. Absent: none. */
  readonly wanted?: readonly Value[]
  /** The topic of each sink and repartition step, and the topic for dead letters of each source step that has one. */
  readonly outputs: Readonly<Record<StepId, OutputAssignment>>
}

/** A value that a filter is to let pass from now on, or no longer. */
export interface WantedChange {
  readonly value: Value
  readonly isWanted: boolean
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
  /** How many partitions the topic has. */
  readonly partitions: number
  /** Offset at which the query first began to read. */
  readonly origin: number
  /** The committed offset, or `origin`. */
  readonly position: number
  /** Whether no offset was committed before. */
  readonly isNew: boolean
  /** Whether `position` is where the query continues after its position was lost, whatever its state says. */
  readonly isReset: boolean
  /** End of the partition when the task was placed. */
  readonly endOffset: number
  /** Offset of the first record that the query does not read; null: it reads whatever comes. */
  readonly limit: number | null
  /** How many tasks write this internal topic and state watermarks there; 0: none does. */
  readonly upstreamTasks: number
}

export interface OutputAssignment {
  readonly topic: string
  readonly partitions: number
  /** The topic's `max.message.bytes`, which counts for a batch; null: not known. */
  readonly maxMessageBytes: number | null
  /** Null: the topic takes records of any time. */
  readonly timeLimits: TimeLimits | null
  /** Whether its readers need watermarks. */
  readonly takesWatermarks: boolean
}

/** `lost`: the position is not in the log any more, and the query must not continue there. `reset`: see `InputAssignment.isReset`. */
export type OffsetMark = 'lost' | 'reset'

/** Metadata of a committed offset: where the query first began to read, for state that is rebuilt from its inputs. */
export const originMetadata = (origin: number, mark?: OffsetMark): string =>
  mark === undefined ? `origin=${origin}` : `origin=${origin} ${mark}`

/** As `originMetadata`, with the transactional id of the worker that commits, whose next transaction may be open when it has died. */
export const writerMetadata = (origin: number, writer: string): string => `origin=${origin},writer=${writer}`

const METADATA = /^origin=(\d+)(?: (lost|reset))?(?:,writer=(.+))?$/

/** Null if another program has committed the offset. */
export function readOrigin(metadata: string): number | null {
  const match = METADATA.exec(metadata)
  return match === null ? null : Number(match[1])
}

/** Null: there is none. */
export const readMark = (metadata: string): OffsetMark | null =>
  (METADATA.exec(metadata)?.[2] as OffsetMark | undefined) ?? null

/** Null: it has none. */
export const readWriter = (metadata: string): string | null => METADATA.exec(metadata)?.[3] ?? null
