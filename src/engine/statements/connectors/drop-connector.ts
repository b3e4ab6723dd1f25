/** DROP CONNECTOR: of a built-in connector, or else at Kafka Connect. Its topics stay. See docs/sql.md#connectors. */
import { ConnectError } from '../../../connect/connect-cluster.ts'
import type { DropConnector } from '../../../sql/ast/connector-statements.ts'
import { dropBuiltIn } from '../../connectors/drop-built-in.ts'
import { atOnce, command, type Handler } from '../handler.ts'
import { atConnect } from './connect-failure.ts'

export const dropConnector: Handler<DropConnector> = {
  inTurn: true,
  readsTopics: false,
  prepare(statement, scope) {
    const draft = dropBuiltIn(statement, scope)
    return draft === null ? dropAtConnect.prepare(statement, scope) : command(draft)
  },
}

const dropAtConnect = atOnce<DropConnector>(({ name, ifExists }, { parts }) =>
  atConnect('Failed to drop connector', async () => {
    try {
      await parts.connect.drop(name)
    } catch (error) {
      const isMissing = error instanceof ConnectError && error.status === 404
      if (!isMissing || !ifExists) throw error
      return { '@type': 'warning_entity', message: `Connector '${name}' does not exist.` }
    }
    return { '@type': 'drop_connector', connectorName: name }
  }),
)
