/** WINDOW: sizes, grace and retention with their defaults and limits. */

import type { AggregationWindow } from '../metastore/aggregation-window.ts'
import type { Duration, WindowClause } from '../sql/ast/query.ts'
import { durationMs } from './durations.ts'
import { refuse } from './errors.ts'

const DAY_MS = 86_400_000

/** A day by minutes. */
const MAX_STEPS = 1440

/** Default grace: a day less the window's size (or gap). Source: Kafka Streams before KIP-633, which the dialect keeps. */
const defaultGrace = (sizeMs: number): number => Math.max(DAY_MS - sizeMs, 0)

export function analyzeWindow(window: WindowClause, options: { readonly emitFinal: boolean }): AggregationWindow {
  switch (window.kind) {
    case 'tumbling': {
      const sizeMs = positive(window.size, 'Window SIZE')
      return { type: 'TUMBLING', sizeMs, ...bounds(window, sizeMs, options) }
    }
    case 'hopping': {
      const sizeMs = positive(window.size, 'Window SIZE')
      const advanceMs = positive(window.advance, 'Window ADVANCE BY')
      if (advanceMs > sizeMs) {
        refuse(
          'ADVANCE BY must not be larger than SIZE: windows would leave gaps. Choose an advance up to the size.',
          window.location,
        )
      }
      return { type: 'HOPPING', sizeMs, advanceMs, ...bounds(window, sizeMs, options) }
    }
    case 'cumulate': {
      const sizeMs = positive(window.size, 'Window SIZE')
      const stepMs = positive(window.step, 'Window STEP')
      if (sizeMs % stepMs !== 0 || sizeMs / stepMs > MAX_STEPS) {
        refuse(
          `SIZE must be a multiple of STEP, and ${MAX_STEPS} steps at most: each record counts in every window that ends after it.`,
          window.location,
        )
      }
      return { type: 'CUMULATE', sizeMs, stepMs, ...bounds(window, sizeMs, options) }
    }
    case 'session': {
      const gapMs = positive(window.gap, 'Session gap')
      return { type: 'SESSION', gapMs, ...bounds(window, gapMs, options) }
    }
  }
}

function positive(duration: Duration, what: string): number {
  const ms = durationMs(duration)
  if (ms <= 0) refuse(`${what} must be more than 0.`)
  return ms
}

/** With EMIT FINAL results wait for the grace period, so there is none unless the statement has one. */
function bounds(
  window: WindowClause,
  sizeMs: number,
  { emitFinal }: { readonly emitFinal: boolean },
): Pick<AggregationWindow, 'graceMs' | 'retentionMs' | 'byClock'> {
  const clock = window.processingTime === true ? ({ byClock: true } as const) : {}
  const absent = emitFinal ? 0 : defaultGrace(sizeMs)
  const graceMs = window.grace === null ? absent : durationMs(window.grace)
  const needed = sizeMs + graceMs
  const retentionMs = window.retention === null ? needed : durationMs(window.retention)
  if (retentionMs < needed) {
    if (window.grace === null && retentionMs >= sizeMs) return { graceMs: retentionMs - sizeMs, retentionMs, ...clock }
    refuse(
      `RETENTION of ${retentionMs} ms is shorter than the window and its GRACE PERIOD, ${needed} ms. Lengthen it, or shorten the grace period.`,
      window.location,
    )
  }
  return { graceMs, retentionMs, ...clock }
}
