/** DESCRIBE CONNECTOR as text. The layout is that of ksqlDB's `Console`. */
import type { BuiltInFacts, ConnectorDescription } from '../../engine/describe/entities.ts'
import { facts } from './facts.ts'
import { type Listing, listTable } from './list-table.ts'

/** `width`: columns of the terminal. */
export function connectorText(
  { connectorClass, status, sources, topics, builtIn }: ConnectorDescription,
  width: number,
): string {
  const { connector, tasks } = status
  const head = facts(
    [
      ['Name', status.name],
      ['Class', connectorClass],
      ['Type', status.type],
      ['State', connector.state],
      ['WorkerId', connector.worker_id],
      ['Trace', connector.trace],
      ...(builtIn === undefined ? [] : builtInFacts(builtIn)),
    ],
    width,
  )
  const tables: Listing[] = [
    {
      titles: ['Task ID', 'State', 'Error Trace'],
      rows: tasks.map(({ id, state, trace }) => [String(id), state, trace ?? '']),
    },
    {
      titles: ['KSQL Source Name', 'Kafka Topic', 'Type'],
      rows: sources.map(({ name, topic, type }) => [name, topic, type]),
    },
    { titles: ['Related Topics'], rows: topics.map((topic) => [topic]) },
  ]
  return [head, ...tables.filter(({ rows }) => rows.length > 0).map((table) => listTable(table, width))].join('\n\n')
}

/** What Millrace knows of its own connectors; lines without a value are left out. */
const builtInFacts = ({ consumerGroup, records, recordsPerSecond, refused, retries, lag, lastError }: BuiltInFacts) =>
  [
    ['Consumer group', consumerGroup ?? undefined],
    ['Records', `${records}, ${recordsPerSecond} per second`],
    ['Refused', String(refused)],
    ['Retries', String(retries)],
    ['Lag', lag === null ? undefined : String(lag)],
    ['Last error', lastError === null ? undefined : `${new Date(lastError.time).toISOString()} ${lastError.message}`],
  ] as const
