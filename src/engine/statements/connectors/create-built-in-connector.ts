/** CREATE SINK and CREATE SOURCE: connectors that this server runs itself. See docs/connectors/README.md. */
import { StatementError } from '../../../errors.ts'
import type { CreateBuiltInConnector } from '../../../sql/ast.ts'
import { kindName, planConnector } from '../../connectors/plan-connector.ts'
import { shownText } from '../../statement-text.ts'
import { answer, command, inTurnOverTopics } from '../handler.ts'

export const createBuiltInConnector = inTurnOverTopics<CreateBuiltInConnector>((statement, scope) => {
  const { name, ifNotExists, location } = statement
  if (scope.catalog.connectors.has(name)) {
    const message = `Connector ${name} already exists`
    if (ifNotExists) return answer({ '@type': 'warning_entity', message })
    throw new StatementError(`${message}. Drop it first, or choose another name.`, { location })
  }
  const { spec, topics } = planConnector(statement, scope)
  return command({
    id: { type: 'connector', entity: name, action: 'create' },
    effects: [{ kind: 'putConnector', spec, statement: shownText(statement) }],
    message: `${kindName(spec.kind)} ${name} created`,
    topics,
  })
})
