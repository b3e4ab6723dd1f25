/** Where the characters that readers see (grapheme clusters, Unicode Standard Annex 29) begin in a text: `\X` and `\b{g}`. */

let segmenter: Intl.Segmenter | null = null

const segmentsOf = (text: string): Intl.Segments => {
  segmenter ??= new Intl.Segmenter('en', { granularity: 'grapheme' })
  return segmenter.segment(text)
}

/** Bounds the work for a cluster that is entered in its middle; there are hardly longer ones. */
const MAX_REST = 256

export class Graphemes {
  /**
   * Per UTF-16 index: the end of the cluster that begins there; in the middle of one the negated end of what is left of it, found when it
   * is first needed; 0 until then.
   */
  readonly #ends: Int32Array
  readonly #text: string

  constructor(text: string) {
    this.#text = text
    this.#ends = new Int32Array(text.length)
    for (const { index, segment } of segmentsOf(text)) this.#ends[index] = index + segment.length
  }

  /** Both ends of the text are boundaries. */
  isBoundary(at: number): boolean {
    return at === this.#text.length || this.#ends[at]! > 0
  }

  /** End of the cluster that begins at `at`, or of what is left of one from its middle; -1 at the end of the text. */
  endFrom(at: number): number {
    if (at === this.#text.length) return -1
    if (this.#ends[at] === 0) this.#ends[at] = -this.#restOf(at)
    return Math.abs(this.#ends[at]!)
  }

  #restOf(at: number): number {
    return at + segmentsOf(this.#text.slice(at, at + MAX_REST)).containing(0)!.segment.length
  }
}
