/** Targets of the fault runs of connectors: how a sink reaches each, and what it has in the end. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import aws4 from 'aws4'
import pg from 'pg'
import { FakeServer } from '../../support/connectors/fake-server.ts'

export interface Held {
  /** Records with repetitions. */
  readonly records: number
  readonly distinct: number
  /** Sum of the ids of the distinct records. */
  readonly sum: number
  /** Keys that records came under, where they come with one: as many as there are distinct records, unless a repetition has another key. */
  readonly keys?: number
}

export interface FaultTarget {
  readonly name: string
  /** Whether a repetition is a failure. */
  readonly exactlyOnce: boolean
  /** Makes it ready and empty. */
  open(): Promise<void>
  /** The statement of its sink; from the stream `logs`. */
  readonly statement: string
  held(): Promise<Held>
  close(): Promise<void>
  /** The target's server, where it is in this process: it can be stopped, and started again on its port. */
  readonly server?: Pick<FakeServer, 'start' | 'stop'>
}

export interface TargetPlaces {
  readonly files: string
  /** Distinguishes this run from others over the same targets; letters, digits and underscores. */
  readonly run: string
}

const reference = (name: string) => `\${env:CONNECTOR_${name}}`

const SOURCE = `
CREATE SOURCE lines WITH (connector='file', topic='logs', path='in.ndjson', format='ndjson', partitions=4, "scan.interval.ms"=50);
CREATE STREAM logs (ID BIGINT, V STRING) WITH (kafka_topic='logs', value_format='JSON');`

/** Statements for the way from lines of the file `in.ndjson` to all targets. */
export const statementsOf = (targets: readonly FaultTarget[]): string =>
  SOURCE + targets.map(({ statement }) => statement).join('\n')

/**
 * Files and web services always; VictoriaLogs, OpenSearch, PostgreSQL and S3 where `MILLRACE_TEST_HEC`, `_OPENSEARCH`, `_POSTGRES` and `_S3` have
 * their addresses.
 * `chosen`: names separated by commas; empty: all. Throws an Error for a name that is not there.
 */
export function targetsOf(places: TargetPlaces, chosen: string): FaultTarget[] {
  const targets = availableTargets(places)
  if (chosen === '') return targets
  return chosen.split(',').map((name) => {
    const target = targets.find((candidate) => candidate.name === name)
    if (target !== undefined) return target
    throw new Error(`There is no target ${name}, only ${targets.map((candidate) => candidate.name).join(', ')}.`)
  })
}

function availableTargets(places: TargetPlaces): FaultTarget[] {
  const { MILLRACE_TEST_HEC, MILLRACE_TEST_OPENSEARCH, MILLRACE_TEST_POSTGRES, MILLRACE_TEST_S3 } = process.env
  return [
    fileTarget(places, { name: 'file', directory: 'out' }),
    webTarget(),
    splunkTarget(),
    ...(MILLRACE_TEST_HEC === undefined ? [] : [logsTarget(MILLRACE_TEST_HEC, places)]),
    ...(MILLRACE_TEST_OPENSEARCH === undefined ? [] : [searchTarget(MILLRACE_TEST_OPENSEARCH, places)]),
    ...(MILLRACE_TEST_POSTGRES === undefined ? [] : [postgresTarget(new URL(MILLRACE_TEST_POSTGRES), places)]),
    ...(MILLRACE_TEST_S3 === undefined ? [] : [storeTarget(new URL(MILLRACE_TEST_S3), places)]),
  ]
}

function countOf(ids: Iterable<number>): Held {
  const distinct = new Set<number>()
  let records = 0
  for (const id of ids) {
    records++
    distinct.add(id)
  }
  return { records, distinct: distinct.size, sum: [...distinct].reduce((sum, id) => sum + id, 0) }
}

const idsOfLines = (text: string): number[] =>
  text.split('\n').flatMap((line) => (line === '' ? [] : [(JSON.parse(line) as { ID: number }).ID]))

/** `directory`: below `files`. */
export function fileTarget(
  { files }: Pick<TargetPlaces, 'files'>,
  { name, directory: below }: { readonly name: string; readonly directory: string },
): FaultTarget {
  const directory = join(files, below)
  /** Ids by file, whose lines never change. */
  const seen = new Map<string, readonly number[]>()
  return {
    name,
    exactlyOnce: true,
    open: async () => {},
    statement: `CREATE SINK to_${name} FROM logs WITH (connector='file', directory='${below}', "roll.records"=5000, "roll.interval.ms"=300);`,
    async held() {
      for (const file of readdirSync(directory)) {
        if (file.endsWith('.json') && !seen.has(file))
          seen.set(file, idsOfLines(readFileSync(join(directory, file), 'utf8')))
      }
      return countOf([...seen.values()].flat())
    },
    close: async () => {},
  }
}

/** Counts by the key that a repetition repeats; a repetition with another body is a failure. */
function byKey(server: FakeServer) {
  const bodies = new Map<string, string>()
  let records = 0
  return {
    take(key: string, body: string): void {
      records++
      if (bodies.has(key) && bodies.get(key) !== body) throw new Error(`${key} came with two bodies`)
      bodies.set(key, body)
      server.requests.length = 0
    },
    held: async () => ({ ...countOf([...bodies.values()].flatMap(idsOfLines)), records, keys: bodies.size }),
  }
}

function webTarget(): FaultTarget {
  const server: FakeServer = new FakeServer(({ headers, body }) => {
    keys.take(String(headers['idempotency-key']), body)
    return { status: 204 }
  })
  const keys = byKey(server)
  return {
    name: 'http',
    exactlyOnce: false,
    open: () => server.start(),
    get statement() {
      return `CREATE SINK to_web FROM logs WITH (connector='http', url='${server.url}', "requests.in.flight"=32);`
    },
    held: keys.held,
    close: () => server.stop(),
    server,
  }
}

function splunkTarget(): FaultTarget {
  const server: FakeServer = new FakeServer(({ body }) => {
    for (const line of body.trimEnd().split('\n')) {
      const { fields, event } = JSON.parse(line) as { fields: { record_id: string }; event: unknown }
      keys.take(fields.record_id, JSON.stringify(event))
    }
    return { status: 200, body: '{"text":"Success","code":0}' }
  })
  const keys = byKey(server)
  process.env['CONNECTOR_HEC_TOKEN'] = 'token'
  return {
    name: 'splunk',
    exactlyOnce: false,
    open: () => server.start(),
    get statement() {
      return `CREATE SINK to_splunk FROM logs WITH (connector='splunk', url='${server.url}', token='${reference('HEC_TOKEN')}');`
    },
    held: keys.held,
    close: () => server.stop(),
    server,
  }
}

/** VictoriaLogs, which takes events as Splunk's collector does. */
function logsTarget(url: string, { run }: TargetPlaces): FaultTarget {
  const query = async (text: string): Promise<Record<string, string>> => {
    const body = new URLSearchParams({ query: `sourcetype:="${run}" | ${text}` })
    return (await fetch(`${url}/select/logsql/query`, { method: 'POST', body })).json() as Promise<
      Record<string, string>
    >
  }
  process.env['CONNECTOR_HEC_TOKEN'] = 'token'
  return {
    name: 'victorialogs',
    exactlyOnce: false,
    open: async () => {},
    statement: `CREATE SINK to_logs FROM logs WITH (connector='splunk', url='${url}', token='${reference('HEC_TOKEN')}', "sourcetype"='${run}');`,
    async held() {
      const { records, distinct, keys, first, last } = await query(
        'stats count() AS records, count_uniq(event.ID) AS distinct, count_uniq(fields.record_id) AS keys, min(event.ID) AS first, max(event.ID) AS last',
      )
      // The sum of all ids between these, which it has if they are as many.
      const sum = ((Number(first) + Number(last)) * Number(distinct)) / 2
      return { records: Number(records), distinct: Number(distinct), sum, keys: Number(keys) }
    },
    close: async () => {},
  }
}

function searchTarget(url: string, { run }: TargetPlaces): FaultTarget {
  const index = `millrace-kill-${run}`
  const post = async (path: string, body: string): Promise<unknown> => {
    const headers = { 'content-type': 'application/json' }
    return (await fetch(`${url}/${index}${path}`, { method: 'POST', headers, body })).json()
  }
  return {
    name: 'elasticsearch',
    exactlyOnce: true,
    open: async () => {},
    statement: `CREATE SINK to_search FROM logs WITH (connector='elasticsearch', url='${url}', index='${index}');`,
    async held() {
      await post('/_refresh', '')
      const search = '{"size":0,"track_total_hits":true,"aggs":{"sum":{"sum":{"field":"ID"}}}}'
      const { hits, aggregations } = (await post('/_search', search)) as {
        hits: { total: { value: number } }
        aggregations: { sum: { value: number } }
      }
      return { records: hits.total.value, distinct: hits.total.value, sum: aggregations.sum.value }
    },
    async close() {
      await fetch(`${url}/${index}`, { method: 'DELETE' })
    },
  }
}

function postgresTarget(address: URL, { run }: TargetPlaces): FaultTarget {
  process.env['CONNECTOR_PG_PASSWORD'] = decodeURIComponent(address.password)
  const table = `millrace_kill_${run}`
  const query = async (sql: string) => {
    const client = new pg.Client({ connectionString: address.href })
    await client.connect()
    try {
      return (await client.query<Record<string, string>>(sql)).rows[0]
    } finally {
      await client.end()
    }
  }
  const url = `postgres://${address.host}${address.pathname}`
  return {
    name: 'postgres',
    exactlyOnce: true,
    open: async () => {},
    statement: `CREATE SINK to_postgres FROM logs WITH (connector='postgres', url='${url}', username='${address.username}',
      password='${reference('PG_PASSWORD')}', "table"='${table}');`,
    async held() {
      const row = await query(
        `SELECT count(*) AS records, count(DISTINCT id) AS distinct, (SELECT sum(id) FROM (SELECT DISTINCT id FROM ${table}) AS d) AS sum FROM ${table}`,
      )
      return { records: Number(row?.['records']), distinct: Number(row?.['distinct']), sum: Number(row?.['sum']) }
    },
    async close() {
      await query(`DROP TABLE ${table}`)
    },
  }
}

/** `http://KEY:SECRET@HOST:PORT/BUCKET`. */
function storeTarget(address: URL, { run }: TargetPlaces): FaultTarget {
  const [accessKeyId, secretAccessKey] = [address.username, decodeURIComponent(address.password)]
  process.env['CONNECTOR_S3_SECRET'] = secretAccessKey
  const bucket = address.pathname.slice(1)
  const get = async (path: string): Promise<Buffer> => {
    const request = { service: 's3', region: 'us-east-1', host: address.host, path: `/${bucket}${path}` }
    const { headers } = aws4.sign(request, { accessKeyId, secretAccessKey })
    const response = await fetch(`http://${address.host}/${bucket}${path}`, {
      headers: headers as Record<string, string>,
    })
    return Buffer.from(await response.arrayBuffer())
  }
  return {
    name: 's3',
    exactlyOnce: true,
    open: async () => {},
    statement: `CREATE SINK to_store FROM logs WITH (connector='s3', url='http://${address.host}', bucket='${bucket}', prefix='${run}/',
      "access.key"='${accessKeyId}', "secret.key"='${reference('S3_SECRET')}', "roll.records"=5000, "roll.interval.ms"=300);`,
    async held() {
      const ids: number[] = []
      for (let after = ''; ; ) {
        const list = (await get(`?list-type=2&prefix=${run}%2F&start-after=${encodeURIComponent(after)}`)).toString()
        const keys = [...list.matchAll(/<Key>([^<]*)<\/Key>/g)].map((match) => match[1]!)
        for (const key of keys)
          ids.push(...idsOfLines(gunzipSync(await get(`/${key.replaceAll('+', '%2B')}`)).toString()))
        if (keys.length === 0 || !list.includes('<IsTruncated>true')) return countOf(ids)
        after = keys.at(-1)!
      }
    },
    close: async () => {},
  }
}
