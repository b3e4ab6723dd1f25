/** Answers to statements as text: one function for each kind. The layout is that of ksqlDB's `Console`. */
import type { Entity } from '../../engine/describe/entities.ts'
import { connectorText } from './connector-text.ts'
import { functionText } from './function-text.ts'
import { type Listing, listTable } from './list-table.ts'
import { type QueryActivity, queryListing } from './query-listing.ts'
import { queryText } from './query-text.ts'
import { schemaText } from './schema-text.ts'
import { sourceText } from './source-text.ts'

/** A table, or text that is already laid out. `width`: columns of the terminal. `activity`: as for `entityText`. */
type Write<Answer> = (entity: Answer, width: number, activity: QueryActivity | null) => Listing | string

type Texts = { readonly [Kind in Entity['@type']]: Write<Extract<Entity, { '@type': Kind }>> }

const SOURCE_TITLES = ['Kafka Topic', 'Key Format', 'Value Format', 'Windowed'] as const

const TEXTS: Texts = {
  currentStatus: ({ commandStatus }) => message(commandStatus.message),
  streams: ({ streams }) => ({ titles: ['Stream Name', ...SOURCE_TITLES], rows: streams.map(sourceRow) }),
  tables: ({ tables }) => ({ titles: ['Table Name', ...SOURCE_TITLES], rows: tables.map(sourceRow) }),
  sourceDescription: ({ sourceDescription }, width) => sourceText(sourceDescription, width),
  source_descriptions: ({ sourceDescriptions }, width) =>
    sourceDescriptions.map((source) => sourceText(source, width)).join('\n\n'),
  queries: (list, _width, activity) => queryListing(list, activity),
  queryDescription: ({ queryDescription }, width) => queryText(queryDescription, width),
  query_descriptions: ({ queryDescriptions }, width) =>
    queryDescriptions.map((query) => queryText(query, width)).join('\n\n'),
  kafka_topics: ({ topics }) => ({
    titles: ['Kafka Topic', 'Partitions', 'Partition Replicas'],
    rows: topics.map(({ name, replicaInfo }) => [name, String(replicaInfo.length), replicas(replicaInfo)]),
  }),
  kafka_topics_extended: ({ topics }) => ({
    titles: ['Kafka Topic', 'Partitions', 'Partition Replicas', 'Consumers', 'ConsumerGroups'],
    rows: topics.map(({ name, replicaInfo, consumerCount, consumerGroupCount }) => [
      name,
      String(replicaInfo.length),
      replicas(replicaInfo),
      String(consumerCount),
      String(consumerGroupCount),
    ]),
  }),
  properties: ({ properties, overwrittenProperties, defaultProperties }) => {
    const overridden = new Set(overwrittenProperties)
    const defaults = new Set(defaultProperties)
    const level = (name: string) => (overridden.has(name) ? 'SESSION' : defaults.has(name) ? '' : 'SERVER')
    return {
      titles: ['Property', 'Scope', 'Default override', 'Effective Value'],
      rows: properties.map(({ name, scope, value }) => [name, scope, level(name), value ?? 'NULL']),
    }
  },
  function_names: ({ functions }) => ({
    titles: ['Function Name', 'Category'],
    rows: functions.map(({ name, category }) => [name, category]),
  }),
  describe_function: functionText,
  type_list: ({ types }) => ({
    titles: ['Type Name', 'Schema'],
    rows: Object.entries(types).map(([name, schema]) => [name, schemaText(schema)]),
  }),
  variables: ({ variables }) => ({
    titles: ['Variable Name', 'Value'],
    rows: variables.map(({ name, value }) => [name, value]),
  }),
  terminate_query: ({ queryId, wasTerminated }) =>
    message(wasTerminated ? `Query terminated: ${queryId}` : `There is no running query ${queryId}`),
  assert_schema: ({ subject, id, exists }) =>
    message(`Schema ${schemaWords(subject, id)} ${exists ? 'exists' : 'does not exist'}`),
  assert_topic: ({ topicName, exists }) => message(`Topic ${topicName} ${exists ? 'exists' : 'does not exist'}`),
  connector_info: ({ info }) => message(`Created connector ${info.name}`),
  connector_list: ({ connectors }) => ({
    titles: ['Connector Name', 'Type', 'Class', 'Status'],
    rows: connectors.map(({ name, type, className, state }) => [
      name,
      type.toUpperCase(),
      className ?? '',
      state ?? '',
    ]),
  }),
  connector_plugins_list: ({ connectorsPlugins }) => ({
    titles: ['Class', 'Type', 'Version'],
    rows: connectorsPlugins.map(({ className, type, version }) => [className, type.toUpperCase(), version ?? '']),
  }),
  connector_description: connectorText,
  drop_connector: ({ connectorName }) => message(`Dropped connector "${connectorName}"`),
  index_list: ({ indexes }) => ({
    titles: ['Index Name', 'Table', 'Columns', 'State'],
    rows: indexes.map(({ name, table, columns, state }) => [name, table, columns.join(', '), state]),
  }),
  secret_list: ({ secrets }) => ({ titles: ['Secret Name'], rows: secrets.map((name) => [name]) }),
  warning_entity: ({ message: text }) => message(text),
}

/**
 * The answer, with its warnings before it. An answer of an unknown kind is shown as JSON. `activity`: what the queries of SHOW QUERIES are
 * doing; null: it is not shown.
 */
export function entityText(entity: Entity, width: number, activity: QueryActivity | null = null): string {
  const write = TEXTS[entity['@type']] as Write<Entity> | undefined
  const shown = write === undefined ? JSON.stringify(entity, null, 2) : write(entity, width, activity)
  const text = typeof shown === 'string' ? shown : listTable(shown, width)
  return [...(entity.warnings ?? []).map((warning) => `WARNING: ${warning.message}`), text].join('\n')
}

const schemaWords = (subject: string | null, id: number | null): string =>
  [...(subject === null ? [] : [`with subject name ${subject}`]), ...(id === null ? [] : [`with id ${id}`])].join(
    ' and ',
  )

const message = (text: string): Listing => ({ titles: ['Message'], rows: [[text]] })

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

/** One number if all partitions have the same. */
const replicas = (counts: readonly number[]): string =>
  new Set(counts).size === 1 ? String(counts[0]) : counts.join(',')
