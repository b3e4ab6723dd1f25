/**
 * The ACLs of docs/operations.md#acls: with exactly these a server does all that it can do, and without any one of them it says which is
 * missing.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { KafkaBroker } from '../../../src/broker/kafka/kafka-broker.ts'
import { encode, record } from '../../support/batches.ts'
import { FaultServer, withDataDir } from '../support/server.ts'
import type { SecuredBroker } from './secured-broker.ts'
import { USERS } from './secured-broker.ts'

const OPERATIONS = join(import.meta.dirname, '../../../docs/operations.md')
/** How a command of the page begins; it stands for `kafka-acls --add` with the principal. */
const IN_THE_PAGE = '$ACLS '
const PRINCIPAL = 'User:alice'
const SOURCE = 'orders'
const RECORDS = 20
const COUNTS_MS = 30_000

/** One operation on one resource, as arguments of `kafka-acls`. */
export interface Acl {
  readonly operation: string
  /** With its option, and the kind of its pattern. */
  readonly resource: readonly string[]
  /** For people. */
  readonly text: string
}

/** Those that the page names, each alone. Throws an Error if there are none. */
export function documentedAcls(): Acl[] {
  const lines = readFileSync(OPERATIONS, 'utf8').replaceAll('\\\n', ' ').split('\n')
  const acls = lines
    .filter((line) => line.startsWith(IN_THE_PAGE))
    .flatMap((command) => {
      const words = command.trim().split(/\s+/)
      const resource = words.slice(words.lastIndexOf('--operation') + 2)
      const operations = words.flatMap((word, i) => (word === '--operation' ? [words[i + 1]!] : []))
      return operations.map((operation) => ({ operation, resource, text: `${operation} ${resource.join(' ')}` }))
    })
  if (acls.length === 0) throw new Error(`docs/operations.md has no command that begins with ${IN_THE_PAGE}`)
  return acls
}

export function setAcls(broker: SecuredBroker, verb: 'add' | 'remove', acls: readonly Acl[]): Promise<unknown> {
  const byResource = new Map<string, Acl[]>()
  for (const acl of acls) {
    const key = acl.resource.join(' ')
    byResource.set(key, [...(byResource.get(key) ?? []), acl])
  }
  return Promise.all(
    [...byResource.values()].map((group) =>
      broker.acls([
        `--${verb}`,
        ...(verb === 'remove' ? ['--force'] : []),
        '--allow-principal',
        PRINCIPAL,
        ...group.flatMap(({ operation }) => ['--operation', operation]),
        ...group[0]!.resource,
      ]),
    ),
  )
}

/** Everything that a server requests of Kafka. Rejects with what it said when something did not work. */
export async function useEverything(broker: SecuredBroker): Promise<void> {
  await reset(broker)
  await withDataDir(async (dataDir) => {
    const server = await FaultServer.spawn(dataDir, {
      'bootstrap.servers': broker.addresses.LOGIN,
      'security.protocol': 'SASL_PLAINTEXT',
      'sasl.mechanism': 'SCRAM-SHA-256',
      'sasl.jaas.config': `org.apache.kafka...ScramLoginModule required username="alice" password="${USERS.alice}";`,
      'ksql.streams.auto.offset.reset': 'earliest',
      'ksql.streams.commit.interval.ms': '100',
      'ksql.query.retry.backoff.initial.ms': '500',
    })
    const refused = denied(server)
    refused.catch(() => {})
    try {
      await Promise.race([server.ready().then(() => work(server)), refused])
    } finally {
      await server.stop()
    }
  })
}

/** Topics as they are before, made by somebody who may. */
async function reset(broker: SecuredBroker): Promise<void> {
  const admin = new KafkaBroker({ bootstrapServers: [broker.plain] })
  try {
    await admin.connect()
    for (const { name } of await admin.listTopics())
      if (/^(_confluent-ksql-default_|default_|orders|shop_)/.test(name)) await admin.deleteTopic(name)
    await admin.createTopic({ name: SOURCE, partitions: 2, replicas: 1 })
    const producer = admin.producer()
    for (let i = 0; i < RECORDS; i++)
      await producer.send(SOURCE, i % 2, encode([record(i === 0 ? 'not JSON' : row(i), 1000, String(i))]))
  } finally {
    await admin.close()
  }
}

const row = (i: number): string => `{"who":"w${i % 3}","amount":${i}}`

/** Rejects as soon as the server's log has a refusal; resolves when the server has ended. */
async function denied(server: FaultServer): Promise<void> {
  while (!server.hasEnded) {
    const line = server.output.split('\n').find((text) => text.includes('Authorization denied'))
    if (line !== undefined) throw new Error(/Authorization denied[^"]*/.exec(line)?.[0])
    await delay(50)
  }
}

async function work(server: FaultServer): Promise<void> {
  await server.execute(
    `CREATE STREAM orders (id STRING KEY, who STRING, amount INT) WITH (kafka_topic='orders', value_format='JSON');
     CREATE STREAM big WITH (kafka_topic='shop_big', partitions=2, replicas=1) AS SELECT * FROM orders WHERE amount >= 10;
     CREATE TABLE totals WITH (kafka_topic='shop_totals', partitions=2, replicas=1) AS SELECT who, COUNT(*) AS n FROM orders GROUP BY who;`,
  )
  await server.execute(
    `CREATE STREAM named WITH (kafka_topic='shop_named', partitions=2, replicas=1) AS
       SELECT o.who AS who, o.amount, t.n FROM orders o JOIN totals t ON o.who = t.who;`,
    { 'processing.guarantee': 'exactly_once_v2' },
  )
  await server.execute(`INSERT INTO big (id, who, amount) VALUES ('x', 'w0', 99);`)
  const bad = () => server.pull('SELECT * FROM KSQL_PROCESSING_LOG;')
  for (const end = performance.now() + COUNTS_MS; (await bad()).length === 0; await delay(50))
    if (performance.now() > end) throw new Error('The bad record is not in the processing log.')
  let counted = 0
  for (const end = performance.now() + COUNTS_MS; counted < RECORDS - 1; await delay(50)) {
    if (performance.now() > end) throw new Error(`Only ${counted} of ${RECORDS} records were counted in time.`)
    const rows = await server.pull('SELECT n FROM totals;')
    counted = rows.reduce((sum, [count]) => sum + Number(count), 0)
  }
  await server.execute('SHOW TOPICS EXTENDED; SHOW QUERIES EXTENDED; DESCRIBE totals EXTENDED;')
  await server.execute('DROP STREAM named DELETE TOPIC; DROP TABLE totals DELETE TOPIC; DROP STREAM big DELETE TOPIC;')
}
