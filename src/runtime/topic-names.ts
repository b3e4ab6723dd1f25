/** Names of what queries make on the broker. Source: cli-and-operations.md, names of internal topics. */

export interface QueryNaming {
  /** `ksql.service.id`. */
  readonly serviceId: string
  readonly queryId: string
  /** Push queries: part of their names, so that none meets what an older one left. */
  readonly transient: boolean
}

/** Also the consumer group under which offsets are committed. */
export const applicationId = ({ serviceId, queryId, transient }: QueryNaming): string =>
  `_confluent-ksql-${serviceId}${transient ? 'transient' : 'query'}_${queryId}`

export const repartitionTopic = (application: string, suffix: string): string => `${application}-${suffix}`

export const changelogTopic = (application: string, store: string): string => `${application}-${store}-changelog`
