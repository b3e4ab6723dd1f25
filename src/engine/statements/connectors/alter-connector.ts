/** ALTER SINK, ALTER SOURCE, ALTER CONNECTOR: options of a built-in connector while it runs. See docs/connectors/README.md#alter. */
import { StatementError } from '../../../errors.ts'
import type { AlterConnector } from '../../../sql/ast/connector-statements.ts'
import { suggestion } from '../../../suggest.ts'
import { planAlteration } from '../../connectors/plan-alteration.ts'
import { kindName } from '../../connectors/plan-connector.ts'
import type { Scope } from '../../scope.ts'
import { command, inTurn } from '../handler.ts'

export const alterConnector = inTurn<AlterConnector>((statement, scope) => {
  const { spec } = alteredConnector(statement, scope)
  const { name } = spec
  const { options, statement: creating, topics } = planAlteration(statement, spec, scope.catalog)
  return command({
    id: { type: 'connector', entity: name, action: 'alter' },
    effects: [{ kind: 'alterConnector', name, options, statement: creating }],
    message: `${kindName(spec.kind)} ${name} altered`,
    topics,
  })
})

function alteredConnector({ name, connectorKind, location }: AlterConnector, { catalog: { connectors } }: Scope) {
  const found = connectors.get(name)
  if (found === undefined) {
    const known = suggestion(name, [...connectors.keys()], { label: 'There are' })
    throw new StatementError(`There is no built-in connector ${name}.${known}`, { location })
  }
  const { kind } = found.spec
  if (connectorKind === null || connectorKind === kind) return found
  throw new StatementError(`${name} is a ${kind.toLowerCase()}: write ALTER ${kind} ${name}.`, { location })
}
