/** EXPLAIN of a query or a statement, and EXPLAIN ANALYZE of a query, which ksqlDB does not have. */
import { withoutOrder } from '../../../analysis/pull-order.ts'
import { StatementError } from '../../../errors.ts'
import type { Metastore } from '../../../metastore/metastore.ts'
import type { PhysicalPlan } from '../../../plan/physical-plan.ts'
import { planInsertInto, sinkSchemaRequests } from '../../../plan/queries/persistent-query.ts'
import { planPushQuery } from '../../../plan/queries/push-query.ts'
import type { CreateAs } from '../../../sql/ast/definitions.ts'
import type { Explain, Statement } from '../../../sql/ast/statement.ts'
import { didYouMean } from '../../../suggest.ts'
import { type PeerStates, peerStates } from '../../cluster/peer-states.ts'
import { describePersistent, describeTransient, describeUnstarted } from '../../describe/describe-query.ts'
import type { QueryDescription } from '../../describe/entities.ts'
import { accessPaths, analyzedPaths } from '../../queries/access-paths.ts'
import { insertId } from '../../query-ids.ts'
import { createAsOf } from '../../replace/alter-query.ts'
import { withChange } from '../../replace/explain-change.ts'
import { planChange } from '../../replace/plan-create-as.ts'
import type { Scope, TopicScope } from '../../scope.ts'
import { checkedOverTopics } from '../handler.ts'
import { findQuery } from '../query-control.ts'

export const explain = checkedOverTopics<Explain>(async ({ queryId, statement, analyze }, scope) => {
  const local = queryId === null ? await explainStatement(statement!, scope) : explainRunning(queryId, scope, [])
  const analyzedQuery = analyze && statement?.kind === 'query' ? statement.query : null
  if (analyzedQuery !== null) {
    return async () => ({
      '@type': 'queryDescription',
      queryDescription: { ...local, access: await analyzedPaths(analyzedQuery, scope) },
    })
  }
  return async () => {
    const peers = queryId === null ? [] : await peerStates(scope.parts.peers, scope.session.caller)
    const description = peers.length === 0 ? local : explainRunning(queryId!, scope, peers)
    return { '@type': 'queryDescription', queryDescription: analyze ? analyzed(description, scope) : description }
  }
})

/** The description with the counts of the query's steps since they were started. */
function analyzed(description: QueryDescription, { parts }: Scope): QueryDescription {
  const { steps = [], functions = [] } = parts.runtime.status(description.id) ?? {}
  return { ...description, operators: steps, ...(functions.length > 0 && { functions }) }
}

function explainRunning(queryId: string, { catalog, parts }: Scope, peers: readonly PeerStates[]): QueryDescription {
  const persistent = findQuery(queryId, catalog.queries)
  if (persistent !== undefined) return describePersistent(persistent, catalog.metastore, parts, peers)
  const transient = parts.transient.find(queryId)
  if (transient !== undefined) return describeTransient(transient, parts)
  throw new StatementError(
    `Query with id:${queryId} does not exist, use SHOW QUERIES to view the full set of queries.${didYouMean(queryId, catalog.queries.keys())}`,
  )
}

async function explainStatement(
  statement: Statement,
  scope: TopicScope,
  text = `${statement.text};`,
): Promise<QueryDescription> {
  const { planning, sequence, parts, schemas } = scope
  const describe = (queryId: string, plan: PhysicalPlan, queryType: QueryDescription['queryType']) =>
    describeUnstarted({ queryId, statement: text, plan, queryType }, parts.config)
  switch (statement.kind) {
    case 'alterQuery':
      return explainStatement(createAsOf(statement, scope.catalog.metastore), scope, text)
    case 'createAs': {
      const fetched = await schemas.fetch(sinkSchemaRequests(statement, planning))
      const claim = explainedClaim(statement, planning.metastore)
      const change = planChange(statement, claim, fetched, scope)
      return withChange(describe(change.planned.plan.queryId, change.planned.plan, 'PERSISTENT'), change, scope)
    }
    case 'insertInto': {
      const id = insertId(sequence)
      return describe(id, planInsertInto(statement, id, planning).plan, 'PERSISTENT')
    }
    case 'query': {
      const isPull = statement.query.emit === null
      const query = isPull ? withoutOrder(statement.query) : statement.query
      const { plan } = planPushQuery(query, (alias) => `transient_${alias}`, planning)
      if (!isPull) return describe(plan.queryId, plan, 'PUSH')
      const access = accessPaths(statement.query, scope)
      return { ...describe(plan.queryId, plan, 'PULL'), ...(access.length > 0 && { access }) }
    }
    default:
      throw new StatementError(
        'The provided statement does not run a ksql query. EXPLAIN takes a SELECT, CREATE ... AS SELECT or INSERT INTO ... SELECT.',
      )
  }
}

/** EXPLAIN takes a statement for a name that is taken, as that of the stream or table that it explains. */
function explainedClaim({ name, orReplace }: CreateAs, { sources }: Metastore): Parameters<typeof planChange>[1] {
  const existing = sources.get(name)
  return existing === undefined || !orReplace ? { kind: 'new' } : { kind: 'replace', existing }
}
