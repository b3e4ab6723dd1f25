/** What a broker of the tests has beside its plain listener. */
export interface BrokerAdditions {
  readonly listeners: readonly BrokerListener[]
  /** Lines of its `server.properties`. */
  readonly properties: readonly string[]
  /** Further arguments of Kafka's `StorageTool format`. */
  readonly formatting?: readonly string[]
  /** Further arguments of the JVM. */
  readonly jvm?: readonly string[]
}

export interface BrokerListener {
  readonly name: string
  readonly protocol: 'PLAINTEXT' | 'SSL' | 'SASL_PLAINTEXT' | 'SASL_SSL'
  readonly port: number
  /** The port that the broker gives clients to connect to; default: the same. */
  readonly advertisedPort?: number
}
