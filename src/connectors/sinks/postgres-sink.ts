/** The sink `postgres`: rows in a table of PostgreSQL, with the position in the same transaction. */
import type { SinkDeclaration } from '../connector.ts'
import { addressOf, POSTGRES_OPTIONS } from '../postgres/postgres-client.ts'
import { keyOf, tableOf } from './postgres-options.ts'
import { PostgresTask } from './postgres-task.ts'

export const postgresSink: SinkDeclaration = {
  kind: 'SINK',
  name: 'postgres',
  description:
    'Writes records as rows of a PostgreSQL table. A record of a stream is a row of its own; a row of a table is inserted, updated and deleted ' +
    'by its key.',
  guarantee:
    'Exactly once: the position of each partition is a row of `millrace_positions`, changed in the transaction that writes the records.',
  options: [
    ...POSTGRES_OPTIONS,
    {
      name: 'table',
      type: 'text',
      default: '%{topic}',
      description: 'Table, with or without a schema: `logs.users`. `%{topic}` stands for the topic.',
    },
    {
      name: 'auto.create',
      type: 'flag',
      default: 'true',
      description: 'Whether the table is created if it is missing.',
    },
    {
      name: 'insert.mode',
      type: 'choice',
      default: null,
      choices: ['append', 'upsert'],
      description:
        'Whether records are appended, or replace the row with their key. Unset: streams append, tables upsert.',
    },
    {
      name: 'pk.columns',
      type: 'list',
      default: null,
      description: 'Columns of the primary key, for `upsert`. Unset: the key of the source.',
    },
    {
      name: 'column.names',
      type: 'choice',
      default: 'lower',
      choices: ['exact', 'lower'],
      description:
        'Whether columns have the exact names of the columns of the source, usually in upper case, or their names in lower case.',
    },
  ],
  example: `CREATE TABLE users (userid STRING PRIMARY KEY, state STRING, visits BIGINT) WITH (kafka_topic='users', value_format='JSON', partitions=1);
CREATE SINK users_to_postgres FROM users WITH (
  connector='postgres', url='postgres://localhost:5432/postgres', username='postgres', password='\${env:CONNECTOR_PG_PASSWORD}');`,

  check(options, source) {
    addressOf(options)
    tableOf(options, source)
    keyOf(options, source)
  },

  async open(context) {
    return new PostgresTask(context)
  },
}
