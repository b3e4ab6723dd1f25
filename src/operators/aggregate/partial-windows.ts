/** The windows of an aggregation as partials see them: which records belong to the same windows, and when one of these is closed. */
import type { AggregationWindow } from '../../metastore/aggregation-window.ts'

export interface PartialWindows {
  /** Start of the pane that holds the time, a stretch that lies in each window wholly or not at all. Without time windows all times are in one. */
  readonly paneOf: (timestamp: number) => number
  /**
   * The stream time, epoch ms, from which on a window with a record of that time may be closed, or a session that the record joins may be past its
   * retention; Infinity: never.
   */
  readonly closesAt: (timestamp: number) => number
  /** How far apart the records of a session may be, ms; null: there are no sessions. */
  readonly gapMs: number | null
}

const NEVER: PartialWindows = { paneOf: () => 0, closesAt: () => Number.POSITIVE_INFINITY, gapMs: null }

/** Windows of processing time take what comes, whenever it came. */
export function partialWindows(window: AggregationWindow | undefined): PartialWindows {
  if (window === undefined || window.byClock === true) return NEVER
  const { graceMs } = window
  if (window.type === 'SESSION') {
    const { gapMs, retentionMs } = window
    const openMs = Math.min(gapMs + graceMs + 1, retentionMs - gapMs)
    return { paneOf: () => 0, closesAt: (timestamp) => timestamp + openMs, gapMs }
  }
  const paneMs = paneSize(window)
  const paneOf = (timestamp: number): number => Math.floor(timestamp / paneMs) * paneMs
  // The first window that ends does so at the end of the pane, or later.
  return { paneOf, closesAt: (timestamp) => paneOf(timestamp) + paneMs + graceMs, gapMs: null }
}

/** Windows begin and end at multiples of it. */
function paneSize(window: Exclude<AggregationWindow, { readonly type: 'SESSION' }>): number {
  switch (window.type) {
    case 'TUMBLING':
      return window.sizeMs
    case 'HOPPING':
      return greatestCommonDivisor(window.sizeMs, window.advanceMs)
    case 'CUMULATE':
      return greatestCommonDivisor(window.sizeMs, window.stepMs)
  }
}

const greatestCommonDivisor = (a: number, b: number): number => (b === 0 ? a : greatestCommonDivisor(b, a % b))
