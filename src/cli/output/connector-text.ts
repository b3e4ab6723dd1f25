/** DESCRIBE CONNECTOR as text. The layout is that of ksqlDB's `Console`. */
import type { ConnectorDescription } from '../../engine/describe/entities.ts'
import { facts } from './facts.ts'
import { type Listing, listTable } from './list-table.ts'

/** `width`: columns of the terminal. */
export function connectorText(
  { connectorClass, status, sources, topics }: ConnectorDescription,
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
