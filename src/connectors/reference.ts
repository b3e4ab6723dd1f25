/** The pages of docs/connectors, written from the declarations. */

import { SINK_OPTIONS, SOURCE_OPTIONS } from './common-options.ts'
import type { ConnectorDeclaration } from './connector.ts'
import { CONNECTORS } from './index.ts'
import type { OptionDeclaration } from './options.ts'

/** Texts of the pages by their file names. */
export function connectorPages(): ReadonlyMap<string, string> {
  return new Map([['README.md', overview()], ...CONNECTORS.map((it) => [pageName(it), page(it)] as const)])
}

const pageName = ({ kind, name }: ConnectorDeclaration): string => `${kind.toLowerCase()}-${name}.md`

const GENERATED = '<!-- Written by `npm run docs` from src/connectors; edit it there. -->'

function page(declaration: ConnectorDeclaration): string {
  const { kind, name, description, guarantee, options, example, notes } = declaration
  const common = kind === 'SINK' ? 'all sinks' : 'all sources'
  return `${GENERATED}
# ${kind === 'SINK' ? 'Sink' : 'Source'} ${name}

${description}

\`\`\`sql
${example}
\`\`\`

**Guarantee.** ${guarantee}

## Options

${optionTable(options)}

Options of ${common} are in the [overview](README.md#options-of-${kind === 'SINK' ? 'sinks' : 'sources'}).
${notes === undefined ? '' : `\n${notes}\n`}`
}

function optionTable(options: readonly OptionDeclaration[]): string {
  const rows = options.map(
    (option) => `| \`${option.name}\` | ${typeText(option)} | ${defaultText(option)} | ${cell(meaning(option))} |`,
  )
  return ['| option | type | default | meaning |', '|---|---|---|---|', ...rows].join('\n')
}

const meaning = ({ description, isFixed }: OptionDeclaration): string =>
  isFixed === true ? `${description} It cannot be altered.` : description

function typeText({ type, choices = [], isSecret }: OptionDeclaration): string {
  if (isSecret === true) return 'secret'
  if (type === 'choice') return choices.map((choice) => (choice === '' ? 'empty' : `\`${choice}\``)).join(', ')
  return type === 'duration' ? 'milliseconds' : type
}

function defaultText({ default: value, isRequired }: OptionDeclaration): string {
  if (isRequired === true) return 'required'
  if (value === null) return ''
  return value === '' ? 'empty' : `\`${value}\``
}

const cell = (text: string): string => text.replaceAll('|', '\\|')

const link = (declaration: ConnectorDeclaration): string => {
  const [first] = declaration.description.split(/(?<=\.)\s/)
  return `| [${declaration.name}](${pageName(declaration)}) | ${cell(first!)} |`
}

const table = (kind: ConnectorDeclaration['kind']): string =>
  ['| name | what it does |', '|---|---|', ...CONNECTORS.filter((it) => it.kind === kind).map(link)].join('\n')

const overview = (): string => `${GENERATED}
# Connectors

A sink carries the records of a stream or table to another system; a source brings records from there into a topic. Millrace runs the ones of
these pages itself. Others run in a Kafka Connect cluster: see [sql.md](../sql.md#connectors).

\`\`\`sql
CREATE SINK errors_to_files FROM errors WITH (connector='file', directory='errors');
CREATE SOURCE clicks WITH (connector='datagen', topic='clicks', fields='id=sequence; state=one(LA,CA)', rate=100);
SHOW CONNECTORS;
DESCRIBE CONNECTOR errors_to_files;
PAUSE CONNECTOR errors_to_files;
RESUME CONNECTOR errors_to_files;
ALTER SINK errors_to_files WITH ("roll.records"=1000);
DROP CONNECTOR errors_to_files;
\`\`\`

A source writes to a topic. \`CREATE STREAM\` over that topic gives its records columns.

The statements of Kafka Connect work, too: \`CREATE SINK CONNECTOR name WITH ("connector.class"='millrace.file', "topics"='errors', ...)\`
reads the stream or table over that topic, and \`CREATE SOURCE CONNECTOR name WITH ("connector.class"='millrace.syslog', ...)\` is a source.

## Classes of Kafka Connect

Where \`ksql.connect.url\` is not set, these classes in \`CREATE SINK CONNECTOR\` and \`CREATE SOURCE CONNECTOR\` are built-in connectors, too. The answer
says so, with what is different. A setting that cannot be honoured is refused by its name; nothing is dropped silently. Where
\`ksql.connect.url\` is set, all classes of Connect belong to that cluster.

| class | built-in connector |
|---|---|
| \`io.confluent.connect.elasticsearch.ElasticsearchSinkConnector\` | sink elasticsearch |
| \`com.splunk.kafka.connect.SplunkSinkConnector\` | sink splunk |
| \`io.confluent.connect.jdbc.JdbcSinkConnector\`, \`io.debezium.connector.jdbc.JdbcSinkConnector\` | sink postgres |
| \`io.confluent.connect.s3.S3SinkConnector\` | sink s3 |
| \`io.confluent.connect.http.HttpSinkConnector\` | sink http |
| \`io.debezium.connector.postgresql.PostgresConnector\` | source postgres, of one table |
| \`org.apache.kafka.connect.file.FileStreamSourceConnector\` | source file |

## Sinks

${table('SINK')}

## Sources

${table('SOURCE')}

## Options

Names are taken in any case. A name with a dot is written in quotes: \`"batch.size"=500\`. An option that does not exist is refused with the
nearest name.

### Options of sinks

${optionTable(SINK_OPTIONS)}

### Options of sources

${optionTable(SOURCE_OPTIONS)}

## Alter

\`ALTER SINK name WITH (...)\` and \`ALTER SOURCE name WITH (...)\`, or \`ALTER CONNECTOR\` for both, change options while the connector runs. Options
that the statement does not name stay as they are; one that is set to NULL has its default again. All options are checked before anything
changes. The connector then finishes what it has begun and continues at its position with the new options. A connector whose target refuses
it, for a wrong token, say, is mended that way.

Some options cannot be altered, because what the connector has done so far depends on them; their tables say so. A paused connector stays paused.

## Secrets

Statements are kept in the command log and shown by DESCRIBE. So a password, token or key is never written in one. The option takes a
reference, and the server that runs the connector reads what it stands for:

- \`\${env:CONNECTOR_NAME}\`: a variable of the server's environment. Its name begins with \`millrace.connectors.environment.prefix\`.
- \`\${file:/path:key}\`: a key of a property file. \`\${file:/path}\`: a whole file. It lies below one of \`millrace.connectors.directories\`.
- \`\${secret:name:key}\`: a value that CREATE SECRET has stored. \`\${secret:name}\`: the value of a secret that has one.

\`\`\`sql
CREATE SECRET warehouse WITH (username='loader', password='swordfish');
CREATE SINK users_to_warehouse FROM users WITH (
  connector='postgres', url='postgres://localhost:5432/postgres',
  username='\${secret:warehouse:username}', password='\${secret:warehouse:password}');
SHOW SECRETS;
CREATE OR REPLACE SECRET warehouse WITH (username='loader', password='mackerel');
DROP CONNECTOR users_to_warehouse;
DROP SECRET warehouse;
\`\`\`

CREATE SECRET needs a key in the file of \`millrace.secrets.key.file\`: 32 bytes, as \`openssl rand -base64 32\` makes them, the same on all servers.
The values are encrypted by it (AES-256-GCM) before they are stored in the command log; SHOW SECRETS shows names, and nothing shows values.
CREATE OR REPLACE SECRET gives a secret other values, with which the connectors that refer to it start again. DROP SECRET is refused while a
connector refers to the secret. Send the statement over TLS, as any password. The command-line client does not keep it in its history.

Other options may have references, too.

## Files

Files that connectors read and write lie below the directories of \`millrace.connectors.directories\`; by default, below \`files\` in the data
directory. Relative paths begin at the first of them. So a statement cannot reach other files of the server.

## Where a connector runs

A sink has a task for each partition of its topic, a source has one. Tasks run in a thread of their own on each server. In a cluster, a task
runs on the server that owns its slot, as the tasks of queries do; when a server dies, the others take its tasks over.

The offsets of a sink are committed under the consumer group \`_confluent-ksql-<service id>connector_<NAME>\`, which Kafka's tools show with
its lag. DROP CONNECTOR deletes the group. The position of the sources \`file\`, \`datagen\`, \`http-poll\` and \`postgres\` is in a compacted topic,
\`<group>-positions\`, in one transaction with the records.

## When something is wrong

- **The target does not answer, or says that it is busy**: the write is made again after pauses that double, up to \`retry.backoff.max.ms\`, or
  as long as \`Retry-After\` says. The connector reads nothing meanwhile; other connectors and queries do not notice.
- **A disk is full**: a sink to files waits like that, and so does a target that answers 507. A source starts again from its position when the
  server's own disk has room again. The message names the file and says what to do. Nothing is lost, and a sink keeps writing while its
  position cannot be committed.
- **The target refuses a record**, or a record cannot be read: with \`errors.tolerance='none'\` the task stops before it. With \`'all'\` the
  record is passed over, and written to \`errors.deadletterqueue.topic.name\` if that is set: as it was, with the headers
  \`__connect.errors.topic\`, \`.partition\`, \`.offset\`, \`.connector.name\`, \`.task.id\`, \`.stage\` and \`.exception.message\`.
- **Somebody must act** (wrong credentials, a certificate that does not fit, a missing bucket): the task is \`FAILED\`, and DESCRIBE shows why.
  It starts again by itself after a pause of one to sixty seconds.
- **Records were removed by retention before they were read**: the task continues at the oldest record, and says so in the log and in
  DESCRIBE.

DESCRIBE CONNECTOR shows how many records were written, refused and retried, the rate, the lag and the last error. In a cluster it shows the
tasks of all servers and the sums of their counts; a server that does not answer is named in a warning.
`
