/** The source `postgres`: the rows of a table, then each change of them, by logical replication. */
import { createHash } from 'node:crypto'
import type { PurgeContext, SourceContext, SourceDeclaration } from '../connector.ts'
import { OptionError, type Options } from '../options.ts'
import { addressOf, connectPostgres, POSTGRES_OPTIONS, quoted } from '../postgres/postgres-client.ts'
import { dropSlot, type TableName } from '../postgres/source-catalogue.ts'
import { PostgresSourceTask } from './postgres-source-task.ts'

const BESIDE_DEBEZIUM = `## Beside Debezium

The events were compared with those of Debezium's PostgreSQL connector 3.6, which read the same changes with the JSON converter without schemas. Keys,
\`op\`, \`before\`, \`after\`, tombstones and the order are the same, and so are \`ts_ms\`, \`ts_us\`, \`db\`, \`schema\`, \`table\`, \`txId\` and
\`lsn\` in \`source\`. These differ:

| | here | Debezium |
|---|---|---|
| \`numeric\`, \`money\` by default | a number with all its digits | Base64 of the unscaled value |
| \`money\` | a number if it is written as \`$1,234.50\`, otherwise the text of the server | a number |
| \`interval\` by default | ISO 8601, \`P1Y2M3DT4H5M6.7S\` | microseconds; the same text with \`interval.handling.mode=string\` |
| infinite dates and timestamps | \`"infinity"\`, \`"-infinity"\` | a number that depends on the type |
| \`NaN\` of \`numeric\` | \`"NaN"\` | \`"NAN"\` as a text |
| dates before 1 AD | days in the calendar of PostgreSQL | other days in the snapshot than in changes |
| arrays of arrays | arrays of arrays | null elements |
| arrays of \`money\` and \`point\`, \`box\`, \`line\`, \`pg_lsn\` and other types that Debezium does not know | arrays, texts | no field, unless \`include.unknown.datatypes\` is set |
| \`TRUNCATE\` | an event with \`op\` \`t\` and no key | the same with \`skipped.operations=none\`; by default no event |
| \`source.name\` | the name of the connector | \`topic.prefix\` |
| \`source.snapshot\` | \`true\` or \`false\` | also \`first\`, \`last\` and others |
| only here | \`source.tx_index\`: the number of the change in its transaction | |
| only there | | \`source.version\`, \`.sequence\`, \`.ts_ns\`, \`.xmin\`, \`.origin\`; \`transaction\`; \`ts_us\`, \`ts_ns\`; headers \`__debezium.context.*\` |
| time of the record | when the change was committed | when the event was produced |`

export const postgresSource: SourceDeclaration = {
  kind: 'SOURCE',
  name: 'postgres',
  keepsPosition: true,
  description:
    'Reads the rows of a PostgreSQL table, then each change as it is committed, by logical replication (`wal_level=logical`). Records ' +
    'have the shape of Debezium events: the key is an object with the columns of the primary key, the value an envelope with `before`, `after`, `op` (`r` read, `c` ' +
    'created, `u` updated, `d` deleted, `t` truncated), `source` and `ts_ms`, and a deletion is followed by a tombstone.',
  guarantee:
    'Exactly once: the position in the log of PostgreSQL is stored with the records. The exception is an interrupted snapshot, which starts ' +
    'again: its rows, whose `op` is `r`, are written once more, followed by all changes since the first attempt, so that the topic ends ' +
    'up with the current table. `source.lsn` tells the attempts apart.',
  options: [
    ...POSTGRES_OPTIONS,
    {
      name: 'table',
      type: 'text',
      default: null,
      isRequired: true,
      isFixed: true,
      description: 'Table, with its schema: `public.users`. The default schema is `public`.',
    },
    {
      name: 'snapshot.mode',
      type: 'choice',
      default: 'initial',
      choices: ['initial', 'never'],
      isFixed: true,
      description: '`initial`: the existing rows are read first, then the changes. `never`: only changes are read.',
    },
    {
      name: 'slot.name',
      type: 'text',
      default: null,
      isFixed: true,
      description:
        'Replication slot. Unset: the connector creates a slot and drops it when the connector is dropped. An existing slot needs ' +
        "`snapshot.mode='never'`; reading continues at its position, and the slot is never dropped.",
    },
    {
      name: 'publication.name',
      type: 'text',
      default: null,
      isFixed: true,
      description:
        'Publication that contains the table; it is created if it is missing. Unset: the connector creates a publication and drops it when the connector is dropped.',
    },
    {
      name: 'value',
      type: 'choice',
      default: 'envelope',
      choices: ['envelope', 'row'],
      description:
        '`envelope`: the value has the row before and after the change. `row`: the value is the row after the change, for use as a table; a deletion is only a tombstone.',
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
      choices: ['adaptive', 'adaptive_time_microseconds', 'connect'],
      description:
        '`adaptive`: `date` in days, `time` and `timestamp` in microseconds, or in milliseconds where the column has at most three digits of seconds, and ' +
        '`timestamptz` as ISO 8601 in UTC. `adaptive_time_microseconds`: the same, with every `time` in microseconds. `connect`: in milliseconds, as the ' +
        'columns DATE, TIME and TIMESTAMP are read; microseconds are truncated.',
    },
    {
      name: 'decimal.handling.mode',
      type: 'choice',
      default: 'precise',
      choices: ['precise', 'string'],
      description: 'Whether `numeric` is a number with all its digits, as a DECIMAL column reads it, or a string.',
    },
    {
      name: 'unavailable.value.placeholder',
      type: 'text',
      default: '__debezium_unavailable_value',
      description:
        'Placeholder for a long value (TOAST) that an update leaves unchanged. The log contains such a value only if the table has REPLICA IDENTITY FULL.',
    },
    {
      name: 'heartbeat.interval.ms',
      type: 'duration',
      default: '10000',
      least: 100,
      most: 50_000,
      description:
        'How often the position is confirmed while no row of the table changes, so that PostgreSQL can remove the log of changes to other tables.',
    },
  ],
  example: `CREATE SOURCE users WITH (
  connector='postgres', url='postgres://localhost:5432/postgres', username='postgres', password='\${env:CONNECTOR_PG_PASSWORD}',
  "table"='public.users', topic='users');
CREATE STREAM user_changes (op STRING, after STRUCT<id INT, state STRING>) WITH (kafka_topic='users', value_format='JSON');`,

  notes: BESIDE_DEBEZIUM,

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
