/** PAUSE CONNECTOR and RESUME CONNECTOR. See docs/connectors/README.md. */
import { StatementError } from '../../../errors.ts'
import type { PauseConnector, ResumeConnector } from '../../../sql/ast/connector-statements.ts'
import { suggestion } from '../../../suggest.ts'
import type { Scope } from '../../scope.ts'
import { command, inTurn, type Prepared } from '../handler.ts'

export const pauseConnector = inTurn<PauseConnector>((statement, scope) => control(statement, true, scope))

export const resumeConnector = inTurn<ResumeConnector>((statement, scope) => control(statement, false, scope))

function control(
  { name, location }: PauseConnector | ResumeConnector,
  isPaused: boolean,
  { catalog }: Scope,
): Prepared {
  if (!catalog.connectors.has(name)) {
    const known = [...catalog.connectors.keys()]
    throw new StatementError(
      `There is no built-in connector ${name}.${suggestion(name, known, { label: 'There are' })}`,
      {
        location,
      },
    )
  }
  return command({
    id: { type: 'connector', entity: name, action: 'execute' },
    effects: [{ kind: 'setConnectorPaused', name, isPaused }],
    message: `Connector ${name} ${isPaused ? 'paused' : 'resumed'}.`,
  })
}
