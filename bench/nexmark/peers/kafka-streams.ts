/** Kafka Streams as a peer: the programs of bench/nexmark/java/kafka-streams. */
import { join } from 'node:path'
import type { Broker } from '../../../src/broker/broker.ts'
import { cpuSeconds } from '../../compare/process-usage.ts'
import { endOf } from '../../compare/topic-end.ts'
import { inputsOf, inputTopics } from '../queries.ts'
import { javaPeer } from './java-peer.ts'
import type { JavaProcess } from './java-process.ts'
import type { Peer, PeerContext, PeerRun } from './peer.ts'
import { measurePeak } from './process-run.ts'

const TABLES = ['q4', 'q8', 'q11', 'q12', 'q17']
const STREAMS = ['q0', 'q1', 'q2', 'q3', 'q20', 'q21', 'q22']
const WATCH_MS = 500
/** Nothing more is committed or written for so long: done. Longer than the interval of commits. */
const QUIET_MS = 5000
const START_MS = 60_000
const CLOSE_MS = 60_000

export const kafkaStreamsPeer = (broker: Broker, context: PeerContext): Promise<Peer> =>
  javaPeer(
    {
      name: 'ks',
      description:
        'Kafka Streams 4.4.0: two stream threads, JSON by Jackson into records of Java, at least once, state in RocksDB with changelog topics, a commit every 2 s, -Xmx2g',
      queries: [...STREAMS, ...TABLES],
      unchecked: {},
      project: join(import.meta.dirname, '..', 'java', 'kafka-streams'),
      mainClass: 'bench.KafkaStreamsQueries',
      options: [],
      prepare: (folder) => ({ BROKERS: context.bootstrapServers, STATE_DIR: folder }),
      isTable: (query) => TABLES.includes(query),
      async run(java, { query, id, topic }, limitSeconds) {
        const topics = inputsOf(query).map((kind) => inputTopics[kind]!)
        const run = await measurePeak(java.pid, async () => {
          java.send(`start ${query} ${id} ${topic}`)
          await java.answer(START_MS)
          return watch(java, broker, { group: id, topics, out: topic }, limitSeconds)
        })
        java.send('stop')
        await java.answer(CLOSE_MS)
        return run
      },
    },
    broker,
    context,
  )

interface Watched {
  readonly group: string
  /** The topics of the input. */
  readonly topics: readonly string[]
  readonly out: string
}

/** Until all of the input and of the repartition topics is committed and nothing more is written. CPU and time are those of the last change that was seen. */
async function watch(
  java: JavaProcess,
  broker: Broker,
  watched: Watched,
  limitSeconds: number,
): Promise<Omit<PeerRun, 'peakMemoryMb'>> {
  const [before, startedAt] = [cpuSeconds(java.pid), performance.now()]
  let [last, changedAt, used] = ['', startedAt, 0]
  while (performance.now() - startedAt < limitSeconds * 1000) {
    // It says something only when it fails.
    await java.answerWithin(WATCH_MS)
    const { text, lag } = await progress(broker, watched)
    const now = performance.now()
    if (text !== last) {
      last = text
      changedAt = now
      used = cpuSeconds(java.pid) - before
    } else if (lag === 0 && now - changedAt > QUIET_MS) {
      return { hasEnded: true, cpuSeconds: used, wallSeconds: (changedAt - startedAt) / 1000 }
    }
  }
  return { hasEnded: false, cpuSeconds: used, wallSeconds: (changedAt - startedAt) / 1000 }
}

async function progress(broker: Broker, { group, topics, out }: Watched): Promise<{ text: string; lag: number }> {
  const committed = await broker.fetchOffsets(group)
  const read = new Set([...topics, ...committed.map(({ topic }) => topic)])
  let ends = 0
  for (const topic of read) ends += await endOf(broker, topic)
  const position = committed.reduce((sum, { offset }) => sum + offset, 0)
  return { text: `${position} ${await endOf(broker, out)}`, lag: ends - position }
}
