/**
 * Reads lines by a regular expression. The expression runs once per line; only the columns that a query uses are made from its groups. A field
 * whose groups took no part is NULL, and so is an empty one, unless the column is a text.
 */
import type { JavaRegex } from '../../regex/java-regex.ts'
import type { Row } from '../../types/value.ts'
import type { ParseField } from '../delimited/fields.ts'
import { splitWanted } from '../delimited/split-wanted.ts'
import { CHECK_ONLY, type ColumnsReader, type ReadError, type ReaderOptions } from '../format.ts'
import { readUtf8 } from '../text.ts'
import { lineFieldParser } from './field-values.ts'
import { fieldOf, lineRegex } from './line-pattern.ts'
import { lineEnd, lineError } from './line-text.ts'

/** Longer lines are not looked at: a pattern with backtracking could take long over them. */
const MAX_LINE_BYTES = 1024 * 1024

interface WantedField {
  readonly groups: readonly number[]
  readonly target: number
  readonly isText: boolean
  readonly parse: ParseField
}

type Groups = readonly (string | null)[]

export class PatternReader implements ColumnsReader {
  readonly isNull = false
  readonly #format: string
  readonly #regex: JavaRegex
  readonly #first: readonly WantedField[]
  readonly #rest: readonly WantedField[]
  #groups: Groups = []

  constructor({ spec, columns, wanted }: ReaderOptions) {
    const pattern = spec.line!
    this.#format = spec.format
    this.#regex = lineRegex(pattern.regex)
    const fields = splitWanted({ columns, wanted }, ({ column, target }): WantedField => {
      const { type } = columns[column]!
      const { groups } = fieldOf(pattern, columns[column]!)!
      return { groups, target, isText: type.kind === 'STRING', parse: lineFieldParser(type)! }
    })
    this.#first = fields.first
    this.#rest = fields.rest
  }

  open(bytes: Buffer, start: number, end: number, target: Row): ReadError | null {
    if (end - start > MAX_LINE_BYTES)
      return this.#error(`The line has ${end - start} bytes, more than ${MAX_LINE_BYTES}.`)
    try {
      const match = this.#regex.find(readUtf8(bytes, start, lineEnd(bytes, start, end)), 0)
      if (match === null) return this.#error('The line does not match the pattern.')
      this.#groups = match.groups
    } catch (error) {
      return this.#error((error as Error).message)
    }
    return this.#parse(this.#first, target)
  }

  finish(target: Row): ReadError | null {
    return this.#parse(this.#rest, target)
  }

  #parse(fields: readonly WantedField[], target: Row): ReadError | null {
    const groups = this.#groups
    try {
      for (let i = 0; i < fields.length; i++) {
        const { groups: own, target: place, isText, parse } = fields[i]!
        const text = own.length === 1 ? groups[own[0]!]! : firstOf(own, groups)
        const value = text === null || (text === '' && !isText) ? null : parse(text)
        if (place !== CHECK_ONLY) target[place] = value
      }
      return null
    } catch (error) {
      return this.#error((error as Error).message)
    }
  }

  #error(cause: string): ReadError {
    return lineError(this.#format, cause)
  }
}

/** The text of the first group that took part. */
function firstOf(own: readonly number[], groups: Groups): string | null {
  for (let i = 0; i < own.length; i++) {
    const text = groups[own[i]!]!
    if (text !== null) return text
  }
  return null
}
