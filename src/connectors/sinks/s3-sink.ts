/** The sink `s3`: objects of JSON lines in Amazon S3, or in a store that speaks its protocol. */
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import aws4 from 'aws4'
import { ByteBuffer } from '../../types/byte-buffer.ts'
import { type SinkContext, type SinkDeclaration, type SinkRecord, type SinkTask, TAKEN } from '../connector.ts'
import { HTTP_OPTIONS, HttpTarget, type TargetAnswer } from '../delivery/http-target.ts'
import { COLUMN_NAMES, columnNames } from '../document-options.ts'
import { type DocumentWriter, documentWriter } from '../documents.ts'
import { OptionError, type Options } from '../options.ts'
import { compileTemplate } from '../templates.ts'
import { isFull, offsetBehind, paddedOffset, type RollLimits, runPrefix } from './rolling-files.ts'

export const s3Sink: SinkDeclaration = {
  kind: 'SINK',
  name: 's3',
  description:
    'Writes records as lines of JSON into objects of Amazon S3, or of a store that speaks its protocol. An object holds one run of offsets of ' +
    'one partition and is named for the first: `logs+0+0000000000000120.json.gz`.',
  guarantee:
    'Exactly once: an object is written as a whole, only if there is none of its name, with the offset behind its last record in its metadata; a ' +
    'restarted task continues behind the last object.',
  options: [
    ...HTTP_OPTIONS.filter(({ name }) => name !== 'compression'),
    { name: 'bucket', type: 'text', default: null, isRequired: true, description: 'Bucket. It must exist.' },
    {
      name: 'prefix',
      type: 'text',
      default: '%{topic}/',
      description: 'What the names of all objects begin with. `%{topic}` stands for the topic.',
    },
    { name: 'region', type: 'text', default: 'us-east-1', description: 'Region of the bucket.' },
    { name: 'access.key', type: 'text', default: null, isRequired: true, description: 'Id of the access key.' },
    {
      name: 'secret.key',
      type: 'text',
      default: null,
      isRequired: true,
      isSecret: true,
      description: 'Secret of the access key.',
    },
    {
      name: 'session.token',
      type: 'text',
      default: null,
      isSecret: true,
      description: 'Token of temporary credentials.',
    },
    {
      name: 'compression',
      type: 'choice',
      default: 'gzip',
      choices: ['gzip', 'none'],
      description: 'Whether objects are compressed.',
    },
    { name: 'roll.records', type: 'number', default: '100000', least: 1, description: 'Most records of an object.' },
    {
      name: 'roll.bytes',
      type: 'number',
      default: '8388608',
      least: 1,
      description:
        'An object that has reached this many bytes, before compression, is complete. The task keeps it in memory until then.',
    },
    {
      name: 'roll.interval.ms',
      type: 'duration',
      default: '60000',
      least: 0,
      description: 'An object is complete when its first record has waited for so long.',
    },
    COLUMN_NAMES,
  ],
  example: `CREATE STREAM events (id STRING KEY, message STRING) WITH (kafka_topic='events', value_format='JSON', partitions=1);
CREATE SINK events_to_s3 FROM events WITH (
  connector='s3', url='http://localhost:7070', bucket='archive', "access.key"='parts', "secret.key"='\${env:CONNECTOR_S3_SECRET}',
  "roll.interval.ms"='1000');`,

  check(options, source) {
    if (options.list('url').length > 1) throw new OptionError('url', 'A store has one address.')
    if (compileTemplate(options.text('prefix'), 'prefix', source).constant !== null) return
    throw new OptionError(
      'prefix',
      "The option 'prefix' may have %{topic} and no other place: its objects are listed to find the last.",
    )
  },

  async open(context) {
    return new S3Task(context)
  },
}

const NEXT_OFFSET = 'x-amz-meta-next-offset'
const CLUSTER = 'x-amz-meta-cluster'
const compress = promisify(gzip)
const NEWLINE = 0x0a

/** Another task has written the object: this one is not the owner of the partition any more, or its answer was lost. */
class WrittenError extends Error {
  override readonly name = 'WrittenError'
}

class S3Task implements SinkTask {
  readonly #context: SinkContext
  readonly #bucket: Bucket
  readonly #limits: RollLimits
  readonly #write: DocumentWriter
  readonly #prefix: string
  readonly #extension: string
  readonly #buffer = new ByteBuffer(1 << 20)
  #first = 0
  #next = 0
  #records = 0
  #openedAt = 0

  constructor(context: SinkContext) {
    const { options, source, partition } = context
    this.#context = context
    this.#bucket = new Bucket(context)
    this.#limits = {
      records: options.number('roll.records'),
      bytes: options.number('roll.bytes'),
      ageMs: options.number('roll.interval.ms'),
    }
    this.#write = documentWriter(source, { names: columnNames(options) })
    const prefix = compileTemplate(options.text('prefix'), 'prefix', source).constant ?? ''
    this.#prefix = prefix + runPrefix(source.topic, partition)
    this.#extension = options.text('compression') === 'gzip' ? '.json.gz' : '.json'
  }

  async start(committed: number): Promise<number> {
    const last = await this.#bucket.lastKey(this.#prefix, this.#prefix + paddedOffset(committed))
    const next = last === null ? null : await this.#bucket.nextOffset(last)
    this.#first = this.#next = Math.max(committed, next ?? committed)
    return this.#next
  }

  /** A repeated call finds what the first one has taken. */
  async write(records: readonly SinkRecord[]) {
    let at = records.findIndex(({ offset }) => offset >= this.#next)
    while (at >= 0 && at < records.length) {
      const part = records.slice(at, at + this.#limits.records - this.#records)
      this.#append(part)
      at += part.length
      await this.flush({ now: false })
    }
    return TAKEN
  }

  durable(): number {
    return this.#records === 0 ? this.#next : this.#first
  }

  async flush({ now }: { readonly now: boolean }): Promise<void> {
    if (this.#records === 0) return
    const ageMs = this.#context.timer.elapsed() - this.#openedAt
    const run = { records: this.#records, bytes: this.#buffer.position, ageMs }
    if (now || isFull(run, this.#limits)) await this.#complete()
  }

  async close(): Promise<void> {
    this.#bucket.close()
  }

  #append(records: readonly SinkRecord[]): void {
    if (this.#records === 0) {
      this.#first = records[0]!.offset
      this.#openedAt = this.#context.timer.elapsed()
    }
    for (const record of records) {
      this.#write(record, this.#buffer)
      this.#buffer.writeByte(NEWLINE)
    }
    this.#records += records.length
    this.#next = offsetBehind(records)
  }

  async #complete(): Promise<void> {
    const lines = this.#buffer.since(0)
    const body = this.#extension === '.json' ? lines : await compress(lines)
    await this.#bucket.put(this.#prefix + paddedOffset(this.#first) + this.#extension, body, this.#next)
    this.#buffer.clear()
    this.#records = 0
  }
}

/** Requests to a bucket, signed by Signature Version 4. Source: Amazon S3 API reference. */
class Bucket {
  readonly #target: HttpTarget
  readonly #options: Options
  readonly #cluster: string
  readonly #host: string
  readonly #path: string

  constructor(context: SinkContext) {
    const { options, cluster } = context
    this.#options = options
    this.#cluster = cluster
    this.#target = new HttpTarget(context, {}, { compresses: false })
    const [url] = options.list('url')
    const { host, pathname } = new URL(url!)
    this.#host = host
    this.#path = `${pathname.replace(/\/$/, '')}/${encodeURIComponent(options.text('bucket'))}`
  }

  /** The greatest key behind `after` that begins with the prefix; null: there is none. */
  async lastKey(prefix: string, after: string): Promise<string | null> {
    let last: string | null = null
    for (let from = after; ; from = last!) {
      const query = new URLSearchParams({ 'list-type': '2', prefix, 'start-after': from })
      const { text } = accepted(await this.#send('GET', `?${query}`, null), 'list its objects')
      const keys = [...text.matchAll(/<Key>([^<]*)<\/Key>/g)].map((match) => unescapeXml(match[1]!))
      last = keys.at(-1) ?? last
      if (!text.includes('<IsTruncated>true</IsTruncated>') || keys.length === 0) return last
    }
  }

  /** Offset behind the last record of an object; null: the object does not say. Rejects for one of another cluster. */
  async nextOffset(key: string): Promise<number | null> {
    const { headers } = accepted(await this.#send('HEAD', `/${encodedKey(key)}`, null), 'read an object')
    if (headers[CLUSTER] !== undefined && headers[CLUSTER] !== this.#cluster) {
      throw new Error(
        `The object ${key} is of the topic of another cluster, so that offsets mean other records. Choose another prefix, or move it away.`,
      )
    }
    const offset = headers[NEXT_OFFSET]
    return offset === undefined ? null : Number(offset)
  }

  async put(key: string, body: Uint8Array, nextOffset: number): Promise<void> {
    const answer = await this.#send('PUT', `/${encodedKey(key)}`, body, {
      'content-type': key.endsWith('.gz') ? 'application/gzip' : 'application/x-ndjson',
      'if-none-match': '*',
      [NEXT_OFFSET]: String(nextOffset),
      [CLUSTER]: this.#cluster,
    })
    if (answer.status === 412)
      throw new WrittenError(`The object ${key} is there already. The task continues behind it.`)
    accepted(answer, 'write an object')
  }

  close(): void {
    this.#target.close()
  }

  #send(
    method: 'GET' | 'HEAD' | 'PUT',
    path: string,
    body: Uint8Array | null,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<TargetAnswer> {
    const token = this.#options.textOrNull('session.token')
    const signed = aws4.sign(
      {
        service: 's3',
        region: this.#options.text('region'),
        method,
        host: this.#host,
        path: this.#path + path,
        headers: { ...headers },
        ...(body !== null && { body: Buffer.from(body.buffer, body.byteOffset, body.byteLength) }),
      },
      {
        accessKeyId: this.#options.text('access.key'),
        secretAccessKey: this.#options.text('secret.key'),
        ...(token !== null && { sessionToken: token }),
      },
    )
    return this.#target.send({
      method,
      path: `/${encodeURIComponent(this.#options.text('bucket'))}${path}`,
      headers: signed.headers as Record<string, string>,
      body,
    })
  }
}

function accepted(answer: TargetAnswer, what: string): TargetAnswer {
  if (answer.status < 300) return answer
  throw new Error(`The store refuses to ${what}: it answers ${answer.status} ${answer.text.slice(0, 300)}`)
}

const encodedKey = (key: string): string =>
  key
    .split('/')
    .map((part) =>
      encodeURIComponent(part).replaceAll(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`),
    )
    .join('/')

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

const unescapeXml = (text: string): string =>
  text.replaceAll(/&(?:#(\d+)|(\w+));/g, (whole, code: string | undefined, name: string | undefined) =>
    code === undefined ? (ENTITIES[name ?? ''] ?? whole) : String.fromCodePoint(Number(code)),
  )
