/** How far a query has come: the counts that a worker reports of its tasks, and their sums over all workers. */

import { addIndexProgress, type IndexProgress } from './index-progress.ts'
import { addLatencies, type LatencyCounts } from './latency.ts'

export interface RestoreCounts {
  /** Records taken from changelogs. */
  readonly restored: number
  /** Offsets of changelogs still to be gone through; 0 when nothing is being restored. */
  readonly left: number
}

export const NOTHING_RESTORED: RestoreCounts = { restored: 0, left: 0 }

export const addRestores = (parts: readonly RestoreCounts[]): RestoreCounts =>
  parts.reduce(
    (sum, part) => ({ restored: sum.restored + part.restored, left: sum.left + part.left }),
    NOTHING_RESTORED,
  )

/** What a worker has read of one topic, for all queries together. */
export interface TopicTotals {
  /** Records fetched: each once, however many queries read it; again for a query that is behind and catches up. */
  readonly records: number
  /** How often a record was decoded: once for all queries that read it alike. */
  readonly decoded: number
  readonly bytes: number
}

/** By topic. */
export type FetchTotals = ReadonlyMap<string, TopicTotals>

export interface StepStatistics {
  readonly step: string
  readonly recordsIn: number
  readonly recordsOut: number
  readonly lateRecords: number
  /** Records passed over because the step failed on them; the processing log has each. */
  readonly droppedRecords: number
  /** Entries of the step's stores; null for a step without state. */
  readonly stateEntries: number | null
  /** What they take on the disk, by the mean of those written here; null: nothing was written yet, or the state is in memory. */
  readonly stateBytes: number | null
  /** Lookups in the step's stores that were answered from memory, and those that read the disk; null: the state is in memory. */
  readonly cacheHits: number | null
  readonly cacheMisses: number | null
  /** Estimated from a sample; null for a step whose work is a part of reading. */
  readonly timeMs: number | null
}

/** What a user-defined function has done for a query. */
export interface FunctionStatistics {
  readonly function: string
  readonly calls: number
  /** Calls that threw, ran out of time or memory, or gave a value of another type. */
  readonly errors: number
  /** Estimated from a sample. */
  readonly timeMs: number
}

export interface QueryProgress {
  readonly recordsConsumed: number
  /** When the first records came since the query was last started, epoch ms; null: none yet. */
  readonly firstReadAt: number | null
  readonly recordsProduced: number
  /** Sizes of the batches that it has read, as they are stored, and of those that it has written, changelogs included. */
  readonly bytesConsumed: number
  readonly bytesProduced: number
  readonly processingErrors: number
  /** Records, of a sample, in other partitions than this server would look for their keys. */
  readonly misplacedKeys: number
  /** Records that were removed from its topics, by retention or by hand, before it had read them. */
  readonly removedRecords: number
  /** Records behind the end of the sources, as far as known. */
  readonly lagRecords: number
  /** Why it reads nothing from a topic that has records: something that it needs cannot be had for now. Null: it reads. */
  readonly waitsFor: string | null
  readonly commits: number
  /** Commits that failed and were tried again. */
  readonly failedCommits: number
  /** From the time of the newest record of each batch written until the batch was stored. */
  readonly latency: LatencyCounts
  readonly steps: readonly StepStatistics[]
  readonly functions: readonly FunctionStatistics[]
  readonly restores: RestoreCounts
  /** Absent: the query keeps no table with indexes. */
  readonly indexes?: readonly IndexProgress[]
}

/** The sum over all workers. */
export function addProgress(parts: readonly QueryProgress[]): QueryProgress {
  const total = (value: (part: QueryProgress) => number) => parts.reduce((sum, part) => sum + value(part), 0)
  return {
    recordsConsumed: total(({ recordsConsumed }) => recordsConsumed),
    firstReadAt: earliest(parts.map(({ firstReadAt }) => firstReadAt)),
    recordsProduced: total(({ recordsProduced }) => recordsProduced),
    bytesConsumed: total(({ bytesConsumed }) => bytesConsumed),
    bytesProduced: total(({ bytesProduced }) => bytesProduced),
    processingErrors: total(({ processingErrors }) => processingErrors),
    misplacedKeys: total(({ misplacedKeys }) => misplacedKeys),
    removedRecords: total(({ removedRecords }) => removedRecords),
    lagRecords: total(({ lagRecords }) => lagRecords),
    waitsFor: parts.find(({ waitsFor }) => waitsFor !== null)?.waitsFor ?? null,
    commits: total(({ commits }) => commits),
    failedCommits: total(({ failedCommits }) => failedCommits),
    latency: addLatencies(parts.map(({ latency }) => latency)),
    steps: addStatistics(parts.flatMap(({ steps }) => steps)),
    functions: addFunctions(parts.flatMap(({ functions }) => functions)),
    restores: addRestores(parts.map(({ restores }) => restores)),
    indexes: addIndexProgress(parts.flatMap(({ indexes = [] }) => indexes)),
  }
}

/** The earliest of times, some of which may be unknown. */
export const earliest = (times: readonly (number | null)[]): number | null =>
  times.reduce((first, time) => (first === null || (time !== null && time < first) ? time : first), null)

/** One entry per function, over all tasks or workers. */
export function addFunctions(statistics: readonly FunctionStatistics[]): FunctionStatistics[] {
  const byName = new Map<string, FunctionStatistics>()
  for (const one of statistics) {
    const other = byName.get(one.function)
    byName.set(one.function, {
      function: one.function,
      calls: one.calls + (other?.calls ?? 0),
      errors: one.errors + (other?.errors ?? 0),
      timeMs: one.timeMs + (other?.timeMs ?? 0),
    })
  }
  return [...byName.values()]
}

/** One entry per step, over all tasks or workers. */
export function addStatistics(statistics: readonly StepStatistics[]): StepStatistics[] {
  const bySteps = new Map<string, StepStatistics>()
  for (const one of statistics) {
    const other = bySteps.get(one.step)
    bySteps.set(one.step, other === undefined ? one : added(one, other))
  }
  return [...bySteps.values()]
}

const added = (one: StepStatistics, other: StepStatistics): StepStatistics => ({
  step: one.step,
  recordsIn: one.recordsIn + other.recordsIn,
  recordsOut: one.recordsOut + other.recordsOut,
  lateRecords: one.lateRecords + other.lateRecords,
  droppedRecords: one.droppedRecords + other.droppedRecords,
  stateEntries: sumOf(one.stateEntries, other.stateEntries),
  stateBytes: sumOf(one.stateBytes, other.stateBytes),
  cacheHits: sumOf(one.cacheHits, other.cacheHits),
  cacheMisses: sumOf(one.cacheMisses, other.cacheMisses),
  timeMs: sumOf(one.timeMs, other.timeMs),
})

const sumOf = (one: number | null, other: number | null): number | null =>
  one === null && other === null ? null : (one ?? 0) + (other ?? 0)
