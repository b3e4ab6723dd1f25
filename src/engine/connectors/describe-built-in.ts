/** Built-in connectors as SHOW CONNECTORS and DESCRIBE CONNECTOR show them, in the shapes of Kafka Connect. */
import { optionsOf } from '../../connectors/common-options.ts'
import type { ConnectorKind as Kind } from '../../connectors/connector.ts'
import { CONNECTORS } from '../../connectors/index.ts'
import type { ConnectorSpec } from '../../connectors/run/connector-spec.ts'
import { connectorGroup } from '../../runtime/topic-names.ts'
import type { ConnectorKind } from '../../sql/ast/connector-statements.ts'
import type { BuiltInConnector } from '../commands/catalog.ts'
import type { BuiltInFacts, ConnectorDescription, ConnectorListing } from '../describe/entities.ts'
import type { Scope } from '../scope.ts'
import { type WholeStatus, wholeStatuses, workerId } from './connector-status.ts'

const CLASS_PREFIX = 'millrace.'

const typeOf = (kind: Kind) => (kind === 'SINK' ? 'sink' : 'source')

export interface BuiltInListings {
  readonly connectors: readonly ConnectorListing[]
  readonly warnings: readonly string[]
}

/** All built-in connectors of the kind (null: of both), by name. */
export async function builtInListings(kind: ConnectorKind | null, scope: Scope): Promise<BuiltInListings> {
  const wanted = [...scope.catalog.connectors.values()]
    .filter(({ spec }) => kind === null || spec.kind === kind)
    .sort((a, b) => (a.spec.name < b.spec.name ? -1 : 1))
  const statuses = await wholeStatuses(
    wanted.map(({ spec }) => spec.name),
    scope,
  )
  const connectors = wanted.map((connector): ConnectorListing => {
    const { name, kind: type, connector: declared } = connector.spec
    const state = summary(connector, statuses.of(name))
    return { name, type: typeOf(type), className: CLASS_PREFIX + declared, state }
  })
  return { connectors, warnings: statuses.warnings }
}

/** The classes of the built-in connectors. */
export const builtInPlugins = () =>
  CONNECTORS.map(({ kind, name }) => ({ className: CLASS_PREFIX + name, type: typeOf(kind), version: null }))

type Description = Omit<ConnectorDescription, 'statementText' | 'warnings' | 'sources'> & {
  readonly warnings: readonly string[]
}

/** Null: there is no built-in connector of the name. */
export async function describeBuiltIn(name: string, scope: Scope): Promise<Description | null> {
  const connector = scope.catalog.connectors.get(name)
  if (connector === undefined) return null
  const { spec } = connector
  const statuses = await wholeStatuses([name], scope)
  const status = statuses.of(name)
  return {
    '@type': 'connector_description',
    connectorClass: CLASS_PREFIX + spec.connector,
    status: {
      name,
      connector: { state: stateOf(connector, status), worker_id: workerId(scope) },
      tasks: status.tasks,
      type: typeOf(spec.kind),
    },
    topics: [spec.topic],
    builtIn: factsOf(connector, status, scope.config.get('ksql.service.id') ?? ''),
    warnings: statuses.warnings,
  }
}

function factsOf(
  { spec, statement }: BuiltInConnector,
  { tasks: _, ...counts }: WholeStatus,
  serviceId: string,
): BuiltInFacts {
  return {
    statement,
    options: shownOptions(spec),
    consumerGroup: spec.kind === 'SINK' ? connectorGroup(serviceId, spec.name) : null,
    ...counts,
  }
}

/** All options in force. Secrets are references here, and an option that could be one and was left out has no value to show. */
function shownOptions({ kind, connector, options }: ConnectorSpec): Readonly<Record<string, string>> {
  const declaration = CONNECTORS.find((candidate) => candidate.kind === kind && candidate.name === connector)
  const declared = declaration === undefined ? [] : optionsOf(declaration)
  const defaults = declared.flatMap(({ name, default: value }) => (value === null ? [] : [[name, value] as const]))
  return { ...Object.fromEntries(defaults), ...options }
}

function stateOf({ isPaused }: BuiltInConnector, { tasks }: WholeStatus): string {
  if (isPaused) return 'PAUSED'
  if (tasks.length === 0) return 'UNASSIGNED'
  return tasks.every(({ state }) => state === 'FAILED') ? 'FAILED' : 'RUNNING'
}

/** As Connect's connectors are summed up. */
function summary(connector: BuiltInConnector, status: WholeStatus): string {
  const state = stateOf(connector, status)
  if (state !== 'RUNNING') return state
  const running = status.tasks.filter((task) => task.state === 'RUNNING').length
  return `RUNNING (${running}/${status.tasks.length} tasks RUNNING)`
}
