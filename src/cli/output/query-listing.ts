/** The table of SHOW QUERIES. */
import type { QueryList } from '../../engine/describe/entities.ts'
import type { Listing } from './list-table.ts'

/** What each query is doing, by its id, in a few characters. */
export type QueryActivity = ReadonlyMap<string, string>

/** `activity`: null for a listing without it. */
export function queryListing({ queries }: Pick<QueryList, 'queries'>, activity: QueryActivity | null): Listing {
  return {
    titles: [
      'Query ID',
      'Query Type',
      'Status',
      ...(activity === null ? [] : ['Records/s']),
      'Sink Name',
      'Sink Kafka Topic',
      'Query String',
    ],
    rows: queries.map((query) => [
      query.id,
      query.queryType,
      Object.entries(query.statusCount)
        .map(([status, count]) => `${status}:${count}`)
        .join(', '),
      ...(activity === null ? [] : [activity.get(query.id) ?? '']),
      query.sinks.join(','),
      query.sinkKafkaTopics.join(','),
      query.queryString.replaceAll(/\s+/g, ' '),
    ]),
  }
}
