/** Peers in a JVM: each query has a process and a folder of its own, each run a topic for its result. */
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Broker } from '../../../src/broker/broker.ts'
import { compiledClassPath } from '../../compare/maven-project.ts'
import { writeRows } from '../content.ts'
import { JavaProcess } from './java-process.ts'
import type { Peer, PeerContext, PeerProcess, PeerRun } from './peer.ts'
import { OUTPUT_PARTITIONS } from './topics.ts'

export interface JavaPeer extends Omit<Peer, 'start'> {
  /** The folder of its Maven project. */
  readonly project: string
  readonly mainClass: string
  /** Options of the JVM, beside those of all peers. */
  readonly options: readonly string[]
  /** Writes settings into the folder, where they are needed; gives the environment of the process. */
  readonly prepare: (folder: string) => Readonly<Record<string, string>>
  /** Whether a record of the query's result stands for the newest row of its key. */
  readonly isTable: (query: string) => boolean
  /** As the `run` of `PeerProcess`. */
  readonly run: (java: JavaProcess, run: JavaRun, limitSeconds: number) => Promise<PeerRun>
}

export interface JavaRun {
  readonly query: string
  /** No other run has it. */
  readonly id: string
  /** The topic of the result, empty. */
  readonly topic: string
  /** The folder of the process, which is removed behind it. */
  readonly folder: string
}

const OPTIONS = ['-Xmx2g', '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn']

export async function javaPeer(
  { project, mainClass, options, prepare, isTable, run, ...peer }: JavaPeer,
  broker: Broker,
  { directory }: PeerContext,
): Promise<Peer> {
  const classPath = await compiledClassPath(project)
  return {
    ...peer,
    async start(query): Promise<PeerProcess> {
      const name = `nexmark-${peer.name}-${query}`
      const processId = `${name}-${Date.now().toString(36)}`
      const folder = join(directory, processId)
      mkdirSync(folder, { recursive: true })
      const java = await JavaProcess.start({
        classPath,
        mainClass,
        options: [...OPTIONS, ...options],
        environment: prepare(folder),
        log: join(directory, `${name}.log`),
      })
      let runs = 0
      let topic = ''
      return {
        async run(limitSeconds) {
          const id = `${processId}-${runs++}`
          topic = `${id}-out`
          await broker.createTopic({ name: topic, partitions: OUTPUT_PARTITIONS })
          return run(java, { query, id, topic, folder }, limitSeconds)
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
