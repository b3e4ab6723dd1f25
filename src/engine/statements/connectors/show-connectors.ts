/** SHOW CONNECTORS and SHOW CONNECTOR PLUGINS: what is built in, and what Kafka Connect has. See docs/sql.md#connectors. Source: ksqlDB's `ListConnectorsExecutor`. */
import { type ConnectCluster, ConnectError, type ConnectorStatus } from '../../../connect/connect-cluster.ts'
import type { ConnectorKind, ShowConnectorPlugins, ShowConnectors } from '../../../sql/ast/connector-statements.ts'
import { builtInListings, builtInPlugins } from '../../connectors/describe-built-in.ts'
import type { ConnectorListing } from '../../describe/entities.ts'
import type { Scope } from '../../scope.ts'
import { atOnce } from '../handler.ts'

export const showConnectors = atOnce<ShowConnectors>(async ({ connectorKind }, scope) => {
  const builtIn = await builtInListings(connectorKind, scope)
  const { listed, warnings } = await fromConnect('connectors', scope, () => listConnectors(connectorKind, scope))
  return {
    '@type': 'connector_list',
    connectors: [...builtIn.connectors, ...(listed?.connectors ?? [])],
    warnings: [...builtIn.warnings, ...warnings, ...(listed?.warnings ?? [])],
  }
})

export const showConnectorPlugins = atOnce<ShowConnectorPlugins>(async (_statement, scope) => {
  const { listed, warnings } = await fromConnect('plugins', scope, () => listPlugins(scope))
  return { '@type': 'connector_plugins_list', connectorsPlugins: [...builtInPlugins(), ...(listed ?? [])], warnings }
})

interface FromConnect<Listed> {
  /** Null: Connect does not answer. */
  readonly listed: Listed | null
  readonly warnings: readonly string[]
}

/** What is built in is listed without Connect, too. That Connect is missing is no warning where no setting names it and none answers at the default address. */
async function fromConnect<Listed>(
  what: string,
  { config }: Scope,
  work: () => Promise<Listed>,
): Promise<FromConnect<Listed>> {
  try {
    return { listed: await work(), warnings: [] }
  } catch (error) {
    if (!(error instanceof ConnectError)) throw error
    const isMissed = error.status !== 0 || config.server.has('ksql.connect.url')
    const warning = `The ${what} of Kafka Connect are missing: ${error.message}`
    return { listed: null, warnings: isMissed ? [warning] : [] }
  }
}

async function listConnectors(connectorKind: ConnectorKind | null, { parts: { connect } }: Scope) {
  const names = await connect.connectors()
  const connectors: ConnectorListing[] = []
  const warnings: string[] = []
  for (const name of names) {
    const listed = await listing(name, connect)
    if (listed instanceof ConnectError) warnings.push(`Could not describe connector ${name}: ${listed.message}`)
    const shown = listed instanceof ConnectError ? unknownConnector(name) : listed
    if (isOfKind(shown, connectorKind)) connectors.push(shown)
  }
  return { connectors, warnings }
}

async function listPlugins({ parts: { connect } }: Scope) {
  const plugins = await connect.plugins()
  return plugins.map(({ class: className, type, version }) => ({ className, type, version }))
}

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
