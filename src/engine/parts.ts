/** The parts of the engine, handed to the handlers of statements. */
import type { Broker } from '../broker/broker.ts'
import type { Clock, Timer } from '../clock.ts'
import type { ConnectCluster } from '../connect/connect-cluster.ts'
import type { ConnectorRuntime } from '../connectors/run/connector-runtime.ts'
import type { SecretVault } from '../connectors/secret-vault.ts'
import type { FunctionContext } from '../functions/declaration.ts'
import type { FunctionRegistry } from '../functions/registry.ts'
import type { SchemaRegistry } from '../registry/schema-registry.ts'
import type { ProcessingError } from '../runtime/processing-error.ts'
import type { QueryRuntime } from '../runtime/query-runtime.ts'
import type { Turnstile } from '../runtime/request-time.ts'
import type { SchemaLoader } from '../serde/loaded-schemas.ts'
import type { PeerHealth } from './cluster/peer-health.ts'
import type { Peers } from './cluster/peers.ts'
import type { Catalog } from './commands/catalog.ts'
import type { BuildProgress } from './commands/replacement.ts'
import type { Config } from './config/config.ts'
import type { InsertPlans } from './inserts/insert-plans.ts'
import type { RowProducer } from './inserts/row-producer.ts'
import type { PullPlans } from './pull-plans.ts'
import type { StatementSchemas } from './schemas/statement-schemas.ts'
import type { WritableSources } from './schemas/writable-sources.ts'
import type { TransientQueries } from './transient-queries.ts'

/** The means with which statements are planned, run and answered. */
export interface EngineParts {
  readonly broker: Broker
  readonly runtime: QueryRuntime
  /** The connectors that this server runs itself. */
  readonly connectors: Pick<ConnectorRuntime, 'status'>
  /** Null: this server has no key for secrets. */
  readonly vault: SecretVault | null
  readonly clock: Clock
  readonly timer: Timer
  /** In [0, 1). */
  readonly random: () => number
  /** The server's own configuration. */
  readonly config: Config
  readonly functions: FunctionRegistry
  readonly functionContext: FunctionContext
  /** Where pull queries pass whose evaluations in this thread may take long. */
  readonly longPulls: Turnstile
  /** The catalog in force now. */
  readonly catalog: () => Catalog
  /** How far the versions are that are built beside running queries. */
  readonly versions: { progress(sink: string): BuildProgress | null }
  readonly transient: TransientQueries
  /** Plans that later pull queries share. */
  readonly pullPlans: PullPlans
  /** Plans that later statements that insert rows share. */
  readonly insertPlans: InsertPlans
  readonly rows: RowProducer
  /** Null: there is none. */
  readonly registry: SchemaRegistry | null
  /** The registry as statements use it. */
  readonly schemas: StatementSchemas
  readonly writable: WritableSources
  /** Schemas of records by id. */
  readonly writerSchemas: SchemaLoader
  /** Kafka Connect. */
  readonly connect: ConnectCluster
  /** Null: this server is alone. */
  readonly peers: Peers | null
  /** Which of the other servers answer. */
  readonly health: PeerHealth
  /** Writes to the processing log, for queries that the runtime does not run. */
  readonly reportError: (queryId: string, error: ProcessingError) => void
  /** Why a query could not be started here; the runtime does not know such a query. */
  readonly startFailure: (queryId: string) => string | undefined
}
