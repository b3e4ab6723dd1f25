/** The stream or table that rows go into. */
import type { Client } from '../client/client.ts'
import { ClientError } from '../client/client-error.ts'
import type { Target } from './input-row.ts'

/** The source over `topic`, or of that name. Throws a ClientError with `advice`, the beginning of a sentence, and a statement that makes one. */
export async function findTarget(client: Client, topic: string, advice: string): Promise<Target> {
  const entities = await client.execute('SHOW STREAMS EXTENDED; SHOW TABLES EXTENDED;')
  const sources = entities.flatMap((entity) =>
    entity['@type'] === 'source_descriptions' ? entity.sourceDescriptions : [],
  )
  const source =
    sources.find((candidate) => candidate.topic === topic) ??
    sources.find(({ name }) => name.toLowerCase() === topic.toLowerCase())
  if (source !== undefined) return source
  throw new ClientError(
    `There is no stream or table over topic '${topic}'. ${advice}, for example:\n` +
      `  CREATE STREAM ${sourceName(topic)} (id STRING KEY, payload STRING) WITH (kafka_topic='${topic}', value_format='JSON', partitions=1);`,
  )
}

/** A name for the stream or table over `topic` that needs no quotes. */
export const sourceName = (topic: string): string => topic.replaceAll(/[^A-Za-z0-9_]/g, '_')
