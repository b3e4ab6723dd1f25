/** One Kafka Connect worker on loopback, run from its jars with the machine's Java. */
import { spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { freePort } from '../free-port.ts'
import { classPathOf } from '../kafka/class-path.ts'

const POM = join(import.meta.dirname, 'pom.xml')
const START_MS = 180_000
const STOP_MS = 20_000
const POLL_MS = 200

export interface LocalConnect {
  readonly url: string
  /** Ends the process; its directory is the caller's to remove. */
  stop(): Promise<void>
}

/** Starts a worker and resolves when its API answers. Rejects, with the end of its log, when it does not within three minutes. */
export async function startLocalConnect(directory: string, bootstrapServers: string): Promise<LocalConnect> {
  const classPath = await classPathOf(POM)
  const port = await freePort()
  const properties = join(directory, 'connect.properties')
  const log = join(directory, 'connect.log')
  mkdirSync(directory, { recursive: true })
  writeFileSync(properties, workerProperties(bootstrapServers, port))
  const output = openSync(log, 'a')
  const jvm = ['-Xmx512m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1']
  const main = 'org.apache.kafka.connect.cli.ConnectDistributed'
  const child = spawn('java', [...jvm, '-cp', classPath, main, properties], { stdio: ['ignore', output, output] })
  closeSync(output)
  const killWithParent = () => child.kill('SIGKILL')
  process.once('exit', killWithParent)
  const ended = new Promise((resolve) => child.once('exit', resolve))
  const stop = async () => {
    process.off('exit', killWithParent)
    child.kill('SIGTERM')
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS)
    await ended
    clearTimeout(timer)
  }
  const url = `http://127.0.0.1:${port}`
  const giveUp = performance.now() + START_MS
  while (!(await answers(url))) {
    if (child.exitCode === null && performance.now() < giveUp) {
      await delay(POLL_MS)
      continue
    }
    await stop()
    throw new Error(`Kafka Connect did not start: ${readFileSync(log, 'utf8').slice(-2000)}`)
  }
  return { url, stop }
}

/** The worker takes requests when it has joined its group, which is when it lists connectors. */
const answers = (url: string): Promise<boolean> =>
  fetch(`${url}/connectors`, { signal: AbortSignal.timeout(5000) }).then(
    ({ ok }) => ok,
    () => false,
  )

function workerProperties(bootstrapServers: string, port: number): string {
  const group = `millrace-connect-${process.pid}`
  return `
bootstrap.servers=${bootstrapServers}
group.id=${group}
listeners=http://127.0.0.1:${port}
rest.advertised.host.name=127.0.0.1
config.storage.topic=${group}-configs
offset.storage.topic=${group}-offsets
status.storage.topic=${group}-status
config.storage.replication.factor=1
offset.storage.replication.factor=1
status.storage.replication.factor=1
offset.storage.partitions=1
status.storage.partitions=1
offset.flush.interval.ms=1000
key.converter=org.apache.kafka.connect.storage.StringConverter
value.converter=org.apache.kafka.connect.storage.StringConverter
plugin.discovery=hybrid_warn
`
}
