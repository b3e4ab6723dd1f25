/** Readers of columns: of framed records, each by the schema that it was written with, and of bare messages of one type. */
import type { Row } from '../../types/value.ts'
import type { ColumnsReader, ReadError, ReaderOptions } from '../format.ts'
import { FRAME_BYTES, frameId } from '../frame.ts'
import { messageAt } from './find-message.ts'
import { ProtobufInput } from './input.ts'
import { readIndexes } from './message-indexes.ts'
import type { MessageType, ProtoFile } from './message-type.ts'
import { parsedSchema } from './parsed-schema.ts'
import { type PayloadReader, payloadReader } from './payload-reader.ts'
import { WireFailure } from './wire.ts'

/** Messages for which one reader keeps generated source; a topic with more of them in turn is read, only slower. */
const MAX_MESSAGES = 100

/** Source of the wording: ksqlDB's KsqlConnectDeserializer and Confluent's ProtobufConverter. */
export const readError = (topic: string, ...causes: readonly string[]): ReadError => ({
  message: `Error deserializing message from topic: ${topic}`,
  causes: [`Failed to deserialize data for topic ${topic} to Protobuf: `, ...causes],
})

export class FramedReader implements ColumnsReader {
  readonly isNull = false
  readonly #options: ReaderOptions
  readonly #input = new ProtobufInput()
  /** By schema id and message indexes. A text: why payloads of that message cannot be read. */
  readonly #payloads = new Map<string, PayloadReader | string>()
  /** Frame and indexes of the record before, which most records share; nothing before the first one, and after one that cannot be read. */
  #prefix: Uint8Array = NO_PREFIX
  #id = -1
  #payload: PayloadReader = NOTHING

  constructor(options: ReaderOptions) {
    this.#options = options
  }

  open(bytes: Buffer, start: number, end: number, target: Row): ReadError | null {
    if (!this.#isAsBefore(bytes, start, end)) {
      const error = this.#change(bytes, start, end)
      if (error !== null) return error
    }
    return this.#outcome(this.#payload.open(bytes, start + this.#prefix.length, end, target))
  }

  finish(target: Row): ReadError | null {
    return this.#outcome(this.#payload.finish(target))
  }

  #outcome(cause: string | null): ReadError | null {
    return cause === null ? null : this.#error(`Error deserializing Protobuf message for id ${this.#id}`, cause)
  }

  #isAsBefore(bytes: Buffer, start: number, end: number): boolean {
    const prefix = this.#prefix
    if (prefix.length === 0 || prefix.length > end - start) return false
    for (let i = 0; i < prefix.length; i++) if (bytes[start + i] !== prefix[i]) return false
    return true
  }

  /** Throws SchemaNotLoaded. */
  #change(bytes: Buffer, start: number, end: number): ReadError | null {
    this.#prefix = NO_PREFIX
    const id = frameId(bytes, start, end)
    if (id < 0) return this.#error('Unknown magic byte!')
    this.#input.begin(bytes, start + FRAME_BYTES, end)
    const payload = this.#find(id)
    if (typeof payload === 'string') return this.#error(`Error deserializing Protobuf message for id ${id}`, payload)
    this.#prefix = new Uint8Array(bytes.subarray(start, this.#input.position))
    this.#id = id
    this.#payload = payload
    return null
  }

  /** By the message indexes at the input's position, which moves behind them. */
  #find(id: number): PayloadReader | string {
    try {
      const indexes = readIndexes(this.#input)
      const key = `${id}:${indexes}`
      return this.#payloads.get(key) ?? this.#learn(id, indexes, key)
    } catch (error) {
      if (error instanceof WireFailure) return error.message
      throw error
    }
  }

  #learn(id: number, indexes: readonly number[], key: string): PayloadReader | string {
    const { writerSchemas, columns, wanted } = this.#options
    const schema = writerSchemas!.get(id)
    // Not kept: the registry may have the schema later.
    if (typeof schema === 'string') return schema
    let payload: PayloadReader | string
    try {
      const message = messageAt(parsedSchema(schema), indexes)
      payload =
        message === undefined
          ? `The schema has no message at the indexes [${indexes.join(', ')}]`
          : payloadReader(message, columns, wanted)
    } catch (error) {
      payload = (error as Error).message
    }
    this.#payloads.set(key, payload)
    if (this.#payloads.size > MAX_MESSAGES) this.#payloads.delete(this.#payloads.keys().next().value!)
    return payload
  }

  #error(...causes: readonly string[]): ReadError {
    return readError(this.#options.topic, ...causes)
  }
}

/** The message that a record with its frame names; undefined if there is none. */
export function messageIn(file: ProtoFile, bytes: Buffer): MessageType | undefined {
  const input = new ProtobufInput()
  input.begin(bytes, FRAME_BYTES, bytes.length)
  try {
    return messageAt(file, readIndexes(input))
  } catch (error) {
    if (error instanceof WireFailure) return undefined
    throw error
  }
}

/** Payloads are messages of one type, without a frame. */
export function messageReader(payload: PayloadReader, topic: string): ColumnsReader {
  const outcome = (cause: string | null) => (cause === null ? null : readError(topic, cause))
  return {
    isNull: false,
    open: (bytes, start, end, target) => outcome(payload.open(bytes, start, end, target)),
    finish: (target) => outcome(payload.finish(target)),
  }
}

const NO_PREFIX = new Uint8Array(0)
const NOTHING: PayloadReader = { open: () => null, finish: () => null }
