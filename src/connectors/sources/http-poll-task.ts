/** A web service that is polled: its responses as records, and the cursor and validators for the next request. */
import { createHash } from 'node:crypto'
import { sleep } from '../../clock.ts'
import { formatJsonValue, type JsonValue, parseJsonValue } from '../../types/json-parse.ts'
import type { SourceBatch, SourceContext, SourceRecord, SourceTask } from '../connector.ts'
import { basicAuthorization, HttpTarget, type TargetAnswer } from '../delivery/http-target.ts'
import { headersOf } from '../delivery/request-headers.ts'
import type { Options } from '../options.ts'
import { linesOf } from './http-receiver.ts'
import { jsonPointer, type Pointer, pointedText } from './json-pointer.ts'

/** Where the source is; all null at the beginning. */
interface Position {
  readonly cursor: string | null
  /** `ETag` and `Last-Modified` of the last answer to a request with this cursor. */
  readonly etag: string | null
  readonly modified: string | null
  /** SHA-256 of that answer's body. */
  readonly digest: string | null
}

interface Received {
  readonly records: readonly SourceRecord[]
  readonly cursor: string | null
}

/** Longest part of a wait, so that a task that is stopped ends soon. */
const WAIT_MS = 500

export class HttpPollTask implements SourceTask {
  readonly #context: SourceContext
  readonly #target: HttpTarget
  readonly #headers: Readonly<Record<string, string>>
  readonly #records: Pointer
  readonly #key: Pointer | null
  readonly #cursor: Pointer | null
  #position: Position
  #nextAt = 0

  constructor(context: SourceContext) {
    const { options, position, timer } = context
    const authorization = options.textOrNull('authorization')
    this.#context = context
    this.#target = new HttpTarget(context, authorization === null ? basicAuthorization(options) : { authorization }, {
      compresses: false,
    })
    this.#headers = headersOf(options)
    this.#records = jsonPointer(options.text('records.pointer'), 'records.pointer')
    this.#key = optionalPointer('key.pointer', options)
    this.#cursor = optionalPointer('cursor.pointer', options)
    const start = { cursor: options.textOrNull('cursor.start'), etag: null, modified: null, digest: null }
    this.#position = position === null ? start : (JSON.parse(position) as Position)
    this.#nextAt = timer.elapsed()
  }

  async poll(): Promise<SourceBatch> {
    const { timer, signal } = this.#context
    const left = this.#nextAt - timer.elapsed()
    if (left > 0) {
      await sleep(timer, Math.min(left, WAIT_MS), { signal })
      return NOTHING
    }
    const answer = await this.#request()
    this.#nextAt = timer.elapsed() + this.#context.options.number('interval.ms')
    if (answer === null) return NOTHING
    const { etag = null, 'last-modified': modified = null } = answer.headers
    const digest = createHash('sha256').update(answer.text).digest('base64')
    const isUnchanged = digest === this.#position.digest
    const { records, cursor } = isUnchanged ? { records: [], cursor: this.#position.cursor } : this.#read(answer)
    // What there is behind another cursor is another answer.
    const isSame = cursor === this.#position.cursor
    const position: Position = isSame
      ? { cursor, etag, modified, digest }
      : { cursor, etag: null, modified: null, digest: null }
    if (!isSame && records.length > 0) this.#nextAt = timer.elapsed()
    this.#position = position
    return isUnchanged ? NOTHING : { records, position: JSON.stringify(position) }
  }

  async close(): Promise<void> {
    this.#target.close()
  }

  /** Null: nothing has changed. */
  async #request(): Promise<TargetAnswer | null> {
    const { etag, modified } = this.#position
    const answer = await this.#target.send({
      method: 'GET',
      path: this.#path(),
      body: null,
      headers: {
        ...this.#headers,
        ...(etag !== null && { 'if-none-match': etag }),
        ...(modified !== null && { 'if-modified-since': modified }),
      },
    })
    if (answer.status === 304) return null
    if (answer.status >= 200 && answer.status < 300) return answer
    throw new Error(`The service answers ${answer.status}: ${answer.text.slice(0, 300)}`)
  }

  #path(): string {
    const { options } = this.#context
    const path = options.text('path')
    const parameter = options.textOrNull('cursor.parameter')
    const { cursor } = this.#position
    if (parameter === null || cursor === null) return path
    return `${path}${path.includes('?') ? '&' : '?'}${encodeURIComponent(parameter)}=${encodeURIComponent(cursor)}`
  }

  /** Throws an Error for an answer that is not what it is to be. */
  #read({ text, headers }: TargetAnswer): Received {
    const { options, clock } = this.#context
    const timestamp = clock.now()
    const record = (value: string, key: string | null = null): SourceRecord => ({
      key: key === null ? null : Buffer.from(key),
      value: Buffer.from(value),
      timestamp,
    })
    const header = options.textOrNull('cursor.header')?.toLowerCase()
    const inHeader = header === undefined ? undefined : headers[header]
    const next = inHeader === undefined ? this.#position.cursor : String(inHeader)
    switch (options.text('body')) {
      case 'lines':
        return { records: linesOf(Buffer.from(text)).map((line) => record(line)), cursor: next }
      case 'json': {
        const document = parsed(text)
        const items = this.#itemsOf(document)
        const records = items.map((item) =>
          record(formatJsonValue(item), this.#key === null ? null : pointedText(this.#key(item))),
        )
        return { records, cursor: this.#cursorIn(document, items) ?? next }
      }
      default:
        return { records: text === '' ? [] : [record(text)], cursor: next }
    }
  }

  #itemsOf(document: JsonValue): readonly JsonValue[] {
    const items = this.#records(document)
    if (Array.isArray(items)) return items as readonly JsonValue[]
    const pointer = this.#context.options.text('records.pointer')
    throw new Error(
      `The answer of the service has no array at '${pointer}': ${formatJsonValue(document).slice(0, 300)}`,
    )
  }

  /** Null: there is none, and the one before stays. */
  #cursorIn(document: JsonValue, items: readonly JsonValue[]): string | null {
    const root = this.#context.options.text('cursor.from') === 'record' ? items.at(-1) : document
    return this.#cursor === null || root === undefined ? null : pointedText(this.#cursor(root))
  }
}

const NOTHING: SourceBatch = { records: [], position: null }

function optionalPointer(name: string, options: Options): Pointer | null {
  const text = options.textOrNull(name)
  return text === null ? null : jsonPointer(text, name)
}

function parsed(text: string): JsonValue {
  try {
    return parseJsonValue(text)
  } catch (cause) {
    throw new Error(`The answer of the service is no JSON: ${text.slice(0, 300)}`, { cause })
  }
}
