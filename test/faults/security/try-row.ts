/** One row of the security matrix: a server process that works, or says why it does not. */
import { setTimeout as delay } from 'node:timers/promises'
import { FaultServer, withDataDir } from '../support/server.ts'
import type { Row } from './rows.ts'
import type { SecuredBroker } from './secured-broker.ts'
import { CLIENT_ID, CLIENT_SECRET } from './token-endpoint.ts'

export interface RowResult {
  readonly holds: boolean
  /** In one line. */
  readonly told: string
}

const TELLS_MS = 60_000
const READS_MS = 30_000
const BETWEEN_LOOKS_MS = 50

export function tryRow({ name, bootstrapServers, properties, refusal }: Row): Promise<RowResult> {
  return withDataDir(async (dataDir) => {
    const server = await FaultServer.spawn(dataDir, {
      'bootstrap.servers': bootstrapServers,
      'ksql.service.id': `security_${name.replaceAll(/\W+/g, '_')}`,
      'ksql.streams.auto.offset.reset': 'earliest',
      'ksql.logging.processing.topic.auto.create': 'false',
      ...properties,
    })
    try {
      return refusal === null ? await work(server, name) : await refused(server, refusal)
    } finally {
      await server.kill()
    }
  })
}

/** Longer than two tokens count. */
const RENEWAL_MS = 35_000
const BETWEEN_ROWS_MS = 500

/** A query that goes on while its server's tokens end and are renewed. */
export function tryRenewal({ addresses, keys, tokens }: SecuredBroker): Promise<RowResult> {
  return withDataDir(async (dataDir) => {
    const server = await FaultServer.start(dataDir, {
      'bootstrap.servers': addresses.OAUTH,
      'ksql.service.id': 'security_renewal',
      'ksql.streams.auto.offset.reset': 'earliest',
      'ksql.logging.processing.topic.auto.create': 'false',
      'security.protocol': 'SASL_SSL',
      'ssl.truststore.location': keys.broker.certificate,
      'sasl.mechanism': 'OAUTHBEARER',
      'sasl.oauthbearer.token.endpoint.url': tokens.url,
      'sasl.oauthbearer.client.credentials.client.id': CLIENT_ID,
      'sasl.oauthbearer.client.credentials.client.secret': CLIENT_SECRET,
    })
    try {
      const before = tokens.given
      await server.execute(
        `CREATE STREAM s (k INT KEY, v INT) WITH (kafka_topic='renewal', value_format='JSON', partitions=1);
         CREATE TABLE t WITH (kafka_topic='renewal-counts', partitions=1) AS SELECT k, COUNT(*) AS n FROM s GROUP BY k;`,
      )
      let rows = 0
      for (const end = performance.now() + RENEWAL_MS; performance.now() < end; await delay(BETWEEN_ROWS_MS)) {
        await server.execute(`INSERT INTO s (k, v) VALUES (1, ${rows});`)
        rows++
      }
      const isCounted = async () => (await server.pull('SELECT n FROM t WHERE k = 1;'))[0]?.[0] === rows
      for (const end = performance.now() + READS_MS; performance.now() < end && !(await isCounted()); )
        await delay(BETWEEN_LOOKS_MS)
      const [, errors] = [...(await server.metric('millrace_query_errors_total'))][0] ?? ['', 0]
      const told = `${rows} rows with ${tokens.given - before} further tokens, ${errors} failures of the query`
      return { holds: (await isCounted()) && tokens.given - before >= 2 && errors === 0, told }
    } finally {
      await server.kill()
    }
  })
}

async function work(server: FaultServer, name: string): Promise<RowResult> {
  const topic = name.replaceAll(/\W+/g, '-')
  try {
    await server.ready()
    await server.execute(
      `CREATE STREAM s (k INT KEY, v INT) WITH (kafka_topic='${topic}', value_format='JSON', partitions=1);
       CREATE TABLE t WITH (kafka_topic='${topic}-counts', partitions=1) AS SELECT k, COUNT(*) AS n FROM s GROUP BY k;
       INSERT INTO s (k, v) VALUES (1, 2);`,
    )
    for (const end = performance.now() + READS_MS; performance.now() < end; await delay(BETWEEN_LOOKS_MS))
      if ((await server.pull('SELECT n FROM t WHERE k = 1;')).length === 1) return { holds: true, told: 'works' }
    return { holds: false, told: `no row within ${READS_MS / 1000} s. ${lastLine(server)}` }
  } catch (error) {
    return { holds: false, told: `${(error as Error).message.slice(-600)}` }
  }
}

async function refused(server: FaultServer, { says, ends }: NonNullable<Row['refusal']>): Promise<RowResult> {
  const isDone = () => says.test(server.output.replaceAll('\n', ' ')) && (!ends || server.hasEnded)
  for (const end = performance.now() + TELLS_MS; performance.now() < end && !isDone(); )
    if (server.hasEnded && !ends) break
    else await delay(BETWEEN_LOOKS_MS)
  return { holds: isDone(), told: `${server.hasEnded ? 'ends' : 'tries again'}: ${lastLine(server)}` }
}

/** The last message of the server's log. */
function lastLine(server: FaultServer): string {
  const line = server.output.trim().split('\n').at(-1) ?? ''
  return /"msg":"((?:[^"\\]|\\.)*)"/.exec(line)?.[1] ?? line
}
