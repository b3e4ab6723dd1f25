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
  /** The schema of the record before, and whether its message is the schema's first. */
  #id = -1
  #isFirst = false
  #payload: PayloadReader = NOTHING

  constructor(options: ReaderOptions) {
    this.#options = options
  }

  open(bytes: Buffer, start: number, end: number, target: Row): ReadError | null {
    const id = frameId(bytes, start, end)
    if (id < 0) return this.#error('Unknown magic byte!')
    let from = start + FRAME_BYTES
    // The first message of a schema has one byte for its indexes.
    if (id === this.#id && this.#isFirst && from < end && bytes[from] === 0) from++
    else {
      this.#input.begin(bytes, from, end)
      const error = this.#change(id)
      if (error !== null) return error
      from = this.#input.position
    }
    return this.#outcome(this.#payload.open(bytes, from, end, target))
  }

  finish(target: Row): ReadError | null {
    return this.#outcome(this.#payload.finish(target))
  }

  #outcome(cause: string | null): ReadError | null {
    return cause === null ? null : this.#error(`Error deserializing Protobuf message for id ${this.#id}`, cause)
  }

  /** Reads the message indexes at the input's position. */
  #change(id: number): ReadError | null {
    this.#isFirst = false
    this.#id = id
    const payload = this.#find(id)
    if (typeof payload === 'string') return this.#error(`Error deserializing Protobuf message for id ${id}`, payload)
    this.#payload = payload
    return null
  }

  /** Throws SchemaNotLoaded. */
  #find(id: number): PayloadReader | string {
    let indexes: readonly number[]
    try {
      indexes = readIndexes(this.#input)
    } catch (error) {
      if (error instanceof WireFailure) return error.message
      throw error
    }
    const key = `${id}:${indexes}`
    const payload = this.#payloads.get(key) ?? this.#learn(id, indexes, key)
    this.#isFirst = typeof payload !== 'string' && indexes.length === 1 && indexes[0] === 0
    return payload
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

const NOTHING: PayloadReader = { open: () => null, finish: () => null }
