/**
 * Types of the parts of kafkajs 2.2.4 (pinned exactly, and frozen upstream) that the adapter uses below kafkajs's public API: its
 * connection, which keeps TLS, SASL and request timeouts, its request queue, its logger and its request codecs. Only what is used here.
 */

declare module 'kafkajs/src/loggers/index.js' {
  import type { logCreator, logLevel } from 'kafkajs'

  export interface Logger {
    namespace(name: string): Logger
  }
  export function createLogger(options: { level: logLevel; logCreator: logCreator }): Logger
}

declare module 'kafkajs/src/network/requestQueue/index.js' {
  export interface QueuedRequest {
    readonly entry: {
      readonly apiKey: number
      readonly apiName: string
      readonly apiVersion: number
      readonly correlationId: number
      resolve(answer: { payload: Buffer }): void
      reject(error: Error): void
    }
    readonly expectResponse: boolean
    /** A longer timeout than the connection's, ms; null: the connection's. */
    readonly requestTimeout: number | null
    /** Writes the bytes to the socket. */
    sendRequest(): void
  }

  export default class RequestQueue {
    readonly pending: readonly unknown[]
    push(request: QueuedRequest): void
    fulfillRequest(response: { correlationId: number; payload: Buffer; size: number }): void
    scheduleCheckPendingRequests(): void
  }
}

declare module 'kafkajs/src/network/connection.js' {
  import type { Socket } from 'node:net'
  import type { ConnectionOptions } from 'node:tls'
  import type { ISocketFactory, Mechanism, SASLOptions } from 'kafkajs'
  import type { Logger } from 'kafkajs/src/loggers/index.js'
  import type RequestQueue from 'kafkajs/src/network/requestQueue/index.js'
  import type { ApiVersions, Protocol } from 'kafkajs/src/protocol/requests/index.js'

  export interface Options {
    readonly host: string
    readonly port: number
    readonly logger: Logger
    readonly socketFactory: ISocketFactory
    readonly clientId: string
    readonly requestTimeout: number
    readonly connectionTimeout: number
    readonly ssl: ConnectionOptions | boolean | null
    readonly sasl: SASLOptions | Mechanism | null
  }

  export default class Connection {
    constructor(options: Options)
    readonly clientId: string
    readonly sasl: SASLOptions | Mechanism | null
    /** Set by `connect`. */
    readonly socket?: Socket
    readonly requestQueue: RequestQueue
    versions: ApiVersions | null
    /** Set while kafkajs authenticates: responses are then its own. */
    readonly authHandlers: object | null
    connect(): Promise<unknown>
    /** Waits for requests under way, then ends the socket. */
    disconnect(): Promise<unknown>
    isConnected(): boolean
    setVersions(versions: ApiVersions): void
    /** Whether the broker knows SaslAuthenticate (Kafka >= 1.0). */
    setSupportAuthenticationProtocol(isSupported: boolean): void
    /** Does nothing without `sasl`. */
    authenticate(): Promise<void>
    /** False without `sasl`, and when a session's lifetime is nearly over. */
    isAuthenticated(): boolean
    nextCorrelationId(): number
    send<Response>(protocol: Protocol<Response>): Promise<Response>
    rejectRequests(error: Error): void
    /** Called with each chunk that the socket yields. */
    processData(chunk: Buffer): void
  }
}

declare module 'kafkajs/src/protocol/requests/index.js' {
  /** By API key. */
  export type ApiVersions = Readonly<Record<number, { readonly minVersion: number; readonly maxVersion: number }>>

  export interface Protocol<Response> {
    readonly request: {
      readonly apiKey: number
      readonly apiName: string
      readonly apiVersion: number
      encode(): Promise<{ readonly buffer: Buffer }>
    }
    readonly response: {
      /** Error codes stay in the answer; only `parse`, which we do not use, throws them. */
      decode(payload: Buffer): Promise<Response>
      parse(response: Response): Promise<Response>
    }
  }

  export interface Definition<Arguments, Response> {
    protocol(options: { version: number }): (args: Arguments) => Protocol<Response>
  }

  /** int64 as kafkajs decodes it. */
  type Long = string

  interface Topics<Partition> {
    readonly topic: string
    readonly partitions: readonly Partition[]
  }
  interface PartitionResult {
    readonly partition: number
    readonly errorCode: number
  }
  interface TransactionArguments {
    readonly transactionalId: string
    readonly producerId: number
    readonly producerEpoch: number
  }
  interface OffsetToCommit {
    readonly partition: number
    readonly offset: number
    readonly metadata: string
  }

  export const requests: {
    readonly ApiVersions: Definition<
      void,
      { readonly apiVersions: readonly { apiKey: number; minVersion: number; maxVersion: number }[] }
    >
    readonly ListOffsets: Definition<
      {
        readonly replicaId: -1
        readonly isolationLevel: 0 | 1
        readonly topics: readonly Topics<{ readonly partition: number; readonly timestamp: number }>[]
      },
      { readonly responses: readonly Topics<PartitionResult & { readonly offset: Long }>[] }
    >
    readonly CreateTopics: Definition<
      {
        readonly topics: readonly {
          readonly topic: string
          readonly numPartitions: number
          readonly replicationFactor: number
          readonly configEntries: readonly { readonly name: string; readonly value: string }[]
        }[]
        readonly timeout: number
      },
      { readonly topicErrors: readonly { readonly errorCode: number; readonly errorMessage: string | null }[] }
    >
    readonly DeleteTopics: Definition<
      { readonly topics: readonly string[]; readonly timeout: number },
      { readonly topicErrors: readonly { readonly errorCode: number }[] }
    >
    readonly DeleteRecords: Definition<
      {
        readonly topics: readonly Topics<{ readonly partition: number; readonly offset: number }>[]
        readonly timeout: number
      },
      { readonly topics: readonly Topics<PartitionResult>[] }
    >
    readonly DescribeConfigs: Definition<
      { readonly resources: readonly { readonly type: number; readonly name: string }[] },
      {
        readonly resources: readonly {
          readonly errorCode: number
          readonly errorMessage: string | null
          readonly configEntries: readonly { readonly configName: string; readonly configValue: string | null }[]
        }[]
      }
    >
    readonly GroupCoordinator: Definition<
      { readonly groupId: string; readonly coordinatorType: 0 | 1 },
      { readonly errorCode: number; readonly coordinator: { readonly nodeId: number } }
    >
    readonly OffsetCommit: Definition<
      {
        readonly groupId: string
        readonly groupGenerationId: number
        readonly memberId: string
        readonly topics: readonly Topics<OffsetToCommit>[]
      },
      { readonly responses: readonly Topics<PartitionResult>[] }
    >
    readonly OffsetFetch: Definition<
      {
        readonly groupId: string
        /** Empty: all that the group has. */
        readonly topics: readonly Topics<{ readonly partition: number }>[]
      },
      {
        readonly errorCode: number
        readonly responses: readonly Topics<
          PartitionResult & { readonly offset: Long; readonly metadata: string | null }
        >[]
      }
    >
    readonly DescribeGroups: Definition<
      { readonly groupIds: readonly string[] },
      {
        readonly groups: readonly {
          readonly errorCode: number
          readonly groupId: string
          readonly state: string
          readonly members: readonly {
            readonly memberId: string
            readonly clientId: string
            readonly clientHost: string
            /** Empty while the group is rebalancing. */
            readonly memberMetadata: Buffer | null
            readonly memberAssignment: Buffer | null
          }[]
        }[]
      }
    >
    readonly DeleteGroups: Definition<
      readonly string[],
      { readonly results: readonly { readonly groupId: string; readonly errorCode: number }[] }
    >
    readonly JoinGroup: Definition<
      {
        readonly groupId: string
        readonly sessionTimeout: number
        readonly rebalanceTimeout: number
        readonly memberId: string
        readonly protocolType: string
        readonly groupProtocols: readonly { readonly name: string; readonly metadata: Buffer }[]
      },
      {
        readonly errorCode: number
        readonly generationId: number
        readonly leaderId: string
        readonly memberId: string
        /** Only for the leader. */
        readonly members: readonly { readonly memberId: string; readonly memberMetadata: Buffer }[]
      }
    >
    readonly SyncGroup: Definition<
      {
        readonly groupId: string
        readonly generationId: number
        readonly memberId: string
        readonly groupAssignment: readonly { readonly memberId: string; readonly memberAssignment: Buffer }[]
      },
      { readonly errorCode: number; readonly memberAssignment: Buffer | null }
    >
    readonly Heartbeat: Definition<
      {
        readonly groupId: string
        readonly groupGenerationId: number
        readonly memberId: string
        readonly groupInstanceId: null
      },
      { readonly errorCode: number }
    >
    readonly LeaveGroup: Definition<
      { readonly groupId: string; readonly memberId: string },
      { readonly errorCode: number }
    >
    readonly AddPartitionsToTxn: Definition<
      TransactionArguments & { readonly topics: readonly Topics<number>[] },
      { readonly errors: readonly { readonly topic: string; readonly partitionErrors: readonly PartitionResult[] }[] }
    >
    readonly AddOffsetsToTxn: Definition<
      TransactionArguments & { readonly groupId: string },
      { readonly errorCode: number }
    >
    readonly TxnOffsetCommit: Definition<
      TransactionArguments & { readonly groupId: string; readonly topics: readonly Topics<OffsetToCommit>[] },
      { readonly topics: readonly Topics<PartitionResult>[] }
    >
    /** `transactionResult`: true commits, false aborts. */
    readonly EndTxn: Definition<
      TransactionArguments & { readonly transactionResult: boolean },
      { readonly errorCode: number }
    >
  }

  /** Picks the newest version of a request that both kafkajs and the broker know. */
  export function lookup(
    versions: ApiVersions,
  ): <Arguments, Response>(
    apiKey: number,
    definition: Definition<Arguments, Response>,
  ) => (args: Arguments) => Protocol<Response>
}
