/** Decodes the records of one partition for a sink, as a query without operators would read them. */
import type { FetchedPartition } from '../../broker/broker.ts'
import { copyRecord } from '../../broker/copied-record.ts'
import { RecordBatchCursor, readHeaders } from '../../broker/record-batch-cursor.ts'
import { messageOf } from '../../errors.ts'
import type { SourceStep } from '../../operators/step.ts'
import { SourceReader } from '../../runtime/task/source-reader.ts'
import { type ReadError, SchemaNotLoaded } from '../../serde/format.ts'
import type { SchemaLoader } from '../../serde/loaded-schemas.ts'
import type { SinkRecord } from '../connector.ts'
import type { DeadLetter, RawRecord } from '../delivery/dead-letters.ts'
import type { ConnectorSpec, SpecifiedSource } from './connector-spec.ts'

/** A decoded record that still knows its bytes. */
export interface ReadRecord extends SinkRecord {
  /** Copies the bytes. */
  readonly raw: () => RawRecord
}

export interface ReadBatch {
  readonly records: readonly ReadRecord[]
  /** Records in between that could not be read. */
  readonly unreadable: readonly DeadLetter[]
  /** Offset behind all of them. */
  readonly nextOffset: number
}

export interface RecordReaderOptions {
  readonly spec: ConnectorSpec
  readonly partition: number
  readonly schemas: SchemaLoader
  /** Called when a schema does not come, each time with the reason. */
  readonly onDelay: (reason: string) => void
}

interface Fault {
  readonly target: 'key' | 'value'
  readonly reason: string
}

export class RecordReader {
  readonly #options: RecordReaderOptions
  readonly #cursor = new RecordBatchCursor()
  readonly #reader: SourceReader
  #fault: Fault | null = null
  #fetched: FetchedPartition | null = null
  /** The cursor stands on a record that was not taken yet. */
  #isPending = false

  constructor(options: RecordReaderOptions) {
    this.#options = options
    this.#reader = new SourceReader({
      step: sourceStep(options.spec, options.spec.source!),
      partition: options.partition,
      headers: (cursor) => readHeaders(cursor as RecordBatchCursor),
      predicate: null,
      predicateColumns: [],
      dropsNulls: false,
      needsKey: true,
      passage: null,
      writerSchemas: options.schemas,
      onError: (target, error) => {
        this.#fault = { target, reason: errorText(error) }
      },
      onBadTime: (error) => {
        this.#fault = { target: 'value', reason: messageOf(error) }
      },
    })
  }

  /** Whether everything that was fetched has been read. */
  get isEmpty(): boolean {
    return this.#fetched === null
  }

  /** Takes what was fetched; all that was fetched before has been read. */
  take(fetched: FetchedPartition): void {
    this.#fetched = fetched
    this.#cursor.reset(fetched.batches, fetched.fetchOffset, fetched.abortedTransactions)
    this.#isPending = false
  }

  /** The next records, at most so many. Waits for schemas; rejects with a BrokerError for damaged batches. */
  async read(most: number): Promise<ReadBatch> {
    const records: ReadRecord[] = []
    const unreadable: DeadLetter[] = []
    const fetched = this.#fetched
    if (fetched === null) return { records, unreadable, nextOffset: -1 }
    const cursor = this.#cursor
    let nextOffset = fetched.fetchOffset
    while (records.length + unreadable.length < most) {
      if (!this.#isPending && !cursor.next()) {
        this.#fetched = null
        return { records, unreadable, nextOffset: fetched.nextOffset }
      }
      this.#isPending = true
      try {
        const record = this.#readOne()
        if (record !== null) {
          if ('reason' in record) unreadable.push(record)
          else records.push(record)
        }
      } catch (error) {
        if (!(error instanceof SchemaNotLoaded)) throw error
        await this.#options.schemas.load(error.id, this.#options.onDelay)
        continue
      }
      nextOffset = cursor.offset + 1
      this.#isPending = false
    }
    return { records, unreadable, nextOffset }
  }

  /** Null: it is no record of its source (the header of a file) and is passed over. */
  #readOne(): ReadRecord | DeadLetter | null {
    this.#fault = null
    const cursor = this.#cursor
    const raw = rawRecord(cursor)
    const record = this.#reader.read(cursor)
    if (record === null) {
      if (this.#fault === null) return null
      const { target, reason } = this.#fault as Fault
      return { raw: raw(), stage: target === 'key' ? 'KEY_CONVERTER' : 'VALUE_CONVERTER', reason }
    }
    const { key, window, value, timestamp, headers } = record
    return { offset: cursor.offset, timestamp, key, window, value, headers, raw }
  }
}

/** Positions in the fetched bytes, which stay while something refers to them; the bytes are copied only where they are wanted. */
function rawRecord(cursor: RecordBatchCursor): () => RawRecord {
  const { buffer, offset, timestamp, keyStart, keyEnd, valueStart, valueEnd, headersStart, headerCount } = cursor
  return () => ({
    offset,
    ...copyRecord({ buffer, offset, timestamp, keyStart, keyEnd, valueStart, valueEnd, headersStart, headerCount }),
  })
}

/** Many messages have their cause in them already. */
const errorText = ({ message, causes }: ReadError): string =>
  [message, ...causes.filter((cause) => !message.includes(cause))].join(' Caused by: ')

/** A row of all value columns and header columns. */
function sourceStep(spec: ConnectorSpec, source: SpecifiedSource): SourceStep {
  const { name, kind, key, value, headers, keyFormat, valueFormat, window, timestamp } = source
  return {
    kind: 'source',
    id: 'Sink/Source',
    source: name,
    sourceKind: kind === 'TABLE' ? 'table' : 'stream',
    topic: spec.topic,
    keyFormat,
    valueFormat,
    window,
    key,
    value,
    headers,
    timestamp,
    columns: [
      ...value.map((column, index) => ({ ...column, from: { part: 'value', index } as const })),
      ...headers.map((column, index) => ({ ...column, from: { part: 'header', index } as const })),
    ],
  }
}
