/** The windows that an aggregation groups by, and the kind of window that its result has in its keys. */
import type { KeyWindow } from './data-source.ts'

interface WindowBounds {
  /** How long after its end a window takes late records, ms. */
  readonly graceMs: number
  /** How long the rows of a window can be read, ms behind stream time. */
  readonly retentionMs: number
  /** Present where the time of a record is that of its processing. */
  readonly byClock?: true
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

/** Windows of one start that grow by the step up to the size. */
export interface CumulateWindow extends WindowBounds {
  readonly type: 'CUMULATE'
  readonly sizeMs: number
  readonly stepMs: number
}

export interface SessionWindow extends WindowBounds {
  readonly type: 'SESSION'
  readonly gapMs: number
}

export type TimeWindow = TumblingWindow | HoppingWindow
export type AggregationWindow = TimeWindow | CumulateWindow | SessionWindow

/** The window in the keys of what such an aggregation writes. Cumulating windows of one start differ in their ends, which the keys of sessions have. */
export const keyWindow = (window: AggregationWindow): KeyWindow =>
  window.type === 'SESSION' || window.type === 'CUMULATE'
    ? { type: 'SESSION', sizeMs: null }
    : { type: window.type, sizeMs: window.sizeMs }
