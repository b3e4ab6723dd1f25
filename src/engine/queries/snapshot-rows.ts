/** Runs a planned snapshot query: reads its sources one after the other, in pieces that leave room for other requests. */
import { sleep } from '../../clock.ts'
import type { PlannedSnapshotQuery } from '../../plan/queries/snapshot-query.ts'
import type { SnapshotSource } from '../../plan/queries/snapshot-reads.ts'
import { RequestTime } from '../../runtime/request-time.ts'
import { SnapshotRun, type SourceRow } from '../../runtime/task/snapshot-run.ts'
import type { Query } from '../../sql/ast/query.ts'
import type { Row } from '../../types/value.ts'
import type { RowStream } from '../api.ts'
import type { TopicScope } from '../scope.ts'
import { MatchedValues } from './matched-values.ts'
import { collectRows, type RowLimit } from './read-rows.ts'

export interface SnapshotRowsOptions {
  readonly planned: PlannedSnapshotQuery
  /** `rows` null: its query is known once another source is read. */
  readonly sources: readonly (SnapshotSource & { readonly rows: RowStream | null })[]
  /** Throws StatementError. */
  readonly open: (query: Query) => RowStream
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
  open,
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
    checkHeld: (rows) => limit.checkMade(rows),
  })
  const time = new RequestTime(planning.functionContext.budget, { isShared: false })
  const matched = new MatchedValues(sources)
  for (const source of sources) {
    const { step } = source
    const query = matched.queryOf(source)
    if (query === null) continue
    const toSource = sourceRows(step)
    const read: SourceRow[] = []
    await collectRows(source.rows ?? open(query), limit, signal, (some) => {
      matched.note(step.id, some)
      for (const row of some) read.push(toSource(row))
    })
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
