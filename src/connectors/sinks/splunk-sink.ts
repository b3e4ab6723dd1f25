/** The sink `splunk`: events for Splunk's HTTP Event Collector. Source: Splunk documentation, "HTTP Event Collector REST API endpoints". */
import { randomUUID } from 'node:crypto'
import { sleep } from '../../clock.ts'
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
import { HTTP_OPTIONS, HttpTarget, type TargetAnswer } from '../delivery/http-target.ts'
import { COLUMN_NAMES, columnNames } from '../document-options.ts'
import { type ColumnReader, columnReader, type DocumentWriter, documentWriter, plainText } from '../documents.ts'
import { OptionError, type Options } from '../options.ts'
import { type CompiledTemplate, compileTemplate } from '../templates.ts'

const METADATA = ['index', 'source', 'sourcetype', 'host'] as const

export const splunkSink: SinkDeclaration = {
  kind: 'SINK',
  name: 'splunk',
  description:
    "Sends records as events to Splunk's HTTP Event Collector (HEC), or to another receiver that speaks its protocol.",
  guarantee:
    'At least once. A repeated event has the same text in `record.id.field`, topic, partition and offset, by which a search can drop it. With ' +
    '`ack`, a record counts as sent when Splunk has it in an index; without, when it has answered.',
  options: [
    ...HTTP_OPTIONS,
    {
      name: 'token',
      type: 'text',
      default: null,
      isRequired: true,
      isSecret: true,
      description: 'Token of the collector.',
    },
    {
      name: 'endpoint',
      type: 'choice',
      default: 'event',
      choices: ['event', 'raw'],
      description: 'Whether events have metadata of their own, or lines of text are sent that Splunk divides itself.',
    },
    {
      name: 'index',
      type: 'text',
      default: null,
      description: 'Index of the events. May have places such as `%{COLUMN}`.',
    },
    { name: 'source', type: 'text', default: null, description: 'Source of the events. May have places, too.' },
    {
      name: 'sourcetype',
      type: 'text',
      default: null,
      description: 'Source type of the events. May have places, too.',
    },
    { name: 'host', type: 'text', default: null, description: 'Host of the events. May have places, too.' },
    {
      name: 'event.column',
      type: 'text',
      default: null,
      description: 'Column that is the event. Without it, the event is the document of all columns.',
    },
    {
      name: 'record.id.field',
      type: 'text',
      default: 'record_id',
      description: 'Indexed field for topic, partition and offset of the record. Empty: none.',
    },
    {
      name: 'ack',
      type: 'flag',
      default: 'false',
      description: 'Whether to wait until Splunk acknowledges that events are indexed. The token must have it enabled.',
    },
    {
      name: 'ack.poll.interval.ms',
      type: 'duration',
      default: '500',
      least: 1,
      description: 'Time between two questions for acknowledgements.',
    },
    {
      name: 'ack.timeout.ms',
      type: 'duration',
      default: '300000',
      least: 1,
      description: 'Events that are not acknowledged by then are sent again.',
    },
    { name: 'channel', type: 'text', default: null, description: 'Channel, a GUID. Unset: each task makes its own.' },
    COLUMN_NAMES,
  ],
  example: `CREATE STREAM machine_logs (host STRING KEY, unit STRING, message STRING) WITH (kafka_topic='machine_logs', value_format='JSON', partitions=1);
CREATE SINK machine_logs_to_splunk FROM machine_logs WITH (
  connector='splunk', url='http://localhost:8088', token='\${env:CONNECTOR_HEC_TOKEN}', host='%{HOST}', sourcetype='machine');`,

  check(options, source) {
    for (const name of METADATA) {
      const text = options.textOrNull(name)
      if (text === null) continue
      const { constant } = compileTemplate(text, name, source)
      if (options.text('endpoint') === 'event' || constant !== null) continue
      throw new OptionError(
        name,
        `With endpoint='raw', all lines of a request have the same ${name}: it cannot have places.`,
      )
    }
    const column = options.textOrNull('event.column')
    if (column !== null) columnReader(source, 'event.column', column)
  },

  async open(context) {
    return new SplunkTask(context)
  },
}

interface HecAnswer {
  readonly text?: string
  readonly code?: number
  readonly ackId?: number
  readonly 'invalid-event-number'?: number
  readonly acks?: Readonly<Record<string, boolean>>
}

/** Codes of HEC that are about the request as such and not about an event. */
const NOT_OF_THE_EVENT: ReadonlySet<number> = new Set([1, 2, 3, 4, 10, 11, 14])
const JSON_HEADERS = { 'content-type': 'application/json' }

class SplunkTask implements SinkTask {
  readonly #context: SinkContext
  readonly #target: HttpTarget
  readonly #path: string
  readonly #channel: string
  readonly #writeEvent: (record: SinkRecord, out: ByteBuffer) => void
  readonly #buffer = new ByteBuffer(1 << 20)

  constructor(context: SinkContext) {
    const { options } = context
    this.#context = context
    this.#channel = options.textOrNull('channel') ?? randomUUID()
    this.#target = new HttpTarget(context, {
      authorization: `Splunk ${options.text('token')}`,
      'x-splunk-request-channel': this.#channel,
    })
    const isRaw = options.text('endpoint') === 'raw'
    this.#path = isRaw ? rawPath(context) : '/services/collector/event'
    this.#writeEvent = isRaw ? rawWriter(context) : eventWriter(context)
  }

  async write(records: readonly SinkRecord[]): Promise<WriteResult> {
    const refused: Refusal[] = []
    let left = records
    while (left.length > 0) {
      const answer = await this.#send(left)
      if (answer === null) break
      const { record, reason } = this.#fault(answer, left)
      refused.push({ record, reason })
      // Events before the one at fault may have been taken: they are repeated with their ids rather than lost.
      left = left.filter((other) => other !== record)
    }
    return { refused, again: [] }
  }

  async close(): Promise<void> {
    this.#target.close()
  }

  /** Null: the events were taken; otherwise the refusal. */
  async #send(records: readonly SinkRecord[]): Promise<TargetAnswer | null> {
    this.#buffer.clear()
    for (const record of records) this.#writeEvent(record, this.#buffer)
    const body = this.#buffer.take()
    const answer = await this.#target.send({ method: 'POST', path: this.#path, headers: JSON_HEADERS, body })
    if (answer.status >= 300) return answer
    if (this.#context.options.flag('ack')) await this.#acknowledged(parsed(answer.text).ackId)
    return null
  }

  /** The event that the answer is about. Throws an Error for one that is about the request as such. */
  #fault({ status, text }: TargetAnswer, records: readonly SinkRecord[]): Refusal {
    const { code, text: words, 'invalid-event-number': number } = parsed(text)
    const reason = `${status} ${words ?? text.slice(0, 300)}`
    const isOfRequest = status !== 400 || (code !== undefined && NOT_OF_THE_EVENT.has(code))
    const record = number === undefined && records.length === 1 ? records[0] : records[number ?? -1]
    if (!isOfRequest && record !== undefined) return { record, reason }
    throw new Error(`The collector refuses the request: ${reason}`)
  }

  /** Resolves when the events are indexed. Rejects with a RetriableError if that takes too long. */
  async #acknowledged(ackId: number | undefined): Promise<void> {
    if (ackId === undefined) {
      throw new Error(
        "The collector gave no id for an acknowledgement: the token does not have 'indexer acknowledgement'.",
      )
    }
    const { options, timer, signal } = this.#context
    const deadline = timer.elapsed() + options.number('ack.timeout.ms')
    while (timer.elapsed() < deadline && !signal.aborted) {
      const { text } = await this.#target.send({
        method: 'POST',
        path: `/services/collector/ack?channel=${encodeURIComponent(this.#channel)}`,
        headers: JSON_HEADERS,
        body: Buffer.from(JSON.stringify({ acks: [ackId] })),
      })
      if (parsed(text).acks?.[ackId] === true) return
      await sleep(timer, options.number('ack.poll.interval.ms'), { signal })
    }
    throw new RetriableError(`The collector did not acknowledge events in time.`)
  }
}

function parsed(text: string): HecAnswer {
  try {
    return (JSON.parse(text) as HecAnswer | null) ?? {}
  } catch {
    return {}
  }
}

/** The event itself: the document, or one column as JSON text. */
function eventBody({ options, source }: SinkContext): DocumentWriter | ColumnReader {
  const column = options.textOrNull('event.column')
  if (column !== null) return columnReader(source, 'event.column', column)
  return documentWriter(source, { names: columnNames(options) })
}

const writeText = (text: string, out: ByteBuffer): void => {
  out.reserve(text.length * 3)
  out.position += out.buffer.utf8Write(text, out.position)
}

/** Appends `{"time":..., "host":..., "event":...}`. */
function eventWriter(context: SinkContext): (record: SinkRecord, out: ByteBuffer) => void {
  const { options, source, partition } = context
  const body = eventBody(context)
  const isDocument = options.textOrNull('event.column') === null
  const metadata = metadataOf(options, (text, name) => compileTemplate(text, name, source))
  const idField = options.text('record.id.field')
  return (record, out) => {
    let head = `{"time":${(record.timestamp / 1000).toFixed(3)},`
    for (const { name, template } of metadata) {
      const filled = template.constant === null ? template.fill(record, partition) : { text: template.constant }
      if ('text' in filled) head += `"${name}":${JSON.stringify(filled.text)},`
    }
    if (idField !== '') {
      head += `"fields":{${JSON.stringify(idField)}:${JSON.stringify(`${source.topic}+${partition}+${record.offset}`)}},`
    }
    writeText(`${head}"event":`, out)
    if (isDocument) (body as DocumentWriter)(record, out)
    else writeText(JSON.stringify(textOf((body as ColumnReader)(record))), out)
    writeText('}\n', out)
  }
}

/** Appends a line. */
function rawWriter(context: SinkContext): (record: SinkRecord, out: ByteBuffer) => void {
  const body = eventBody(context)
  const isDocument = context.options.textOrNull('event.column') === null
  return (record, out) => {
    if (isDocument) (body as DocumentWriter)(record, out)
    else writeText(textOf((body as ColumnReader)(record)).replaceAll(/\r?\n/g, ' '), out)
    writeText('\n', out)
  }
}

const textOf = (value: ReturnType<ColumnReader>): string => (value === null ? '' : plainText(value))

function rawPath({ options, source }: SinkContext): string {
  const parameters = metadataOf(options, (text, name) => compileTemplate(text, name, source)).map(
    ({ name, template }) => `${name}=${encodeURIComponent(template.constant ?? '')}`,
  )
  return `/services/collector/raw${parameters.length === 0 ? '' : `?${parameters.join('&')}`}`
}

const metadataOf = (options: Options, compile: (text: string, name: string) => CompiledTemplate) =>
  METADATA.flatMap((name) => {
    const text = options.textOrNull(name)
    return text === null ? [] : [{ name, template: compile(text, name) }]
  })
