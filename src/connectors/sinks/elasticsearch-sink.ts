/** The sink `elasticsearch`: documents in Elasticsearch or OpenSearch, by their bulk API. */
import { ByteBuffer } from '../../types/byte-buffer.ts'
import type {
  Refusal,
  SinkContext,
  SinkDeclaration,
  SinkRecord,
  SinkSource,
  SinkTask,
  WriteResult,
} from '../connector.ts'
import { BASIC_OPTIONS, basicAuthorization, HTTP_OPTIONS, HttpTarget } from '../delivery/http-target.ts'
import { COLUMN_NAMES, columnNames } from '../document-options.ts'
import { type DocumentWriter, documentWriter, keyText } from '../documents.ts'
import { OptionError, type Options } from '../options.ts'
import { type CompiledTemplate, compileTemplate } from '../templates.ts'
import { type BulkAction, readBulkAnswer, writeAction } from './elasticsearch-bulk.ts'

export const elasticsearchSink: SinkDeclaration = {
  kind: 'SINK',
  name: 'elasticsearch',
  description:
    'Writes records as documents to Elasticsearch or OpenSearch by the bulk API. A record of a stream is a document of its own; a row of a ' +
    'table is the document with its key, and is deleted with the row.',
  guarantee:
    'Exactly once, by id: a record of a stream has the id `topic+partition+offset`, a row of a table its key, with the offset as external ' +
    'version, so that a repeated write changes nothing.',
  options: [
    ...HTTP_OPTIONS,
    ...BASIC_OPTIONS,
    {
      name: 'api.key',
      type: 'text',
      default: null,
      isSecret: true,
      description: 'API key in its encoded form, instead of user and password.',
    },
    {
      name: 'index',
      type: 'text',
      default: '%{topic}',
      description:
        'Index of a document. `%{topic}` stands for the topic, `%{COLUMN}` for a column, `%{+yyyy.MM.dd}` for the time of the record in UTC. ' +
        'Upper case becomes lower case, as index names require.',
    },
    {
      name: 'data.stream',
      type: 'flag',
      default: 'false',
      description:
        'Whether the index is a data stream, which accepts only new documents. They get the field `@timestamp`.',
    },
    {
      name: 'timestamp.field',
      type: 'text',
      default: null,
      description: 'Field for the time of the record, in ISO 8601. Data streams have `@timestamp`.',
    },
    { name: 'pipeline', type: 'text', default: null, description: 'Ingest pipeline that documents go through.' },
    {
      name: 'bulk.bytes',
      type: 'number',
      default: '8388608',
      least: 1024,
      description: 'Maximum size of one request, before compression. A single larger document is sent alone.',
    },
    COLUMN_NAMES,
  ],
  example: `CREATE STREAM user_logs (userid STRING KEY, state STRING, message STRING) WITH (kafka_topic='user_logs', value_format='JSON', partitions=1);
CREATE SINK user_logs_to_search FROM user_logs WITH (
  connector='elasticsearch', url='http://localhost:9200', index='user-logs-%{+yyyy.MM.dd}', "timestamp.field"='@timestamp',
  "errors.tolerance"='all', "errors.deadletterqueue.topic.name"='user_logs_refused');`,

  check(options, source) {
    compileTemplate(options.text('index'), 'index', source)
    if (!options.flag('data.stream') || source.kind === 'STREAM') return
    throw new OptionError(
      'data.stream',
      `A data stream only takes new documents, and rows of the table ${source.name} change.`,
    )
  },

  async open(context) {
    return new ElasticsearchTask(context)
  },
}

/** Longest id of a document, in bytes. Source: Elasticsearch, `IndexRequest.MAX_ID_LENGTH_IN_BYTES`. */
const MAX_ID_BYTES = 512
const INDEX: BulkAction = { kind: 'index' }
const CREATE: BulkAction = { kind: 'create' }
const HEADERS = { 'content-type': 'application/x-ndjson' }

/** A part of the records, with its request. */
interface Bulk {
  readonly records: readonly SinkRecord[]
  readonly body: Uint8Array
}

class ElasticsearchTask implements SinkTask {
  readonly #target: HttpTarget
  readonly #source: SinkSource
  readonly #partition: number
  readonly #index: CompiledTemplate
  readonly #path: string
  readonly #document: DocumentWriter
  readonly #key: (record: SinkRecord) => string | null
  readonly #action: BulkAction
  readonly #bulkBytes: number
  readonly #timeField: string | null
  readonly #buffer = new ByteBuffer(1 << 20)

  constructor(context: SinkContext) {
    const { options, source, partition } = context
    const apiKey = options.textOrNull('api.key')
    this.#target = new HttpTarget(
      context,
      apiKey === null ? basicAuthorization(options) : { authorization: `ApiKey ${apiKey}` },
    )
    this.#source = source
    this.#partition = partition
    this.#index = compileTemplate(options.text('index'), 'index', source)
    this.#path = pathOf(this.#index, options)
    this.#document = documentWriter(source, { names: columnNames(options) })
    this.#key = keyText(source)
    const isDataStream = options.flag('data.stream')
    this.#action = isDataStream ? CREATE : INDEX
    this.#timeField = options.textOrNull('timestamp.field') ?? (isDataStream ? '@timestamp' : null)
    this.#bulkBytes = options.number('bulk.bytes')
  }

  async write(records: readonly SinkRecord[]): Promise<WriteResult> {
    const refused: Refusal[] = []
    const again: SinkRecord[] = []
    for (const bulk of this.#bulks(records, refused)) {
      // What was put off must not be overtaken by a later change of the same row.
      if (again.length > 0 && this.#source.kind === 'TABLE') again.push(...bulk.records)
      else {
        const result = await this.#send(bulk)
        refused.push(...result.refused)
        again.push(...result.again)
      }
    }
    return { refused, again }
  }

  async close(): Promise<void> {
    this.#target.close()
  }

  async #send({ records, body }: Bulk): Promise<WriteResult> {
    const { status, text } = await this.#target.send({ method: 'POST', path: this.#path, headers: HEADERS, body })
    if (status < 300) return readBulkAnswer(text, records)
    if (status === 413) return this.#sendParts(records, text)
    throw new Error(`The bulk API answers ${status}: ${text.slice(0, 300)}`)
  }

  /** The request was too large for the target: by halves, down to the document that is. */
  async #sendParts(records: readonly SinkRecord[], text: string): Promise<WriteResult> {
    if (records.length === 1) {
      return {
        refused: [{ record: records[0]!, reason: `413 The document is too large: ${text.slice(0, 200)}` }],
        again: [],
      }
    }
    const middle = records.length >> 1
    const first = await this.write(records.slice(0, middle))
    const second = await this.write(records.slice(middle))
    return { refused: [...first.refused, ...second.refused], again: [...first.again, ...second.again] }
  }

  /** Requests of at most so many bytes. Records that cannot be written are added to `refused`. */
  *#bulks(records: readonly SinkRecord[], refused: Refusal[]): Generator<Bulk> {
    const buffer = this.#buffer
    buffer.clear()
    let part: SinkRecord[] = []
    for (const record of records) {
      const reason = this.#append(record)
      if (reason === null) part.push(record)
      else refused.push({ record, reason })
      if (buffer.position < this.#bulkBytes) continue
      yield { records: part, body: buffer.take() }
      part = []
    }
    if (part.length > 0) yield { records: part, body: buffer.take() }
  }

  /** Appends a record to the body. A text: why it cannot be written. */
  #append(record: SinkRecord): string | null {
    const id = this.#idOf(record)
    if (id === null) return 'The row has no key, which is the id of its document.'
    if (id.length > MAX_ID_BYTES / 4 && Buffer.byteLength(id) > MAX_ID_BYTES) {
      return `The key has more than ${MAX_ID_BYTES} bytes, which is the most for the id of a document.`
    }
    const index = this.#indexOf(record)
    if (index !== null && 'missing' in index) return `The column ${index.missing}, which names the index, is NULL.`
    const isTable = this.#source.kind === 'TABLE'
    const isDelete = isTable && record.value === null
    // Versions begin at 1.
    const version = record.offset + 1
    const action = isTable ? ({ kind: isDelete ? 'delete' : 'put', version } as const) : this.#action
    const start = this.#buffer.position
    writeAction(action, index === null ? null : index.text.toLowerCase(), id, this.#buffer)
    if (isDelete) return null
    try {
      this.#appendDocument(record)
      return null
    } catch (error) {
      this.#buffer.position = start
      return `The record has no document: ${(error as Error).message}`
    }
  }

  #appendDocument(record: SinkRecord): void {
    const buffer = this.#buffer
    const start = buffer.position
    this.#document(record, buffer)
    if (this.#timeField !== null) {
      const isEmpty = buffer.position === start + 2
      const member = `${isEmpty ? '' : ','}${JSON.stringify(this.#timeField)}:"${new Date(record.timestamp).toISOString()}"}`
      buffer.position--
      buffer.reserve(member.length * 3)
      buffer.position += buffer.buffer.utf8Write(member, buffer.position)
    }
    buffer.writeByte(0x0a)
  }

  #idOf(record: SinkRecord): string | null {
    if (this.#source.kind === 'TABLE') return this.#key(record)
    return `${this.#source.topic}+${this.#partition}+${record.offset}`
  }

  /** Null: the address of the request has it. */
  #indexOf(record: SinkRecord) {
    return this.#index.constant === null ? this.#index.fill(record, this.#partition) : null
  }
}

function pathOf({ constant }: CompiledTemplate, options: Options): string {
  const index = constant === null ? '' : `/${encodeURIComponent(constant.toLowerCase())}`
  const pipeline = options.textOrNull('pipeline')
  const parameters = [
    'filter_path=errors,items.*.status,items.*.error',
    ...(pipeline === null ? [] : [`pipeline=${encodeURIComponent(pipeline)}`]),
  ]
  return `${index}/_bulk?${parameters.join('&')}`
}
