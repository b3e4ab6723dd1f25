/** INSERT INTO ... SELECT. See docs/sql.md#create--as-select. */
import { readWithProperties } from '../../analysis/with-properties.ts'
import { planInsertInto } from '../../plan/queries/persistent-query.ts'
import type { InsertInto } from '../../sql/ast/definitions.ts'
import { quoteName } from '../../types/sql-type.ts'
import { chosenId, insertId } from '../query-ids.ts'
import type { TopicScope } from '../scope.ts'
import { command, inTurnOverTopics } from './handler.ts'
import { checkQueryLimit } from './query-limit.ts'
import { skippedRecords } from './skipped-records.ts'

export const insertInto = inTurnOverTopics<InsertInto>((statement, scope) => {
  checkQueryLimit(scope)
  const queryId = queryIdOf(statement, scope)
  const { plan, registrations } = planInsertInto(statement, queryId, scope.planning)
  const draft = {
    id: { type: 'stream', entity: quoteName(statement.target), action: 'create' },
    effects: [
      {
        kind: 'startQuery',
        link: { queryId, kind: 'INSERT', reads: plan.sources, writes: statement.target },
        plan,
        statement: statement.text,
      },
    ],
    message: `Created query with ID ${queryId}`,
    queryId,
    registrations,
  } as const
  return command(draft, () => skippedRecords(plan.sources, scope))
})

function queryIdOf({ properties }: InsertInto, { sequence, catalog }: TopicScope): string {
  const { queryId } = readWithProperties(properties, 'insertInto')
  return queryId === null ? insertId(sequence) : chosenId(queryId, (taken) => catalog.queries.has(taken))
}
