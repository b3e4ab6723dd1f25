/** Built-in connectors as SHOW CONNECTORS and DESCRIBE CONNECTOR show them, in the shapes of Kafka Connect. */
import { optionsOf } from '../../connectors/common-options.ts'
import type { ConnectorKind as Kind } from '../../connectors/connector.ts'
import { CONNECTORS } from '../../connectors/index.ts'
import type { ConnectorSpec, ConnectorStatus as Running } from '../../connectors/run/connector-spec.ts'
import { connectorGroup } from '../../runtime/topic-names.ts'
import type { ConnectorKind } from '../../sql/ast.ts'
import type { BuiltInConnector } from '../commands/catalog.ts'
import type { BuiltInFacts, ConnectorDescription, ConnectorListing } from '../describe/entities.ts'
import type { Scope } from '../scope.ts'

const CLASS_PREFIX = 'millrace.'

const typeOf = (kind: Kind) => (kind === 'SINK' ? 'sink' : 'source')

/** All built-in connectors of the kind (null: of both), by name. */
export async function builtInListings(
  kind: ConnectorKind | null,
  { catalog, parts }: Pick<Scope, 'catalog' | 'parts'>,
): Promise<ConnectorListing[]> {
  const wanted = [...catalog.connectors.values()].filter(({ spec }) => kind === null || spec.kind === kind)
  if (wanted.length === 0) return []
  const statuses = await parts.connectors.status()
  return wanted
    .map((connector) => {
      const { spec } = connector
      const running = statuses.find(({ name }) => name === spec.name)
      return {
        name: spec.name,
        type: typeOf(spec.kind),
        className: CLASS_PREFIX + spec.connector,
        state: summary(connector, running),
      } as const
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** The classes of the built-in connectors. */
export const builtInPlugins = () =>
  CONNECTORS.map(({ kind, name }) => ({ className: CLASS_PREFIX + name, type: typeOf(kind), version: null }))

type Description = Omit<ConnectorDescription, 'statementText' | 'warnings' | 'sources'>

/** Null: there is no built-in connector of the name. */
export async function describeBuiltIn(
  name: string,
  { catalog, parts, config }: Pick<Scope, 'catalog' | 'parts' | 'config'>,
): Promise<Description | null> {
  const connector = catalog.connectors.get(name)
  if (connector === undefined) return null
  const { spec } = connector
  const running = (await parts.connectors.status()).find((status) => status.name === name)
  const worker = parts.peers?.address ?? config.get('ksql.advertised.listener') ?? 'this server'
  return {
    '@type': 'connector_description',
    connectorClass: CLASS_PREFIX + spec.connector,
    status: {
      name,
      connector: { state: stateOf(connector, running), worker_id: worker },
      tasks: (running?.tasks ?? []).map(({ id, state, trace }) => ({ id, state, worker_id: worker, trace })),
      type: typeOf(spec.kind),
    },
    topics: [spec.topic],
    builtIn: factsOf(connector, running, config.get('ksql.service.id') ?? ''),
  }
}

function factsOf({ spec, statement }: BuiltInConnector, running: Running | undefined, serviceId: string): BuiltInFacts {
  return {
    statement,
    options: shownOptions(spec),
    consumerGroup: spec.kind === 'SINK' ? connectorGroup(serviceId, spec.name) : null,
    records: running?.records ?? 0,
    recordsPerSecond: running?.recordsPerSecond ?? 0,
    refused: running?.refused ?? 0,
    retries: running?.retries ?? 0,
    lag: running?.lag ?? null,
    lastError: running?.lastError ?? null,
  }
}

/** All options in force. Secrets are references here, and an option that could be one and was left out has no value to show. */
function shownOptions({ kind, connector, options }: ConnectorSpec): Readonly<Record<string, string>> {
  const declaration = CONNECTORS.find((candidate) => candidate.kind === kind && candidate.name === connector)
  const declared = declaration === undefined ? [] : optionsOf(declaration)
  const defaults = declared.flatMap(({ name, default: value }) => (value === null ? [] : [[name, value] as const]))
  return { ...Object.fromEntries(defaults), ...options }
}

function stateOf({ isPaused }: BuiltInConnector, running: Running | undefined): string {
  if (isPaused) return 'PAUSED'
  const tasks = running?.tasks ?? []
  if (tasks.length === 0) return 'UNASSIGNED'
  return tasks.every(({ state }) => state === 'FAILED') ? 'FAILED' : 'RUNNING'
}

/** As Connect's connectors are summed up. */
function summary(connector: BuiltInConnector, running: Running | undefined): string {
  const state = stateOf(connector, running)
  if (state !== 'RUNNING') return state
  const tasks = running?.tasks ?? []
  return `RUNNING (${tasks.filter((task) => task.state === 'RUNNING').length}/${tasks.length} tasks RUNNING)`
}
