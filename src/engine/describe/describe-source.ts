/** Streams and tables as DESCRIBE and SHOW list them. Source: ksqlDB's `SourceDescription`. */
import type { Broker, TopicPartition } from '../../broker/broker.ts'
import type { DataSource } from '../../metastore/data-source.ts'
import { dependantsOf, indexesOf } from '../../metastore/metastore.ts'
import type { Catalog } from '../commands/catalog.ts'
import { groupIdOf, persistentListing, type StatusParts } from './describe-query.ts'
import type { QueryOffsetSummary, RunningQuery, SourceDescription, SourceListing } from './entities.ts'
import { indexListings } from './index-listings.ts'
import { fieldsOf } from './schema-info.ts'

export interface SourceParts extends StatusParts {
  readonly broker: Broker
}

/** A stream or table as SHOW STREAMS and SHOW TABLES list it. */
export const listSource = <Type extends 'STREAM' | 'TABLE'>(source: DataSource, type: Type): SourceListing<Type> => ({
  type,
  name: source.name,
  topic: source.topic,
  keyFormat: source.keyFormat.format,
  valueFormat: source.valueFormat.format,
  isWindowed: source.window !== null,
})

/**
 * A stream or table as DESCRIBE shows it. `extended`: adds the topic's partitions and the offsets of the queries that read it, from the
 * broker.
 */
export async function describeSource(
  source: DataSource,
  extended: boolean,
  catalog: Catalog,
  parts: SourceParts,
): Promise<SourceDescription> {
  const { metastore } = catalog
  const topic = await topicOf(source, parts.broker)
  const indexes = indexListings(indexesOf(metastore, source.name), catalog, parts)
  const readers = queriesThat(catalog, parts, ({ reads }) => reads.includes(source.name))
  const writers = queriesThat(catalog, parts, ({ writes }) => writes === source.name)
  return {
    name: source.name,
    windowType: source.window?.type ?? null,
    readQueries: readers,
    writeQueries: writers,
    fields: fieldsOf(source.schema),
    type: source.kind,
    timestamp: source.timestamp?.column ?? '',
    statistics: extended ? statistics(writers, readers, parts) : '',
    errorStats: extended ? errorStatistics([...writers, ...readers], parts) : '',
    extended,
    keyFormat: source.keyFormat.format,
    valueFormat: source.valueFormat.format,
    topic: source.topic,
    partitions: topic.partitions,
    replication: topic.replicas,
    statement: source.statement,
    queryOffsetSummaries: extended ? await offsetSummaries(readers, parts) : [],
    sourceConstraints: dependantsOf(metastore, source.name),
    ...(indexes.length > 0 && { indexes }),
    clusterStatistics: [],
    clusterErrorStats: [],
  }
}

async function topicOf({ topic }: DataSource, broker: Broker) {
  const description = await broker.describeTopic(topic)
  return { partitions: description?.partitions ?? 0, replicas: description?.replicas ?? 0 }
}

function queriesThat(
  { queries, metastore }: Catalog,
  parts: SourceParts,
  holds: (link: { readonly reads: readonly string[]; readonly writes: string | null }) => boolean,
): RunningQuery[] {
  return [...queries.values()]
    .filter(({ link }) => holds(link))
    .map((query) => persistentListing(query, metastore, parts))
}

/** Counts of the queries that write the source (else of those that read it) since they were started here. */
function statistics(
  writers: readonly RunningQuery[],
  readers: readonly RunningQuery[],
  { runtime }: SourceParts,
): string {
  const counted = writers.length > 0 ? writers : readers
  const statuses = counted.map(({ id }) => runtime.status(id)).filter((status) => status !== undefined)
  if (statuses.length === 0) return ''
  const consumed = statuses.reduce((sum, { recordsConsumed }) => sum + recordsConsumed, 0)
  const produced = statuses.reduce((sum, { recordsProduced }) => sum + recordsProduced, 0)
  return `consumer-total-messages: ${consumed} total-messages: ${produced}`
}

function errorStatistics(queries: readonly RunningQuery[], { runtime }: SourceParts): string {
  const failed = queries.reduce((sum, { id }) => sum + (runtime.status(id)?.processingErrors ?? 0), 0)
  return failed === 0 ? '' : `consumer-failed-messages: ${failed}`
}

/** The position of each reading query in each topic that it reads. */
function offsetSummaries(
  readers: readonly RunningQuery[],
  { broker, config }: SourceParts,
): Promise<QueryOffsetSummary[]> {
  return Promise.all(
    readers.map(async ({ id }) => {
      const groupId = groupIdOf(id, config)
      const committed = await broker.fetchOffsets(groupId)
      const topics = [...new Set(committed.map(({ topic }) => topic))]
      return {
        groupId,
        topicSummaries: await Promise.all(
          topics.map(async (kafkaTopic) => ({
            kafkaTopic,
            offsets: await topicOffsets(kafkaTopic, committed, broker),
          })),
        ),
      }
    }),
  )
}

async function topicOffsets(
  topic: string,
  committed: readonly (TopicPartition & { readonly offset: number })[],
  broker: Broker,
) {
  const [starts, ends] = await Promise.all([broker.startOffsets(topic), broker.endOffsets(topic)])
  return ends.map(({ partition, offset: logEndOffset }, i) => ({
    partition,
    logStartOffset: starts[i]!.offset,
    logEndOffset,
    consumerOffset:
      committed.find((position) => position.topic === topic && position.partition === partition)?.offset ?? 0,
  }))
}
