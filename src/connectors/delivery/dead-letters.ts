/**
 * Dead letters of sinks: records that could not be read or that the target refused, written as they were to a topic of the user's, with
 * headers that say where they were and why they are there. Names of the headers: Kafka Connect's `DeadLetterQueueReporter`.
 */
import type { Producer } from '../../broker/broker.ts'
import type { CopiedRecord } from '../../broker/copied-record.ts'
import { RecordBatchBuilder } from '../../broker/record-batch-builder.ts'
import type { Header } from '../../types/record.ts'
import { deadLetterHeaders } from '../../types/record-headers.ts'

/** A record as it stands in its topic. */
export interface RawRecord extends CopiedRecord {
  readonly offset: number
}

export interface DeadLetter {
  readonly raw: RawRecord
  /** Where it failed, in Connect's words. */
  readonly stage: 'KEY_CONVERTER' | 'VALUE_CONVERTER' | 'TASK_PUT'
  readonly reason: string
}

export interface DeadLettersOptions {
  readonly producer: Producer
  /** Topic that they go to; its partition 0. */
  readonly topic: string
  readonly connector: string
  readonly sourceTopic: string
  readonly partition: number
}

/** A batch is sent when it has this many bytes. */
const BATCH_BYTES = 256 << 10

export class DeadLetters {
  readonly #options: DeadLettersOptions

  constructor(options: DeadLettersOptions) {
    this.#options = options
  }

  /** Resolves when the letters are stored. Rejects with a BrokerError. */
  async write(letters: readonly DeadLetter[]): Promise<void> {
    const { producer, topic } = this.#options
    const builder = new RecordBatchBuilder()
    const send = async () => {
      if (builder.count > 0) await producer.send(topic, 0, builder.finish())
    }
    for (const letter of letters) {
      const { raw } = letter
      // A long record goes alone: the limit of a topic counts for the batch.
      if ((raw.value?.length ?? 0) > BATCH_BYTES) await send()
      builder.append(raw.timestamp, raw.key, raw.value, [...raw.headers, ...this.#headers(letter)])
      if (builder.position >= BATCH_BYTES) await send()
    }
    await send()
  }

  #headers({ raw, stage, reason }: DeadLetter): Header[] {
    const { connector, sourceTopic, partition } = this.#options
    return deadLetterHeaders('sink', {
      topic: sourceTopic,
      partition,
      offset: raw.offset,
      'connector.name': connector,
      'task.id': partition,
      stage,
      'exception.message': reason,
    })
  }
}
