/** CREATE SINK and CREATE SOURCE: connectors that this server runs itself. See docs/connectors/README.md. */
import type { ConnectorSpec } from '../../../connectors/run/connector-spec.ts'
import { StatementError } from '../../../errors.ts'
import type { ConnectorKind, CreateBuiltInConnector } from '../../../sql/ast/connector-statements.ts'
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
  checkTranslation(statement)
  const { spec, topics } = planConnector(statement, scope)
  checkSource(statement, spec)
  return command(
    {
      id: { type: 'connector', entity: name, action: 'create' },
      effects: [{ kind: 'putConnector', spec, statement: shownText(statement) }],
      message: `${kindName(spec.kind)} ${name} created`,
      topics,
    },
    async () => notesOf(statement),
  )
})

/** Throws StatementError with each setting of Kafka Connect that cannot be honoured. */
function checkTranslation({ translated, connectorKind, properties, location }: CreateBuiltInConnector): void {
  if (translated === undefined || translated.refused.length === 0) return
  const settings = translated.refused.map(({ name, text }) => `\n- ${name}: ${text}`)
  throw new StatementError(
    `${runsAs(translated.className, connectorKind, properties)}, which cannot honour these settings:${settings.join('')}\n` +
      'Leave them out, or set ksql.connect.url to run the connector in a Kafka Connect cluster.',
    { location },
  )
}

/** Throws StatementError if a setting is about streams and the sink reads a table, or the other way round. */
function checkSource({ translated, location }: CreateBuiltInConnector, { source }: ConnectorSpec): void {
  const wrong = translated?.needs.find(({ kind }) => source !== null && source.kind !== kind)
  if (wrong === undefined) return
  throw new StatementError(
    `${wrong.name} can be honoured for a ${wrong.kind.toLowerCase()} only, and ${source!.name} is a ${source!.kind.toLowerCase()}.`,
    { location },
  )
}

function notesOf({ translated, connectorKind, properties }: CreateBuiltInConnector): string[] {
  if (translated === undefined) return []
  const { className, notes } = translated
  return [`${runsAs(className, connectorKind, properties)}.`, ...notes.map(({ name, text }) => `${name}: ${text}.`)]
}

function runsAs(className: string, kind: ConnectorKind, properties: CreateBuiltInConnector['properties']): string {
  const connector = properties.find(({ name }) => name === 'connector')?.value
  const name = connector?.kind === 'stringLiteral' ? connector.value : ''
  return `${className} runs here as the built-in ${kind.toLowerCase()} ${name}`
}
