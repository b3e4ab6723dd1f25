/**
 * Removes old segments as a topic's `retention.ms` and `retention.bytes` say, and those that `deleteRecords` emptied. Owner thread only.
 *
 * A segment's age counts from its newest record's timestamp or from its last append, whichever is later. Kafka takes the timestamp
 * alone, and so deletes historical data minutes after it was loaded, which is never intended.
 */

import { rmSync } from 'node:fs'
import { roll } from '../segments/append.ts'
import { copyPath, indexPath, logPath } from '../segments/data-layout.ts'
import type { Partition } from '../segments/partition.ts'
import { readIndex } from '../segments/segment-index.ts'

interface ClosedSegment {
  readonly base: number
  /** Offset after its last record. */
  readonly end: number
  readonly size: number
  /** Time that its age counts from. */
  readonly newest: number
}

/** `now`: epoch ms. */
export function applyRetention(partition: Partition, now: number): void {
  const { state, config } = partition
  if (state.deleted) return
  state.locked(() => {
    partition.refreshLocked()
    const expiresBefore = config.deletes && config.retentionMs >= 0 ? now - config.retentionMs : -Infinity
    if (state.position > 0 && Math.max(state.maxTimestamp, state.appendedAt) < expiresBefore) roll(partition)
    const doomed = doomedSegments(partition, expiresBefore)
    if (doomed.length > 0) remove(partition, doomed)
  })
}

/** A prefix of the closed segments. Nothing that an open transaction still needs. */
function doomedSegments(partition: Partition, expiresBefore: number): ClosedSegment[] {
  const { state, config } = partition
  const closed = closedSegments(partition)
  let excess = Number.NEGATIVE_INFINITY
  if (config.deletes && config.retentionBytes >= 0)
    excess = closed.reduce((sum, { size }) => sum + size, state.position) - config.retentionBytes
  const doomed: ClosedSegment[] = []
  for (const segment of closed) {
    const isDoomed = segment.newest < expiresBefore || segment.end <= state.startOffset || excess >= segment.size
    if (!isDoomed || segment.end > state.stableOffset) break
    doomed.push(segment)
    excess -= segment.size
  }
  return doomed
}

/** All but the active one, ascending. */
export function closedSegments({ bases, directory }: Partition): ClosedSegment[] {
  return bases.slice(0, -1).map((base, index) => {
    const last = readIndex(indexPath(directory, base), base)?.at(-1)
    return {
      base,
      end: bases[index + 1]!,
      size: last?.position ?? 0,
      newest: last === undefined ? Infinity : Math.max(last.maxTimestamp, last.appendedAt),
    }
  })
}

/** The new start first, then the new version: a reader that meets a missing file finds out why. */
function remove({ state, directory }: Partition, doomed: readonly ClosedSegment[]): void {
  state.startOffset = Math.max(state.startOffset, doomed.at(-1)!.end)
  state.bumpVersion()
  for (const { base } of doomed) {
    // A copy without its segment would count as a segment that is missing.
    rmSync(copyPath(directory, base), { force: true })
    rmSync(logPath(directory, base), { force: true })
    rmSync(indexPath(directory, base), { force: true })
  }
}
