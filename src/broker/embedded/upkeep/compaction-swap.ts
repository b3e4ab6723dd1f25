/**
 * How a compacted segment takes the place of those it was made from, so that a crash at any point leaves the old ones or the new one:
 *
 * 1. the new one is written and synced as `<base>-<end>.partial`, then renamed to `<base>-<end>.swap`: from here on it counts;
 * 2. the old ones, with base offsets in `[base, end)`, are removed, then `.swap` is renamed to `<base>.log`.
 */

import { readdirSync, renameSync, rmSync } from 'node:fs'
import { copyPath, indexPath, logPath, PARTIAL_SUFFIX, SWAP_SUFFIX, segmentName } from '../segments/data-layout.ts'
import { listSegments } from '../segments/partition.ts'

export interface OffsetRange {
  readonly base: number
  readonly end: number
}

const swapName = ({ base, end }: OffsetRange) => `${segmentName(base)}-${segmentName(end)}`
/** Where the new segment is written. */
export const partialPath = (directory: string, range: OffsetRange) => `${directory}${swapName(range)}${PARTIAL_SUFFIX}`
const swapPath = (directory: string, range: OffsetRange) => `${directory}${swapName(range)}${SWAP_SUFFIX}`

/** Puts the synced file at `partialPath` in the place of the segments in its range. */
export function swapIn(directory: string, range: OffsetRange): void {
  renameSync(partialPath(directory, range), swapPath(directory, range))
  finishSwap(directory, range)
}

function finishSwap(directory: string, range: OffsetRange): void {
  for (const base of listSegments(directory)) {
    if (base < range.base || base >= range.end) continue
    // A copy without its segment would count as a segment that is missing.
    rmSync(copyPath(directory, base), { force: true })
    rmSync(logPath(directory, base))
    rmSync(indexPath(directory, base), { force: true })
  }
  rmSync(indexPath(directory, range.base), { force: true })
  renameSync(swapPath(directory, range), logPath(directory, range.base))
}

/** After a crash: completes swaps that count, and removes what was left half written. */
export function finishSwaps(directory: string): void {
  for (const name of readdirSync(directory)) {
    if (name.endsWith(PARTIAL_SUFFIX)) rmSync(`${directory}${name}`)
    if (!name.endsWith(SWAP_SUFFIX)) continue
    const [base, end] = name.slice(0, -SWAP_SUFFIX.length).split('-')
    finishSwap(directory, { base: Number(base), end: Number(end) })
  }
}
