/** One partition's way into a bucket: records are gathered into an object, which is written as a whole. */
import { type SinkContext, type SinkRecord, type SinkTask, TAKEN } from '../connector.ts'
import { compileTemplate } from '../templates.ts'
import { jsonLinesFormat } from './json-lines-format.ts'
import type { ObjectFormat } from './object-format.ts'
import { parquetFormat } from './parquet-format.ts'
import { isFull, offsetBehind, paddedOffset, type RollLimits, runPrefix } from './rolling-files.ts'
import { Bucket } from './s3-bucket.ts'

export class S3Task implements SinkTask {
  readonly #context: SinkContext
  readonly #bucket: Bucket
  readonly #limits: RollLimits
  readonly #format: ObjectFormat
  readonly #prefix: string
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
    this.#format =
      options.text('format') === 'parquet' ? parquetFormat(options, source) : jsonLinesFormat(options, source)
    const prefix = compileTemplate(options.text('prefix'), 'prefix', source).constant ?? ''
    this.#prefix = prefix + runPrefix(source.topic, partition)
  }

  async start(committed: number): Promise<number> {
    const last = await this.#bucket.lastKey(this.#prefix, this.#prefix + paddedOffset(committed))
    const next = last === null ? null : await this.#bucket.nextOffset(last)
    this.#first = this.#next = Math.max(committed, next ?? committed)
    return this.#next
  }

  /** A repeated call finds what the first one has taken, and writes the object first if it is full. */
  async write(records: readonly SinkRecord[]) {
    await this.flush({ now: false })
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
    const run = { records: this.#records, bytes: this.#format.bytes, ageMs }
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
    for (const record of records) this.#format.add(record)
    this.#records += records.length
    this.#next = offsetBehind(records)
  }

  async #complete(): Promise<void> {
    const { extension, contentType } = this.#format
    const body = await this.#format.finish()
    const key = this.#prefix + paddedOffset(this.#first) + extension
    await this.#bucket.put({ key, contentType, body, nextOffset: this.#next })
    this.#format.clear()
    this.#records = 0
  }
}
