/**
 * `millrace produce`: JSON lines into the stream or table of a topic, through the server, which alone may write its embedded log. Lines are
 * read as the server takes them, so memory stays bounded whatever the length of the input.
 */
import { createInterface } from 'node:readline'
import { Client } from '../client/client.ts'
import { ClientError } from '../client/client-error.ts'
import { RowShaper, type Target } from './row-shaper.ts'

export interface ProduceOptions {
  readonly key?: string
  readonly server: string
  readonly user?: string
  readonly password?: string
  readonly token?: string
}

/** Resolves to the exit code, when every row is stored or one has failed; tells how many. */
export async function runProduce(topic: string, options: ProduceOptions): Promise<number> {
  let stored = 0
  try {
    const client = new Client(options.server, options)
    const target = await findTarget(client, topic)
    const shaper = new RowShaper(target, options.key ?? null)
    const inserts = client.insertInto(`\`${target.name}\``)
    const watch = setInterval(() => progress(inserts.stored), 1000)
    try {
      for await (const line of createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY })) {
        if (line.trim() !== '') await inserts.write(shaper.shape(line))
      }
      await inserts.end()
    } finally {
      clearInterval(watch)
      stored = inserts.stored
      inserts.abort()
    }
    process.stderr.write(`${stored} rows written to ${target.name} (topic ${target.topic}).${leftOut(shaper)}\n`)
    return 0
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n${stored} rows were written before.\n`)
    return 1
  }
}

/** The source over `topic`, or of that name. Throws a ClientError that says how to make one. */
async function findTarget(client: Client, topic: string): Promise<Target> {
  const entities = await client.execute('SHOW STREAMS EXTENDED; SHOW TABLES EXTENDED;')
  const sources = entities.flatMap((entity) =>
    entity['@type'] === 'source_descriptions' ? entity.sourceDescriptions : [],
  )
  const source =
    sources.find((candidate) => candidate.topic === topic) ??
    sources.find(({ name }) => name.toLowerCase() === topic.toLowerCase())
  if (source !== undefined) return source
  throw new ClientError(
    `There is no stream or table over topic '${topic}'. Make one, for example:\n  CREATE STREAM ${streamName(topic)} (id STRING KEY, payload STRING) WITH (kafka_topic='${topic}', value_format='JSON', partitions=1);`,
  )
}

const streamName = (topic: string): string => topic.replaceAll(/[^A-Za-z0-9_]/g, '_')

function progress(stored: number): void {
  if (process.stderr.isTTY) process.stderr.write(`\r${stored} rows`)
}

function leftOut({ unknownFields }: RowShaper): string {
  return unknownFields.size === 0
    ? ''
    : ` Fields left out, because it has no such columns: ${[...unknownFields].join(', ')}.`
}
