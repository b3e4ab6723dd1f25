/** Names of the topics and groups that queries create on the broker. Source: ksqlDB's QueryApplicationId; Kafka Streams' ProcessorStateManager. */

export interface QueryNaming {
  /** `ksql.service.id`. */
  readonly serviceId: string
  readonly queryId: string
  /** Whether it is a push query: its names then differ from those of persistent queries. */
  readonly transient: boolean
}

/** The topic of the command log. */
export const commandTopic = (serviceId: string): string => `_confluent-ksql-${serviceId}_command_topic`

/** Also the consumer group under which offsets are committed. */
export const applicationId = ({ serviceId, queryId, transient }: QueryNaming): string =>
  `_confluent-ksql-${serviceId}${transient ? 'transient' : 'query'}_${queryId}`

export const repartitionTopic = (application: string, suffix: string): string => `${application}-${suffix}`

export const changelogTopic = (application: string, store: string): string => `${application}-${store}-changelog`

/** Consumer group under which a sink connector's offsets are committed. */
export const connectorGroup = (serviceId: string, connector: string): string =>
  `_confluent-ksql-${serviceId}connector_${connector}`

/** Topic that keeps the position of a source connector. */
export const connectorPositions = (serviceId: string, connector: string): string =>
  `${connectorGroup(serviceId, connector)}-positions`
