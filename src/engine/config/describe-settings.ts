/** The configuration reference, docs/configuration.md, written from the table of settings. */
import { OPEN_PREFIXES, SERVER_SETTINGS, type Setting, STREAMS_SETTINGS } from './settings.ts'

type Entry = readonly [name: string, setting: Setting]

const INTRODUCTION = `# Configuration

Written by \`scripts/generate-settings-docs.ts\` from \`src/engine/config/settings.ts\`; change that, not this file.

\`millrace server --config FILE\` reads a property file: lines \`name=value\`, comments with \`#\`, as ksqlDB's servers read it. Names that a
server does not know are kept and shown by \`SHOW PROPERTIES\`, and change nothing. Of the options of the command line, \`--listen\`,
\`--bootstrap-servers\` and \`--data-dir\` go before the file.

"request" tells whether a client may override the setting for its own statements: by \`SET 'name'='value';\`, by \`streamsProperties\` of
\`/ksql\` and \`/query\`, or by \`properties\` of \`/query-stream\`. What was overridden when a persistent query was made stays with it.
`

const STREAMS = `
## Queries and Kafka

Also with the prefix \`ksql.streams.\`, as \`SHOW PROPERTIES\` writes them.
`

const INERT = `
## Accepted, without effect

So that files and sessions made for ksqlDB carry over.
`

/** Markdown. */
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

/** Long lists have places to break. */
const shownDefault = (value: string | null): string =>
  value === null || value === ''
    ? ''
    : value
        .split(',')
        .map((part) => `\`${part}\``)
        .join(', ')
