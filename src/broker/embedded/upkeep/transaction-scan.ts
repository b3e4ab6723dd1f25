/** Follows the transactions of a partition while its batches are checked: which are open, and which were aborted. */

import {
  baseOffset,
  controlOutcome,
  isControl,
  isTransactional,
  producerId,
  type TransactionOutcome,
} from '../../record-batch.ts'
import type { AbortedEntry } from '../segments/aborted-index.ts'
import type { OpenTransaction } from '../segments/partition-state.ts'
import type { ScannedBatch } from '../segments/segment-scan.ts'

export interface KnownTransactions {
  /** Batches before this offset are not looked at: what follows is what they left. */
  readonly from: number
  readonly open: readonly OpenTransaction[]
  readonly aborted: readonly AbortedEntry[]
}

export class TransactionScan {
  readonly #from: number
  readonly #now: number
  readonly #open: Map<number, OpenTransaction>
  readonly #aborted: AbortedEntry[]

  /** `now`: wall-clock time that stands for the unknown start of a transaction, epoch ms. */
  constructor({ from, open, aborted }: KnownTransactions, now: number) {
    this.#from = from
    this.#now = now
    this.#open = new Map(open.map((transaction) => [transaction.producerId, transaction]))
    this.#aborted = [...aborted]
  }

  /** Open behind the last batch. */
  get open(): OpenTransaction[] {
    return [...this.#open.values()]
  }

  /** In the order of their markers. */
  get aborted(): readonly AbortedEntry[] {
    return this.#aborted
  }

  note(batch: ScannedBatch): void {
    const { bytes, at } = batch
    const firstOffset = baseOffset(bytes, at)
    if (firstOffset < this.#from || !isTransactional(bytes, at)) return
    const id = producerId(bytes, at)
    if (isControl(bytes, at)) this.#noteMarker(id, firstOffset, controlOutcome(bytes, at))
    else if (!this.#open.has(id)) this.#open.set(id, { producerId: id, firstOffset, startedAt: this.#now })
  }

  #noteMarker(id: number, markerOffset: number, outcome: TransactionOutcome | null): void {
    const open = this.#open.get(id)
    this.#open.delete(id)
    if (outcome === 'abort' && open !== undefined)
      this.#aborted.push({ producerId: id, firstOffset: open.firstOffset, markerOffset })
  }
}
