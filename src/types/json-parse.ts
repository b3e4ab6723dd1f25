/**
 * A JSON reader (RFC 8259) that loses nothing: numbers keep their source text, members keep their order (JavaScript objects would move
 * integer-like names to the front). For documents in STRING columns and request bodies; the JSON format reads records by its own scanner.
 */

/** A number as it stands in the document; convert with Decimal.parse or Number. */
export class JsonNumber {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }

  /** Written without fraction and exponent. */
  isInteger(): boolean {
    return /^-?\d+$/.test(this.text)
  }
}

export type JsonValue = null | boolean | string | JsonNumber | readonly JsonValue[] | ReadonlyMap<string, JsonValue>

/** As Jackson's default limit; a document nested deeper is an Error and not a stack overflow. */
const MAX_DEPTH = 1000

/** The one value of `text`, white space around allowed; of members with the same name the last one stays. Throws an Error otherwise. */
export function parseJsonValue(text: string): JsonValue {
  const parser = new Parser(text)
  const value = parser.value(0)
  parser.end()
  return value
}

/**
 * The first value of `text`, whatever follows it ignored, as Jackson's readTree does; undefined for white space alone. Throws an Error
 * where it is not JSON, or where a bare number or word runs on into other characters.
 */
export function parseFirstJsonValue(text: string): JsonValue | undefined {
  if (/^[ \t\r\n]*$/.test(text)) return undefined
  const parser = new Parser(text)
  const value = parser.value(0)
  if (value === null || typeof value === 'boolean' || value instanceof JsonNumber) parser.endOfWord()
  return value
}

/** Compact JSON text; numbers as they were written. */
export function formatJsonValue(value: JsonValue): string {
  if (value === null || typeof value === 'boolean') return String(value)
  if (typeof value === 'string') return JSON.stringify(value)
  if (value instanceof JsonNumber) return value.text
  if (value instanceof Map) {
    return `{${Array.from(value as ReadonlyMap<string, JsonValue>, ([name, member]) => `${JSON.stringify(name)}:${formatJsonValue(member)}`).join(',')}}`
  }
  return `[${(value as readonly JsonValue[]).map(formatJsonValue).join(',')}]`
}

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
/** Up to the closing quote; JSON.parse then judges the escapes. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON forbids raw control characters in strings
const STRING = /"[^"\\\u0000-\u001f]*(?:\\.[^"\\\u0000-\u001f]*)*"/y
const LITERALS: ReadonlyMap<string, null | boolean> = new Map([
  ['t', true],
  ['f', false],
  ['n', null],
])

class Parser {
  readonly #text: string
  #position = 0

  constructor(text: string) {
    this.#text = text
  }

  value(depth: number): JsonValue {
    if (depth > MAX_DEPTH) throw new Error(`JSON is nested deeper than ${MAX_DEPTH} levels`)
    this.#skipSpace()
    const first = this.#text[this.#position]
    switch (first) {
      case '{':
        return this.#object(depth)
      case '[':
        return this.#array(depth)
      case '"':
        return this.#string()
      case 't':
      case 'f':
      case 'n':
        return this.#literal(LITERALS.get(first)!)
      default:
        return new JsonNumber(this.#match(NUMBER))
    }
  }

  end(): void {
    this.#skipSpace()
    if (this.#position < this.#text.length) throw this.#unexpected()
  }

  /** After a value without brackets or quotes. */
  endOfWord(): void {
    if (/[^ \t\r\n,\]}:]/.test(this.#text[this.#position] ?? ' ')) throw this.#unexpected()
  }

  #object(depth: number): JsonValue {
    const members = new Map<string, JsonValue>()
    this.#position++
    if (this.#take('}')) return members
    do {
      this.#skipSpace()
      const name = this.#string()
      this.#expect(':')
      members.set(name, this.value(depth + 1))
    } while (this.#take(','))
    this.#expect('}')
    return members
  }

  #array(depth: number): JsonValue {
    const elements: JsonValue[] = []
    this.#position++
    if (this.#take(']')) return elements
    do elements.push(this.value(depth + 1))
    while (this.#take(','))
    this.#expect(']')
    return elements
  }

  #string(): string {
    const start = this.#position
    try {
      const text = this.#match(STRING)
      return text.includes('\\') ? (JSON.parse(text) as string) : text.slice(1, -1)
    } catch {
      this.#position = start
      throw this.#unexpected()
    }
  }

  #literal(value: null | boolean): null | boolean {
    const word = String(value)
    if (!this.#text.startsWith(word, this.#position)) throw this.#unexpected()
    this.#position += word.length
    return value
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#position
    const match = pattern.exec(this.#text)
    if (match === null) throw this.#unexpected()
    this.#position = pattern.lastIndex
    return match[0]
  }

  #take(symbol: string): boolean {
    this.#skipSpace()
    if (this.#text[this.#position] !== symbol) return false
    this.#position++
    return true
  }

  #expect(symbol: string): void {
    if (!this.#take(symbol)) throw this.#unexpected()
  }

  #skipSpace(): void {
    for (;;) {
      const code = this.#text.charCodeAt(this.#position)
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return
      this.#position++
    }
  }

  #unexpected(): Error {
    const found = this.#text[this.#position]
    const what = found === undefined ? 'end of text' : `'${found}'`
    return new Error(`Unexpected ${what} at position ${this.#position} of JSON text`)
  }
}
