/** Runs queries of Nexmark by several peers in turn over one Kafka, each peer alone, and writes the table of the results. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Broker } from '../../../src/broker/broker.ts'
import { KafkaBroker } from '../../../src/broker/kafka/kafka-broker.ts'
import { BENCH_DIRECTORY } from '../../compare/bench-directory.ts'
import { withKafka } from '../../compare/with-kafka.ts'
import type { NexmarkOptions } from '../events.ts'
import { eventFiles, eventsRead, load } from '../load.ts'
import { Reference } from '../reference.ts'
import { flinkPeer } from './flink.ts'
import { kafkaStreamsPeer } from './kafka-streams.ts'
import { type Measurement, measurePeer } from './measurement.ts'
import { millracePeer } from './millrace.ts'
import type { Peer, PeerContext, PeerName } from './peer.ts'
import { peerList, peerTable } from './table.ts'
import { OUTPUT_PARTITIONS, withoutNewTopics } from './topics.ts'

export interface ComparePeers {
  readonly queries: readonly string[]
  readonly peers: readonly PeerName[]
  readonly repetitions: number
  readonly generator: NexmarkOptions
  /** Null: the Kafka that the environment names, else one that is started for it. */
  readonly bootstrapServers: string | null
  readonly limitSeconds: number
  /** The file of the table. */
  readonly tableFile: string
  readonly say: (line: string) => void
}

/** A cold run and a warm one. */
const RUNS = 2

const PEERS: Readonly<Record<PeerName, (broker: Broker, context: PeerContext) => Peer | Promise<Peer>>> = {
  millrace: millracePeer,
  flink: flinkPeer,
  ks: kafkaStreamsPeer,
}

/** Whether every peer had the results of the reference, in every query that it can express. The table is written after each query, so that a run that is cut off leaves one. */
export async function comparePeers(options: ComparePeers): Promise<boolean> {
  const { generator, bootstrapServers } = options
  mkdirSync(BENCH_DIRECTORY, { recursive: true })
  const eventFolder = eventFiles(BENCH_DIRECTORY, generator)
  const use = async (servers: string): Promise<boolean> => {
    const broker = new KafkaBroker({ bootstrapServers: servers.split(',') })
    await broker.connect()
    try {
      return await onKafka(broker, { bootstrapServers: servers, directory: BENCH_DIRECTORY, eventFolder }, options)
    } finally {
      await broker.close()
    }
  }
  return bootstrapServers === null ? withKafka(join(BENCH_DIRECTORY, 'kafka'), use) : use(bootstrapServers)
}

async function onKafka(broker: Broker, context: PeerContext, options: ComparePeers): Promise<boolean> {
  const { generator, peers: names, queries, repetitions, say } = options
  const peers: Peer[] = []
  for (const name of names) peers.push(await PEERS[name](broker, context))
  await load(broker, generator, OUTPUT_PARTITIONS)
  const reference = await Reference.open(context.eventFolder)
  const results: Measurement[] = []
  try {
    for (const query of queries) {
      for (let repetition = 0; repetition < repetitions; repetition++) {
        const able = peers.filter((peer) => peer.queries.includes(query))
        // A peer that is always the first finds a broker that is always as cold.
        for (const peer of repetition % 2 === 0 ? able : able.toReversed()) {
          const { limitSeconds } = options
          const events = eventsRead(query, generator)
          const measured = await withoutNewTopics(broker, () =>
            measurePeer(peer, query, reference, { events, runs: RUNS, limitSeconds, directory: context.directory }),
          )
          results.push(measured)
          say(`${repetition + 1}/${repetitions} ${describe(measured)}`)
          for (const example of measured.examples) say(`     ${example}`)
        }
      }
      writeTable(options, peers, results)
    }
  } finally {
    reference.close()
  }
  say(`\n${peerTable(inOrder(results, names))}`)
  return results.every(({ fault }) => fault === null)
}

const inOrder = (results: readonly Measurement[], names: readonly PeerName[]): Measurement[] => {
  const queries = [...new Set(results.map(({ query }) => query))]
  return queries.flatMap((query) =>
    names.flatMap((name) => results.filter((one) => one.query === query && one.peer === name)),
  )
}

function writeTable(
  { generator, peers: names, tableFile }: ComparePeers,
  peers: readonly Peer[],
  results: readonly Measurement[],
): void {
  const { events, seed } = generator
  writeFileSync(
    tableFile,
    `${events} events, seed ${seed}, topics of ${OUTPUT_PARTITIONS} partitions.\n\n${peerList(peers)}\n\n${peerTable(inOrder(results, names))}\n`,
  )
}

const describe = ({ query, peer, runs, rows, fault }: Measurement): string =>
  [
    `${query} ${peer}:`,
    ...runs.map(
      ({ cpuSeconds, wallSeconds, peakMemoryMb }) =>
        `${cpuSeconds.toFixed(2)} CPU s, ${wallSeconds.toFixed(1)} s, ${Math.round(peakMemoryMb)} MB;`,
    ),
    fault ?? (rows === null ? 'not compared' : `equal, ${rows} rows`),
  ].join(' ')
