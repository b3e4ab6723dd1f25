/** Answers to statements as text: one function for each kind. Source: cli-and-operations.md 1.3. */
import type { Entity } from '../../engine/entities.ts'
import { functionText } from './function-text.ts'
import { listTable } from './list-table.ts'
import { queryText } from './query-text.ts'
import { schemaText } from './schema-text.ts'
import { sourceText } from './source-text.ts'

type Texts = { readonly [Kind in Entity['@type']]: (entity: Extract<Entity, { '@type': Kind }>) => string }

const SOURCE_TITLES = ['Kafka Topic', 'Key Format', 'Value Format', 'Windowed'] as const

const TEXTS: Texts = {
  currentStatus: ({ commandStatus }) => message(commandStatus.message),
  streams: ({ streams }) =>
    listTable(
      ['Stream Name', ...SOURCE_TITLES],
      streams.map((stream) => sourceRow(stream)),
    ),
  tables: ({ tables }) =>
    listTable(
      ['Table Name', ...SOURCE_TITLES],
      tables.map((table) => sourceRow(table)),
    ),
  sourceDescription: ({ sourceDescription }) => sourceText(sourceDescription),
  source_descriptions: ({ sourceDescriptions }) => sourceDescriptions.map(sourceText).join('\n\n'),
  queries: ({ queries }) =>
    listTable(
      ['Query ID', 'Query Type', 'Status', 'Sink Name', 'Sink Kafka Topic', 'Query String'],
      queries.map((query) => [
        query.id,
        query.queryType,
        Object.entries(query.statusCount)
          .map(([status, count]) => `${status}:${count}`)
          .join(', '),
        query.sinks.join(','),
        query.sinkKafkaTopics.join(','),
        query.queryString.replaceAll(/\s+/g, ' '),
      ]),
    ),
  queryDescription: ({ queryDescription }) => queryText(queryDescription),
  query_descriptions: ({ queryDescriptions }) => queryDescriptions.map(queryText).join('\n\n'),
  kafka_topics: ({ topics }) =>
    listTable(
      ['Kafka Topic', 'Partitions', 'Partition Replicas'],
      topics.map(({ name, replicaInfo }) => [name, String(replicaInfo.length), replicas(replicaInfo)]),
    ),
  kafka_topics_extended: ({ topics }) =>
    listTable(
      ['Kafka Topic', 'Partitions', 'Partition Replicas', 'Consumers', 'ConsumerGroups'],
      topics.map(({ name, replicaInfo, consumerCount, consumerGroupCount }) => [
        name,
        String(replicaInfo.length),
        replicas(replicaInfo),
        String(consumerCount),
        String(consumerGroupCount),
      ]),
    ),
  properties: ({ properties, overwrittenProperties }) =>
    listTable(
      ['Property', 'Scope', 'Default override', 'Effective Value'],
      properties.map(({ name, scope, value }) => [
        name,
        scope,
        overwrittenProperties.includes(name) ? 'SERVER' : '',
        value ?? 'NULL',
      ]),
    ),
  function_names: ({ functions }) =>
    listTable(
      ['Function Name', 'Category'],
      functions.map(({ name, category }) => [name, category]),
    ),
  describe_function: functionText,
  type_list: ({ types }) =>
    listTable(
      ['Type Name', 'Schema'],
      Object.entries(types).map(([name, schema]) => [name, schemaText(schema)]),
    ),
  variables: ({ variables }) =>
    listTable(
      ['Variable Name', 'Value'],
      variables.map(({ name, value }) => [name, value]),
    ),
  terminate_query: ({ queryId, wasTerminated }) =>
    message(wasTerminated ? `Query terminated: ${queryId}` : `There is no running query ${queryId}`),
  assert_topic: ({ topicName, exists }) => message(`Topic ${topicName} ${exists ? 'exists' : 'does not exist'}`),
  warning_entity: ({ message: text }) => message(text),
}

/** The answer, with its warnings before it. An answer of a kind that is unknown here is shown as JSON. */
export function entityText(entity: Entity): string {
  const write = TEXTS[entity['@type']] as ((entity: Entity) => string) | undefined
  const text = write === undefined ? JSON.stringify(entity, null, 2) : write(entity)
  return [...(entity.warnings ?? []).map((warning) => `WARNING: ${warning.message}`), text].join('\n')
}

const message = (text: string): string => listTable(['Message'], [[text]])

interface Source {
  readonly name: string
  readonly topic: string
  readonly keyFormat: string
  readonly valueFormat: string
  readonly isWindowed: boolean
}

const sourceRow = ({ name, topic, keyFormat, valueFormat, isWindowed }: Source): string[] => [
  name,
  topic,
  keyFormat,
  valueFormat,
  String(isWindowed),
]

/** One number if all partitions have it. */
const replicas = (counts: readonly number[]): string =>
  new Set(counts).size === 1 ? String(counts[0]) : counts.join(',')
