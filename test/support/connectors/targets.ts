/** Stand-ins for the targets of sinks, for the contract suite: each takes documents `{ID, V}` and refuses those whose V is `bad`. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { type FakeAnswer, type FakeRequest, FakeServer, type Told } from './fake-server.ts'

export interface Document {
  readonly ID: number
  readonly V: string
}

export interface SinkTarget {
  /** Options of the connector, without `connector`. */
  options(): Readonly<Record<string, string>>
  start(): Promise<void>
  stop(): Promise<void>
  /** What the target has, in the order in which it came; a repeated record shows as often as the target has it. */
  documents(): readonly Document[] | Promise<readonly Document[]>
  /** Answers to the next requests; undefined: it does not answer requests. */
  readonly told?: Told[]
  /** How it says that it is busy. */
  readonly busy?: FakeAnswer
  /** Whether it refuses documents. */
  readonly refuses: boolean
  /** What the variable `SECRET` is. Default: `secret`. */
  readonly secret?: string
  /** Whether another connector adds the same records once more: they have no id in the target. */
  readonly addsAgain?: true
}

export interface TargetPlace {
  /** Directory whose files connectors may use. */
  readonly files: string
}

/** Address of a server of PostgreSQL, for those who have one. */
const POSTGRES = process.env['MILLRACE_TEST_POSTGRES']

/** The target of each sink; a sink without one does not pass the contract suite. */
export const TARGETS: Readonly<Record<string, (place: TargetPlace) => SinkTarget>> = {
  elasticsearch: bulkTarget,
  file: fileTarget,
  http: webhookTarget,
  s3: storeTarget,
  splunk: hecTarget,
  ...(POSTGRES !== undefined && { postgres: () => postgresTarget(new URL(POSTGRES)) }),
}

/** Sinks without a place to look into. */
export const WITHOUT_TARGET: Readonly<Record<string, string>> = {
  console: 'It writes to the standard output of the server; test/unit/connectors/console-sink.test.ts reads it.',
  ...(POSTGRES === undefined && {
    postgres:
      'It needs a server: MILLRACE_TEST_POSTGRES=postgres://USER:PASSWORD@HOST:PORT/DATABASE has one take part.',
  }),
}

/** A reference to the variable `SECRET`. */
const SECRET = '$'.concat('{env:SECRET}')

const parse = (text: string) => JSON.parse(text) as Document

function overHttp(
  answer: (request: FakeRequest) => FakeAnswer,
  rest: Pick<SinkTarget, 'documents'> & { readonly options: (url: string) => Readonly<Record<string, string>> },
): SinkTarget {
  const server = new FakeServer(answer)
  return {
    told: server.told,
    busy: { status: 429, headers: { 'retry-after': '0' } },
    refuses: true,
    options: () => rest.options(server.url),
    start: () => server.start(),
    stop: () => server.stop(),
    documents: rest.documents,
  }
}

/** The bulk API of Elasticsearch, as far as the sink uses it: documents by id, in the order of their first writes. */
function bulkTarget(): SinkTarget {
  const documents = new Map<string, Document>()
  const answer = ({ path, body }: FakeRequest): FakeAnswer => {
    if (!path.startsWith('/s/_bulk')) return { status: 404, body: `no such path: ${path}` }
    const lines = body.trimEnd().split('\n')
    const items: unknown[] = []
    for (let i = 0; i < lines.length; i += 2) {
      const { index } = JSON.parse(lines[i]!) as { index: { _id: string } }
      const document = parse(lines[i + 1]!)
      const isBad = document.V === 'bad'
      if (!isBad) documents.set(index._id, document)
      const error = { type: 'mapper_parsing_exception', reason: 'failed to parse field [V]' }
      items.push({ index: isBad ? { status: 400, error } : { status: 201 } })
    }
    return { status: 200, body: JSON.stringify({ errors: true, items }) }
  }
  return overHttp(answer, { documents: () => [...documents.values()], options: (url) => ({ url }) })
}

/** A store of objects, as far as the sink uses it; signatures are not checked. */
function storeTarget(): SinkTarget {
  const objects = new Map<string, { readonly body: string; readonly next: string }>()
  const answer = ({ method, path, headers, body }: FakeRequest): FakeAnswer => {
    if (method === 'GET') {
      const query = new URL(path, 'http://store').searchParams
      const [prefix, after] = [query.get('prefix')!, query.get('start-after')!]
      const keys = [...objects.keys()].filter((key) => key.startsWith(prefix) && key > after).sort()
      return { status: 200, body: `<List>${keys.map((key) => `<Key>${key}</Key>`).join('')}</List>` }
    }
    const key = decodeURIComponent(path.replace('/archive/', ''))
    if (method === 'HEAD') return { status: 200, headers: { 'x-amz-meta-next-offset': objects.get(key)!.next } }
    if (objects.has(key)) return { status: 412 }
    objects.set(key, { body, next: String(headers['x-amz-meta-next-offset']) })
    return { status: 200 }
  }
  const documents = () =>
    [...objects].sort(([a], [b]) => (a < b ? -1 : 1)).flatMap(([, { body }]) => body.trimEnd().split('\n').map(parse))
  const options = (url: string) => ({
    url,
    bucket: 'archive',
    compression: 'none',
    'access.key': 'key',
    'secret.key': SECRET,
    'roll.records': '3',
    'roll.interval.ms': '20',
  })
  return { ...overHttp(answer, { documents, options }), refuses: false }
}

/** Splunk's event collector: by the indexed field, as a search that drops repetitions has them. */
function hecTarget(): SinkTarget {
  const documents = new Map<string, Document>()
  const answer = ({ path, headers, body }: FakeRequest): FakeAnswer => {
    if (path !== '/services/collector/event') return { status: 404 }
    if (headers.authorization !== 'Splunk secret') return { status: 403, body: '{"text":"Invalid token","code":4}' }
    const events = body
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { fields: { record_id: string }; event: Document })
    const bad = events.findIndex(({ event }) => event.V === 'bad')
    for (const { fields, event } of bad < 0 ? events : events.slice(0, bad)) documents.set(fields.record_id, event)
    if (bad < 0) return { status: 200, body: '{"text":"Success","code":0}' }
    return {
      status: 400,
      body: JSON.stringify({ text: 'Event field is required', code: 12, 'invalid-event-number': bad }),
    }
  }
  return overHttp(answer, {
    documents: () => [...documents.values()],
    options: (url) => ({ url, token: SECRET }),
  })
}

/** A web service that knows repetitions by their idempotency key. */
function webhookTarget(): SinkTarget {
  const documents = new Map<string, Document>()
  const answer = ({ headers, body }: FakeRequest): FakeAnswer => {
    const document = parse(body)
    if (document.V === 'bad') return { status: 422, body: 'V must not be bad' }
    documents.set(String(headers['idempotency-key']), document)
    return { status: 204 }
  }
  return overHttp(answer, { documents: () => [...documents.values()], options: (url) => ({ url }) })
}

/** A table of its own, with a constraint that refuses documents. */
function postgresTarget(address: URL): SinkTarget {
  const table = `contract_${process.pid}_${nextTable++}`
  const query = async (sql: string) => {
    const client = new pg.Client({ connectionString: address.href })
    await client.connect()
    try {
      return (await client.query<Document>(sql)).rows
    } finally {
      await client.end()
    }
  }
  return {
    refuses: true,
    secret: decodeURIComponent(address.password),
    addsAgain: true,
    options: () => ({
      url: `postgres://${address.host}${address.pathname}`,
      username: address.username,
      password: SECRET,
      table,
    }),
    async start() {
      await query(`CREATE TABLE ${table} (n serial, id integer, v text CHECK (v <> 'bad'))`)
    },
    async stop() {
      await query(`DROP TABLE IF EXISTS ${table}`)
    },
    documents: () => query(`SELECT id AS "ID", v AS "V" FROM ${table} ORDER BY n`),
  }
}

let nextTable = 0

function fileTarget({ files }: TargetPlace): SinkTarget {
  const directory = join(files, 'contract')
  return {
    refuses: false,
    options: () => ({ directory: 'contract', 'roll.records': '3', 'roll.interval.ms': '20' }),
    start: async () => {},
    stop: async () => {},
    documents() {
      if (!existsSync(directory)) return []
      return readdirSync(directory)
        .filter((name) => name.endsWith('.json'))
        .sort()
        .flatMap((name) => readFileSync(join(directory, name), 'utf8').trimEnd().split('\n'))
        .map(parse)
    },
  }
}
