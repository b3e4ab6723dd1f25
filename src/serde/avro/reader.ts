/** The AVRO format's reader: each record by the schema that it was written with, which its frame names. */
import type { Row } from '../../types/value.ts'
import type { ColumnsReader, ReadError, ReaderOptions } from '../format.ts'
import { FRAME_BYTES, frameId } from '../frame.ts'
import { AvroFailure } from './failure.ts'
import { AvroInput } from './input.ts'
import { parsedSchema } from './parsed-schema.ts'
import { makePayloadReader, type PayloadReader } from './reader-source.ts'

/** Schemas for which one reader keeps generated source; a topic with more of them in turn is read, only slower. */
const MAX_SCHEMAS = 100

export class AvroReader implements ColumnsReader {
  isNull = false
  readonly #options: ReaderOptions
  readonly #isBare: boolean
  readonly #input = new AvroInput()
  /** A text: why payloads of that schema cannot be read. */
  readonly #payloads = new Map<number, PayloadReader | string>()
  /** The schema of the record before. */
  #id = -1
  #payload: PayloadReader = NOTHING

  constructor(options: ReaderOptions) {
    this.#options = options
    this.#isBare = options.columns.length === 1 && options.spec.unwrapped
  }

  open(bytes: Buffer, start: number, end: number, target: Row): ReadError | null {
    const id = frameId(bytes, start, end)
    if (id !== this.#id || id < 0) {
      const error = this.#changeSchema(id)
      if (error !== null) return error
    }
    this.#input.begin(bytes, start + FRAME_BYTES, end)
    const { passed } = this.#options
    if (passed !== undefined) {
      passed.buffer = bytes
      passed.clear()
    }
    try {
      this.isNull = this.#payload.open(this.#input, target)
      return null
    } catch (error) {
      return this.#failure(error)
    }
  }

  finish(target: Row): ReadError | null {
    try {
      this.#payload.finish(this.#input, target)
      return null
    } catch (error) {
      return this.#failure(error)
    }
  }

  #changeSchema(id: number): ReadError | null {
    this.#id = -1
    if (id < 0) return this.#error('Unknown magic byte!')
    const payload = this.#payloads.get(id) ?? this.#learn(id)
    if (typeof payload === 'string') return this.#error(`Error deserializing Avro message for id ${id}`, payload)
    this.#id = id
    this.#payload = payload
    return null
  }

  /** Throws SchemaNotLoaded. */
  #learn(id: number): PayloadReader | string {
    const { writerSchemas, columns, wanted, passed = null } = this.#options
    const schema = writerSchemas!.get(id)
    // Not kept: the registry may have the schema later.
    if (typeof schema === 'string') return schema
    let payload: PayloadReader | string
    try {
      payload = makePayloadReader(parsedSchema(schema), { columns, wanted, isBare: this.#isBare, passed })
    } catch (error) {
      payload = (error as Error).message
    }
    this.#payloads.set(id, payload)
    if (this.#payloads.size > MAX_SCHEMAS) this.#payloads.delete(this.#payloads.keys().next().value!)
    return payload
  }

  #failure(error: unknown): ReadError {
    if (!(error instanceof AvroFailure)) throw error
    return this.#error(error.message)
  }

  /** Source of the wording: ksqlDB's KsqlConnectDeserializer and Confluent's AvroConverter. */
  #error(...causes: readonly string[]): ReadError {
    const { topic } = this.#options
    return {
      message: `Error deserializing message from topic: ${topic}`,
      causes: [`Failed to deserialize data for topic ${topic} to Avro: `, ...causes],
    }
  }
}

const NOTHING: PayloadReader = { open: () => true, finish: () => undefined }
