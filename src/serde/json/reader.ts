/** The JSON format's reader: a payload's wanted columns, straight from its bytes. */
import { struct } from '../../types/sql-type.ts'
import type { Row } from '../../types/value.ts'
import { CHECK_ONLY, type ColumnsReader, type ReadError, type ReaderOptions, type Side } from '../format.ts'
import { valueReader } from './decode.ts'
import { failureWithin, ReadFailure, unexpectedAt, wrongKind } from './failure.ts'
import { JsonInput } from './input.ts'
import { ObjectScanner } from './object-scanner.ts'
import { passerOf } from './passed-text.ts'
import { LETTER_N, NULL, OPEN_BRACE, skipSpace, skipValue, skipWord } from './syntax.ts'
import { checkValue, readValue, type ValueReader } from './value-reader.ts'

export function jsonReader(options: ReaderOptions): ColumnsReader {
  return options.columns.length === 1 && options.spec.unwrapped
    ? new BareValueReader(options)
    : new ObjectReader(options)
}

/** Reads objects that have the columns as their properties. */
class ObjectReader implements ColumnsReader {
  isNull = false
  readonly #options: ReaderOptions
  readonly #scanner: ObjectScanner
  readonly #input = new JsonInput()
  /** Nothing is left for `finish`, so `open` must see the whole document. */
  readonly #allFirst: boolean

  constructor(options: ReaderOptions) {
    this.#options = options
    const { columns, wanted, passed = null } = options
    this.#allFirst = wanted.every(({ first }) => first)
    this.#scanner = new ObjectScanner(
      wanted.map(({ column, target, first, slot = -1, isRead = false }) => {
        const { name, type } = columns[column]!
        const pass = slot < 0 ? null : passerOf(type)
        return { name, value: valueReader(type), target, first: first && !this.#allFirst, pass, slot, isRead }
      }),
      passed,
    )
  }

  open(bytes: Buffer, start: number, end: number, target: Row): ReadError | null {
    const input = this.#input
    input.begin(bytes, start, end)
    try {
      this.isNull = standsForNull(input)
      if (this.isNull) return null
      if (bytes[input.position] !== OPEN_BRACE) return readError(this.#notAnObject(), this.#options)
      this.#scanner.begin(input, target)
      if (this.#allFirst) this.#scanner.readRest(input, target)
      else this.#scanner.readFirst(input, target)
      return null
    } catch (error) {
      return this.#failure(error)
    }
  }

  finish(target: Row): ReadError | null {
    if (this.#allFirst) return null
    try {
      this.#scanner.readRest(this.#input, target)
      return null
    } catch (error) {
      return this.#failure(error)
    }
  }

  #notAnObject(): ReadFailure {
    const { bytes, start, position, end } = this.#input
    if (skipValue(bytes, position, end) < 0) return unexpectedAt(bytes, start, position, end)
    return wrongKind(bytes, position, end, struct(this.#options.columns))
  }

  #failure(error: unknown): ReadError {
    return readError(this.#scanner.locate(error), this.#options)
  }
}

/** Reads documents that are the single column's bare value. */
class BareValueReader implements ColumnsReader {
  isNull = false
  readonly #options: ReaderOptions
  readonly #value: ValueReader | null
  readonly #target: number
  readonly #input = new JsonInput()

  constructor(options: ReaderOptions) {
    this.#options = options
    const wanted = options.wanted[0]
    this.#value = wanted === undefined ? null : valueReader(options.columns[0]!.type)
    this.#target = wanted?.target ?? CHECK_ONLY
  }

  open(bytes: Buffer, start: number, end: number, target: Row): ReadError | null {
    const input = this.#input
    input.begin(bytes, start, end)
    try {
      this.isNull = standsForNull(input)
      if (!this.isNull) this.#read(input, target)
      return null
    } catch (error) {
      return readError(error, this.#options)
    }
  }

  #read(input: JsonInput, target: Row): void {
    if (this.#value !== null) {
      if (this.#target === CHECK_ONLY) checkValue(this.#value, input)
      else target[this.#target] = readValue(this.#value, input)
    } else if (skipValue(input.bytes, input.position, input.end) < 0) {
      throw unexpectedAt(input.bytes, input.start, input.position, input.end)
    }
  }

  finish(): null {
    return null
  }
}

/** Whether the document is `null` or nothing but white space, as Jackson sees an empty one. Moves over leading white space. */
function standsForNull(input: JsonInput): boolean {
  const { bytes, end } = input
  input.position = skipSpace(bytes, input.position, end)
  if (input.position === end) return true
  if (bytes[input.position] !== LETTER_N) return false
  return skipWord(bytes, input.position, end, NULL) > 0
}

/** Source of the wording: ksqlDB's KsqlJsonDeserializer. */
function readError(error: unknown, { side, topic }: { side: Side; topic: string }): ReadError {
  if (!(error instanceof ReadFailure)) throw error
  const located = failureWithin(error, '$') as ReadFailure
  const cause = located.path === null ? located.message : `${located.message}, path: ${located.path}`
  return { message: `Failed to deserialize ${side.toLowerCase()} from topic: ${topic}. ${cause}`, causes: [cause] }
}
