/** Queries as SHOW QUERIES and EXPLAIN describe them. Source: ksqlDB's `QueryDescription` and `RunningQuery`. */
import type { Clock } from '../../clock.ts'
import { signatureText } from '../../functions/javascript/signature.ts'
import type { Metastore } from '../../metastore/metastore.ts'
import { describePlan } from '../../plan/describe.ts'
import { describeTopology } from '../../plan/describe-topology.ts'
import type { PhysicalPlan } from '../../plan/physical-plan.ts'
import { growingState } from '../../plan/state-growth.ts'
import { stepSchemas } from '../../plan/topology.ts'
import type { QueryFailure, QueryRuntime, QueryState } from '../../runtime/query-runtime.ts'
import { applicationId } from '../../runtime/topic-names.ts'
import type { Column } from '../../types/schema.ts'
import { hostIn, type PeerStates } from '../cluster/peer-states.ts'
import type { Peers } from '../cluster/peers.ts'
import type { PersistentQuery } from '../commands/catalog.ts'
import type { BuildProgress, Replacement } from '../commands/replacement.ts'
import type { Config } from '../config/config.ts'
import type { TransientQuery } from '../transient-queries.ts'
import type { QueryDescription, QueryErrorInfo, RunningQuery } from './entities.ts'
import { fieldInfo, fieldsOf } from './schema-info.ts'

/** What the state of a query is read from. */
export interface StatusParts {
  readonly runtime: Pick<QueryRuntime, 'status'>
  readonly clock: Clock
  /** The server's own configuration. */
  readonly config: Config
  /** Null: this server is alone. */
  readonly peers: Pick<Peers, 'address'> | null
  /** Why a query could not be started here; undefined if it could. */
  readonly startFailure: (queryId: string) => string | undefined
}

interface ObservedQuery {
  readonly state: QueryState
  readonly failures: readonly QueryFailure[]
}

function observe(queryId: string, isPaused: boolean, { runtime, startFailure, clock }: StatusParts): ObservedQuery {
  const failure = startFailure(queryId)
  if (failure !== undefined) {
    return { state: 'ERROR', failures: [{ time: clock.now(), type: 'UNKNOWN', message: failure }] }
  }
  const status = runtime.status(queryId)
  if (status === undefined) return { state: isPaused ? 'PAUSED' : 'CREATED', failures: [] }
  const standing = [status.waitsFor, status.unread?.message ?? null]
  const waiting = standing.flatMap((message): QueryFailure[] =>
    message === null ? [] : [{ time: clock.now(), type: 'SYSTEM', message }],
  )
  return {
    state: isPaused && status.state !== 'ERROR' ? 'PAUSED' : status.state,
    failures: [...status.failures, ...waiting],
  }
}

/** A persistent query as SHOW QUERIES lists it. `peers`: its states on other servers. */
export function persistentListing(
  { link, statement, isPaused }: PersistentQuery,
  metastore: Metastore,
  parts: StatusParts,
  peers: readonly PeerStates[] = [],
): RunningQuery {
  const { state } = observe(link.queryId, isPaused, parts)
  const statusCount = countStates([statusWord(state), ...peers.flatMap(({ stateOf }) => stateOf(link.queryId) ?? [])])
  const topic = link.writes === null ? undefined : metastore.sources.get(link.writes)?.topic
  return {
    queryString: `${statement};`,
    sinks: link.writes === null ? [] : [link.writes],
    sinkKafkaTopics: topic === undefined ? [] : [topic],
    id: link.queryId,
    statusCount,
    queryType: 'PERSISTENT',
    state: overallState(statusCount),
  }
}

/** A version that is built beside the running query, as SHOW QUERIES lists it; none for a former one. */
export function versionListing(
  sink: string,
  { phase, version }: Replacement,
  progress: BuildProgress | null,
): RunningQuery[] {
  if (phase === 'kept') return []
  const state = progress !== null && progress.problem !== null ? 'ERROR' : 'RUNNING'
  return [
    {
      queryString: `${version.statement};`,
      sinks: [sink],
      sinkKafkaTopics: [version.source.topic],
      id: version.link.queryId,
      statusCount: { [state]: 1 },
      queryType: 'PERSISTENT',
      state,
      replacement: {
        phase: phase === 'building' && progress?.isReady === true ? 'ready' : phase,
        recordsLeft: progress?.recordsLeft ?? 0,
        problem: progress?.problem ?? null,
      },
    },
  ]
}

function countStates(states: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const state of states) counts[state] = (counts[state] ?? 0) + 1
  return counts
}

/** The state of a query on several servers: the worst of its states. */
const overallState = (counts: Readonly<Record<string, number>>): string =>
  ['ERROR', 'UNRESPONSIVE', 'RUNNING', 'PAUSED'].find((state) => counts[state] !== undefined) ?? 'UNRESPONSIVE'

/** A push query as SHOW QUERIES lists it. */
export const transientListing = ({ queryId, statement }: TransientQuery, { runtime }: StatusParts): RunningQuery => {
  const state = statusWord(runtime.status(queryId)?.state ?? 'RUNNING')
  return {
    queryString: statement,
    sinks: [],
    sinkKafkaTopics: [],
    id: queryId,
    statusCount: { [state]: 1 },
    queryType: 'PUSH',
    state,
  }
}

/** The word by which clients know a state. */
function statusWord(state: QueryState): string {
  switch (state) {
    case 'CREATED':
    case 'REBALANCING':
    case 'RUNNING':
      return 'RUNNING'
    case 'PAUSED':
      return 'PAUSED'
    case 'ERROR':
      return 'ERROR'
    case 'PENDING_SHUTDOWN':
    case 'NOT_RUNNING':
      return 'UNRESPONSIVE'
  }
}

/** Consumer group of a persistent query. */
export const groupIdOf = (queryId: string, config: Config): string => groupId(queryId, config, false)

const groupId = (queryId: string, config: Config, transient: boolean): string =>
  applicationId({ serviceId: config.get('ksql.service.id') ?? '', queryId, transient })

/** A persistent query as EXPLAIN describes it. `peers`: its states on other servers. */
export function describePersistent(
  query: PersistentQuery,
  metastore: Metastore,
  parts: StatusParts,
  peers: readonly PeerStates[] = [],
): QueryDescription {
  const { link, plan, statement, overrides, isPaused } = query
  const { state, failures } = observe(link.queryId, isPaused, parts)
  const hosts: Record<string, string> = { [hostOf(parts)]: statusWord(state) }
  for (const { host, stateOf } of peers) {
    const other = stateOf(link.queryId)
    if (other !== undefined) hosts[host] = other
  }
  const source = metastore.sources.get(link.writes ?? link.reads[0] ?? '')
  return {
    ...describeSteps(plan),
    id: link.queryId,
    statementText: `${statement};`,
    windowType: source?.window?.type ?? null,
    fields: source === undefined ? [] : fieldsOf(source.schema),
    sources: link.reads,
    sinks: link.writes === null ? [] : [link.writes],
    overriddenProperties: overrides,
    ksqlHostQueryStatus: hosts,
    queryType: 'PERSISTENT',
    queryErrors: failures.map(errorInfo),
    tasksMetadata: [],
    consumerGroupId: groupIdOf(link.queryId, parts.config),
    state: overallState(countStates(Object.values(hosts))),
  }
}

/** A push query as EXPLAIN describes it. */
export function describeTransient(
  { queryId, statement, plan, overrides }: TransientQuery,
  parts: StatusParts,
): QueryDescription {
  const state = statusWord(parts.runtime.status(queryId)?.state ?? 'RUNNING')
  return {
    ...describeUnstarted({ queryId, statement, plan, queryType: 'PUSH' }, parts.config),
    overriddenProperties: overrides,
    ksqlHostQueryStatus: { [hostOf(parts)]: state },
    state,
  }
}

export interface UnstartedQuery {
  readonly queryId: string
  readonly statement: string
  readonly plan: PhysicalPlan
  readonly queryType: QueryDescription['queryType']
}

/** A query that EXPLAIN has planned but not started. */
export function describeUnstarted(
  { queryId, statement, plan, queryType }: UnstartedQuery,
  config: Config,
): QueryDescription {
  return {
    ...describeSteps(plan),
    id: queryId,
    statementText: statement,
    windowType: null,
    fields: resultColumns(plan).map(fieldInfo),
    sources: plan.sources,
    sinks: plan.sink === null ? [] : [plan.sink],
    overriddenProperties: {},
    ksqlHostQueryStatus: {},
    queryType,
    queryErrors: [],
    tasksMetadata: [],
    consumerGroupId: groupId(queryId, config, queryType !== 'PERSISTENT'),
    state: null,
  }
}

function describeSteps(plan: PhysicalPlan): Pick<QueryDescription, 'executionPlan' | 'topology'> {
  const { functions = [] } = plan
  const versions = functions.map(
    ({ name, parameters, version, hash }) =>
      `\nFunction ${name}${signatureText(parameters)} version ${version} (${hash})`,
  )
  return {
    executionPlan: [describePlan(plan, stepSchemas(plan.steps)) + versions.join(''), ...growingState(plan)].join('\n'),
    topology: describeTopology(plan),
  }
}

function resultColumns({ steps }: PhysicalPlan): Column[] {
  const last = steps.at(-1)
  if (last === undefined) return []
  const { key, value } = stepSchemas(steps).get(last.id)!
  return last.kind === 'sink' ? [...key, ...value] : [...value]
}

/** `host:port` under which statuses list this server. */
function hostOf({ config, peers }: StatusParts): string {
  if (peers !== null) return hostIn(peers.address)
  const listener = config.get('ksql.advertised.listener') ?? config.get('listeners') ?? ''
  return hostIn(listener.split(',')[0]!)
}

const errorInfo = ({ time, message, type }: QueryFailure): QueryErrorInfo => ({
  timestamp: time,
  errorMessage: message,
  type,
})
