/** Runs a planned snapshot query: reads its sources one after the other, in pieces that leave room for other requests. */
import { sleep } from '../../clock.ts'
import type { PlannedSnapshotQuery, SnapshotSource } from '../../plan/queries/snapshot-query.ts'
import { RequestTime } from '../../runtime/request-time.ts'
import { SnapshotRun, type SourceRow } from '../../runtime/task/snapshot-run.ts'
import type { Row } from '../../types/value.ts'
import type { RowStream } from '../api.ts'
import type { TopicScope } from '../scope.ts'
import { collectRows, type RowLimit } from './read-rows.ts'

export interface SnapshotRowsOptions {
  readonly planned: PlannedSnapshotQuery
  readonly sources: readonly (SnapshotSource & { readonly rows: RowStream })[]
  readonly limit: RowLimit
  readonly signal: AbortSignal
  readonly scope: TopicScope
}

/** Rows of a source that run without a pause. */
const PIECE = 2_000

/** Rejects with what reading the sources throws, and with BudgetError where an expression takes too long. */
export async function snapshotRows({
  planned,
  sources,
  limit,
  signal,
  scope,
}: SnapshotRowsOptions): Promise<readonly Row[]> {
  const { parts, planning, config } = scope
  const run = new SnapshotRun({
    plan: planned.plan,
    result: planned.result,
    functions: planning.functions,
    functionContext: planning.functionContext,
    clock: parts.clock,
    config: config.get,
    reportError: (error) => parts.reportError(planned.plan.queryId, error),
  })
  const time = new RequestTime(planning.functionContext.budget, { isShared: false })
  for (const { step, rows } of sources) {
    const toSource = sourceRows(step)
    const read: SourceRow[] = []
    await collectRows(rows, limit, signal, (some) => void read.push(...some.map(toSource)))
    // Records of a stream arrive by partition; windows and joins follow their times.
    if (step.sourceKind === 'stream') read.sort((a, b) => a.timestamp - b.timestamp)
    for (let i = 0; i < read.length && !signal.aborted; i += PIECE) {
      time.during(() => run.feed(step.id, read.slice(i, i + PIECE)))
      await sleep(parts.timer, 0)
    }
  }
  return time.during(() => run.end())
}

/** The layout is that of `SnapshotSource.query`. */
function sourceRows({ key, window, columns }: SnapshotSource['step']): (row: Row) => SourceRow {
  const bounds = window === null ? 0 : 2
  const timeIndex = key.length + bounds
  return (row) => {
    const keyRow = row.slice(0, key.length)
    const isNoKey = key.length === 0 || (key.length === 1 && keyRow[0] === null)
    return {
      key: isNoKey ? null : keyRow,
      window: bounds === 0 ? null : { start: Number(row[key.length]), end: Number(row[key.length + 1]) },
      timestamp: Number(row[timeIndex]),
      value: row.slice(timeIndex + 1, timeIndex + 1 + columns.length),
    }
  }
}
