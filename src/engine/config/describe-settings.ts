/** Generates the configuration reference, docs/configuration.md, from the table of settings. */
import { SERVER_SETTINGS } from './server-settings.ts'
import type { Setting } from './setting.ts'
import { OPEN_PREFIXES } from './setting-prefixes.ts'
import { STREAMS_SETTINGS } from './streams-settings.ts'

type Entry = readonly [name: string, setting: Setting]

const INTRODUCTION = `# Configuration

Written by \`scripts/generate-settings-docs.ts\` from \`server-settings.ts\` and \`streams-settings.ts\` in src/engine/config/; change that, not this file.

A setting may be given in these places; a later one takes precedence over those before it.

| place | form |
|---|---|
| \`millrace server --config FILE\` | a property file as ksqlDB's servers read it: lines \`name=value\`, comments with \`#\` |
| environment, \`KSQL_...\` | as for ksqlDB's container images: \`KSQL_BOOTSTRAP_SERVERS\` sets \`bootstrap.servers\` |
| environment, \`MILLRACE_...\` | by the same rule: \`MILLRACE_WORKER_TIMEOUT_MS\` sets \`millrace.worker.timeout.ms\` |
| \`--listen\`, \`--bootstrap-servers\`, \`--data-dir\`, \`--log-level\` | \`listeners\`, \`bootstrap.servers\`, \`state.dir\`, \`millrace.log.level\` |

In the name of a variable, \`_\` stands for a dot, \`__\` for an underscore and \`___\` for a hyphen. The prefix \`KSQL_\` is not a part of the
setting's name, so \`KSQL_KSQL_SERVICE_ID\` sets \`ksql.service.id\`. With \`MILLRACE_\` the name's own \`millrace.\` may be left out.
\`MILLRACE_LISTEN\` and \`MILLRACE_DATA_DIR\` stand for the options.

\`millrace server --check\` names every unknown name and every value that does not fit, with its file and line, variable or option. A server
does not start with such a value; an unknown name is a warning in its log and has no effect. Values of secrets are never shown.

The column "request" tells whether a client may override the setting for its own statements: by \`SET 'name'='value';\`, by
\`streamsProperties\` of \`/ksql\` and \`/query\`, or by \`properties\` of \`/query-stream\`. Overrides in force when a persistent query is created stay with it.
`

const STREAMS = `
## Queries and Kafka

Also with the prefix \`ksql.streams.\`, as \`SHOW PROPERTIES\` writes them.
`

const INERT = `
## Accepted, without effect

So that files and sessions made for ksqlDB carry over.
`

/** The whole page as Markdown. */
export function settingsReference(): string {
  const server = Object.entries(SERVER_SETTINGS)
  const streams = Object.entries(STREAMS_SETTINGS)
  const live = (entries: readonly Entry[]) => entries.filter(([, { isInert }]) => !isInert)
  const inert = [...server, ...streams].filter(([, { isInert }]) => isInert)
  return [
    INTRODUCTION,
    `\n## Server and statements\n\n${liveTable(live(server))}`,
    `${STREAMS}\n${liveTable(live(streams))}`,
    `${INERT}\n${inertTable(inert)}`,
    "\nThe remaining names of ksqlDB's servers and of Kafka's consumers, producers and streams are accepted too, without effect.\n",
    `\nOther names that begin with one of these prefixes are accepted too:\n${OPEN_PREFIXES.map((prefix) => `\`${prefix}\``).join(', ')}.\n`,
    '\nA function reads its own settings from `ksql.functions.`. Where `auto.offset.reset` is not set, `consumer.auto.offset.reset` counts.\n',
  ].join('')
}

/** A longer default stands behind the table. */
const WIDEST_DEFAULT = 60

const isLong = (value: string | null): value is string => value !== null && value.length > WIDEST_DEFAULT

function liveTable(entries: readonly Entry[]): string {
  const rows = entries.map(
    ([name, { kind, default: value, description, editable }]) =>
      `| \`${name}\` | ${kind} | ${isLong(value) ? 'see below' : shownDefault(value)} | ${editable ? 'yes' : ''} | ${description} |\n`,
  )
  const defaults = new Map<string, string[]>()
  for (const [name, { default: value }] of entries) {
    if (isLong(value)) defaults.set(value, [...(defaults.get(value) ?? []), `\`${name}\``])
  }
  const long = [...defaults].map(
    ([value, names]) => `\nDefault of ${names.join(' and ')}:\n\n\`\`\`text\n${value.replaceAll(',', ',\n')}\n\`\`\`\n`,
  )
  return `| name | kind | default | request | meaning |\n|---|---|---|---|---|\n${rows.join('')}${long.join('')}`
}

function inertTable(entries: readonly Entry[]): string {
  return `| name | instead |\n|---|---|\n${entries.map(([name, { description }]) => `| \`${name}\` | ${description} |\n`).join('')}`
}

/** Puts a space after each comma of a long list, so that the table cell can wrap. */
const shownDefault = (value: string | null): string =>
  value === null || value === ''
    ? ''
    : value
        .split(',')
        .map((part) => `\`${part}\``)
        .join(', ')
