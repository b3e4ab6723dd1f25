/**
 * A second copy of each segment of a topic that the rest depends on: committed offsets, transactions, the command log. They are small, and
 * one damaged sector in them would cost more than its own records. An append writes the segment first and then its copy, so a copy that
 * holds more whole batches than its segment shows that the segment was damaged.
 */

import {
  closeSync,
  copyFileSync,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import { COPY_SUFFIX, copyPath, indexPath, logPath, PARTIAL_SUFFIX } from '../segments/data-layout.ts'
import { listSegments } from '../segments/partition.ts'
import { scanBatches } from '../segments/segment-scan.ts'
import type { PartitionLosses } from './partition-losses.ts'

export interface CopiedPartition {
  readonly directory: string
  /** Whether offsets may be missing in closed segments. */
  readonly isCompacted: boolean
  readonly losses: PartitionLosses
}

/** Puts the copy in the place of each segment that is missing, or holds fewer whole batches. */
export function restoreFromCopies({ directory, isCompacted, losses }: CopiedPartition): void {
  const bases = [...new Set([...listSegments(directory), ...listCopies(directory)])].sort((a, b) => a - b)
  for (const [index, base] of bases.entries()) {
    const bounds = { base, nextBase: bases[index + 1] ?? null, isCompacted }
    const path = logPath(directory, base)
    const whole = wholeBytes(path, bounds)
    if (wholeBytes(copyPath(directory, base), bounds) <= whole) continue
    const isThere = existsSync(path)
    const what = isThere ? `${path} is damaged behind byte ${whole}` : `${path} is missing`
    losses.reportMended(what, isThere ? losses.quarantine(base) : null)
    putInPlace(copyPath(directory, base), path)
    rmSync(indexPath(directory, base), { force: true })
  }
}

/** Makes the copies equal to the segments, and removes those of segments that are gone. */
export function renewCopies(directory: string): void {
  const bases = listSegments(directory)
  for (const base of listCopies(directory)) if (!bases.includes(base)) rmSync(copyPath(directory, base))
  for (const base of bases) renewCopy(directory, base)
}

/** Makes the copy of one segment equal to it. */
export function renewCopy(directory: string, base: number): void {
  if (!isSame(logPath(directory, base), copyPath(directory, base)))
    putInPlace(logPath(directory, base), copyPath(directory, base))
}

function putInPlace(source: string, target: string): void {
  const partial = `${target}${PARTIAL_SUFFIX}`
  copyFileSync(source, partial)
  renameSync(partial, target)
}

function isSame(first: string, second: string): boolean {
  if (!existsSync(second) || statSync(first).size !== statSync(second).size) return false
  return readFileSync(first).equals(readFileSync(second))
}

function listCopies(directory: string): number[] {
  return readdirSync(directory)
    .filter((name) => name.endsWith(COPY_SUFFIX))
    .map((name) => Number(name.slice(0, -COPY_SUFFIX.length)))
}

interface SegmentBounds {
  readonly base: number
  /** Offset where the next segment begins; null for the active segment. */
  readonly nextBase: number | null
  readonly isCompacted: boolean
}

/** Bytes of whole batches at the beginning of a file; -1: it is not there. */
function wholeBytes(path: string, { base, nextBase, isCompacted }: SegmentBounds): number {
  if (!existsSync(path)) return -1
  const descriptor = openSync(path, 'r')
  try {
    const batches = scanBatches(descriptor, {
      from: 0,
      end: statSync(path).size,
      minOffset: base,
      maxOffset: nextBase ?? Number.POSITIVE_INFINITY,
      isContiguous: nextBase === null || !isCompacted,
    })
    for (let next = batches.next(); ; next = batches.next()) if (next.done === true) return next.value
  } finally {
    closeSync(descriptor)
  }
}
