/** The engine: puts its parts together and gives each request to the one that answers it. */
import type { Broker } from '../broker/broker.ts'
import type { Clock } from '../clock.ts'
import { RequestError, StatementError } from '../errors.ts'
import type { FunctionContext } from '../functions/declaration.ts'
import type { FunctionRegistry } from '../functions/registry.ts'
import type { QueryRuntime } from '../runtime/query-runtime.ts'
import type { Print, QueryStatement, Statement } from '../sql/ast.ts'
import type { Engine, HealthCheck, LineStream, MeteredEngine, RowStream } from './api.ts'
import { clusterStatus } from './cluster/cluster-status.ts'
import type { Peers } from './cluster/peers.ts'
import { CommandRunner } from './commands/command-runner.ts'
import { type Config, checkPropertyAllowed } from './config/config.ts'
import { openInserts } from './inserts/insert-stream.ts'
import { RowProducer } from './inserts/row-producer.ts'
import { checkHealth } from './observe/health.ts'
import { ProcessingLog } from './observe/processing-log.ts'
import { parseRequest } from './parse-request.ts'
import type { EngineParts } from './parts.ts'
import { openPrint } from './queries/print-topic.ts'
import { openPull } from './queries/run-pull-query.ts'
import { openPush } from './queries/run-push-query.ts'
import type { QueryRequest } from './requests.ts'
import { makeScope, type TopicScope } from './scope.ts'
import { Session } from './session.ts'
import { failingAs, StatementRunner } from './statement-runner.ts'
import { topicSnapshot } from './topics.ts'
import { TransientQueries } from './transient-queries.ts'

export interface EngineOptions {
  /** Connected; closed by the caller after the engine. */
  readonly broker: Broker
  /** Closed by the engine. */
  readonly runtime: QueryRuntime
  readonly clock: Clock
  /** In [0, 1). */
  readonly random: () => number
  readonly config: Config
  readonly functions: FunctionRegistry
  /** As GET /info shows it. */
  readonly version: string
  /** Default: this server is alone. */
  readonly peers?: Peers
  /** Called with what the operator should know: queries that cannot be started, a command log that cannot be followed. */
  readonly warn?: (message: string) => void
}

export interface RunningEngine extends Engine {
  /** What metrics are read from. */
  readonly metered: MeteredEngine
}

/**
 * Replays the command log. Statements and queries wait a moment more, until what it has left is started; who asks for `info` need not.
 * Rejects with BrokerError.
 */
export async function createEngine(options: EngineOptions): Promise<RunningEngine> {
  const { broker, runtime, clock, random, config, functions, version, peers = null, warn = noop } = options
  const transient = new TransientQueries()
  const onTerminate = () => transient.closeAll()
  const onTerminated = async () => peers?.leave()
  const commands = new CommandRunner({ broker, runtime, clock, random, config, warn, onTerminate, onTerminated })
  const rows = new RowProducer(broker, clock)
  const functionContext: FunctionContext = {
    now: () => clock.now(),
    random,
    config: (key) => config.get(`ksql.functions.${key}`),
  }
  const parts: EngineParts = {
    broker,
    runtime,
    clock,
    random,
    config,
    functions,
    functionContext,
    catalog: () => commands.catalog,
    transient,
    rows,
    peers,
    startFailure: (queryId) => commands.startFailure(queryId),
  }
  const statements = new StatementRunner(parts, commands)
  const processingLog = new ProcessingLog(parts)
  await commands.replay()
  const ready = commands.start().then(async () => {
    if (!commands.isTerminated) await processingLog.start((request) => statements.run(request))
  })
  let state: HealthCheck['serverState'] = 'INITIALIZING'
  void ready.then(() => {
    if (state === 'INITIALIZING') state = 'READY'
  }, noop)
  const serviceId = config.get('ksql.service.id') ?? ''
  const accepting = async () => {
    await ready
    if (!commands.isTerminated) return
    throw new RequestError('SHUT_DOWN', 'The cluster has been terminated. Start the server anew for another one.')
  }
  return {
    async execute(request) {
      await accepting()
      return statements.run(request)
    },
    async terminate(deleteTopics) {
      await accepting()
      return statements.terminate(deleteTopics)
    },
    async openQuery(request) {
      await accepting()
      return openQuery(request, parts)
    },
    async closeQuery(queryId) {
      const query = transient.find(queryId)
      await query?.close()
      return query !== undefined
    },
    async openInserts(target, request = {}) {
      await accepting()
      return openInserts(
        target,
        { rows, planning: scopeOf(Session.open(config, request), parts, new Map()).planning },
        request.records,
      )
    },
    commandStatuses: () => commands.statuses,
    async info() {
      return {
        version,
        kafkaClusterId: await broker.clusterId(),
        ksqlServiceId: serviceId,
        serverStatus: commands.degraded === null ? 'RUNNING' : 'DEGRADED',
      }
    },
    clusterStatus: () => clusterStatus(parts),
    health: () => checkHealth(broker, commands, commands.topic, commands.isTerminated ? 'TERMINATING' : state),
    checkProperty: (name) => checkPropertyAllowed(name, config),
    metered: { catalog: () => commands.catalog, pushQueries: () => transient.count },
    async close() {
      state = 'TERMINATING'
      await ready.catch(noop)
      await transient.closeAll()
      await commands.close()
      await runtime.close()
      await processingLog.close()
      await rows.close()
    },
  }
}

function noop(): void {}

async function openQuery(request: QueryRequest, parts: EngineParts): Promise<RowStream | LineStream> {
  const session = Session.open(parts.config, request)
  const statement = onlyQuery(parseRequest(request.sql, session))
  return failingAs(statement, [], async () => {
    const topics = statement.kind === 'print' ? new Map() : await topicSnapshot(parts.broker)
    const scope = scopeOf(session, parts, topics)
    if (statement.kind === 'print') return openPrint(statement, scope)
    return statement.query.emit === null ? openPull(statement, scope, request) : openPush(statement, scope)
  })
}

const scopeOf = (session: Session, parts: EngineParts, topics: TopicScope['topics']): TopicScope =>
  makeScope(parts, { session, catalog: parts.catalog(), topics, sequence: 0 })

/** Wording: ksqlDB. */
function onlyQuery(statements: readonly Statement[]): QueryStatement | Print {
  if (statements.length !== 1) {
    throw new RequestError('BAD_REQUEST', `Expected exactly one KSQL statement; found ${statements.length} instead`)
  }
  const [statement] = statements as [Statement]
  if (statement.kind === 'query' || statement.kind === 'print') return statement
  throw new StatementError(
    `Statement type \`${statement.kind}\` not supported for this resource. It takes SELECT and PRINT; send others to /ksql.`,
    { statement: statement.text },
  )
}
