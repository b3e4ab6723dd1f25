/** DESCRIBE as text. */
import type { QueryOffsetSummary, RunningQuery, SourceDescription } from '../../engine/describe/entities.ts'
import { facts } from './facts.ts'
import { listTable } from './list-table.ts'
import { fieldText } from './schema-text.ts'

const HINT = 'For runtime statistics and query details run: DESCRIBE <Stream,Table> EXTENDED;'

/** `width`: columns of the terminal. */
export function sourceText(source: SourceDescription, width: number): string {
  const rows = source.fields.map((field) => [field.name, fieldText(field, source.type === 'TABLE')])
  const fields = listTable({ titles: ['Field', 'Type'], rows }, width)
  if (!source.extended) {
    return [
      facts([
        ['Name', source.name],
        ['Indexes', indexesText(source)],
      ]),
      fields,
      HINT,
    ].join('\n')
  }
  return [
    facts(detailsOf(source), width),
    '',
    fields,
    ...queriesText('Queries that read from this', source.readQueries),
    ...queriesText('Queries that write to this', source.writeQueries),
    '',
    'Local runtime statistics',
    '------------------------',
    source.statistics,
    source.errorStats,
    ...source.queryOffsetSummaries.map((summary) => offsetsText(summary, width)),
  ].join('\n')
}

const indexesText = ({ indexes }: SourceDescription): string | undefined =>
  indexes?.map(({ name, columns, state }) => `${name} (${columns.join(', ')}) ${state}`).join('; ')

const detailsOf = (source: SourceDescription): [string, string | undefined][] => [
  ['Name', source.name],
  ['Type', source.type],
  ['Window type', source.windowType ?? undefined],
  ['Timestamp field', source.timestamp === '' ? 'Not set - using <ROWTIME>' : source.timestamp],
  ['Key format', source.keyFormat],
  ['Value format', source.valueFormat],
  ['Kafka topic', `${source.topic} (partitions: ${source.partitions}, replication: ${source.replication})`],
  ['Statement', source.statement],
  ['Source constraints', source.sourceConstraints.join(', ')],
  ['Indexes', indexesText(source)],
]

function queriesText(title: string, queries: readonly RunningQuery[]): string[] {
  if (queries.length === 0) return []
  return [
    '',
    title,
    '-'.repeat(title.length),
    ...queries.map(({ id, state, queryString }) => `${id} (${state}) : ${queryString}`),
  ]
}

const OFFSET_TITLES = ['Partition', 'Start Offset', 'End Offset', 'Offset', 'Lag']

function offsetsText({ groupId, topicSummaries }: QueryOffsetSummary, width: number): string {
  const topics = topicSummaries.map(({ kafkaTopic, offsets }) => {
    const rows = offsets.map(({ partition, logStartOffset, logEndOffset, consumerOffset }) => [
      String(partition),
      String(logStartOffset),
      String(logEndOffset),
      String(consumerOffset),
      String(logEndOffset - consumerOffset),
    ])
    return `\n${facts([['Kafka topic', kafkaTopic]])}\n${listTable({ titles: OFFSET_TITLES, rows }, width)}`
  })
  return [`\n${facts([['Consumer Group', groupId]])}`, ...topics].join('\n')
}
