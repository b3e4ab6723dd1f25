/** What callers put into a request, and facts about the cluster that they read: plain data without a part of the engine in it. */

/** Property values as JSON has them; numbers and booleans count as their text. */
export type RequestProperties = Readonly<Record<string, string | number | boolean | null>>

/** How a pull query that another server has forwarded is to be answered. */
export interface PullRouting {
  /** Only from partitions on this server; otherwise the query is refused. */
  readonly skipsForwarding: boolean
  /** Partitions to read; null: all of them. */
  readonly partitions: readonly number[] | null
  /** Present: something is computed over the rows, so that those of a partition are to be of one moment. */
  readonly isSnapshot?: true
}

/** SQL text with the settings that apply to it. */
export interface QueryRequest {
  readonly sql: string
  /** Overrides of the request, by configuration name, with or without `ksql.streams.`. */
  readonly properties?: RequestProperties
  /**
   * Receives why a property is unknown or the server's own; it is then left out. Absent: the request is refused. A property that a list of
   * the server forbids, or a value that cannot be, is refused in any case.
   */
  readonly onIgnoredProperty?: (reason: string) => void
  /** Values of `${name}`. */
  readonly variables?: Readonly<Record<string, string>>
  /** True: the caller is another server of the cluster, and the answer covers this server alone. */
  readonly isPeer?: boolean
  /** Set by a server that forwards a pull query. */
  readonly routing?: PullRouting
  /** Value of the client's `Authorization` header, passed on to other servers of the cluster. */
  readonly authorization?: string | undefined
}

/** Statements that may have to wait for an earlier command. */
export interface StatementRequest extends QueryRequest {
  /** Statements wait until this command has been executed here; null or -1: they do not wait. */
  readonly commandSequenceNumber?: number | null
}

/** The sender of a request. */
export interface Caller {
  /** True: another server of the cluster. */
  readonly isPeer: boolean
  /** Value of the `Authorization` header; undefined: the request had none. */
  readonly authorization: string | undefined
}

/** What one server runs of one query. */
export interface ActiveParts {
  readonly activeStores: readonly string[]
  readonly activePartitions: readonly { readonly topic: string; readonly partition: number }[]
  readonly standByStores: readonly string[]
  /** Partitions that the tasks read whose state it has copies of. */
  readonly standByPartitions: readonly { readonly topic: string; readonly partition: number }[]
}

export interface HostStatus {
  readonly hostAlive: boolean
  /** Epoch ms. */
  readonly lastStatusUpdateMs: number
  /** By query id. */
  readonly activeStandbyPerQuery: Readonly<Record<string, ActiveParts>>
  readonly hostStoreLags: HostStoreLags
}

/** How far the copies of one server are. */
export interface HostStoreLags {
  /** By `<query id>#<store>`. */
  readonly stateStoreLags: Readonly<Record<string, StoreLagReport>>
  /** Epoch ms. */
  readonly updateTimeMs: number
}

export interface StoreLagReport {
  readonly lagByPartition: Readonly<Record<string, PartitionLag>>
  /** How many partitions there are. */
  readonly size: number
}

export interface PartitionLag {
  readonly currentOffsetPosition: number
  readonly endOffsetPosition: number
  readonly offsetLag: number
}

/** The members of the cluster by `host:port`, as GET /clusterStatus shows them. */
export type ClusterStatus = Readonly<Record<string, HostStatus>>

/** Which records of a topic are wanted. */
export interface BrowseRequest {
  readonly topic: string
  /** Null: all partitions. */
  readonly partition: number | null
  readonly from:
    | { readonly kind: 'newest' }
    | { readonly kind: 'offset'; readonly offset: number }
    /** Epoch ms. */
    | { readonly kind: 'timestamp'; readonly timestamp: number }
  readonly limit: number
}

/** A record as a reader sees it. */
export interface BrowsedRecord {
  readonly partition: number
  readonly offset: number
  readonly timestamp: number
  /** By the likeliest format; null: there is none. */
  readonly key: string | null
  readonly value: string | null
  readonly headers: readonly (readonly [key: string, value: string | null])[]
  /** Size of key and value. */
  readonly bytes: number
}

export interface BrowsedTopic {
  readonly records: readonly BrowsedRecord[]
  /** Formats that fit what was read; `none`: all keys, or all values, are null. */
  readonly keyFormat: string
  readonly valueFormat: string
  readonly partitions: readonly { readonly partition: number; readonly start: number; readonly end: number }[]
}

/** A record that is to be sent again: a bad record where it stands, or its dead letter. */
export interface SendAgainRequest {
  readonly topic: string
  readonly partition: number
  readonly offset: number
  /** The value that it gets; null: its own. */
  readonly value: string | null
}

/** Where a record was sent again. */
export interface SentAgain {
  readonly topic: string
  readonly partition: number
  /** Where the record stood first, as the header says it: `topic-partition@offset`. */
  readonly from: string
}
