import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { KafkaBroker } from '../../src/broker/kafka/kafka-broker.ts'
import { connectorGroup } from '../../src/runtime/topic-names.ts'
import { FaultServer } from '../faults/support/server.ts'
import { describeKafka } from '../support/kafka/describe-kafka.ts'

const WAIT = { timeout: 50_000, interval: 100 }

describeKafka('connectors of two servers of a cluster', ({ bootstrapServers }) => {
  const serviceId = `connectors-${process.pid}-${performance.now().toFixed(0)}`
  const topic = `${serviceId}-lines`
  const directory = mkdtempSync(join(tmpdir(), 'millrace-connectors-'))
  const files = join(directory, 'files')
  const broker = new KafkaBroker({ bootstrapServers: [bootstrapServers] })
  const servers: FaultServer[] = []
  let written = 0

  const start = async (name: string) => {
    const dataDir = join(directory, name)
    mkdirSync(dataDir)
    const server = await FaultServer.start(dataDir, {
      'bootstrap.servers': bootstrapServers,
      'ksql.service.id': serviceId,
      'session.timeout.ms': '6000',
      'millrace.connectors.directories': files,
    })
    servers.push(server)
    return server
  }

  const write = (count: number) => {
    const ids = Array.from({ length: count }, (_, i) => written + i)
    written += count
    appendFileSync(join(files, 'in.ndjson'), ids.map((id) => `{"ID":${id}}\n`).join(''))
  }

  const held = (): number[] => {
    const out = join(files, 'out')
    if (!existsSync(out)) return []
    return readdirSync(out)
      .filter((name) => name.endsWith('.json'))
      .flatMap((name) => readFileSync(join(out, name), 'utf8').trimEnd().split('\n'))
      .map((line) => (JSON.parse(line) as { ID: number }).ID)
      .sort((a, b) => a - b)
  }

  const upTo = (end: number) => Array.from({ length: end }, (_, i) => i)

  beforeAll(async () => {
    mkdirSync(files)
    await broker.connect()
  })

  afterAll(async () => {
    for (const server of servers) await server.kill()
    await broker.deleteTopic(topic).catch(() => {})
    await broker.close()
    rmSync(directory, { recursive: true, force: true, maxRetries: 3 })
  })

  test('each record arrives once, also when a server joins and the other is killed', async () => {
    const first = await start('first')
    await first.execute(
      `CREATE SOURCE lines WITH (connector='file', topic='${topic}', path='in.ndjson', format='ndjson', partitions=4);
       CREATE STREAM logs (ID BIGINT) WITH (kafka_topic='${topic}', value_format='JSON');
       CREATE SINK to_file FROM logs WITH (connector='file', directory='out', "roll.interval.ms"=100);`,
    )
    write(500)
    await expect.poll(held, WAIT).toEqual(upTo(500))
    await start('second')
    write(500)
    await expect.poll(held, WAIT).toEqual(upTo(1000))
    write(500)
    await first.kill()
    await expect.poll(held, WAIT).toEqual(upTo(1500))
    const committed = async () => {
      const offsets = await broker.fetchOffsets(connectorGroup(serviceId, 'TO_FILE'))
      return offsets.reduce((sum, { offset }) => sum + offset, 0)
    }
    await expect.poll(committed, WAIT).toBeGreaterThanOrEqual(1500)
  }, 180_000)
})
