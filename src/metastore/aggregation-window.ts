/** The windows that an aggregation groups by, and the kind of window that its result has in its keys. */
import type { KeyWindow } from './data-source.ts'

interface WindowBounds {
  /** How long after its end a window takes late records, ms. */
  readonly graceMs: number
  /** How long the rows of a window can be read, ms behind stream time. */
  readonly retentionMs: number
}

export interface TumblingWindow extends WindowBounds {
  readonly type: 'TUMBLING'
  readonly sizeMs: number
}

export interface HoppingWindow extends WindowBounds {
  readonly type: 'HOPPING'
  readonly sizeMs: number
  readonly advanceMs: number
}

export interface SessionWindow extends WindowBounds {
  readonly type: 'SESSION'
  readonly gapMs: number
}

export type TimeWindow = TumblingWindow | HoppingWindow
export type AggregationWindow = TimeWindow | SessionWindow

/** The window in the keys of what such an aggregation writes. */
export const keyWindow = (window: AggregationWindow): KeyWindow => ({
  type: window.type,
  sizeMs: window.type === 'SESSION' ? null : window.sizeMs,
})
