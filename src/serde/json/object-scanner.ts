/**
 * Reads the wanted properties of a JSON object in one pass over its bytes and steps over the others. Used for whole records and, with all
 * properties wanted, for STRUCT values.
 *
 * Objects of one topic mostly name their properties in one order, so the scanner first compares each name with the one that stood at the
 * same place in the object before; only a miss looks the name up. Objects that are all written alike are read by their form, for which
 * source is generated (form.ts), and by the scanner from the first place on where one is written otherwise.
 */
import type { Row } from '../../types/value.ts'
import { CHECK_ONLY } from '../format.ts'
import type { PassedValues } from '../passed-values.ts'
import { failureWithin, unexpectedAt } from './failure.ts'
import { type Form, learnForm } from './form.ts'
import type { Progress } from './form-source.ts'
import type { JsonInput } from './input.ts'
import type { PassValue } from './passed-text.ts'
import { PropertyNames, UNWANTED, WORD_BYTES } from './property-names.ts'
import { CLOSE_BRACE, COLON, COMMA, closingQuote, QUOTE, SPACE, skipSpace, skipValue } from './syntax.ts'
import { checkValue, readValue, type ValueReader } from './value-reader.ts'

export interface Property {
  /** Name of the column or struct field. */
  readonly name: string
  readonly value: ValueReader
  /** Index into the row, or `CHECK_ONLY`. */
  readonly target: number
  /** Decoded by `readFirst`. */
  readonly first: boolean
  /** Passes values that need not be decoded; absent or null: all are decoded. */
  readonly pass?: PassValue | null
  /** Where passed values go. */
  readonly slot?: number
  /** Passed values are decoded, too. */
  readonly isRead?: boolean
}

/** Places beyond this many are looked up by name each time. */
const MAX_PLACES = 2048
/** So many objects in a row whose names all stood where they were expected have a form. */
const FORM_AFTER = 32
/** Forms of one scanner: where objects are written in ever new ways, generating source must come to an end. */
const MAX_FORMS = 8
const MISS = 2
/** A form is given up where more than a third of many objects are written otherwise. */
const MAX_MISSES = 64 * MISS

export class ObjectScanner {
  readonly #names: PropertyNames
  readonly #properties: readonly Property[]
  readonly #values: readonly ValueReader[]
  readonly #passed: PassedValues | null
  readonly #targets: Int32Array
  /** 1 for a property that `readFirst` decodes. */
  readonly #isFirst: Uint8Array
  readonly #firstCount: number
  /** Per place in the object: the name that stood there last; -1 where no object has reached yet. */
  readonly #expected = new Int32Array(MAX_PLACES + 1).fill(-1)
  /** Per property: rank of the name that it was found under in this object, 0 if not found yet. */
  readonly #foundRanks: Uint8Array
  /** Per property: where its value starts if that is still to be decoded, else 0 (no value can start at 0, where the brace is). */
  readonly #pending: Int32Array
  #hasPending = false
  #place = 0
  #ended = false
  #firstLeft = 0
  /** How objects are written; null until enough of them were written alike. */
  #form: Form | null = null
  /** What is read of this object so far was read by the form. */
  #byForm = false
  /** Forms that were learned so far. */
  #forms = 0
  /** Goes up by MISS for an object of another form and down by one for any other. */
  #misses = 0
  /** Objects in a row in which no name was looked up. */
  #steady = 0
  /** Where this object starts. */
  #start = 0
  /** How far the form came, and for the path of an error which property's value was decoded last, by the form or without it. */
  readonly #progress: Progress = { place: 0, slot: -1 }

  /** `passed`: takes the values that pass; null: none does. */
  constructor(properties: readonly Property[], passed: PassedValues | null = null) {
    this.#properties = properties
    this.#passed = passed
    this.#names = new PropertyNames(properties.map(({ name }) => name))
    this.#values = properties.map(({ value }) => value)
    this.#targets = Int32Array.from(properties, ({ target }) => target)
    this.#isFirst = Uint8Array.from(properties, ({ first }) => (first ? 1 : 0))
    this.#firstCount = properties.filter(({ first }) => first).length
    this.#foundRanks = new Uint8Array(properties.length)
    this.#pending = new Int32Array(properties.length)
  }

  /** The object's brace is at the input's position. */
  begin(input: JsonInput, row: Row): void {
    this.#start = input.position
    if (this.#passed !== null) {
      this.#passed.buffer = input.bytes
      this.#passed.clear()
    }
    this.#progress.place = 0
    this.#progress.slot = -1
    this.#byForm = this.#form !== null && (this.#firstCount === 0 || !this.#names.ambiguous)
    if (!this.#byForm) this.#enter(input, row)
  }

  /**
   * Decodes the `first` properties and stops where it has them all: what follows is not looked at. Where two names of an object can mean
   * one column, a later one may overrule, so then the object is read to its end.
   */
  readFirst(input: JsonInput, row: Row): void {
    if (this.#byForm) {
      if (this.#form!.readFirst(input, row, this.#pending, this.#progress)) {
        if (this.#misses > 0) this.#misses--
        return
      }
      this.#leaveForm(input, row)
    }
    if (this.#firstCount === 0) return
    if (!this.#ended && this.#firstLeft > 0) this.#scan(input, row, true)
    this.#learn(input)
  }

  /** Sets the targets of all others, to null where the object has no such property, and leaves the input behind the object. */
  readRest(input: JsonInput, row: Row): void {
    if (this.#byForm) {
      const form = this.#form!
      if (form.readRest(input, row, this.#pending, this.#progress)) {
        if (this.#misses > 0) this.#misses--
        if (form.defers) this.#decodePending(input, row)
        return
      }
      this.#leaveForm(input, row)
    }
    if (!this.#ended) this.#scan(input, row, false)
    if (this.#firstCount === 0) this.#learn(input)
    if (this.#hasPending) this.#decodePending(input, row)
  }

  /** `error`, which one of the reading methods threw, with the property's name in its path. */
  locate(error: unknown): unknown {
    const property = this.#properties[this.#progress.slot]
    this.#progress.slot = -1
    return property === undefined ? error : failureWithin(error, `.${property.name}`)
  }

  /** Starts without a form: all targets are null from here on. */
  #enter(input: JsonInput, row: Row): void {
    const targets = this.#targets
    for (let slot = 0; slot < targets.length; slot++) {
      if (targets[slot] !== CHECK_ONLY) row[targets[slot]!] = null
      this.#foundRanks[slot] = 0
      this.#pending[slot] = 0
    }
    this.#place = 0
    this.#firstLeft = this.#firstCount
    this.#hasPending = false
    const at = skipSpace(input.bytes, input.position + 1, input.end)
    this.#ended = at < input.end && input.bytes[at] === CLOSE_BRACE
    input.position = this.#ended ? at + 1 : at
  }

  /** Continues without the form, from the place that it reached; what it has not read is as `#enter` leaves it. */
  #leaveForm(input: JsonInput, row: Row): void {
    const { ids, defers } = this.#form!
    const { place } = this.#progress
    const { slots, ranks } = this.#names
    this.#foundRanks.fill(0)
    let firstLeft = this.#firstCount
    for (let i = 0; i < place; i++) {
      const slot = slots[ids[i]!]!
      if (slot === UNWANTED) continue
      this.#foundRanks[slot] = ranks[ids[i]!]!
      firstLeft -= this.#isFirst[slot]!
    }
    for (let slot = 0; slot < this.#targets.length; slot++) {
      if (this.#foundRanks[slot] !== 0) continue
      if (this.#targets[slot] !== CHECK_ONLY) row[this.#targets[slot]!] = null
      this.#pending[slot] = 0
    }
    this.#place = place
    this.#firstLeft = firstLeft
    this.#hasPending = defers
    this.#ended = false
    this.#byForm = false
    this.#misses += MISS
    if (this.#misses > MAX_MISSES) this.#form = null
    if (place === 0) this.#enter(input, row)
    else input.position = this.#next(input, input.position)
  }

  /** Learns the form of the object that was read at least as far as its `first` properties, if there were enough like it. */
  #learn(input: JsonInput): void {
    if (this.#form !== null || this.#forms === MAX_FORMS || ++this.#steady < FORM_AFTER) return
    this.#forms++
    this.#misses = 0
    this.#steady = 0
    this.#form = learnForm(input, this.#start, this.#names, this.#properties, this.#passed)
  }

  #decodePending(input: JsonInput, row: Row): void {
    const behind = input.position
    for (let slot = 0; slot < this.#pending.length; slot++) {
      if (this.#pending[slot] === 0) continue
      input.position = this.#pending[slot]!
      this.#pending[slot] = 0
      this.#decode(slot, input, row)
    }
    this.#hasPending = false
    input.position = behind
  }

  /** Comparing the name stands here and not in a method of its own because V8 then is a third slower on wide objects (measured). */
  #scan(input: JsonInput, row: Row, firstOnly: boolean): void {
    const { bytes, view, end } = input
    const { starts, slots, words, masks } = this.#names
    const lastWords = view.byteLength - WORD_BYTES
    const expected = this.#expected
    let { text } = this.#names
    let at = input.position
    let place = this.#place
    for (;;) {
      let id = expected[place]!
      const from = id < 0 ? 0 : starts[id]!
      const length = id < 0 ? 1 : starts[id + 1]! - from
      let same = 0
      if (id >= 0 && at + length < end) {
        if (at <= lastWords) {
          const w = id << 2
          const difference =
            ((view.getInt32(at, true) ^ words[w]!) & masks[w]!) |
            ((view.getInt32(at + 4, true) ^ words[w + 1]!) & masks[w + 1]!) |
            ((view.getInt32(at + 8, true) ^ words[w + 2]!) & masks[w + 2]!) |
            ((view.getInt32(at + 12, true) ^ words[w + 3]!) & masks[w + 3]!)
          if (difference === 0) same = Math.min(length, WORD_BYTES)
        }
        while (same < length && bytes[at + same] === text[from + same]) same++
      }
      if (same === length) at += length
      else {
        id = this.#lookUp(input, at, place)
        at = this.#valueStart(input, at)
        text = this.#names.text
      }
      if (place < MAX_PLACES) place++
      if (bytes[at]! <= SPACE) at = skipSpace(bytes, at, end)
      const slot = slots[id]!
      at = slot < 0 ? skipValue(bytes, at, end) : this.#take(slot, id, at, input, row, firstOnly)
      if (at < 0 || at >= end) throw unexpectedAt(bytes, input.start, end, end)
      if (bytes[at] === COMMA && bytes[at + 1] === QUOTE) at++
      else at = this.#next(input, at)
      if (this.#ended || (firstOnly && this.#firstLeft === 0 && !this.#names.ambiguous)) break
    }
    input.position = at
    this.#place = place
  }

  /** From behind a value to the next name, or behind the object. */
  #next({ bytes, start, end }: JsonInput, position: number): number {
    let at = position
    if (bytes[at]! <= SPACE) at = skipSpace(bytes, at, end)
    const byte = at < end ? bytes[at] : 0
    if (byte === COMMA) return at + 1 < end && bytes[at + 1]! <= SPACE ? skipSpace(bytes, at + 1, end) : at + 1
    if (byte !== CLOSE_BRACE) throw unexpectedAt(bytes, start, at, end)
    this.#ended = true
    return at + 1
  }

  /** Decodes the value of a wanted property, or notes where it is; the position behind it, or -1. */
  #take(slot: number, id: number, at: number, input: JsonInput, row: Row, firstOnly: boolean): number {
    const rank = this.#names.ranks[id]!
    const found = this.#foundRanks[slot]!
    if (rank < found) return skipValue(input.bytes, at, input.end)
    this.#foundRanks[slot] = rank
    if (firstOnly) {
      if (this.#isFirst[slot] === 0) {
        this.#pending[slot] = at
        this.#hasPending = true
        return skipValue(input.bytes, at, input.end)
      }
      if (found === 0) this.#firstLeft--
    } else this.#pending[slot] = 0
    input.position = at
    this.#decode(slot, input, row)
    return input.position
  }

  #decode(slot: number, input: JsonInput, row: Row): void {
    this.#progress.slot = slot
    if (this.#passed !== null) {
      const { position } = input
      const { pass, slot: passedSlot = -1, isRead } = this.#properties[slot]!
      if (pass?.(input, this.#passed, passedSlot) === true) {
        if (isRead !== true) return
        input.position = position
      }
    }
    const target = this.#targets[slot]!
    if (target === CHECK_ONLY) checkValue(this.#values[slot]!, input)
    else row[target] = readValue(this.#values[slot]!, input)
  }

  /** The id of the name whose quote is at `at`, which is not the expected one. */
  #lookUp({ bytes, start, end }: JsonInput, at: number, place: number): number {
    this.#steady = 0
    if (at >= end || bytes[at] !== QUOTE) throw unexpectedAt(bytes, start, at, end)
    const quote = closingQuote(bytes, at + 1, end)
    if (quote < 0) throw unexpectedAt(bytes, start, end, end)
    const id = this.#names.idOf(bytes, at + 1, quote)
    if (place < MAX_PLACES) this.#expected[place] = id
    return id
  }

  /** Over the name whose quote is at `position`, and the colon behind it. */
  #valueStart({ bytes, start, end }: JsonInput, position: number): number {
    const colon = skipSpace(bytes, closingQuote(bytes, position + 1, end) + 1, end)
    if (colon >= end || bytes[colon] !== COLON) throw unexpectedAt(bytes, start, colon, end)
    const at = skipSpace(bytes, colon + 1, end)
    if (at >= end) throw unexpectedAt(bytes, start, at, end)
    return at
  }
}
