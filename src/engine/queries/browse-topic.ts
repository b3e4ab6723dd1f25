/** Some records of a topic, from a place on: what the console shows of a topic. It ends, where PRINT would wait for more. */
import type { Broker, PartitionOffset } from '../../broker/broker.ts'
import { type RecordBatchCursor, readHeaders } from '../../broker/record-batch-cursor.ts'
import { readTopicRange } from '../../broker/topic-range.ts'
import type { Timer } from '../../clock.ts'
import type { SchemaLoader } from '../../serde/loaded-schemas.ts'
import type { BrowsedRecord, BrowsedTopic, BrowseRequest } from '../requests.ts'
import { existingTopic, noPartition } from '../topics.ts'
import { FormatGuess } from './print-formats.ts'
import { PrintSchemas } from './print-schemas.ts'

/** An answer is shown on one page, and a browser has no room for a whole topic. */
export const MOST_RECORDS = 500

export interface BrowseParts {
  readonly broker: Broker
  readonly timer: Timer
  readonly writerSchemas: SchemaLoader
}

/** Throws a RequestError for a topic or partition that does not exist. */
export async function browseTopic(request: BrowseRequest, parts: BrowseParts): Promise<BrowsedTopic> {
  const { broker, timer, writerSchemas } = parts
  const { topic } = request
  await existingTopic(topic, broker)
  const [starts, ends] = await Promise.all([broker.startOffsets(topic), broker.endOffsets(topic)])
  const wanted = request.partition === null ? ends : ends.filter(({ partition }) => partition === request.partition)
  if (wanted.length === 0) throw noPartition(topic, request.partition!, ends.length)
  const limit = Math.min(request.limit, MOST_RECORDS)
  const from = await firstOffsets(request, { broker, starts, ends: wanted, limit })
  const reader = new Browsing(writerSchemas)
  await readTopicRange({ topic, from, ends: wanted, limit }, { broker, timer }, (cursor, partition) =>
    reader.add(cursor, partition),
  )
  const partitions = ends.map(({ partition, offset: end }, i) => ({ partition, start: starts[i]!.offset, end }))
  return { ...reader.result(limit, request.from.kind === 'newest'), partitions }
}

interface Offsets {
  readonly broker: Broker
  readonly starts: readonly PartitionOffset[]
  /** Those of the wanted partitions. */
  readonly ends: readonly PartitionOffset[]
  readonly limit: number
}

async function firstOffsets({ topic, from }: BrowseRequest, { broker, starts, ends, limit }: Offsets) {
  const byTime = from.kind === 'timestamp' ? await broker.offsetsForTimestamp(topic, from.timestamp) : []
  const offsetIn = (offsets: readonly PartitionOffset[], partition: number) =>
    offsets.find((position) => position.partition === partition)?.offset ?? 0
  return ends.map(({ partition, offset: end }): PartitionOffset => {
    const start = offsetIn(starts, partition)
    const offset =
      from.kind === 'offset' ? from.offset : from.kind === 'timestamp' ? offsetIn(byTime, partition) : end - limit
    return { partition, offset: Math.min(Math.max(offset, start), end) }
  })
}

/** Records as texts, with the formats that fit all of them. */
class Browsing {
  readonly #schemas: PrintSchemas
  readonly #key: FormatGuess
  readonly #value: FormatGuess
  readonly #records: BrowsedRecord[] = []

  constructor(writerSchemas: SchemaLoader) {
    this.#schemas = new PrintSchemas(writerSchemas)
    this.#key = new FormatGuess(this.#schemas)
    this.#value = new FormatGuess(this.#schemas)
  }

  async add(cursor: RecordBatchCursor, partition: number): Promise<void> {
    const { buffer, keyStart, keyEnd, valueStart, valueEnd, offset, timestamp } = cursor
    const text = async (guess: FormatGuess, start: number, end: number) =>
      end < 0 ? null : this.#schemas.loading(() => guess.read(buffer.subarray(start, end)))
    this.#records.push({
      partition,
      offset,
      timestamp,
      key: await text(this.#key, keyStart, keyEnd),
      value: await text(this.#value, valueStart, valueEnd),
      headers: (readHeaders(cursor) ?? []).map(({ key, value }) => [
        key,
        value === null ? null : Buffer.from(value).toString('utf8'),
      ]),
      bytes: Math.max(0, keyEnd - keyStart) + Math.max(0, valueEnd - valueStart),
    })
  }

  /** In the order of time; the first, or the newest, where there are more. */
  result(limit: number, isNewest: boolean): Omit<BrowsedTopic, 'partitions'> {
    const ordered = this.#records.sort(
      (a, b) => a.timestamp - b.timestamp || a.partition - b.partition || a.offset - b.offset,
    )
    return {
      records: isNewest ? ordered.slice(-limit) : ordered.slice(0, limit),
      keyFormat: formatText(this.#key),
      valueFormat: formatText(this.#value),
    }
  }
}

const formatText = (guess: FormatGuess): string => (guess.hasSeen ? guess.text : 'none')
