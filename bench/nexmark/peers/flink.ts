/** Flink as a peer: the queries of bench/nexmark/flink, as SQL of its own, in a cluster in one JVM. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Broker } from '../../../src/broker/broker.ts'
import { inputTopics, QUERIES } from '../queries.ts'
import { javaPeer } from './java-peer.ts'
import type { Peer, PeerContext } from './peer.ts'
import { measureProcess } from './process-run.ts'

const QUERY_FOLDER = join(import.meta.dirname, '..', 'flink')

/** Flink opens packages of Java that are closed by default, as its own start scripts let it. */
const OPENED = ['util', 'lang', 'time', 'net'].map((name) => `--add-opens=java.base/java.${name}=ALL-UNNAMED`)

const sqlOf = (query: string): string => readFileSync(join(QUERY_FOLDER, `${query}.sql`), 'utf8')

export const flinkPeer = (broker: Broker, context: PeerContext): Promise<Peer> =>
  javaPeer(
    {
      name: 'flink',
      description:
        'Flink 2.3.0 with Kafka connector 5.0.0-2.2: two slots, parallelism 2, mini-batch (2 s, 50,000), object reuse, state on the heap (its default), a checkpoint every 10 s, at least once, watermark 4 s, -Xmx2g',
      queries: QUERIES.filter((query) => existsSync(join(QUERY_FOLDER, `${query}.sql`))),
      unchecked: { q12: 'Flink drops windows of the clock that are open when a bounded input ends' },
      project: join(import.meta.dirname, '..', 'java', 'flink'),
      mainClass: 'bench.FlinkPeer',
      options: [...OPENED, '-XX:+UseG1GC'],
      prepare(folder) {
        writeFileSync(join(folder, 'config.yaml'), settings(folder))
        return { FLINK_CONF_DIR: folder }
      },
      isTable,
      run(java, { query, id, topic, folder }, limitSeconds) {
        const file = join(folder, `${id}.sql`)
        writeFileSync(file, statements(query, topic, context))
        return measureProcess(java.pid, async () => {
          java.send(file)
          return (await java.answerWithin(limitSeconds * 1000)) !== null
        })
      },
    },
    broker,
    context,
  )

const isTable = (query: string): boolean => sqlOf(query).includes('{table}')

/** The tables and the query, with the options of connectors in the places in braces. */
export function statements(query: string, topic: string, { bootstrapServers, eventFolder }: PeerContext): string {
  const kafka = (name: string) => ({ topic: name, 'properties.bootstrap.servers': bootstrapServers })
  const source = (name: string) =>
    options({
      connector: 'kafka',
      ...kafka(name),
      format: 'json',
      'scan.startup.mode': 'earliest-offset',
      'scan.bounded.mode': 'latest-offset',
    })
  const places: Readonly<Record<string, string>> = {
    person: source(inputTopics['person']!),
    auction: source(inputTopics['auction']!),
    bid: source(inputTopics['bid']!),
    side_input: options({
      connector: 'filesystem',
      path: `file://${join(eventFolder, 'side_input.json')}`,
      format: 'json',
    }),
    stream: options({ connector: 'kafka', ...kafka(topic), format: 'json' }),
    table: options({ connector: 'upsert-kafka', ...kafka(topic), 'key.format': 'json', 'value.format': 'json' }),
  }
  return `${sqlOf('tables')}${sqlOf(query)}`.replace(/\{(\w+)\}/g, (_, place: string) => places[place]!)
}

const options = (values: Readonly<Record<string, string>>): string =>
  Object.entries(values)
    .map(([name, value]) => `'${name}' = '${value}'`)
    .join(', ')

const settings = (folder: string): string => `rest.address: 127.0.0.1
rest.bind-address: 127.0.0.1
rest.bind-port: 0
jobmanager.rpc.address: 127.0.0.1
jobmanager.bind-host: 127.0.0.1
taskmanager.host: 127.0.0.1
taskmanager.bind-host: 127.0.0.1
parallelism.default: 2
pipeline.object-reuse: true
execution.checkpointing.interval: 10 s
execution.checkpointing.dir: file://${folder}/checkpoints
io.tmp.dirs: ${folder}
`
