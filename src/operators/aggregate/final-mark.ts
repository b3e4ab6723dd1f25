/** How far EMIT FINAL has come, kept with the state, so that a restart neither repeats nor reopens windows. */
import type { StoreDeclaration, StoredRow } from '../../state/store.ts'
import { BIGINT } from '../../types/sql-type.ts'
import type { OperatorContext } from '../operator-context.ts'
import type { StreamTime } from '../stream-time.ts'

export interface FinalMark {
  /** Windows closed before this time have left; null: none has. */
  readonly closeTime: () => number | null
  readonly set: (closeTime: number, streamTime: number) => void
  /** Lets `streamTime` continue from before a restart. Called before windows are closed. */
  readonly restore: (streamTime: StreamTime) => void
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
