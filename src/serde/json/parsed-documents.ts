/** Whole documents by JSON.parse, for a reader whose records are read faster so: which ones are is seen from the records themselves. */
import type { Row } from '../../types/value.ts'
import type { ReaderOptions } from '../format.ts'
import type { JsonInput } from './input.ts'
import { isParsable, ParsedObject, type ParsedProperty, parseDocument } from './parsed.ts'

/** Documents read this way before the scanner, which sees what strings cost, is asked again. */
const RUN = 256
/** Documents left to the scanner after too many that were not to be had this way: about one in four. */
const PAUSE = 1024
const MISS = 4
const MAX_MISSES = 32 * MISS
/** With so many columns the scanner's work per column adds up to more than JSON.parse's. Measured. */
const MANY_COLUMNS = 40

/** Null where it could not be used: types that need the exact text, or a predicate, for which the scanner stops early. */
export function parsedDocuments({ columns, wanted }: ReaderOptions): ParsedDocuments | null {
  const properties = wanted.map(({ column, target }) => {
    const { name, type } = columns[column]!
    return { name, type, target }
  })
  const predicateFirst = wanted.some(({ first }) => first) && !wanted.every(({ first }) => first)
  const mostWanted = 2 * wanted.length >= columns.length
  if (predicateFirst || !mostWanted || wanted.length === 0 || !isParsable(properties)) return null
  const nested = wanted.some(({ column }) => NESTED.has(columns[column]!.type.kind))
  return new ParsedDocuments(properties, nested || wanted.length >= MANY_COLUMNS)
}

const NESTED: ReadonlySet<string> = new Set(['ARRAY', 'MAP', 'STRUCT'])

export class ParsedDocuments {
  readonly #object: ParsedObject
  readonly #properties: readonly ParsedProperty[]
  readonly #always: boolean
  /** Documents still to be read this way; below zero: to be left to the scanner. */
  #left = 0
  /** Goes up by MISS for a document in vain and down by one for any other. */
  #misses = 0

  /** `always`: the types alone say that this way is the faster. */
  constructor(properties: readonly ParsedProperty[], always: boolean) {
    this.#object = new ParsedObject(properties)
    this.#properties = properties
    this.#always = always
    this.#left = always ? RUN : 0
  }

  /** Sets all targets; false if the document is the scanner's. */
  read(bytes: Buffer, start: number, end: number, row: Row): boolean {
    if (this.#left <= 0) return false
    if (!this.#always) this.#left--
    for (const { target } of this.#properties) row[target] = null
    if (this.#object.take(parseDocument(bytes.utf8Slice(start, end)), row)) {
      if (this.#misses > 0) this.#misses--
      return true
    }
    this.#misses += MISS
    if (this.#misses > MAX_MISSES) {
      this.#misses = 0
      this.#left = -PAUSE
    }
    return false
  }

  /** After a document that the scanner read: whether the next ones are better read this way. */
  judge({ slowStrings }: JsonInput): void {
    if (this.#left < 0) this.#left++
    else if (this.#always || 2 * slowStrings >= this.#properties.length) this.#left = RUN
  }
}
