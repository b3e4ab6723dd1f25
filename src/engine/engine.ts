/** The engine: puts its parts together and passes each request to the part that answers it. */
import type { Broker } from '../broker/broker.ts'
import type { Clock, Timer } from '../clock.ts'
import type { ConnectCluster } from '../connect/connect-cluster.ts'
import type { ConnectorRuntime } from '../connectors/run/connector-runtime.ts'
import type { SecretVault } from '../connectors/secret-vault.ts'
import { RequestError } from '../errors.ts'
import { Budget, limitsFrom } from '../functions/budget.ts'
import type { FunctionRegistry } from '../functions/registry.ts'
import type { InsertContext } from '../plan/statements/insert-values.ts'
import type { SchemaRegistry } from '../registry/schema-registry.ts'
import type { QueryRuntime } from '../runtime/query-runtime.ts'
import { Turnstile } from '../runtime/request-time.ts'
import { NO_REGISTRY, type SchemaLoader } from '../serde/loaded-schemas.ts'
import {
  type Engine,
  type HealthCheck,
  type InsertRow,
  type InsertsRequest,
  type LineStream,
  type MeteredEngine,
  PEER_VERSION,
  type RowStream,
  type ServerInfo,
} from './api.ts'
import { clusterStatus } from './cluster/cluster-status.ts'
import { PeerHealth } from './cluster/peer-health.ts'
import type { Peers } from './cluster/peers.ts'
import type { CommandStatus } from './commands/command.ts'
import { CommandRunner } from './commands/command-runner.ts'
import { onlyFromFile } from './commands/queries-file.ts'
import type { Config } from './config/config.ts'
import { checkPropertyAllowed } from './config/overrides.ts'
import type { Entity } from './describe/entities.ts'
import { type Overview, overviewOf } from './describe/overview.ts'
import { InsertPlans } from './inserts/insert-plans.ts'
import { openInserts } from './inserts/insert-stream.ts'
import { RowProducer } from './inserts/row-producer.ts'
import { sendAgain } from './inserts/send-again.ts'
import { checkHealth } from './observe/health.ts'
import { ProcessingLog } from './observe/processing-log.ts'
import { openQuery } from './open-query.ts'
import type { EngineParts } from './parts.ts'
import { PullPlans } from './pull-plans.ts'
import { browseTopic } from './queries/browse-topic.ts'
import { submitReplacement } from './replace/submit-replacement.ts'
import { VersionSwitching } from './replace/version-switching.ts'
import type {
  BrowsedTopic,
  BrowseRequest,
  ClusterStatus,
  HostStoreLags,
  QueryRequest,
  SendAgainRequest,
  SentAgain,
  StatementRequest,
} from './requests.ts'
import { type StatementSchemas, statementSchemas } from './schemas/statement-schemas.ts'
import { WritableSources } from './schemas/writable-sources.ts'
import { makeScope } from './scope.ts'
import { Session } from './session.ts'
import { ShareOfTime } from './share-of-time.ts'
import { StatementRunner } from './statement-runner.ts'
import { TransientQueries } from './transient-queries.ts'

/** Statements that a server runs at its start instead of a command log. */
export interface QueriesFile {
  readonly path: string
  readonly sql: string
}

export interface EngineOptions {
  /** Connected; closed by the caller after the engine. */
  readonly broker: Broker
  /** Closed by the engine. */
  readonly runtime: QueryRuntime
  /** Closed by the engine. */
  readonly connectors: ConnectorRuntime
  /** Encrypts secrets. Default: this server has no key for them. */
  readonly vault?: SecretVault | null
  readonly clock: Clock
  readonly timer: Timer
  /** In [0, 1). */
  readonly random: () => number
  readonly config: Config
  readonly functions: FunctionRegistry
  /** Closed by the caller after the engine. */
  readonly connect: ConnectCluster
  /** Null: there is none. Closed by the caller after the engine. */
  readonly registry?: SchemaRegistry | null
  /** Schemas of records by id. Default: none can be looked up. */
  readonly writerSchemas?: SchemaLoader
  /** Millrace's version, as GET /info shows it. */
  readonly version: string
  /** Default: this server is alone. */
  readonly peers?: Peers
  /** What `ksql.queries.file` names; null: statements come over HTTP. Default: null. */
  readonly queriesFile?: QueriesFile | null
  /** Called with what the operator should know: queries that cannot be started, a command log that cannot be followed. */
  readonly warn?: (message: string) => void
  /** Called with what happens in the ordinary course: statements that were executed, queries that were started and stopped. */
  readonly inform?: (message: string) => void
}

/** An engine with the counters that metrics read. */
export interface RunningEngine extends Engine {
  /** What metrics are read from. */
  readonly metered: MeteredEngine
  /** Resolves when the queries of the command log have been started. */
  readonly started: Promise<void>
}

/**
 * Replays the command log. Statements and queries then wait until the persistent queries are started; `info` does not wait.
 * Rejects with a BrokerError.
 */
export async function createEngine(options: EngineOptions): Promise<RunningEngine> {
  const engine = new CommandLogEngine(options)
  await engine.start()
  return engine
}

class CommandLogEngine implements RunningEngine {
  readonly metered: MeteredEngine
  readonly #version: string
  readonly #parts: EngineParts
  readonly #commands: CommandRunner
  readonly #statements: StatementRunner
  readonly #processingLog: ProcessingLog
  readonly #connectors: ConnectorRuntime
  readonly #file: QueriesFile | null
  #ready: Promise<void> = Promise.resolve()
  #state: HealthCheck['serverState'] = 'INITIALIZING'

  constructor(options: EngineOptions) {
    const transient = new TransientQueries()
    const schemas = statementSchemas(options.registry ?? null)
    const versions = new VersionSwitching({
      ...options,
      catalog: () => commands.catalog,
      submit: (effect, phase, message) => submitReplacement(effect, phase, message, commands, options.config),
      warn: options.warn ?? noop,
      inform: options.inform ?? noop,
    })
    const commands: CommandRunner = commandRunner(options, transient, schemas, versions)
    this.#version = options.version
    this.#commands = commands
    this.#parts = engineParts(options, {
      commands,
      transient,
      schemas,
      versions,
      reportError: (queryId, error) => this.#processingLog.report(queryId, error),
    })
    this.#statements = new StatementRunner(this.#parts, commands)
    this.#processingLog = new ProcessingLog(this.#parts, options.warn ?? noop)
    this.#connectors = options.connectors
    this.#file = options.queriesFile ?? null
    this.metered = { catalog: () => commands.catalog, pushQueries: () => transient.count }
  }

  /** Replays the command log; the queries that it leaves are started in the background. */
  async start(): Promise<void> {
    await this.#commands.replay()
    this.#parts.health.start()
    const file = this.#file
    const started = this.#commands.start()
    if (file !== null) {
      await started
      await this.#statements.runFile(file.path, file.sql)
    }
    this.#ready = started.then(async () => {
      if (!this.#commands.isTerminated) await this.#processingLog.start((request) => this.#statements.run(request))
      if (file !== null) this.#commands.seal(onlyFromFile(file.path))
    })
    void this.#ready.then(() => {
      if (this.#state === 'INITIALIZING') this.#state = 'READY'
    }, noop)
  }

  get started(): Promise<void> {
    return this.#ready
  }

  async execute(request: StatementRequest): Promise<Entity[]> {
    await this.#accepting()
    return this.#statements.run(request)
  }

  async terminate(deleteTopics: readonly string[]): Promise<Entity> {
    await this.#accepting()
    return this.#statements.terminate(deleteTopics)
  }

  async openQuery(request: QueryRequest): Promise<RowStream | LineStream> {
    await this.#accepting()
    return openQuery(request, this.#parts)
  }

  async closeQuery(queryId: string): Promise<boolean> {
    const query = this.#parts.transient.find(queryId)
    await query?.close()
    return query !== undefined
  }

  async openInserts(target: string, request: InsertsRequest = {}): Promise<InsertRow> {
    const { rows, writable } = this.#parts
    const planning = await this.#insertPlanning(request)
    return openInserts(target, { rows, writable, planning }, request.records)
  }

  async sendAgain(request: SendAgainRequest): Promise<SentAgain> {
    const { broker, timer, rows } = this.#parts
    const planning = await this.#insertPlanning({})
    return sendAgain(request, { broker, timer, rows, planning })
  }

  /** What records of users are checked against. Throws RequestError on a server that takes none. */
  async #insertPlanning(request: Omit<QueryRequest, 'sql'>): Promise<InsertContext> {
    await this.#accepting()
    if (this.#commands.sealed !== null) throw new RequestError('BAD_REQUEST', this.#commands.sealed)
    const parts = this.#parts
    const session = Session.open(parts.config, request)
    const { schemas } = parts
    return makeScope(parts, { session, catalog: parts.catalog(), topics: new Map(), sequence: 0, schemas }).planning
  }

  commandStatuses(): ReadonlyMap<string, CommandStatus> {
    return this.#commands.statuses
  }

  async info(): Promise<ServerInfo> {
    const { broker, config } = this.#parts
    return {
      version: PEER_VERSION,
      millraceVersion: this.#version,
      kafkaClusterId: await broker.clusterId(),
      ksqlServiceId: config.get('ksql.service.id') ?? '',
      serverStatus: this.#commands.degraded === null ? 'RUNNING' : 'DEGRADED',
    }
  }

  clusterStatus(): Promise<ClusterStatus> {
    return clusterStatus(this.#parts)
  }

  async overview(): Promise<Overview> {
    await this.#accepting()
    return overviewOf(this.#parts)
  }

  async browseTopic(request: BrowseRequest): Promise<BrowsedTopic> {
    await this.#accepting()
    return browseTopic(request, this.#parts)
  }

  noteHeartbeat(host: string): void {
    this.#parts.health.noteHeartbeat(host)
  }

  noteLags(host: string, lags: HostStoreLags): void {
    this.#parts.health.noteLags(host, lags)
  }

  health(): Promise<HealthCheck> {
    const { broker, timer } = this.#parts
    const commands = this.#commands
    return checkHealth({ broker, commands, timer }, commands.isTerminated ? 'TERMINATING' : this.#state)
  }

  checkProperty(name: string): void {
    checkPropertyAllowed(name, this.#parts.config)
  }

  async close(): Promise<void> {
    const { transient, runtime, rows } = this.#parts
    this.#state = 'TERMINATING'
    this.#parts.health.close()
    await this.#ready.catch(noop)
    await transient.closeAll()
    await this.#commands.close()
    await this.#connectors.close()
    await runtime.close()
    await this.#processingLog.close()
    await rows.close()
  }

  /** Resolves when requests can be taken. Throws RequestError once the cluster has been terminated. */
  async #accepting(): Promise<void> {
    await this.#ready
    if (!this.#commands.isTerminated) return
    throw new RequestError('SHUT_DOWN', 'The cluster has been terminated. Start the server again to begin a new one.')
  }
}

function commandRunner(
  options: EngineOptions,
  transient: TransientQueries,
  schemas: StatementSchemas,
  versions: VersionSwitching,
): CommandRunner {
  const { broker, runtime, connectors, clock, timer, random, config, peers, warn = noop, inform = noop } = options
  return new CommandRunner({
    broker,
    runtime,
    connectors,
    versions,
    clock,
    timer,
    random,
    config,
    warn,
    inform,
    deleteSubjects: (subjects) => schemas.deleteSubjects(subjects),
    onTerminate: () => transient.closeAll(),
    onTerminated: async () => peers?.leave(),
  })
}

interface MadeParts extends Pick<EngineParts, 'transient' | 'schemas' | 'versions' | 'reportError'> {
  readonly commands: CommandRunner
}

function engineParts(
  options: EngineOptions,
  { commands, transient, schemas, versions, reportError }: MadeParts,
): EngineParts {
  const {
    broker,
    runtime,
    connectors,
    clock,
    timer,
    random,
    config,
    functions,
    connect,
    peers = null,
    registry = null,
    vault = null,
  } = options
  const { writerSchemas = NO_REGISTRY } = options
  const budget = new Budget({ ...limitsFrom(config.get), elapsed: () => timer.elapsed() })
  budget.timeKeeper = new ShareOfTime(timer)
  return {
    broker,
    runtime,
    connectors,
    vault,
    clock,
    timer,
    random,
    config,
    functions,
    functionContext: {
      now: () => clock.now(),
      random,
      config: (key) => config.get(`ksql.functions.${key}`),
      budget,
    },
    longPulls: new Turnstile(timer),
    catalog: () => commands.catalog,
    versions,
    transient,
    pullPlans: new PullPlans(),
    insertPlans: new InsertPlans(),
    rows: new RowProducer(broker, clock),
    registry,
    schemas,
    writable: new WritableSources(schemas),
    writerSchemas,
    connect,
    peers,
    health: new PeerHealth({ peers, storeLags: () => runtime.storeLags(), clock, timer, config }),
    reportError,
    startFailure: (queryId) => commands.startFailure(queryId),
  }
}

function noop(): void {}
