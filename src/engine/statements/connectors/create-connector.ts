/** CREATE SOURCE|SINK CONNECTOR at Kafka Connect. See docs/sql.md#connectors. Source: ksqlDB's `ConnectExecutor`. */
import { type ConnectCluster, ConnectError, type ConnectorInfo } from '../../../connect/connect-cluster.ts'
import { RequestError, StatementError } from '../../../errors.ts'
import type { CreateConnector } from '../../../sql/ast/connector-statements.ts'
import { literalText } from '../../../sql/format.ts'
import { HIDDEN } from '../../config/check-setting.ts'
import { isSecret } from '../../config/config.ts'
import { foreignClass } from '../../foreign/translate.ts'
import { checkedRemotely } from '../handler.ts'
import { atConnect } from './connect-failure.ts'

const CLASS = 'connector.class'
/** Connect's words for a class that no plugin has, without the list of all plugins that follows them. */
const UNKNOWN_CLASS = /^Failed to find any class that implements Connector and which name matches [^,\s]+/

/** Connect checks the options while the statement is prepared, so that a bad one rejects its request as a whole. */
export const createConnector = checkedRemotely<CreateConnector>(async (statement, { parts }) => {
  const config = configOf(statement)
  await checkConfig(statement, config, parts.connect)
  return () => createAtConnect(statement, config, parts.connect)
})

type ConnectorConfig = Readonly<Record<string, string>>

/** Names as they were given, values as texts. */
function configOf({ name, properties }: CreateConnector): ConnectorConfig {
  const given = properties.map((property): [string, string] => [property.name, literalText(property.value)])
  return { ...Object.fromEntries(given), name }
}

async function checkConfig(
  { location, connectorKind }: CreateConnector,
  config: ConnectorConfig,
  connect: ConnectCluster,
) {
  const connectorClass = config[CLASS]?.trim() ?? ''
  if (connectorClass === '') {
    throw new StatementError(
      `Validation error: the connector has no class. Add "${CLASS}"='...' to WITH; SHOW CONNECTOR PLUGINS lists the classes.`,
      { location },
    )
  }
  const wrong = await atConnect('Validation error', async () => {
    try {
      return await connect.validate(connectorClass, config)
    } catch (error) {
      if (!(error instanceof ConnectError) || !UNKNOWN_CLASS.test(error.message)) throw error
      const reason = UNKNOWN_CLASS.exec(error.message)![0]
      const advice = `SHOW CONNECTOR PLUGINS lists the classes that there are.${builtInAdvice(connectorClass, connectorKind)}`
      throw new StatementError(`Validation error: ${reason}. ${advice}`, { location, cause: error })
    }
  })
  if (wrong.length === 0) return
  const lines = wrong.map(({ option, errors }) => `${option} - ${errors.join('. ')}`)
  throw new StatementError(`Validation error: ${lines.join('\n')}`, { location })
}

/** Where Millrace has what the Connect cluster lacks. */
function builtInAdvice(className: string, kind: CreateConnector['connectorKind']): string {
  const foreign = foreignClass(className, kind)
  if (foreign === undefined) return ''
  return ` Millrace has the ${kind.toLowerCase()} millrace.${foreign.connector}, with options of its own.`
}

async function createAtConnect(
  { name, ifNotExists }: CreateConnector,
  config: ConnectorConfig,
  connect: ConnectCluster,
) {
  const existing = await atConnect('Failed to check for existing connector', () => connect.connectors())
  if (existing.some((other) => other.toLowerCase() === name.toLowerCase())) {
    const message = `Connector ${name} already exists`
    if (ifNotExists) return { '@type': 'warning_entity', message } as const
    throw new RequestError('CONFLICT', message)
  }
  const info = await atConnect('Failed to create connector', () => connect.create(name, config))
  return { '@type': 'connector_info', info: withoutSecrets(info) } as const
}

const withoutSecrets = (info: ConnectorInfo): ConnectorInfo => ({
  ...info,
  config: Object.fromEntries(
    Object.entries(info.config).map(([name, value]) => [name, isSecret(name) ? HIDDEN : value]),
  ),
})
