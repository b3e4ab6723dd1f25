/** The sink `http`: records as requests to a web service. */
import { createHmac } from 'node:crypto'
import { ByteBuffer } from '../../types/byte-buffer.ts'
import {
  type Refusal,
  RetriableError,
  type SinkContext,
  type SinkDeclaration,
  type SinkRecord,
  type SinkTask,
  type WriteResult,
} from '../connector.ts'
import { sendByHalves } from '../delivery/by-halves.ts'
import {
  BASIC_OPTIONS,
  basicAuthorization,
  HTTP_OPTIONS,
  HttpTarget,
  type TargetRequest,
} from '../delivery/http-target.ts'
import { headersOf, REQUEST_HEADER_OPTIONS } from '../delivery/request-headers.ts'
import { COLUMN_NAMES, columnNames } from '../document-options.ts'
import { type DocumentWriter, documentWriter } from '../documents.ts'
import { OptionError } from '../options.ts'
import { type CompiledTemplate, compileTemplate } from '../templates.ts'

export const httpSink: SinkDeclaration = {
  kind: 'SINK',
  name: 'http',
  description: 'Sends each record, or several together, as a request to a web service.',
  guarantee:
    'At least once. Each request has an `Idempotency-Key` made of topic, partition and offsets, and a repeated record has the same key where a ' +
    'request has one record.',
  options: [
    ...HTTP_OPTIONS,
    ...BASIC_OPTIONS,
    {
      name: 'path',
      type: 'text',
      default: '',
      description:
        'Path that is appended to the address. With one record per request it may contain placeholders: `/users/%{USERID}`.',
    },
    {
      name: 'method',
      type: 'choice',
      default: 'POST',
      choices: ['POST', 'PUT', 'PATCH'],
      description: 'Method of the requests.',
    },
    {
      name: 'request.records',
      type: 'choice',
      default: 'one',
      choices: ['one', 'array', 'lines'],
      description: 'Whether a request contains one record as an object, or a batch as an array or as lines of JSON.',
    },
    {
      name: 'body',
      type: 'text',
      default: null,
      description:
        'Template of the body, with one record per request: `{"text": "%{MESSAGE}"}`. Values are escaped as in JSON strings. Unset: the document of all columns.',
    },
    {
      name: 'content.type',
      type: 'text',
      default: null,
      description: 'Type of the body. Unset: `application/json`, for lines `application/x-ndjson`.',
    },
    ...REQUEST_HEADER_OPTIONS,
    {
      name: 'hmac.secret',
      type: 'text',
      default: null,
      isSecret: true,
      description: 'Secret that bodies are signed with: HMAC with SHA-256, as `sha256=` and hexadecimal digits.',
    },
    { name: 'hmac.header', type: 'text', default: 'X-Signature-256', description: 'Header of the signature.' },
    {
      name: 'deletes',
      type: 'choice',
      default: 'document',
      choices: ['document', 'request'],
      description:
        'What a deleted row of a table becomes: a document in which only the key is not null, or a DELETE request without a body.',
    },
    {
      name: 'requests.in.flight',
      type: 'number',
      default: '1',
      least: 1,
      most: 64,
      description:
        'With one record per request: maximum number of requests in flight. With more than one, records may arrive out of order.',
    },
    COLUMN_NAMES,
  ],
  example: `CREATE STREAM alerts (id STRING KEY, message STRING) WITH (kafka_topic='alerts', value_format='JSON', partitions=1);
CREATE SINK alerts_to_chat FROM alerts WITH (connector='http', url='http://localhost:9000', path='/hooks/alerts', body='{"text": "%{MESSAGE}"}');`,

  check(options, source) {
    const isOne = options.text('request.records') === 'one'
    const path = compileTemplate(options.text('path'), 'path', source)
    if (!isOne && path.constant === null) throw new OptionError('path', oneOnly('path'))
    const body = options.textOrNull('body')
    if (body !== null) compileTemplate(body, 'body', source)
    for (const name of ['body', 'requests.in.flight'])
      if (!isOne && options.isGiven(name)) throw new OptionError(name, oneOnly(name))
    if (!isOne && options.text('deletes') === 'request') throw new OptionError('deletes', oneOnly('deletes'))
    headersOf(options)
  },

  async open(context) {
    return new HttpTask(context)
  },
}

const oneOnly = (name: string): string =>
  `The option '${name}' needs request.records='one' for what it says: a request with several records has one path and one body.`

class HttpTask implements SinkTask {
  readonly #context: SinkContext
  readonly #target: HttpTarget
  readonly #method: TargetRequest['method']
  readonly #headers: Readonly<Record<string, string>>
  readonly #path: CompiledTemplate
  readonly #body: CompiledTemplate | null
  readonly #document: DocumentWriter
  readonly #mode: string
  readonly #inFlight: number
  readonly #buffer = new ByteBuffer(64 << 10)

  constructor(context: SinkContext) {
    const { options, source } = context
    const authorization = options.textOrNull('authorization')
    this.#context = context
    this.#target = new HttpTarget(context, authorization === null ? basicAuthorization(options) : { authorization })
    this.#mode = options.text('request.records')
    this.#method = options.text('method') as TargetRequest['method']
    const type = this.#mode === 'lines' ? 'application/x-ndjson' : 'application/json'
    this.#headers = { 'content-type': options.textOrNull('content.type') ?? type, ...headersOf(options) }
    this.#path = compileTemplate(options.text('path'), 'path', source, { encode: encodeURIComponent })
    const body = options.textOrNull('body')
    this.#body = body === null ? null : compileTemplate(body, 'body', source, { encode: inJsonString, ifNull: '' })
    this.#document = documentWriter(source, { names: columnNames(options) })
    this.#inFlight = options.number('requests.in.flight')
  }

  async write(records: readonly SinkRecord[]): Promise<WriteResult> {
    return this.#mode === 'one' ? this.#writeEach(records) : sendByHalves(records, (part) => this.#sendBatch(part))
  }

  async close(): Promise<void> {
    this.#target.close()
  }

  /** What was sent before a failure is not sent again with what was not. */
  async #writeEach(records: readonly SinkRecord[]): Promise<WriteResult> {
    const refused: Refusal[] = []
    for (let at = 0; at < records.length; at += this.#inFlight) {
      const part = records.slice(at, at + this.#inFlight)
      const sent = await Promise.allSettled(part.map((record) => this.#sendOne(record)))
      let failure: RetriableError | null = null
      for (const [i, result] of sent.entries()) {
        if (result.status === 'fulfilled') {
          if (result.value !== null) refused.push({ record: part[i]!, reason: result.value })
        } else if (result.reason instanceof RetriableError) failure = result.reason
        else throw result.reason
      }
      if (failure === null) continue
      const again = [...part.filter((_, i) => sent[i]!.status === 'rejected'), ...records.slice(at + part.length)]
      return { refused, again, retryAfterMs: failure.retryAfterMs, reason: failure.message }
    }
    return { refused, again: [] }
  }

  async #sendOne(record: SinkRecord): Promise<string | null> {
    const { source, partition, options } = this.#context
    const path = this.#path.fill(record, partition)
    if ('missing' in path) return `The column ${path.missing}, which is part of the path, is NULL.`
    const isDelete = source.kind === 'TABLE' && record.value === null && options.text('deletes') === 'request'
    const id = `${source.topic}+${partition}+${record.offset}`
    if (isDelete) return this.#request({ method: 'DELETE', path: path.text, body: null, id })
    return this.#request({ method: this.#method, path: path.text, body: this.#bodyOf(record), id })
  }

  async #sendBatch(records: readonly SinkRecord[]): Promise<string | null> {
    const { source, partition } = this.#context
    const isArray = this.#mode === 'array'
    const buffer = this.#buffer
    buffer.clear()
    if (isArray) buffer.writeByte(0x5b)
    for (const [i, record] of records.entries()) {
      if (isArray && i > 0) buffer.writeByte(0x2c)
      this.#document(record, buffer)
      if (!isArray) buffer.writeByte(0x0a)
    }
    if (isArray) buffer.writeByte(0x5d)
    const id = `${source.topic}+${partition}+${records[0]!.offset}-${records.at(-1)!.offset}`
    return this.#request({ method: this.#method, path: this.#path.constant ?? '', body: buffer.take(), id })
  }

  #bodyOf(record: SinkRecord): Uint8Array {
    const buffer = this.#buffer
    buffer.clear()
    if (this.#body === null) {
      this.#document(record, buffer)
      return buffer.take()
    }
    const filled = this.#body.fill(record, this.#context.partition)
    return Buffer.from('text' in filled ? filled.text : '')
  }

  async #request({
    method,
    path,
    body,
    id,
  }: { readonly id: string } & Pick<TargetRequest, 'method' | 'path' | 'body'>): Promise<string | null> {
    const { options } = this.#context
    const secret = options.textOrNull('hmac.secret')
    const signature = secret === null || body === null ? null : createHmac('sha256', secret).update(body).digest('hex')
    const { status, text } = await this.#target.send({
      method,
      path,
      body,
      headers: {
        ...this.#headers,
        'idempotency-key': id,
        ...(signature !== null && { [options.text('hmac.header')]: `sha256=${signature}` }),
      },
    })
    return status < 300 ? null : `The service answers ${status}: ${text.slice(0, 300)}`
  }
}

const inJsonString = (text: string): string => JSON.stringify(text).slice(1, -1)
