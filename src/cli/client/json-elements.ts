/** The elements of a JSON array as they arrive, however the text is cut: brackets are counted, strings skipped. */

/** A character between elements, one that opens an element, or the end of the array. */
const BETWEEN_ELEMENTS = ',[{]} \t\r\n'

/** Finds the elements of one array in pieces of text. */
export class JsonElements {
  #text = ''
  /** Position where the scan continues, and start of the current element (-1: none). */
  #at = 0
  #start = -1
  /** Number of open brackets, including the array's own. */
  #depth = 0
  #isInString = false
  #hasEnded = false
  #hasScalars = false

  /** Whether the array has ended. */
  get isComplete(): boolean {
    return this.#hasEnded
  }

  /** Whether the array has elements that are neither objects nor arrays, which `push` leaves out. */
  get hasScalars(): boolean {
    return this.#hasScalars
  }

  /** Texts of the elements that are complete now. Elements must be objects or arrays. */
  push(chunk: string): string[] {
    this.#text += chunk
    const complete: string[] = []
    for (; this.#at < this.#text.length; this.#at++) {
      const element = this.#step(this.#text[this.#at]!)
      if (element !== null) complete.push(element)
    }
    this.#dropRead()
    return complete
  }

  #step(character: string): string | null {
    if (this.#isInString) {
      if (character === '\\') this.#at++
      else if (character === '"') this.#isInString = false
      return null
    }
    if (this.#depth === 1 && !BETWEEN_ELEMENTS.includes(character)) this.#hasScalars = true
    if (character === '"') this.#isInString = true
    else if (character === '[' || character === '{') this.#open()
    else if (character === ']' || character === '}') return this.#close()
    return null
  }

  #open(): void {
    this.#depth++
    if (this.#depth === 2) this.#start = this.#at
  }

  #close(): string | null {
    this.#depth--
    if (this.#depth === 0) this.#hasEnded = true
    if (this.#depth !== 1) return null
    const element = this.#text.slice(this.#start, this.#at + 1)
    this.#start = -1
    return element
  }

  #dropRead(): void {
    const keep = this.#start === -1 ? this.#at : this.#start
    this.#text = this.#text.slice(keep)
    this.#at -= keep
    if (this.#start !== -1) this.#start = 0
  }
}
