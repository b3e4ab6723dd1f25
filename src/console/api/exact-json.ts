/** JSON whose numbers keep all their digits: BIGINT has 64 bits and DECIMAL up to 38 digits, and a JavaScript number holds 53 bits. */

export type Json = null | boolean | number | string | ExactNumber | readonly Json[] | { readonly [name: string]: Json }

/** A number that JavaScript cannot hold, as the server has written it. */
export class ExactNumber {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }

  toString(): string {
    return this.text
  }

  /** The nearest number, to compare and to draw with. */
  valueOf(): number {
    return Number(this.text)
  }
}

/** Throws a SyntaxError for a text that is not JSON. */
export function parseExact(text: string): Json {
  return LONG_NUMBER.test(text) ? JSON.parse(text, keepDigits) : JSON.parse(text)
}

/** Only a text with such a run of digits can hold a number that needs care; the others take the fast way. */
const LONG_NUMBER = /\d{8}[\d.]{8}/

function keepDigits(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  const source = context?.source
  if (typeof value !== 'number' || source === undefined || String(value) === source) return value
  const digits = source
    .replace(/[eE].*$/, '')
    .replace(/[-.]/g, '')
    .replace(/^0+/, '')
  return digits.length > 15 ? new ExactNumber(source) : value
}

/** JSON of an object or array can be folded; any other text is shown as it is. */
export function foldable(text: string | null): Json {
  if (text === null || !/^\s*[[{]/.test(text)) return text
  try {
    return parseExact(text)
  } catch {
    return text
  }
}

/** The text of a value, as `parseExact` reads it. `indent`: spaces of each level. */
export function exactText(value: Json, indent = 0): string {
  const marks: string[] = []
  const text = JSON.stringify(
    value,
    (_key, inner: unknown) => {
      if (!(inner instanceof ExactNumber)) return inner
      marks.push(inner.text)
      return `${MARK}${marks.length - 1}${MARK}`
    },
    indent,
  )
  return marks.length === 0 ? text : text.replace(MARKED, (_whole, index: string) => marks[Number(index)]!)
}

/** A character that stands in no text: it is reserved for uses inside programs. Source: Unicode, noncharacters. */
const MARK = '\uFDD0'
const MARKED = new RegExp(`"${MARK}(\\d+)${MARK}"`, 'g')
