/**
 * Rows inserted over HTTP: `npm run bench -- inserts [--rows 200000] [--values 2000] [--reps 3] [--base DIR]`. Measures /inserts-stream over one
 * HTTP/2 connection, with an answer for each row and with cumulative answers as `millrace produce` requests them, and INSERT VALUES over one HTTP/1.1 connection: rows a second, and CPU time of the
 * server per row. `--base` is an older checkout of this repository: both are measured in turn, and shown as ratios of medians.
 *
 * `--kafka HOST:PORT`: the rows go to that Kafka, and a producer of kafkajs in this process, which writes the same rows in batches of `--batch 1500` to a
 * topic of its own, is measured beside them.
 */
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { Kafka, logLevel, type Producer } from 'kafkajs'
import { median } from './median.ts'
import { type Client, http1Client, insertRows } from './pull/clients.ts'
import { type MeasuredServer, startMillrace } from './pull/measured-server.ts'

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '200000' },
    values: { type: 'string', default: '2000' },
    reps: { type: 'string', default: '3' },
    base: { type: 'string' },
    kafka: { type: 'string' },
    batch: { type: 'string', default: '1500' },
  },
})

interface Cost {
  readonly rowsPerSecond: number
  /** Microseconds of CPU time, the server's whole process. */
  readonly cpuPerRow: number
}

const HERE = join(import.meta.dirname, '..')
/** Names of this run, so that a Kafka may be used again. */
const RUN = `bench_inserts_${process.pid}`
const { kafka } = values
const servers = await Promise.all(
  [HERE, ...(values.base === undefined ? [] : [values.base])].map((root, i) =>
    startMillrace(root, kafka === undefined ? undefined : { bootstrapServers: kafka, serviceId: `${RUN}_${i}_` }),
  ),
)
const clients = new Map<MeasuredServer, Client>(servers.map((server) => [server, http1Client(server.url, 1)]))
try {
  for (const [i, server] of servers.entries()) {
    await clients.get(server)!.post('/ksql', {
      ksql: `CREATE STREAM events (id STRING KEY, v STRING, n INT) WITH (kafka_topic='${RUN}_${i}', value_format='JSON', partitions=2);`,
    })
  }
  if (kafka !== undefined) await measureKafkaJs(kafka, Number(values.rows))
  await compare('/inserts-stream, an answer per row', Number(values.rows), (server, rows) => stream(server, rows))
  await compare('/inserts-stream, cumulative answers', Number(values.rows), (server, rows) =>
    stream(server, rows, { acknowledge: 'CUMULATIVE' }),
  )
  await compare('INSERT VALUES', Number(values.values), insertValues)
} finally {
  for (const client of clients.values()) client.close()
  await Promise.all(servers.map((server) => server.stop()))
}

async function compare(
  name: string,
  rows: number,
  insert: (server: MeasuredServer, rows: number) => Promise<void>,
): Promise<void> {
  const costs = new Map<MeasuredServer, Cost[]>(servers.map((server) => [server, []]))
  for (const server of servers) await insert(server, rows)
  for (let rep = 0; rep < Number(values.reps); rep++) {
    for (const server of servers) costs.get(server)!.push(await measure(server, rows, insert))
  }
  const of = (server: MeasuredServer, figure: keyof Cost) => median(costs.get(server)!.map((cost) => cost[figure]))
  const own = of(servers[0]!, 'cpuPerRow')
  for (const server of servers) {
    const cpu = of(server, 'cpuPerRow')
    console.log(
      `${name}, ${server.name}: ${of(server, 'rowsPerSecond').toFixed(0)} rows/s, ${cpu.toFixed(1)} µs of CPU per row, ratio ${(own / cpu).toFixed(2)}`,
    )
  }
}

async function measure(
  server: MeasuredServer,
  rows: number,
  insert: (server: MeasuredServer, rows: number) => Promise<void>,
): Promise<Cost> {
  const cpuBefore = server.cpuMicros()
  const startedAt = performance.now()
  await insert(server, rows)
  const seconds = (performance.now() - startedAt) / 1000
  return { rowsPerSecond: rows / seconds, cpuPerRow: (server.cpuMicros() - cpuBefore) / rows }
}

function stream(
  { url }: MeasuredServer,
  rows: number,
  options: { readonly acknowledge?: 'CUMULATIVE' } = {},
): Promise<void> {
  const lines = Array.from({ length: rows }, (_, i) => ({ ID: `k${i}`, V: `value ${i}`, N: i }))
  return insertRows(url, 'events', lines, options)
}

async function insertValues(server: MeasuredServer, rows: number): Promise<void> {
  const client = clients.get(server)!
  for (let i = 0; i < rows; i++)
    await client.post('/ksql', { ksql: `INSERT INTO events VALUES ('k${i}', 'value ${i}', ${i});` })
}

/** A producer of kafkajs, which waits for each batch as Millrace does for its partitions'. */
async function measureKafkaJs(bootstrapServers: string, rows: number): Promise<void> {
  const topic = `${RUN}_kafkajs`
  const client = new Kafka({ brokers: [bootstrapServers], logLevel: logLevel.NOTHING })
  const admin = client.admin()
  await admin.connect()
  await admin.createTopics({ topics: [{ topic, numPartitions: 2, replicationFactor: 1 }] })
  await admin.disconnect()
  const producer = client.producer({ allowAutoTopicCreation: false })
  await producer.connect()
  const costs: Cost[] = []
  await produce(producer, topic, rows)
  for (let rep = 0; rep < Number(values.reps); rep++) {
    const cpuBefore = process.cpuUsage()
    const startedAt = performance.now()
    await produce(producer, topic, rows)
    const seconds = (performance.now() - startedAt) / 1000
    const { user, system } = process.cpuUsage(cpuBefore)
    costs.push({ rowsPerSecond: rows / seconds, cpuPerRow: (user + system) / rows })
  }
  await producer.disconnect()
  const [rate, cpu] = (['rowsPerSecond', 'cpuPerRow'] as const).map((figure) =>
    median(costs.map((cost) => cost[figure])),
  )
  console.log(`kafkajs: ${rate!.toFixed(0)} rows/s, ${cpu!.toFixed(1)} µs of CPU per row`)
}

async function produce(producer: Producer, topic: string, rows: number): Promise<void> {
  const batch = Number(values.batch)
  for (let start = 0; start < rows; start += batch) {
    const messages = Array.from({ length: Math.min(batch, rows - start) }, (_, i) => ({
      key: `k${start + i}`,
      value: JSON.stringify({ V: `value ${start + i}`, N: start + i }),
    }))
    await producer.send({ topic, messages })
  }
}
