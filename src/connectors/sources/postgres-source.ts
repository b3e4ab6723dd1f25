/** The source `postgres`: the rows of a table, then each change of them, by logical replication. */
import { createHash } from 'node:crypto'
import type { PurgeContext, SourceContext, SourceDeclaration } from '../connector.ts'
import { OptionError, type Options } from '../options.ts'
import { addressOf, connectPostgres, POSTGRES_OPTIONS, quoted } from '../postgres/postgres-client.ts'
import { dropSlot, type TableName } from '../postgres/source-catalogue.ts'
import { PostgresSourceTask } from './postgres-source-task.ts'

export const postgresSource: SourceDeclaration = {
  kind: 'SOURCE',
  name: 'postgres',
  keepsPosition: true,
  description:
    'Reads the rows of a PostgreSQL table, then each change of them as it is committed, by logical replication (`wal_level=logical`). Records ' +
    'have the shape of Debezium: the key is an object of the primary key, the value an envelope with `before`, `after`, `op` (`r` read, `c` ' +
    'created, `u` updated, `d` deleted, `t` truncated), `source` and `ts_ms`, and a deletion is followed by a tombstone.',
  guarantee:
    'Exactly once: the place in the log of PostgreSQL is stored with the records. Only a first reading of the rows that was interrupted begins ' +
    'again: its rows, marked by `op` `r`, come once more, and behind them the changes since the reading that was begun first, so that the topic ends ' +
    'with the table as it is. `source.lsn` tells readings from each other.',
  options: [
    ...POSTGRES_OPTIONS,
    {
      name: 'table',
      type: 'text',
      default: null,
      isRequired: true,
      isFixed: true,
      description: 'Table, with its schema: `public.users`. Without one it is in `public`.',
    },
    {
      name: 'snapshot.mode',
      type: 'choice',
      default: 'initial',
      choices: ['initial', 'never'],
      isFixed: true,
      description: 'Whether the rows that are there at the beginning are read, or changes only.',
    },
    {
      name: 'slot.name',
      type: 'text',
      default: null,
      isFixed: true,
      description:
        'Replication slot. Unset: one of its own, which is made, and dropped with the connector. A slot that exists is used from where it is, with ' +
        "`snapshot.mode='never'`, and stays.",
    },
    {
      name: 'publication.name',
      type: 'text',
      default: null,
      isFixed: true,
      description:
        'Publication with the table; made if it is missing. Unset: one of its own, which is dropped with the connector.',
    },
    {
      name: 'value',
      type: 'choice',
      default: 'envelope',
      choices: ['envelope', 'row'],
      description:
        'Whether a value is the envelope, or the row after the change, which a table can be created over; a deletion is then a tombstone only.',
    },
    {
      name: 'tombstones.on.delete',
      type: 'flag',
      default: 'true',
      description: 'Whether the event of a deletion is followed by a tombstone.',
    },
    {
      name: 'time.precision.mode',
      type: 'choice',
      default: 'adaptive',
      choices: ['adaptive', 'connect'],
      description:
        '`adaptive`: `date` in days, `time` and `timestamp` in microseconds, `timestamptz` as ISO 8601 in UTC. `connect`: in milliseconds, as columns ' +
        'DATE, TIME and TIMESTAMP are read; microseconds are cut off.',
    },
    {
      name: 'decimal.handling.mode',
      type: 'choice',
      default: 'precise',
      choices: ['precise', 'string'],
      description: 'Whether `numeric` is a number with all its digits, as a DECIMAL column reads it, or a text.',
    },
    {
      name: 'unavailable.value.placeholder',
      type: 'text',
      default: '__debezium_unavailable_value',
      description:
        'What stands for a long value that an update has not changed: the log does not have it, unless the table has REPLICA IDENTITY FULL.',
    },
    {
      name: 'heartbeat.interval.ms',
      type: 'duration',
      default: '10000',
      least: 100,
      most: 50_000,
      description:
        'While no row changes, PostgreSQL is told so often that it may forget its log, which other tables let grow.',
    },
  ],
  example: `CREATE SOURCE users WITH (
  connector='postgres', url='postgres://localhost:5432/postgres', username='postgres', password='\${env:CONNECTOR_PG_PASSWORD}',
  "table"='public.users', topic='users');
CREATE STREAM user_changes (op STRING, after STRUCT<id INT, state STRING>) WITH (kafka_topic='users', value_format='JSON');`,

  check(options) {
    addressOf(options)
    tableOf(options)
    for (const name of ['slot.name', 'publication.name']) checkName(name, options)
  },

  async open(context) {
    const { options, identity } = context
    const names = replicationNames(context, identity)
    return new PostgresSourceTask(context, { ...names, table: tableOf(options) })
  },

  async purge(context) {
    const { options } = context
    if (options.isGiven('slot.name') && options.isGiven('publication.name')) return
    const { slot, publication } = replicationNames(context, context.identity)
    const client = await connectPostgres(context)
    try {
      if (!options.isGiven('slot.name')) await dropSlot(client, slot)
      if (!options.isGiven('publication.name')) await client.query(`DROP PUBLICATION IF EXISTS ${quoted(publication)}`)
    } finally {
      await client.end()
    }
  },
}

const tableOf = (options: Options): TableName => {
  const [schema, name, ...rest] = options.text('table').split('.')
  if (rest.length > 0 || schema === '' || name === '') {
    throw new OptionError('table', `The option 'table' takes schema.table, not '${options.text('table')}'.`)
  }
  return name === undefined ? { schema: 'public', name: schema! } : { schema: schema!, name }
}

/** Names of slots are of lower-case letters, digits and underscores. Source: PostgreSQL's `ReplicationSlotValidateName`. */
function checkName(option: string, options: Options): void {
  const name = options.textOrNull(option)
  if (name === null || /^[a-z0-9_]{1,63}$/.test(name)) return
  throw new OptionError(
    option,
    `The option '${option}' takes up to 63 lower-case letters, digits and underscores, not '${name}'.`,
  )
}

/** The same for a connector wherever it runs, and others for another connector, also one of the same name that is created later. */
function replicationNames({ options, connector }: SourceContext | PurgeContext, identity: string) {
  const readable = connector
    .toLowerCase()
    .replaceAll(/[^a-z0-9]/g, '_')
    .slice(0, 40)
  const own = `millrace_${readable}_${createHash('sha256').update(identity).digest('hex').slice(0, 10)}`
  return {
    slot: options.textOrNull('slot.name') ?? own,
    publication: options.textOrNull('publication.name') ?? own,
  }
}
