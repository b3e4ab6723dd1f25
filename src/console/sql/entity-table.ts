/** Answers to statements as something that can be shown: a message, a text, or a table. */
import type { Entity } from '../../engine/describe/entities.ts'
import { schemaInfoText } from '../../engine/describe/schema-info.ts'
import type { Column } from '../api/columns.ts'
import type { Json } from '../api/exact-json.ts'

export type Answer =
  | { readonly kind: 'message'; readonly message: string }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'table'; readonly columns: readonly Column[]; readonly rows: readonly (readonly Json[])[] }

export function answerOf(entity: Entity): Answer {
  switch (entity['@type']) {
    case 'currentStatus':
      return { kind: 'message', message: entity.commandStatus.message }
    case 'streams':
      return table(entity.streams, ['name', 'topic', 'keyFormat', 'valueFormat', 'isWindowed'])
    case 'tables':
      return table(entity.tables, ['name', 'topic', 'keyFormat', 'valueFormat', 'isWindowed'])
    case 'queries':
      return table(entity.queries, ['id', 'queryType', 'state', 'sinks', 'queryString'])
    case 'kafka_topics':
      return table(entity.topics, ['name', 'replicaInfo'])
    case 'kafka_topics_extended':
      return table(entity.topics, ['name', 'replicaInfo', 'consumerCount', 'consumerGroupCount'])
    case 'properties':
      return table(entity.properties, ['name', 'value', 'scope', 'level', 'editable'])
    case 'function_names':
      return table(entity.functions, ['name', 'type', 'category'])
    case 'describe_function':
      return table(entity.functions, ['argumentTypes', 'returnType', 'description'])
    case 'type_list':
      return rows(
        ['name', 'type'],
        Object.entries(entity.types).map(([name, type]) => [name, type as unknown as Json]),
      )
    case 'variables':
      return table(entity.variables, ['name', 'value'])
    case 'connector_list':
      return table(entity.connectors, ['name', 'type', 'className', 'state'])
    case 'connector_plugins_list':
      return table(entity.connectorsPlugins, ['className', 'type', 'version'])
    case 'sourceDescription':
      return rows(
        ['column', 'type', 'key'],
        entity.sourceDescription.fields.map(({ name, schema, type }) => [name, schemaInfoText(schema), type ?? '']),
      )
    case 'source_descriptions':
      return table(entity.sourceDescriptions, ['name', 'type', 'topic', 'keyFormat', 'valueFormat', 'partitions'])
    case 'queryDescription': {
      const { executionPlan, topology, operators } = entity.queryDescription
      if (operators === undefined) return { kind: 'text', text: `${executionPlan}\n\n${topology}` }
      return table(operators, [
        'step',
        'recordsIn',
        'recordsOut',
        'lateRecords',
        'droppedRecords',
        'stateEntries',
        'stateBytes',
        'timeMs',
      ])
    }
    case 'query_descriptions':
      return table(entity.queryDescriptions, ['id', 'queryType', 'state', 'statementText'])
    case 'terminate_query':
      return {
        kind: 'message',
        message: `Query ${entity.queryId} ${entity.wasTerminated ? 'was terminated' : 'has ended'}.`,
      }
    case 'assert_topic':
      return { kind: 'message', message: `Topic ${entity.topicName} ${entity.exists ? 'exists' : 'does not exist'}.` }
    case 'assert_schema':
      return {
        kind: 'message',
        message: `Schema ${entity.subject ?? entity.id} ${entity.exists ? 'exists' : 'does not exist'}.`,
      }
    case 'connector_info':
      return { kind: 'message', message: `Created connector ${entity.info.name}` }
    case 'drop_connector':
      return { kind: 'message', message: `Dropped connector ${entity.connectorName}` }
    case 'warning_entity':
      return { kind: 'message', message: entity.message }
    case 'connector_description':
      return rows(['option', 'value'], Object.entries(entity.builtIn?.options ?? {}))
    default:
      return { kind: 'text', text: JSON.stringify(entity, null, 2) }
  }
}

const rows = (names: readonly string[], values: readonly (readonly Json[])[]): Answer => ({
  kind: 'table',
  columns: names.map((name) => ({ name, type: 'STRING', isKey: false })),
  rows: values,
})

function table<Item extends object>(items: readonly Item[], names: readonly (keyof Item & string)[]): Answer {
  return rows(
    names,
    items.map((item) => names.map((name) => (item[name] ?? null) as Json)),
  )
}
