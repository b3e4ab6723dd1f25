/** Flink as a peer: the queries of bench/nexmark/flink, as SQL of its own, in a cluster in one JVM. */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Broker } from '../../../src/broker/broker.ts'
import { compiledClassPath } from '../../compare/maven-project.ts'
import { writeRows } from '../content.ts'
import { inputTopics, QUERIES } from '../queries.ts'
import { JavaProcess } from './java-process.ts'
import type { Peer, PeerContext, PeerProcess } from './peer.ts'
import { measureProcess } from './process-run.ts'
import { OUTPUT_PARTITIONS } from './topics.ts'

const QUERY_FOLDER = join(import.meta.dirname, '..', 'flink')
const PROJECT = join(import.meta.dirname, '..', 'java', 'flink')

/** Flink opens packages of Java that are closed by default, as its own start scripts let it. */
const OPENED = ['util', 'lang', 'time', 'net'].map((name) => `--add-opens=java.base/java.${name}=ALL-UNNAMED`)

const sqlOf = (query: string): string => readFileSync(join(QUERY_FOLDER, `${query}.sql`), 'utf8')

export async function flinkPeer(broker: Broker, context: PeerContext): Promise<Peer> {
  const classPath = await compiledClassPath(PROJECT)
  return {
    name: 'flink',
    description:
      'Flink 2.3.0 with Kafka connector 5.0.0-2.2: two slots, parallelism 2, mini-batch (2 s, 50,000), object reuse, state on the heap (its default), a checkpoint every 10 s, at least once, watermark 4 s, -Xmx2g',
    queries: QUERIES.filter((query) => existsSync(join(QUERY_FOLDER, `${query}.sql`))),
    unchecked: { q12: 'Flink drops windows of the clock that are open when a bounded input ends' },

    async start(query): Promise<PeerProcess> {
      const id = `nexmark-flink-${query}-${Date.now().toString(36)}`
      const folder = join(context.directory, id)
      mkdirSync(folder, { recursive: true })
      writeFileSync(join(folder, 'config.yaml'), settings(folder))
      const java = await JavaProcess.start({
        classPath,
        mainClass: 'bench.FlinkPeer',
        options: [...OPENED, '-Xmx2g', '-XX:+UseG1GC', '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn'],
        environment: { FLINK_CONF_DIR: folder },
        log: join(context.directory, `nexmark-flink-${query}.log`),
      })
      let runs = 0
      let topic = ''
      return {
        async run(limitSeconds) {
          topic = `${id}-${runs++}`
          await broker.createTopic({ name: topic, partitions: OUTPUT_PARTITIONS })
          const file = join(folder, `${topic}.sql`)
          writeFileSync(file, statements(query, topic, context))
          return measureProcess(java.pid, async () => {
            java.send(file)
            return (await java.answerWithin(limitSeconds * 1000)) !== null
          })
        },
        async stop() {
          await java.stop()
          rmSync(folder, { recursive: true, force: true })
        },
        async writeContent(path) {
          await writeRows(broker, { topic, isTable: isTable(query), path })
        },
      }
    },
  }
}

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
