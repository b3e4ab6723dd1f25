/** PRINT: the raw records of a topic as lines. Source: ksqlDB's `RecordFormatter`. */
import type { Broker, PartitionOffset } from '../../broker/broker.ts'
import { RecordBatchCursor } from '../../broker/record-batch-cursor.ts'
import { StatementError } from '../../errors.ts'
import type { Print } from '../../sql/ast/show-statements.ts'
import { didYouMean } from '../../suggest.ts'
import { formatTimestamp } from '../../types/time-text.ts'
import type { LineStream, StreamEnd } from '../api.ts'
import type { TopicScope } from '../scope.ts'
import { CLOSED, Flow, type FlowSink, LIMIT_REACHED } from './flow.ts'
import { FormatGuess } from './print-formats.ts'
import { PrintSchemas } from './print-schemas.ts'

const POLL_MS = 1000

/** Opens PRINT; it reads once it is subscribed to. Throws StatementError if the topic does not exist. */
export async function openPrint(statement: Print, { parts }: TopicScope): Promise<LineStream> {
  const { broker } = parts
  if ((await broker.describeTopic(statement.topic)) === null) {
    throw new StatementError(
      `Could not find topic '${statement.topic}', or the KSQL user does not have permissions to list the topic. ` +
        `Topic names are case-sensitive.${didYouMean(
          statement.topic,
          (await broker.listTopics()).map(({ name }) => name),
        )}`,
    )
  }
  const positions = await startOf(statement, broker)
  const schemas = new PrintSchemas(parts.writerSchemas)
  const flow = new Flow<string>(`print_${parts.clock.now()}`, (sink) =>
    print(statement, { positions, broker, schemas }, sink),
  )
  return {
    kind: 'print',
    queryId: flow.queryId,
    subscribe: (subscriber) => flow.subscribe(subscriber),
    close: () => flow.close(),
  }
}

const startOf = ({ topic, fromBeginning }: Print, broker: Broker): Promise<PartitionOffset[]> =>
  fromBeginning ? broker.startOffsets(topic) : broker.endOffsets(topic)

interface PrintParts {
  readonly positions: readonly PartitionOffset[]
  readonly broker: Broker
  readonly schemas: PrintSchemas
}

async function print(
  { topic, interval, limit }: Print,
  { positions, broker, schemas }: PrintParts,
  { emit, signal }: FlowSink<string>,
): Promise<StreamEnd> {
  const fetcher = broker.fetcher()
  const stop = () => fetcher.wakeUp()
  signal.addEventListener('abort', stop)
  const printer = new RecordPrinter({ interval: interval ?? 1, limit: limit ?? Number.POSITIVE_INFINITY, schemas })
  const cursor = new RecordBatchCursor()
  try {
    for (const { partition, offset } of positions) fetcher.assign({ topic, partition, offset })
    while (!signal.aborted && !printer.isDone) {
      for (const { batches, fetchOffset, partition, error } of await fetcher.poll(POLL_MS)) {
        if (error !== null && !error.retriable) throw error
        cursor.reset(batches, fetchOffset)
        await emit(await printer.lines(cursor, partition))
        if (printer.isDone) break
      }
    }
  } finally {
    signal.removeEventListener('abort', stop)
    await fetcher.close()
  }
  return printer.isDone ? LIMIT_REACHED : CLOSED
}

interface RecordPrinterOptions {
  /** Every how many records one is shown. */
  readonly interval: number
  readonly limit: number
  readonly schemas: PrintSchemas
}

class RecordPrinter {
  readonly #interval: number
  readonly #schemas: PrintSchemas
  readonly #key: FormatGuess
  readonly #value: FormatGuess
  #left: number
  #count = 0
  #shownFormats = ''

  constructor({ interval, limit, schemas }: RecordPrinterOptions) {
    this.#interval = interval
    this.#left = limit
    this.#schemas = schemas
    this.#key = new FormatGuess(schemas)
    this.#value = new FormatGuess(schemas)
  }

  get isDone(): boolean {
    return this.#left <= 0
  }

  /** The lines of the cursor's records; the guessed formats precede a record that changes the guess. */
  async lines(cursor: RecordBatchCursor, partition: number): Promise<string[]> {
    const lines: string[] = []
    while (!this.isDone && cursor.next()) {
      const { buffer, keyStart, keyEnd, valueStart, valueEnd, timestamp } = cursor
      const text = (guess: FormatGuess, start: number, end: number) =>
        this.#schemas.loading(() => guess.read(end < 0 ? null : buffer.subarray(start, end)))
      const key = await text(this.#key, keyStart, keyEnd)
      const value = await text(this.#value, valueStart, valueEnd)
      if (this.#count++ % this.#interval !== 0) continue
      lines.push(
        ...this.#formats(),
        `rowtime: ${rowtimeText(timestamp)}, key: ${key}, value: ${value}, partition: ${partition}`,
      )
      this.#left--
    }
    return lines
  }

  #formats(): string[] {
    const lines = [`Key format: ${this.#key.text}`, `Value format: ${this.#value.text}`]
    const shown = lines.join('\n')
    if (shown === this.#shownFormats) return []
    this.#shownFormats = shown
    return lines
  }
}

/** `yyyy/MM/dd HH:mm:ss.SSS Z`. */
const rowtimeText = (timestamp: number): string =>
  timestamp < 0 ? 'N/A' : `${formatTimestamp(timestamp).replaceAll('-', '/').replace('T', ' ')} Z`
