/** Push queries: plans whose sink is a subscriber. */
import { RequestError, StatementError } from '../../errors.ts'
import { planPushQuery } from '../../plan/queries/push-query.ts'
import type { ProcessingError } from '../../runtime/processing-error.ts'
import type { PushSubscriber, PushSubscription } from '../../runtime/query-runtime.ts'
import type { Query } from '../../sql/ast/query.ts'
import type { QueryStatement } from '../../sql/ast/session-statements.ts'
import { contains } from '../../sql/walk.ts'
import { formatColumn, ROWOFFSET, ROWPARTITION } from '../../types/schema.ts'
import { SharedJson } from '../../types/shared-json.ts'
import type { RowStream, StreamEnd, StreamedRow } from '../api.ts'
import { pushId, scalablePushId } from '../query-ids.ts'
import type { TopicScope } from '../scope.ts'
import { shownText } from '../statement-text.ts'
import { CLOSED, Flow, type FlowSource, LIMIT_REACHED } from './flow.ts'

/** Ten thousand subscribers have most of their plans in common, and what is made for the columns of a plan. */
const SHARED = new SharedJson()

/** Plans the query and registers it; it runs once it is subscribed to. Throws StatementError. */
export function openPush(statement: QueryStatement, scope: TopicScope): RowStream {
  const { parts, planning, session } = scope
  const { query } = statement
  checkLimit(scope)
  const { random } = parts
  const makeId = isScalable(query, scope) ? () => scalablePushId(random) : (alias: string) => pushId(alias, random)
  const { plan, columns } = SHARED.share(planPushQuery(query, makeId, planning))
  const overrides = Object.fromEntries(session.overrides)
  const recordErrors = { count: 0, last: '' }
  const source: FlowSource<StreamedRow> = ({ emit, signal }) => {
    const { promise, resolve, reject } = Promise.withResolvers<StreamEnd>()
    const subscriber: PushSubscriber = {
      onRows: emit,
      onEnd: (end) => resolve(streamEnd(end)),
      onProcessingError(error) {
        recordErrors.count++
        recordErrors.last = placedError(error)
      },
    }
    parts.runtime
      .subscribe({ plan, config: overrides }, subscriber)
      .then((subscription) => closeOnAbort(subscription, signal, () => resolve(CLOSED)), reject)
    return promise
  }
  const { queryId } = plan
  const flow = new Flow(queryId, source, () => parts.transient.remove(queryId))
  parts.transient.add({ queryId, statement: shownText(statement), plan, overrides, close: () => flow.close() })
  return {
    kind: 'push',
    queryId,
    columns,
    schemaText: columns.map(formatColumn).join(', '),
    keyColumns: [],
    recordErrors,
    subscribe: (subscriber) => flow.subscribe(subscriber),
    close: () => flow.close(),
  }
}

/** `logs, partition 0, offset 5: no JSON` */
function placedError({ message, position }: ProcessingError): string {
  if (position === null) return message
  const { topic, partition, offset } = position
  return `${topic}, partition ${partition}, offset ${offset}: ${message}`
}

function checkLimit({ parts, config }: TopicScope): void {
  const limit = config.number('ksql.max.push.queries')
  if (parts.transient.count < limit) return
  throw new StatementError(
    `Maximum number of push queries exceeded: ${limit} run now. End one of them, or raise 'ksql.max.push.queries'.`,
    { code: 'TOO_MANY_PUSH_QUERIES' },
  )
}

function closeOnAbort(subscription: PushSubscription, signal: AbortSignal, done: () => void): void {
  const close = () => subscription.close().then(done, done)
  if (signal.aborted) close()
  else signal.addEventListener('abort', close, { once: true })
}

const OVERRUN =
  "The client reads more slowly than others of the same query, and more rows wait for it than 'ksql.query.push.max.buffered.rows' allows."

function streamEnd(end: {
  readonly reason: 'limit' | 'closed' | 'error' | 'overrun'
  readonly error?: Error
}): StreamEnd {
  switch (end.reason) {
    case 'limit':
      return LIMIT_REACHED
    case 'closed':
      return CLOSED
    case 'overrun':
      return {
        reason: 'error',
        error: end.error ?? new RequestError('RATE_LIMITED', OVERRUN),
      }
    case 'error':
      return { reason: 'error', error: end.error ?? new Error('The query has failed.') }
  }
}

/** Whether ksqlDB would run the query as a scalable push query, on the output of the query that writes the source. Here both run alike, but
 * clients see the difference in the id. */
function isScalable(query: Query, { config, catalog }: TopicScope): boolean {
  if (config.get('ksql.query.push.v2.enabled') !== 'true' || config.get('auto.offset.reset') !== 'latest') return false
  const { from, emit } = query
  if (from.kind !== 'source' || emit !== 'CHANGES') return false
  if (query.groupBy !== null || query.window !== null || query.having !== null || query.partitionBy !== null)
    return false
  const writers = [...catalog.metastore.queries.values()].filter(({ writes }) => writes === from.name)
  return writers.length === 1 && !readsRecordPosition(query)
}

function readsRecordPosition({ items, where }: Query): boolean {
  const expressions = items.flatMap((item) => (item.kind === 'singleColumn' ? [item.expression] : []))
  return [...expressions, ...(where === null ? [] : [where])].some((expression) =>
    contains(
      expression,
      (node) => node.kind === 'columnReference' && (node.name === ROWPARTITION || node.name === ROWOFFSET),
    ),
  )
}
