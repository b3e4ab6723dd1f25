/**
 * Whether a look at records before they are sent is worth its while: the share of them that are sent all the same. Where groups hardly come again,
 * adding up costs a look-up and spares nothing, so that records pass for a while before the share is measured again.
 */

/** Records by which the share is measured. */
const SAMPLE = 2_000
/** Records that pass until it is measured again: a sample costs a record about half of what the repartition does, so that it adds a few percent. */
const PASSED = 50_000
/** Measured: at this share adding up costs as much as it spares. */
const MAX_SHARE = 2 / 3

export class SentShare {
  #records = 0
  #sent = 0
  #left = 0

  /** Whether the next record passes by itself. */
  passes(): boolean {
    if (this.#left === 0) return false
    this.#left--
    return true
  }

  /** Notes a record that was looked at. `isSent`: it is sent, or the first of a partial that is. */
  note(isSent: boolean): void {
    this.#records++
    if (isSent) this.#sent++
    if (this.#records < SAMPLE) return
    this.#left = this.#sent > this.#records * MAX_SHARE ? PASSED : 0
    this.#records = 0
    this.#sent = 0
  }

  /** Whether the records that come are to pass: what is held back must leave before them. */
  get isTooLarge(): boolean {
    return this.#left > 0
  }
}
