/** Schemas that several routes share. */
import type { Entity } from '../../engine/describe/entities.ts'
import { ERRORS } from '../../errors.ts'
import { objectSchema } from './object-schema.ts'
import { component, type JsonSchema } from './operation.ts'

const text: JsonSchema = { type: 'string' }
const integer: JsonSchema = { type: 'integer' }
const texts: JsonSchema = { type: 'array', items: text }

/** The kinds of entities by what each answers. */
const ENTITIES: { readonly [Type in Entity['@type']]: string } = {
  currentStatus: 'a statement that changes something',
  streams: 'SHOW STREAMS',
  tables: 'SHOW TABLES',
  sourceDescription: 'DESCRIBE',
  source_descriptions: 'SHOW STREAMS EXTENDED, SHOW TABLES EXTENDED',
  queries: 'SHOW QUERIES',
  queryDescription: 'EXPLAIN',
  query_descriptions: 'SHOW QUERIES EXTENDED',
  kafka_topics: 'SHOW TOPICS',
  kafka_topics_extended: 'SHOW TOPICS EXTENDED',
  properties: 'SHOW PROPERTIES',
  function_names: 'SHOW FUNCTIONS',
  describe_function: 'DESCRIBE FUNCTION',
  type_list: 'SHOW TYPES',
  variables: 'SHOW VARIABLES',
  terminate_query: 'TERMINATE of a push query',
  assert_topic: 'ASSERT TOPIC',
  assert_schema: 'ASSERT SCHEMA',
  connector_info: 'CREATE CONNECTOR',
  connector_list: 'SHOW CONNECTORS',
  connector_plugins_list: 'SHOW CONNECTOR PLUGINS',
  connector_description: 'DESCRIBE CONNECTOR',
  drop_connector: 'DROP CONNECTOR',
  secret_list: 'SHOW SECRETS',
  index_list: 'SHOW INDEXES',
  warning_entity: 'a statement that was carried out and deserves a remark',
}

const kinds = Object.entries(ENTITIES).map(([type, statement]) => `\`${type}\`: ${statement}`)

/** By their names. */
export const COMPONENTS: Readonly<Record<string, JsonSchema>> = {
  Error: objectSchema({
    '@type': { type: 'string', enum: ['generic_error', 'statement_error'] },
    error_code: { type: 'integer', enum: Object.values(ERRORS).map(({ errorCode }) => errorCode) },
    message: { ...text, description: 'What is wrong, and what to do.' },
    'statementText?': { ...text, description: 'The statement at fault.' },
    'entities?': {
      type: 'array',
      items: component('Entity'),
      description: 'The answers of the statements before the one at fault.',
    },
  }),
  CommandStatus: objectSchema({
    status: { type: 'string', enum: ['QUEUED', 'PARSING', 'EXECUTING', 'RUNNING', 'TERMINATED', 'SUCCESS', 'ERROR'] },
    message: text,
    queryId: { type: ['string', 'null'] },
  }),
  Warning: objectSchema({ message: text }),
  Entity: {
    ...objectSchema({
      '@type': { type: 'string', enum: Object.keys(ENTITIES) },
      statementText: text,
      warnings: { type: 'array', items: component('Warning') },
      'commandId?': { ...text, description: 'Of a `currentStatus`: type/entity/action.' },
      'commandStatus?': component('CommandStatus'),
      'commandSequenceNumber?': {
        ...integer,
        description: 'Of a `currentStatus`: what a later request names to wait for this command.',
      },
    }),
    description: `The answer of a statement. Its kind is in \`@type\`, and further members depend on it.\n\n${kinds.map((kind) => `* ${kind}`).join('\n')}`,
  },
  Row: { type: 'array', description: 'The columns of a row in their order.', items: {} },
  QueryDescription: objectSchema({ queryId: text, columnNames: texts, columnTypes: texts }),
  StreamedRow: {
    type: 'object',
    description: 'One of its members says what the element is.',
    properties: {
      header: objectSchema({ queryId: text, schema: text, 'protoSchema?': text }),
      row: {
        type: 'object',
        properties: {
          columns: component('Row'),
          tombstone: { type: 'boolean', description: 'True: the row was deleted.' },
          protobufBytes: { ...text, description: 'The row as a Protobuf message in base64.' },
        },
      },
      notice: objectSchema({ message: text }, 'A remark between rows.'),
      finalMessage: text,
      errorMessage: component('Error'),
    },
  },
  Acknowledgement: objectSchema({
    status: { type: 'string', enum: ['ok', 'error'] },
    seq: { ...integer, description: 'Number of the row, from 0.' },
    'error_code?': integer,
    'message?': text,
  }),
}
