/** SHOW CONNECTORS and SHOW CONNECTOR PLUGINS, from Kafka Connect. See docs/sql.md#connectors. Source: ksqlDB's `ListConnectorsExecutor`. */
import { type ConnectCluster, ConnectError, type ConnectorStatus } from '../../connect/connect-cluster.ts'
import type { ConnectorKind, ShowConnectorPlugins, ShowConnectors } from '../../sql/ast.ts'
import type { ConnectorListing } from '../describe/entities.ts'
import { atConnect } from './connect-failure.ts'
import { atOnce } from './handler.ts'

export const showConnectors = atOnce<ShowConnectors>(({ connectorKind }, { parts: { connect } }) =>
  atConnect('Failed to list connectors', async () => {
    const names = await connect.connectors()
    const connectors: ConnectorListing[] = []
    const warnings: string[] = []
    for (const name of names) {
      const listed = await listing(name, connect)
      if (listed instanceof ConnectError) warnings.push(`Could not describe connector ${name}: ${listed.message}`)
      const shown = listed instanceof ConnectError ? unknownConnector(name) : listed
      if (isOfKind(shown, connectorKind)) connectors.push(shown)
    }
    return { '@type': 'connector_list', connectors, warnings }
  }),
)

export const showConnectorPlugins = atOnce<ShowConnectorPlugins>((_statement, { parts }) =>
  atConnect('Failed to list connector plugins', async () => ({
    '@type': 'connector_plugins_list',
    connectorsPlugins: (await parts.connect.plugins()).map(({ class: className, type, version }) => ({
      className,
      type,
      version,
    })),
  })),
)

/** A connector may be dropped while the others are listed. */
async function listing(name: string, connect: ConnectCluster): Promise<ConnectorListing | ConnectError> {
  try {
    const { config, type } = await connect.describe(name)
    const status = await connect.status(name)
    return { name, type, className: config['connector.class'] ?? null, state: summary(status) }
  } catch (error) {
    if (error instanceof ConnectError) return error
    throw error
  }
}

const unknownConnector = (name: string): ConnectorListing => ({ name, type: 'unknown', className: null, state: null })

const isOfKind = ({ type }: ConnectorListing, kind: ConnectorKind | null): boolean =>
  kind === null || type === kind.toLowerCase()

/** `RUNNING (1/2 tasks RUNNING)`; a connector none of whose tasks runs is a WARNING. */
function summary({ connector, tasks }: ConnectorStatus): string {
  if (connector.state !== 'RUNNING') return connector.state
  const running = tasks.filter(({ state }) => state === 'RUNNING').length
  const state = tasks.length > 0 && running === 0 ? 'WARNING' : 'RUNNING'
  return `${state} (${running}/${tasks.length} tasks RUNNING)`
}
