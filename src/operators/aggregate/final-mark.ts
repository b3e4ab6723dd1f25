/** How far EMIT FINAL has come, kept with the state, so that a restart neither repeats nor reopens windows. */
import type { StoreDeclaration, StoredRow } from '../../state/store.ts'
import { BIGINT } from '../../types/sql-type.ts'
import type { OperatorContext } from '../operator-context.ts'
import type { StreamTime } from '../stream-time.ts'
import { FINAL_TIMEOUT, type WindowedAggregateStep } from './windowed-step.ts'

export interface FinalMark {
  /** Windows closed before this time have left; null: none has. */
  readonly closeTime: () => number | null
  readonly set: (closeTime: number, streamTime: number) => void
  /** Lets `streamTime` continue from before a restart. Called before windows are closed. */
  readonly restore: (streamTime: StreamTime) => void
}

/** Whether all windows are to be closed because no record has come for so long. */
export function finalTimeout(
  { timeoutMs }: Pick<WindowedAggregateStep, 'timeoutMs'>,
  { config, idleMs }: Pick<OperatorContext, 'config' | 'idleMs'>,
): { readonly isSet: boolean; readonly hasPassed: () => boolean } {
  const ms = timeoutMs ?? Number(config(FINAL_TIMEOUT) ?? 0)
  return ms > 0 ? { isSet: true, hasPassed: () => idleMs() >= ms } : { isSet: false, hasPassed: () => false }
}

/** Windows that leave once, when they are closed. */
export interface FinalWindows {
  readonly restore: FinalMark['restore']
  /** The latest window that has not left, by the time that names it; null: all have. */
  readonly latestOpen: () => number | null
}

export interface QuietTime {
  readonly streamTime: StreamTime
  readonly hasTimedOut: () => boolean
  /** The stream time that closes the window which `latestOpen` gives. */
  readonly closingTime: (latest: number) => number
}

/**
 * Lets stream time come as far as it does without records: to the end of the latest window by the time-out, or with the clock or the watermark. Gives
 * which of them it was; null: time stands still, or nothing is open.
 */
export function passWithoutRecords(
  final: FinalWindows,
  { streamTime, hasTimedOut, closingTime }: QuietTime,
  { window }: Pick<WindowedAggregateStep, 'window'>,
  { clock, watermark }: Pick<OperatorContext, 'clock' | 'watermark'>,
): 'timeout' | 'time' | null {
  final.restore(streamTime)
  if (hasTimedOut()) {
    const latest = final.latestOpen()
    if (latest === null) return null
    streamTime.restore(closingTime(latest))
    return 'timeout'
  }
  if (window.byClock === true) streamTime.advance(clock.now())
  return window.byClock === true || watermark !== null ? 'time' : null
}

const KEY = 0

export const finalMarkSpec = (store: string) =>
  ({ name: `${store}-Final`, kind: 'keyValue', types: [BIGINT] }) as const satisfies StoreDeclaration

export function openFinalMark(store: string, context: OperatorContext): FinalMark {
  const marks = context.store(finalMarkSpec(store))
  let mark: StoredRow | undefined
  // Read with the first record and not while the operator is built: by then the store is restored.
  const read = () => (mark ??= marks.get(KEY))
  return {
    closeTime: () => (read()?.row[0] as number | undefined) ?? null,
    set(closeTime, streamTime) {
      mark = { row: [closeTime], timestamp: streamTime }
      marks.put(KEY, mark)
    },
    restore(streamTime) {
      if (streamTime.latest >= 0) return
      // Windows may have waited for the watermark alone: then no record need come any more, and the task's time stands for the operator's.
      const reached = context.watermark === null ? -1 : context.streamTime()
      streamTime.restore(Math.max(read()?.timestamp ?? -1, reached))
    },
  }
}
