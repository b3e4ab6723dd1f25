/** EXPLAIN of a query or a statement, and EXPLAIN ANALYZE of a query, which ksqlDB does not have. */
import { StatementError } from '../../../errors.ts'
import type { PhysicalPlan } from '../../../plan/physical-plan.ts'
import { planCreateAs, planInsertInto, sinkSchemaRequests } from '../../../plan/queries/persistent-query.ts'
import { planPushQuery } from '../../../plan/queries/push-query.ts'
import type { Explain, Statement } from '../../../sql/ast.ts'
import { didYouMean } from '../../../suggest.ts'
import { type PeerStates, peerStates } from '../../cluster/peer-states.ts'
import { describePersistent, describeTransient, describeUnstarted } from '../../describe/describe-query.ts'
import type { QueryDescription } from '../../describe/entities.ts'
import { createAsId, insertId } from '../../query-ids.ts'
import type { Scope, TopicScope } from '../../scope.ts'
import { checkedOverTopics } from '../handler.ts'
import { findQuery } from '../query-control.ts'

export const explain = checkedOverTopics<Explain>(async ({ queryId, statement, analyze }, scope) => {
  const local = queryId === null ? await explainStatement(statement!, scope) : explainRunning(queryId, scope, [])
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
  { planning, sequence, parts, schemas }: TopicScope,
): Promise<QueryDescription> {
  const text = `${statement.text};`
  const describe = (queryId: string, plan: PhysicalPlan, queryType: QueryDescription['queryType']) =>
    describeUnstarted({ queryId, statement: text, plan, queryType }, parts.config)
  switch (statement.kind) {
    case 'createAs': {
      const id = createAsId(statement.sourceKind, statement.name, sequence)
      const fetched = await schemas.fetch(sinkSchemaRequests(statement, planning))
      return describe(id, planCreateAs(statement, id, planning, fetched).plan, 'PERSISTENT')
    }
    case 'insertInto': {
      const id = insertId(sequence)
      return describe(id, planInsertInto(statement, id, planning).plan, 'PERSISTENT')
    }
    case 'query': {
      const { plan } = planPushQuery(statement.query, (alias) => `transient_${alias}`, planning)
      return describe(plan.queryId, plan, statement.query.emit === null ? 'PULL' : 'PUSH')
    }
    default:
      throw new StatementError(
        'The provided statement does not run a ksql query. EXPLAIN takes a SELECT, CREATE ... AS SELECT or INSERT INTO ... SELECT.',
      )
  }
}
