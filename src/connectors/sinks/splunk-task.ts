/** One partition's way into Splunk's HTTP Event Collector (HEC): requests, refusals of single events, acknowledgements. */
import { randomUUID } from 'node:crypto'
import { sleep } from '../../clock.ts'
import { ByteBuffer } from '../../types/byte-buffer.ts'
import {
  type Refusal,
  RetriableError,
  type SinkContext,
  type SinkRecord,
  type SinkTask,
  type WriteResult,
} from '../connector.ts'
import { HttpTarget, type TargetAnswer } from '../delivery/http-target.ts'
import { eventWriter, rawPath, rawWriter } from './splunk-events.ts'

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

export class SplunkTask implements SinkTask {
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
