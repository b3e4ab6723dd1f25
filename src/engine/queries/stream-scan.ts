/** A pull query on a stream: all that its topic holds now. */
import { areBounded } from '../../expressions/bounds.ts'
import { expressionsOf } from '../../operators/expressions-of.ts'
import type { SourceStep } from '../../operators/step.ts'
import type { PhysicalPlan } from '../../plan/physical-plan.ts'
import { RequestTime } from '../../runtime/request-time.ts'
import { TopicScan } from '../../runtime/task/topic-scan.ts'
import type { StreamEnd, StreamedRow } from '../api.ts'
import type { TopicScope } from '../scope.ts'
import { CLOSED, type FlowSink, LIMIT_REACHED, QUERY_COMPLETED } from './flow.ts'

const POLL_MS = 1000

/** Emits the plan's rows; ends with `Limit Reached` or `Query Completed`. Rejects with BrokerError, and with BudgetError where an expression takes too long. */
export async function scanStream(
  plan: PhysicalPlan,
  limit: number | null,
  { emit, signal }: FlowSink<StreamedRow>,
  scope: TopicScope,
): Promise<StreamEnd> {
  const { parts, planning, config } = scope
  const { broker, clock } = parts
  const { topic } = plan.steps[0] as SourceStep
  const scan = new TopicScan({
    plan,
    limit: limit ?? Number.POSITIVE_INFINITY,
    functions: planning.functions,
    functionContext: planning.functionContext,
    clock,
    config: config.get,
    reportError: (error) => parts.reportError(plan.queryId, error),
    schemas: parts.writerSchemas,
    time: new RequestTime(planning.functionContext.budget, { isShared: false }),
  })
  if (limit === 0) return LIMIT_REACHED
  const isLong = areBounded(plan.steps.flatMap(expressionsOf), planning.functions)
  const next = async (rows: ReturnType<TopicScan['read']>) =>
    isLong ? parts.longPulls.pass(() => rows.next()) : rows.next()
  const fetcher = broker.fetcher({ readCommitted: true })
  try {
    const ends = await broker.endOffsets(topic, { readCommitted: true })
    for (const { partition, offset } of scan.open(await broker.startOffsets(topic), ends)) {
      fetcher.assign({ topic, partition, offset })
    }
    while (!scan.isDone && !signal.aborted) {
      for (const fetched of await fetcher.poll(POLL_MS)) {
        const rows = scan.read(fetched)
        for (let part = await next(rows); !part.done; part = await next(rows)) {
          if (part.value instanceof Promise) await part.value
          else await emit(part.value.map((row) => ({ row, tombstone: false })))
          if (signal.aborted) break
        }
        if (scan.isEnded(fetched.partition)) fetcher.unassign(fetched)
        if (scan.isDone) break
      }
    }
  } finally {
    await fetcher.close()
  }
  if (scan.hasReachedLimit) return LIMIT_REACHED
  return signal.aborted ? CLOSED : QUERY_COMPLETED
}
