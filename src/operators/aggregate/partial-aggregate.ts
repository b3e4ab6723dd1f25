/**
 * Adds up the records of a stream before they are sent to the tasks that hold their groups. Between two flushes the records of a group become one,
 * a **partial**: the states of the aggregate functions. The aggregation behind the repartition merges the states of partials, and adds the records that
 * come by themselves.
 *
 * A row of a partial has more columns than that of a record: those of the record, all NULL, then a state for each function, and in session windows the
 * start of the session. Its time is the latest of its records.
 *
 * Equation: over whatever records a partial holds, `merge(s, partial) = add(... add(s, r1) ..., rn)`. Only functions of which this is exactly true take part
 * (`mergesParts`), and only records that belong to the same windows: those of one pane of time windows, or of one session.
 *
 * Time: what is late and when windows close must be as if each record were sent by itself.
 *
 *   late     A record whose window was closed when it came leaves by itself, behind all that is held back: the aggregation decides.
 *   closing  Before a record comes that closes the window of a partial, all of them leave, so that they are there when the window closes.
 *   stated   The watermark that the task states stays where it was when the first of them came (`heldTime`), in case it has passed a window by other records.
 *
 * Nothing is stored: the task flushes before its positions are committed. Where each change of the table must leave by itself (`coalesces`), records
 * pass, and so they do for a while where groups hardly come again (`SentShare`).
 */
import type { AggregationWindow } from '../../metastore/aggregation-window.ts'
import { BIGINT } from '../../types/sql-type.ts'
import { readsNoColumns } from '../column-read.ts'
import type { OperatorDefinition } from '../operator.ts'
import { hasKey } from '../record-key.ts'
import { SentShare } from '../sent-share.ts'
import type { StepId } from '../step.ts'
import { type AggregateCall, callExpressions, partialColumns } from './aggregate-call.ts'
import { PartialGroups } from './partial-groups.ts'
import { functionStates } from './partial-states.ts'
import { partialWindows } from './partial-windows.ts'

export interface PartialAggregateStep {
  readonly kind: 'partialAggregate'
  readonly id: StepId
  readonly input: StepId
  /** Those of the aggregation behind the repartition. */
  readonly functions: readonly AggregateCall[]
  /** Absent: an aggregation without windows. */
  readonly window?: AggregationWindow
}

export const partialAggregate: OperatorDefinition<PartialAggregateStep> = {
  label: 'PARTIAL_AGGREGATE',
  peerName: 'StreamPartialAggregate',
  oldValue: 'ignores',
  usesStreamTime: ({ window }) => window !== undefined && window.byClock !== true,
  passesKey: false,
  expressions: ({ functions }) => functions.flatMap(callExpressions),
  reads: readsNoColumns,
  view: null,
  upgrade: 'free',
  inputs: ({ input }) => [input],
  schema: ({ functions, window }, [input]) => ({
    ...input!,
    value: [...input!.value, ...partialColumns(functions), ...(hasSessions(window) ? [SESSION_START] : [])],
  }),
  build({ functions, window }, [input], context, emit) {
    if (!context.coalesces) return { inputs: [emit] }
    const windows = partialWindows(window)
    const states = functionStates(functions, context)
    const { streamTime } = context
    const groups = new PartialGroups({
      states,
      input: input!,
      windows,
      streamTime,
      passesFirst: false,
      groupColumns: null,
      emit,
    })
    const share = new SentShare()
    let latest = -1
    return {
      inputs: [
        (record) => {
          if (!hasKey(record) || record.value === null) return
          if (share.passes()) {
            emit(record)
            return
          }
          if (record.timestamp > latest) latest = record.timestamp
          const now = Math.max(latest, context.streamTime())
          if (now >= groups.closesAt) groups.flush()
          if (windows.closesAt(record.timestamp) <= now) {
            groups.flush()
            emit(record)
            return
          }
          share.note(groups.add(record))
          if (share.isTooLarge) groups.flush()
        },
      ],
      flush: () => groups.flush(),
      heldTime: () => groups.heldTime,
    }
  },
}

const hasSessions = (window: AggregationWindow | undefined): boolean =>
  window?.type === 'SESSION' && window.byClock !== true

const SESSION_START = { name: 'SESSION_START', type: BIGINT } as const
