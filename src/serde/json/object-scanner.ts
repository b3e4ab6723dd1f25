/**
 * Reads the wanted properties of a JSON object in one pass over its bytes and steps over the others. Used for whole records and, with all
 * properties wanted, for STRUCT values.
 *
 * Objects of one topic mostly name their properties in one order, so the scanner first compares each name with the one that stood at the
 * same place in the object before; only a miss looks the name up.
 */
import type { Row, Value } from '../../types/value.ts'
import { failureWithin, unexpectedAt } from './failure.ts'
import type { JsonInput } from './input.ts'
import { PropertyNames } from './property-names.ts'
import { CLOSE_BRACE, COLON, COMMA, closingQuote, isSpace, QUOTE, skipSpace, skipValue } from './syntax.ts'

/** Reads the value at the input's position, which is before its end, and moves behind it. Throws a ReadFailure. */
export type Decode = (input: JsonInput) => Value

export interface Property {
  /** Name of the column or struct field. */
  readonly name: string
  readonly decode: Decode
  /** Index into the row. */
  readonly target: number
  readonly first: boolean
}

/** Places beyond this many are looked up by name each time. */
const MAX_PLACES = 4096

export class ObjectScanner {
  readonly #names: PropertyNames
  readonly #properties: readonly Property[]
  readonly #decoders: readonly Decode[]
  readonly #targets: Int32Array
  /** 1 for a property that `readFirst` decodes. */
  readonly #isFirst: Uint8Array
  readonly #firstCount: number
  /** Per place in the object: the name that stood there last. */
  readonly #expected: number[] = []
  /** Per property: rank of the name that it was found under in this object, 0 if not found yet. */
  readonly #foundRanks: Uint8Array
  /** Per property: where its value starts if that is still to be decoded, else 0 (no value can start at 0, where the brace is). */
  readonly #pending: Int32Array
  #place = 0
  #ended = false
  #firstLeft = 0
  /** The property whose value is being decoded, for the path of an error. */
  #current = -1

  constructor(properties: readonly Property[]) {
    this.#properties = properties
    this.#names = new PropertyNames(properties.map(({ name }) => name))
    this.#decoders = properties.map(({ decode }) => decode)
    this.#targets = Int32Array.from(properties, ({ target }) => target)
    this.#isFirst = Uint8Array.from(properties, ({ first }) => (first ? 1 : 0))
    this.#firstCount = properties.filter(({ first }) => first).length
    this.#foundRanks = new Uint8Array(properties.length)
    this.#pending = new Int32Array(properties.length)
  }

  /** Steps over the object's brace and sets all targets to null. */
  begin(input: JsonInput, row: Row): void {
    for (let i = 0; i < this.#targets.length; i++) {
      row[this.#targets[i]!] = null
      this.#foundRanks[i] = 0
      this.#pending[i] = 0
    }
    this.#place = 0
    this.#firstLeft = this.#firstCount
    this.#current = -1
    const at = skipSpace(input.bytes, input.position + 1, input.end)
    this.#ended = at < input.end && input.bytes[at] === CLOSE_BRACE
    input.position = this.#ended ? at + 1 : at
  }

  /**
   * Decodes the `first` properties and stops where it has them all: what follows is not looked at. Where two names of an object can mean
   * one column, a later one may overrule, so then the object is read to its end.
   */
  readFirst(input: JsonInput, row: Row): void {
    if (!this.#ended) this.#scan(input, row, true)
  }

  /** Decodes all others and leaves the input behind the object. */
  readRest(input: JsonInput, row: Row): void {
    if (!this.#ended) this.#scan(input, row, false)
    const behind = input.position
    for (let slot = 0; slot < this.#pending.length; slot++) {
      if (this.#pending[slot] === 0) continue
      input.position = this.#pending[slot]!
      this.#decode(slot, input, row)
    }
    input.position = behind
  }

  /** `error`, which one of the reading methods threw, with the property's name in its path. */
  locate(error: unknown): unknown {
    const property = this.#properties[this.#current]
    return property === undefined ? error : failureWithin(error, `.${property.name}`)
  }

  #scan(input: JsonInput, row: Row, firstOnly: boolean): void {
    const { bytes, end } = input
    const names = this.#names
    let at = input.position
    for (;;) {
      const id = this.#nameAt(bytes, at, end)
      at = this.#valueStart(bytes, at + names.lengthOf(id) + 2, end)
      const slot = names.slots[id]!
      if (slot >= 0 && names.ranks[id]! >= this.#foundRanks[slot]!) {
        if (this.#foundRanks[slot] === 0 && this.#isFirst[slot] === 1) this.#firstLeft--
        this.#foundRanks[slot] = names.ranks[id]!
        if (firstOnly && this.#isFirst[slot] === 0) {
          this.#pending[slot] = at
          at = skipValue(bytes, at, end)
        } else {
          input.position = at
          this.#decode(slot, input, row)
          at = input.position
        }
      } else at = skipValue(bytes, at, end)
      if (at < 0) throw unexpectedAt(bytes, input.start, end, end)
      at = this.#next(bytes, at, input)
      if (this.#ended || (firstOnly && this.#firstLeft === 0 && !names.ambiguous)) break
    }
    input.position = at
  }

  #decode(slot: number, input: JsonInput, row: Row): void {
    this.#current = slot
    row[this.#targets[slot]!] = this.#decoders[slot]!(input)
    this.#current = -1
    this.#pending[slot] = 0
  }

  /** The id of the name whose quote is at `at`. */
  #nameAt(bytes: Buffer, at: number, end: number): number {
    if (at >= end || bytes[at] !== QUOTE) throw unexpectedAt(bytes, 0, at, end)
    const place = this.#place++
    const expected = place < this.#expected.length ? this.#expected[place]! : -1
    if (expected >= 0 && this.#names.isAt(expected, bytes, at + 1, end)) return expected
    const quote = closingQuote(bytes, at + 1, end)
    if (quote < 0) throw unexpectedAt(bytes, 0, end, end)
    const id = this.#names.idOf(bytes, at + 1, quote)
    if (place < MAX_PLACES) this.#expected[place] = id
    return id
  }

  /** Over the colon that follows a name. */
  #valueStart(bytes: Buffer, position: number, end: number): number {
    let at = position
    if (bytes[at] !== COLON || at >= end) {
      at = skipSpace(bytes, at, end)
      if (at >= end || bytes[at] !== COLON) throw unexpectedAt(bytes, 0, at, end)
    }
    at++
    if (at < end && isSpace(bytes[at]!)) at = skipSpace(bytes, at, end)
    if (at >= end) throw unexpectedAt(bytes, 0, at, end)
    return at
  }

  /** From behind a value to the next name, or behind the object. */
  #next(bytes: Buffer, position: number, { start, end }: JsonInput): number {
    let at = position
    if (at < end && isSpace(bytes[at]!)) at = skipSpace(bytes, at, end)
    if (at >= end) throw unexpectedAt(bytes, start, at, end)
    if (bytes[at] === COMMA) {
      at++
      return at < end && isSpace(bytes[at]!) ? skipSpace(bytes, at, end) : at
    }
    if (bytes[at] !== CLOSE_BRACE) throw unexpectedAt(bytes, start, at, end)
    this.#ended = true
    return at + 1
  }
}
