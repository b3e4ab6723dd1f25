/** Answers of POST /ksql, in the shapes of ksqlDB's `KsqlEntity` classes, which clients know. */
import type { ConnectorInfo, ConnectorStatus, ConnectorType } from '../../connect/connect-cluster.ts'
import type { FunctionDescription, FunctionListing } from '../../functions/registry.ts'
import type { DescribedChange } from '../../plan/change/describe-change.ts'
import type { FunctionStatistics, StepStatistics } from '../../runtime/query-progress.ts'
import type { CommandStatus } from '../commands/command.ts'

export interface Warning {
  readonly message: string
}

interface Answer {
  readonly statementText: string
  readonly warnings: readonly Warning[]
}

export interface CurrentStatus extends Answer {
  readonly '@type': 'currentStatus'
  /** `type/entity/action`. */
  readonly commandId: string
  readonly commandStatus: CommandStatus
  /** Offset of the command in the log; -1 if the statement made none. */
  readonly commandSequenceNumber: number
}

export interface SourceListing<Type extends 'STREAM' | 'TABLE'> {
  readonly type: Type
  readonly name: string
  readonly topic: string
  readonly keyFormat: string
  readonly valueFormat: string
  readonly isWindowed: boolean
}

export interface StreamList extends Answer {
  readonly '@type': 'streams'
  readonly streams: readonly SourceListing<'STREAM'>[]
}

export interface TableList extends Answer {
  readonly '@type': 'tables'
  readonly tables: readonly SourceListing<'TABLE'>[]
}

export interface SchemaInfo {
  readonly type: string
  readonly fields: readonly FieldInfo[] | null
  readonly memberSchema: SchemaInfo | null
  /** Precision and scale of a DECIMAL. */
  readonly parameters?: { readonly precision: number; readonly scale: number }
}

export interface FieldInfo {
  readonly name: string
  readonly schema: SchemaInfo
  /** Absent for a value column. */
  readonly type?: 'KEY' | 'SYSTEM' | 'HEADER'
  readonly headerKey?: string
}

export interface RunningQuery {
  readonly queryString: string
  readonly sinks: readonly string[]
  readonly sinkKafkaTopics: readonly string[]
  readonly id: string
  readonly statusCount: Readonly<Record<string, number>>
  readonly queryType: 'PERSISTENT' | 'PUSH'
  readonly state: string
  /** A new version of another query, which does not write the sink yet. Absent: the query is none. */
  readonly replacement?: VersionProgress
}

export interface VersionProgress {
  /** `ready`: it waits for APPLY. */
  readonly phase: 'building' | 'ready' | 'switching'
  /** Records that it has to process to catch up with the running version. */
  readonly recordsLeft: number
  /** Why it does not continue; null: it does. */
  readonly problem: string | null
}

export interface QueryOffsetSummary {
  readonly groupId: string
  readonly topicSummaries: readonly {
    readonly kafkaTopic: string
    readonly offsets: readonly {
      readonly partition: number
      readonly logStartOffset: number
      readonly logEndOffset: number
      readonly consumerOffset: number
    }[]
  }[]
}

export interface SourceDescription {
  readonly name: string
  readonly windowType: string | null
  readonly readQueries: readonly RunningQuery[]
  readonly writeQueries: readonly RunningQuery[]
  readonly fields: readonly FieldInfo[]
  readonly type: 'STREAM' | 'TABLE'
  readonly timestamp: string
  readonly statistics: string
  readonly errorStats: string
  readonly extended: boolean
  readonly keyFormat: string
  readonly valueFormat: string
  readonly topic: string
  readonly partitions: number
  readonly replication: number
  readonly statement: string
  readonly queryOffsetSummaries: readonly QueryOffsetSummary[]
  readonly sourceConstraints: readonly string[]
  /** Absent: it has none. */
  readonly indexes?: readonly IndexListing[]
  readonly clusterStatistics: readonly unknown[]
  readonly clusterErrorStats: readonly unknown[]
}

export interface SourceDescriptionEntity extends Answer {
  readonly '@type': 'sourceDescription'
  readonly sourceDescription: SourceDescription
}

export interface SourceDescriptionList extends Answer {
  readonly '@type': 'source_descriptions'
  readonly sourceDescriptions: readonly SourceDescription[]
}

export interface QueryList extends Answer {
  readonly '@type': 'queries'
  readonly queries: readonly RunningQuery[]
}

export interface QueryErrorInfo {
  readonly timestamp: number
  readonly errorMessage: string
  readonly type: 'USER' | 'SYSTEM' | 'UNKNOWN'
}

/** How a pull query reaches the rows of a source. */
export interface AccessPath {
  readonly source: string
  /** `key lookup`, `key range`, `range of windows`, `index NAME`, `full scan`, or `whole topic` of a stream; with details. */
  readonly path: string
  /** EXPLAIN ANALYZE only: how many rows it looks at, of those on this server; without the end that LIMIT sets. */
  readonly rowsRead?: number
  /** What would make it read less. Absent: nothing is known to. */
  readonly advice?: string
}

export interface QueryDescription {
  readonly id: string
  readonly statementText: string
  readonly windowType: string | null
  readonly fields: readonly FieldInfo[]
  readonly sources: readonly string[]
  readonly sinks: readonly string[]
  readonly topology: string
  readonly executionPlan: string
  readonly overriddenProperties: Readonly<Record<string, string>>
  readonly ksqlHostQueryStatus: Readonly<Record<string, string>>
  readonly queryType: 'PERSISTENT' | 'PUSH' | 'PULL'
  readonly queryErrors: readonly QueryErrorInfo[]
  readonly tasksMetadata: readonly unknown[]
  readonly consumerGroupId: string
  readonly state: string | null
  /** EXPLAIN ANALYZE only: what each step has done since the query was started, over all partitions that run here. */
  readonly operators?: readonly StepStatistics[]
  /** EXPLAIN CREATE OR REPLACE only: what becomes of the query that runs. */
  readonly change?: DescribedChange
  /** EXPLAIN of a pull query only. */
  readonly access?: readonly AccessPath[]
  /** EXPLAIN ANALYZE only: what the user-defined functions have done for the query. */
  readonly functions?: readonly FunctionStatistics[]
}

export interface QueryDescriptionEntity extends Answer {
  readonly '@type': 'queryDescription'
  readonly queryDescription: QueryDescription
}

export interface QueryDescriptionList extends Answer {
  readonly '@type': 'query_descriptions'
  readonly queryDescriptions: readonly QueryDescription[]
}

export interface TopicListing {
  readonly name: string
  /** Number of replicas of each partition. */
  readonly replicaInfo: readonly number[]
}

export interface TopicList extends Answer {
  readonly '@type': 'kafka_topics'
  readonly topics: readonly TopicListing[]
}

export interface TopicListExtended extends Answer {
  readonly '@type': 'kafka_topics_extended'
  readonly topics: readonly (TopicListing & { readonly consumerCount: number; readonly consumerGroupCount: number })[]
}

export interface PropertyInfo {
  readonly name: string
  readonly scope: 'KSQL' | 'EMBEDDED CONNECT WORKER'
  readonly value: string | null
  readonly editable: boolean
  readonly level: 'SERVER' | 'QUERY'
}

export interface PropertyList extends Answer {
  readonly '@type': 'properties'
  readonly properties: readonly PropertyInfo[]
  readonly overwrittenProperties: readonly string[]
  readonly defaultProperties: readonly string[]
}

export interface FunctionNameList extends Answer {
  readonly '@type': 'function_names'
  readonly functions: readonly FunctionListing[]
}

export interface FunctionDescriptionEntity extends Answer, FunctionDescription {
  readonly '@type': 'describe_function'
}

export interface TypeList extends Answer {
  readonly '@type': 'type_list'
  readonly types: Readonly<Record<string, SchemaInfo>>
}

export interface VariableList extends Answer {
  readonly '@type': 'variables'
  readonly variables: readonly { readonly name: string; readonly value: string }[]
}

export interface TerminateQueryEntity extends Answer {
  readonly '@type': 'terminate_query'
  readonly queryId: string
  readonly wasTerminated: boolean
}

export interface AssertTopicEntity extends Answer {
  readonly '@type': 'assert_topic'
  readonly topicName: string
  readonly exists: boolean
}

export interface AssertSchemaEntity extends Answer {
  readonly '@type': 'assert_schema'
  readonly subject: string | null
  readonly id: number | null
  readonly exists: boolean
}

export interface ConnectorInfoEntity extends Answer {
  readonly '@type': 'connector_info'
  readonly info: ConnectorInfo
}

export interface ConnectorListing {
  readonly name: string
  readonly type: ConnectorType
  /** Null: it could not be described. */
  readonly className: string | null
  readonly state: string | null
}

export interface ConnectorList extends Answer {
  readonly '@type': 'connector_list'
  readonly connectors: readonly ConnectorListing[]
}

export interface ConnectorPluginList extends Answer {
  readonly '@type': 'connector_plugins_list'
  readonly connectorsPlugins: readonly {
    readonly className: string
    readonly type: string
    readonly version: string | null
  }[]
}

/** What is known of a connector that Millrace runs itself. Counts are those of the servers that run its tasks, since they started. */
export interface BuiltInFacts {
  readonly statement: string
  /** Options in force; secrets are the references that the statement has. */
  readonly options: Readonly<Record<string, string>>
  /** Null for a source. */
  readonly consumerGroup: string | null
  readonly records: number
  readonly recordsPerSecond: number
  readonly refused: number
  readonly retries: number
  readonly lag: number | null
  readonly lastError: { readonly time: number; readonly message: string } | null
}

export interface ConnectorDescription extends Answer {
  readonly '@type': 'connector_description'
  readonly connectorClass: string
  readonly status: ConnectorStatus
  /** Streams and tables over topics of the connector. */
  readonly sources: readonly SourceDescription[]
  readonly topics: readonly string[]
  /** Absent for a connector of Kafka Connect. */
  readonly builtIn?: BuiltInFacts
}

export interface DropConnectorEntity extends Answer {
  readonly '@type': 'drop_connector'
  readonly connectorName: string
}

export interface IndexListing {
  readonly name: string
  readonly table: string
  readonly columns: readonly string[]
  readonly statement: string
  /** `BUILDING`: pull queries read all rows of some partition meanwhile. */
  readonly state: 'BUILDING' | 'READY'
}

export interface IndexList extends Answer {
  readonly '@type': 'index_list'
  readonly indexes: readonly IndexListing[]
}

export interface SecretList extends Answer {
  readonly '@type': 'secret_list'
  readonly secrets: readonly string[]
}

export interface WarningEntity extends Answer {
  readonly '@type': 'warning_entity'
  readonly message: string
}

export type Entity =
  | CurrentStatus
  | StreamList
  | TableList
  | SourceDescriptionEntity
  | SourceDescriptionList
  | QueryList
  | QueryDescriptionEntity
  | QueryDescriptionList
  | TopicList
  | TopicListExtended
  | PropertyList
  | FunctionNameList
  | FunctionDescriptionEntity
  | TypeList
  | VariableList
  | TerminateQueryEntity
  | AssertTopicEntity
  | AssertSchemaEntity
  | ConnectorInfoEntity
  | ConnectorList
  | ConnectorPluginList
  | ConnectorDescription
  | DropConnectorEntity
  | SecretList
  | IndexList
  | WarningEntity
