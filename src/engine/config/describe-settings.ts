/** Generates the configuration reference, docs/configuration.md, from the table of settings. */
import { OPEN_PREFIXES, SERVER_SETTINGS, type Setting, STREAMS_SETTINGS } from './settings.ts'

type Entry = readonly [name: string, setting: Setting]

const INTRODUCTION = `# Configuration

Written by \`scripts/generate-settings-docs.ts\` from \`src/engine/config/settings.ts\`; change that, not this file.

\`millrace server --config FILE\` reads a property file: lines \`name=value\`, comments with \`#\`, as ksqlDB's servers read it. Unknown
names have no effect; \`SHOW PROPERTIES\` shows them. The command line options \`--listen\`, \`--bootstrap-servers\` and \`--data-dir\`
override the file.

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
    `\nOther names that begin with ${OPEN_PREFIXES.map((prefix) => `\`${prefix}\``).join(', ')} are accepted too. A function reads`,
    ' its own settings from `ksql.functions.`; `consumer.auto.offset.reset` counts where `auto.offset.reset` is not set.\n',
  ].join('')
}

function liveTable(entries: readonly Entry[]): string {
  const rows = entries.map(
    ([name, { kind, default: value, description, editable }]) =>
      `| \`${name}\` | ${kind} | ${shownDefault(value)} | ${editable ? 'yes' : ''} | ${description} |\n`,
  )
  return `| name | kind | default | request | meaning |\n|---|---|---|---|---|\n${rows.join('')}`
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
