/** Follows the frames of a replication stream through its transactions: which change stands where, and where to continue behind it. */
import type { ChangePlace } from './change-events.ts'
import type { Lsn } from './lsn.ts'
import { type Begin, type Change, type Relation, readMessage } from './pgoutput.ts'
import type { Frame } from './replication-stream.ts'

export interface LogPosition {
  readonly kind: 'log'
  /** All transactions that were committed before are done. */
  readonly lsn: Lsn
  /** Changes of the next transaction that are done. */
  readonly skip: number
}

export type LogEvent =
  | { readonly kind: 'relation'; readonly relation: Relation }
  | { readonly kind: 'change'; readonly change: Change; readonly place: ChangePlace }

export class TransactionReader {
  #lsn: Lsn
  /** Changes of the transaction that were taken; those up to `#skip` were done before. */
  #taken = 0
  #skip: number
  #transaction: Begin | null = null

  constructor({ lsn, skip }: { readonly lsn: Lsn; readonly skip: number }) {
    this.#lsn = lsn
    this.#skip = skip
  }

  /** Behind all that was taken. */
  get position(): LogPosition {
    return { kind: 'log', lsn: this.#lsn, skip: Math.max(this.#taken, this.#skip) }
  }

  /** Null: there is nothing to do. Throws an Error for a frame that does not follow the ones before. */
  take(frame: Frame): LogEvent | null {
    if (frame.kind === 'alive') {
      // Between transactions, there is nothing for this slot before that place.
      if (this.#transaction === null && this.#skip === 0 && frame.lsn > this.#lsn) this.#lsn = frame.lsn
      return null
    }
    const message = readMessage(frame.bytes)
    switch (message.kind) {
      case 'begin':
        this.#transaction = message
        this.#taken = 0
        return null
      case 'commit':
        this.#lsn = message.endLsn
        this.#transaction = null
        this.#taken = this.#skip = 0
        return null
      case 'relation':
        return { kind: 'relation', relation: message }
      case 'other':
        return null
      default:
        return this.#change(message, frame.lsn)
    }
  }

  #change(change: Change, lsn: Lsn): LogEvent | null {
    if (this.#transaction === null) throw new Error('PostgreSQL has sent a change outside of a transaction.')
    const index = this.#taken++
    if (index < this.#skip) return null
    const { xid, commitTime } = this.#transaction
    return { kind: 'change', change, place: { isSnapshot: false, lsn, xid, index, timeUs: commitTime } }
  }
}
