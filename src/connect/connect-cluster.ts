/**
 * The port to a Kafka Connect cluster: connectors by name, their states, the plugins. Shapes are those of Connect's REST API, which clients of
 * ksqlDB see, too. Source: Kafka documentation, "Kafka Connect: REST API"; `org.apache.kafka.connect.runtime.rest.entities`.
 */

export type ConnectorType = 'source' | 'sink' | 'unknown'

export interface ConnectorInfo {
  readonly name: string
  readonly config: Readonly<Record<string, string>>
  readonly tasks: readonly { readonly connector: string; readonly task: number }[]
  readonly type: ConnectorType
}

/** `state`: RUNNING, PAUSED, STOPPED, FAILED, UNASSIGNED or RESTARTING. `trace`: why it failed. */
export interface ConnectorPartState {
  readonly state: string
  readonly worker_id: string
  readonly trace?: string | undefined
}

export interface ConnectorStatus {
  readonly name: string
  readonly connector: ConnectorPartState
  readonly tasks: readonly (ConnectorPartState & { readonly id: number })[]
  readonly type: ConnectorType
}

export interface ConnectorPlugin {
  readonly class: string
  readonly type: string
  readonly version: string | null
}

/** What Connect finds wrong with one option. */
export interface OptionErrors {
  readonly option: string
  readonly errors: readonly string[]
}

/** Every method rejects with a ConnectError. */
export interface ConnectCluster {
  connectors(): Promise<readonly string[]>
  plugins(): Promise<readonly ConnectorPlugin[]>
  /** What is wrong with the options of a connector that is to be made; empty: nothing. */
  validate(connectorClass: string, config: Readonly<Record<string, string>>): Promise<readonly OptionErrors[]>
  create(name: string, config: Readonly<Record<string, string>>): Promise<ConnectorInfo>
  describe(name: string): Promise<ConnectorInfo>
  status(name: string): Promise<ConnectorStatus>
  /** Topics that the connector has used since it was made or they were reset. */
  topics(name: string): Promise<readonly string[]>
  drop(name: string): Promise<void>
  /** Ends kept connections. */
  close(): void
}

/** A refusal of Connect, in its words, or why it cannot be reached. */
export class ConnectError extends Error {
  override readonly name = 'ConnectError'
  /** HTTP status of the answer; 0: there was none. */
  readonly status: number

  constructor(message: string, { status, cause }: { readonly status: number; readonly cause?: unknown }) {
    super(message, cause === undefined ? undefined : { cause })
    this.status = status
  }
}
