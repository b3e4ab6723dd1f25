/**
 * The output of one task: records are encoded straight into the batch of their partition. A batch leaves when it is large enough, and at the
 * end of each round of work whatever its size, so that nothing waits while there is nothing to do.
 */

import type { Producer } from '../../../broker/broker.ts'
import { BrokerError } from '../../../broker/broker-error.ts'
import { partitionForCounter, partitionForKey } from '../../../broker/partitioner.ts'
import { maxTimestamp } from '../../../broker/record-batch.ts'
import type { RecordBatchBuilder } from '../../../broker/record-batch-builder.ts'
import type { Clock } from '../../../clock.ts'
import { messageOf } from '../../../errors.ts'
import type { StepId } from '../../../operators/step.ts'
import { ByteBuffer } from '../../../types/byte-buffer.ts'
import type { Header, StreamRecord } from '../../../types/record.ts'
import { LatencyHistogram } from '../../latency.ts'
import type { ProcessingError, RecordPosition } from '../../processing-error.ts'
import type { RecordEncoder } from '../../task/record-encoder.ts'
import { type Watermark, watermarkBytes } from '../../task/watermark.ts'
import type { BatchPool } from './batch-pool.ts'
import { BATCH_BYTES, OutputBatch, type OutputTopic, type Refusal } from './output-batch.ts'
import type { SendWindow } from './send-window.ts'

/** Room for the record that makes a batch large enough. */
const SPARE_BYTES = 8 * 1024
/** Bytes that may follow a record's value: its final lengths, and the number of its headers. */
const RECORD_END_BYTES = 16
/** Stands for a step where a store writes its changelog, or a task its dead letters. */
const CHANGELOG: StepId = 'Changelog'

type Append = (
  key: Uint8Array | null,
  value: Uint8Array | null,
  timestamp: number,
  headers?: readonly Header[] | null,
) => void
/** Up to here a loop beats a call. */
const SHORT_KEY_BYTES = 32

export interface OutputsOptions {
  readonly clock: Clock
  readonly producer: Pick<Producer, 'send'>
  /** Sends the records of changelogs. */
  readonly changelogProducer: Pick<Producer, 'send'>
  readonly pool: BatchPool
  readonly window: SendWindow
  /** Where the record was read that is being processed; null before the first. */
  readonly position: () => RecordPosition | null
  /** Whether a record that its topic would refuse stops the query; else it is passed over. */
  readonly failsOnRefused: boolean
  /** How far the task has come, as readers that take watermarks learn; null: it is not known yet. */
  readonly watermark: () => Watermark | null
  /** Receives records that cannot be written. */
  readonly reportError: (error: ProcessingError) => void
  /** Called when a batch has failed for good: its records are lost unless the task starts over. */
  readonly onFailure: (error: BrokerError) => void
}

/** The batches of one task, by topic and partition. */
export class TaskOutputs {
  /** While true nothing is written: the task repeats work whose output was written before. */
  isMuted = false
  recordsWritten = 0
  bytesWritten = 0
  /** From the time of the newest record of each batch until the batch was stored. */
  readonly latency = new LatencyHistogram()
  readonly #options: OutputsOptions
  readonly #key = new ByteBuffer()
  readonly #open = new Set<OutputBatch>()
  /** Batches whose readers take watermarks. */
  readonly #watermarked: OutputBatch[] = []
  readonly #underWay = new Set<Promise<void>>()
  #failure: BrokerError | null = null

  constructor(options: OutputsOptions) {
    this.#options = options
  }

  /** A function that writes records to a topic. */
  topic(output: OutputTopic): (record: StreamRecord, encoder: RecordEncoder) => void {
    const { step, partitions, windowBytes } = output
    const batches = Array.from({ length: partitions }, (_, partition) => new OutputBatch(output, partition))
    if (output.takesWatermarks) this.#watermarked.push(...batches)
    let withoutKey = 0
    return (record, encoder) => {
      if (this.isMuted) return
      const key = this.#key
      key.clear()
      let side: 'key' | 'value' = 'key'
      try {
        const hasKey = encoder.writeKey(record, key)
        const partition =
          partitions === 1
            ? 0
            : encoder.partition !== undefined
              ? encoder.partition(record)
              : hasKey
                ? partitionForKey(key.buffer, partitions, 0, key.position - windowBytes)
                : partitionForCounter(withoutKey++, partitions)
        side = 'value'
        this.#write(batches[partition]!, record, encoder, hasKey)
      } catch (error) {
        this.#reportUnwritable(step, side, error)
      }
    }
  }

  /** A function that appends finished records to one partition, also while the task is muted. */
  partition(output: Pick<OutputTopic, 'topic' | 'maxMessageBytes' | 'timeLimits'>, partition: number): Append {
    return this.#append(new OutputBatch({ ...output, step: CHANGELOG }, partition))
  }

  /** A function that appends to a partition of a changelog, also while the task is muted. */
  changelog(topic: string, partition: number): Append {
    const producer = this.#options.changelogProducer
    return this.#append(
      new OutputBatch({ topic, maxMessageBytes: null, timeLimits: null, step: CHANGELOG }, partition, producer),
    )
  }

  #append(batch: OutputBatch): Append {
    return (key, value, timestamp, headers = null) => {
      const more = (key?.length ?? 0) + (value?.length ?? 0) + headerBytes(headers) + RECORD_END_BYTES
      if (batch.builder !== null && batch.builder.size + more >= batch.largeBytes) this.#send(batch)
      const builder = this.#builderOf(batch)
      // What must not get lost is not refused for its time.
      builder.append(batch.takesTime(timestamp) ? timestamp : this.#options.clock.now(), key, value, headers)
      if (builder.size >= batch.fullBytes) this.#send(batch)
    }
  }

  /** States the task's watermark to the readers that have not learnt it with their last batch. */
  stateWatermark(): void {
    const watermark = this.isMuted ? null : this.#options.watermark()
    if (watermark === null) return
    for (const batch of this.#watermarked) if (batch.statedTime !== watermark.time) this.#builderOf(batch)
  }

  /** Sends the gathered batches. */
  flush(): void {
    for (const batch of this.#open) this.#send(batch)
  }

  /** Resolves when everything sent so far is stored. Once a batch has failed it always rejects. */
  async stored(): Promise<void> {
    if (this.#underWay.size > 0) await Promise.all(this.#underWay)
    if (this.#failure !== null) throw this.#failure
  }

  get isIdle(): boolean {
    return !this.hasOpenBatches && this.#underWay.size === 0
  }

  /** Whether records have gathered that are not sent yet. */
  get hasOpenBatches(): boolean {
    return this.#open.size > 0
  }

  /** Drops batches that have not been sent. */
  discard(): void {
    this.isMuted = true
    for (const batch of this.#open) {
      batch.builder!.reset()
      this.#options.pool.finish(batch.builder!)
      batch.builder = null
    }
    this.#open.clear()
  }

  #builderOf(batch: OutputBatch): RecordBatchBuilder {
    if (batch.builder !== null) return batch.builder
    this.#open.add(batch)
    batch.lookAtClock(this.#options.clock)
    return (batch.builder = this.#options.pool.take(batch.expectedBytes))
  }

  #write(batch: OutputBatch, record: StreamRecord, encoder: RecordEncoder, hasKey: boolean): void {
    const timestamp = encoder.timestamp(record)
    this.#builderOf(batch)
    if (!batch.takesTime(timestamp)) {
      this.#reject(batch, batch.timeRefusal(timestamp))
      return
    }
    if (!this.#encode(batch, record, encoder, hasKey, timestamp)) {
      this.#send(batch)
      this.#encode(batch, record, encoder, hasKey, timestamp)
    }
    this.recordsWritten++
    if (batch.builder!.size >= batch.fullBytes) this.#send(batch)
  }

  /** False: with this record the batch would be too large, and the record was removed again. */
  #encode(
    batch: OutputBatch,
    record: StreamRecord,
    encoder: RecordEncoder,
    hasKey: boolean,
    timestamp: number,
  ): boolean {
    const builder = this.#builderOf(batch)
    builder.beginRecord(timestamp)
    try {
      if (hasKey) this.#copyKey(builder)
      builder.beginValue(hasKey)
      const hasValue = encoder.writeValue(record, builder)
      if (builder.count > 0 && builder.size + headerBytes(record.headers) + RECORD_END_BYTES >= batch.largeBytes) {
        builder.abandonRecord()
        return false
      }
      builder.endRecord(hasValue, record.headers)
      return true
    } catch (error) {
      builder.abandonRecord()
      throw error
    }
  }

  #copyKey(builder: RecordBatchBuilder): void {
    const { buffer, position } = this.#key
    builder.reserve(position)
    const { buffer: target, position: start } = builder
    if (position > SHORT_KEY_BYTES) buffer.copy(target, start, 0, position)
    else for (let i = 0; i < position; i++) target[start + i] = buffer[i]!
    builder.position = start + position
  }

  #send(batch: OutputBatch): void {
    const { pool, window, clock, onFailure } = this.#options
    const producer = batch.producer ?? this.#options.producer
    this.#open.delete(batch)
    batch.expectedBytes = Math.min(2 * BATCH_BYTES, batch.builder!.size + SPARE_BYTES)
    const { count } = batch.builder!
    if (batch.takesWatermarks) this.#appendWatermark(batch, batch.builder!)
    const bytes = pool.finish(batch.builder!)
    batch.builder = null
    if (bytes === null) return
    if (count === 1 && bytes.length > batch.maxBytes) {
      this.#rejectLarge(batch, bytes)
      return
    }
    this.bytesWritten += bytes.length
    window.add(bytes.length)
    const newest = maxTimestamp(bytes, 0)
    const sending = producer.send(batch.topic, batch.partition, bytes).then(
      () => {
        if (batch.step !== CHANGELOG && count > 0) this.latency.observe(clock.now() - newest)
        pool.recycle(bytes)
      },
      (error: BrokerError) => {
        this.#failure ??= error
        onFailure(error)
      },
    )
    const settled = sending.then(() => {
      window.release(bytes.length)
      this.#underWay.delete(settled)
    })
    this.#underWay.add(settled)
  }

  /** Behind the records of the batch. One that is nearly too large leaves without. */
  #appendWatermark(batch: OutputBatch, builder: RecordBatchBuilder): void {
    const watermark = this.#options.watermark()
    if (watermark === null || watermark.time === batch.statedTime || builder.size > batch.largeBytes) return
    const timestamp = builder.count === 0 ? this.#options.clock.now() : builder.maxTimestamp
    builder.append(timestamp, null, watermarkBytes(watermark), null)
    batch.statedTime = watermark.time
  }

  #rejectLarge(batch: OutputBatch, bytes: Buffer): void {
    const { topic, step, maxBytes } = batch
    this.#options.pool.recycle(bytes)
    if (step !== CHANGELOG) this.recordsWritten--
    this.#reject(batch, {
      code: 'RECORD_TOO_LARGE',
      what: `of ${bytes.length} bytes`,
      why: `is larger than max.message.bytes of topic ${topic}, ${maxBytes}`,
    })
  }

  /** Refuses what came from the record that is being processed, whose batch has left before the next one is. */
  #reject({ step }: OutputBatch, { code, what, why }: Refusal): void {
    const { reportError, failsOnRefused, onFailure } = this.#options
    const position = this.#options.position()
    const origin =
      position === null
        ? ''
        : `, from offset ${position.offset} of partition ${position.partition} of ${position.topic}`
    const message = `A record ${what}${origin}, ${why}.`
    reportError({ type: 'production', step, message, causes: [], target: null, position })
    if (!failsOnRefused) return
    const advice =
      "Raise the topic's limit, or set ksql.fail.on.production.error to false: the query then logs and skips such records."
    const error = new BrokerError(code, `${message} ${advice}`)
    this.#failure ??= error
    onFailure(error)
  }

  #reportUnwritable(step: StepId, target: 'key' | 'value', error: unknown): void {
    const message = messageOf(error)
    const position = this.#options.position()
    this.#options.reportError({ type: 'serialization', step, message, causes: causesOf(error), target, position })
  }
}

function headerBytes(headers: readonly Header[] | null): number {
  if (headers === null) return 0
  return headers.reduce(
    (sum, { key, value }) => sum + Buffer.byteLength(key) + (value?.length ?? 0) + RECORD_END_BYTES,
    0,
  )
}

function causesOf(error: unknown): string[] {
  const causes: string[] = []
  for (let cause = (error as Error).cause; cause instanceof Error; cause = cause.cause) causes.push(cause.message)
  return causes
}
