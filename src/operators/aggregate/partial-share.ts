/**
 * Whether adding up is worth its while: the share of partials in the records that were added up. Where groups hardly come again a partial costs a
 * look-up and spares nothing, so that records pass for a while before the share is measured again.
 */

/** Records by which the share is measured. */
const SAMPLE = 2_000
/** Records that pass until it is measured again: a sample costs a record about half of what the repartition does, so that it adds a few percent. */
const PASSED = 50_000
/** Measured: at this share adding up costs as much as it spares. */
const MAX_SHARE = 2 / 3

export class PartialShare {
  #records = 0
  #partials = 0
  #left = 0

  /** Whether the next record passes by itself. */
  passes(): boolean {
    if (this.#left === 0) return false
    this.#left--
    return true
  }

  /** Notes a record that was added up. `isNew`: it is the first of a partial. */
  note(isNew: boolean): void {
    this.#records++
    if (isNew) this.#partials++
    if (this.#records < SAMPLE) return
    this.#left = this.#partials > this.#records * MAX_SHARE ? PASSED : 0
    this.#records = 0
    this.#partials = 0
  }

  /** Whether the records that come are to pass: what is held back must leave before them. */
  get isTooLarge(): boolean {
    return this.#left > 0
  }
}
