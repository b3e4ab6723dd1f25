/** What the peers of Nexmark have in common: each runs a query over the same topics of Kafka, in a process of its own. */
import type { MeasuredQuery } from '../measured-query.ts'

export type PeerName = 'flink' | 'ks' | 'millrace'

/** One run of a query. */
export type PeerRun = Pick<MeasuredQuery, 'hasEnded' | 'cpuSeconds' | 'wallSeconds' | 'peakMemoryMb'>

export interface Peer {
  readonly name: PeerName
  /** The product with its version and settings, for readers of the table. */
  readonly description: string
  /** The queries that it can express. */
  readonly queries: readonly string[]
  /** Queries whose result is not compared, and why. */
  readonly unchecked: Readonly<Record<string, string>>
  /** Starts a process for runs of the query and resolves when it is up. */
  start(query: string): Promise<PeerProcess>
}

export interface PeerProcess {
  /** Runs the query over all events, into a result that is empty before. One that has not ended after `limitSeconds` is a result, too. Rejects where the peer fails. */
  run(limitSeconds: number): Promise<PeerRun>
  /** Ends the process. Calling it twice is allowed. */
  stop(): Promise<void>
  /** Writes the rows of the last run to `path`, as lines of JSON. Called after `stop`. */
  writeContent(path: string): Promise<void>
}

export interface PeerContext {
  readonly bootstrapServers: string
  /** For state, logs and settings of the peers. */
  readonly directory: string
  /** The folder of the files of the same events. */
  readonly eventFolder: string
}
