/**
 * Changes of sessions held back until `flush`: a session that grows with each record leaves once, as it is by then, after the deletes of what
 * it has replaced downstream. What came and went in between is never seen. The state itself is never behind. Source: the record cache of Kafka
 * Streams.
 */
import type { Session, StoreKey } from '../../state/store.ts'
import type { Header } from '../../types/record.ts'
import type { Row } from '../../types/value.ts'
import type { KeyedRecord } from '../record-key.ts'

/** Beyond this many changes they leave at once: what is held back stays bounded. */
const MAX_PENDING = 100_000

type Bounds = Pick<Session, 'start' | 'end'>

/** A session that downstream has, and that is no more. */
export interface GoneSession extends Bounds {
  /** Its row as downstream has it; null if nobody reads it. */
  readonly oldValue: Row | null
  readonly headers: readonly Header[] | null
}

/** A session that downstream does not have, or not as it is now. */
export interface FreshSession {
  end: number
  /** States of the aggregate functions. */
  states: Row
  /** Whether downstream has a session with the same bounds. */
  isKnown: boolean
  /** The row of that session; null if there is none, or nobody reads it. */
  oldValue: Row | null
  headers: readonly Header[] | null
}

interface PendingKey {
  readonly key: Row
  readonly gone: GoneSession[]
  /** By start: two sessions of a key never begin at the same time. */
  readonly fresh: Map<number, FreshSession>
}

/** What receives the changes. */
export interface SessionChanges {
  readonly onGone: (key: Row, gone: GoneSession) => void
  readonly onFresh: (key: Row, start: number, fresh: FreshSession) => void
}

export class PendingSessions {
  readonly #keys = new Map<StoreKey, PendingKey>()
  readonly #changes: SessionChanges
  /** Changes of all keys. */
  #count = 0

  constructor(changes: SessionChanges) {
    this.#changes = changes
  }

  /**
   * Notes that the record joins `joined` to a session with these bounds; returns the change, whose states are still to be set. `rowOf` gives the
   * row of one of those joined, which must not have changed yet.
   */
  replace(
    { key, headers }: KeyedRecord,
    { storeKey, joined, start, end }: Bounds & { readonly storeKey: StoreKey; readonly joined: readonly Session[] },
    rowOf: (key: Row, session: Session) => Row | null,
  ): FreshSession {
    if (this.#count >= MAX_PENDING) this.flush()
    const pending = this.#pendingOf(storeKey, key)
    let kept: FreshSession | undefined
    let isKnown = false
    let oldValue: Row | null = null
    for (const old of joined) {
      const before = pending.fresh.get(old.start)
      if (before !== undefined && old.start === start) kept = before
      else if (pending.fresh.delete(old.start)) this.#count--
      if (before?.isKnown === false) continue
      const row = before === undefined ? rowOf(key, old) : before.oldValue
      if (old.start === start && old.end === end) {
        isKnown = true
        oldValue = row
        continue
      }
      pending.gone.push({ start: old.start, end: old.end, oldValue: row, headers })
      this.#count++
    }
    if (kept === undefined) {
      kept = { end, states: NO_STATES, isKnown, oldValue, headers }
      pending.fresh.set(start, kept)
      this.#count++
      return kept
    }
    // A session that grows again and again is one object: new ones would live long enough to be moved to where garbage stays long.
    kept.end = end
    kept.isKnown = isKnown
    kept.oldValue = oldValue
    kept.headers = headers
    return kept
  }

  /** In the order in which the keys changed first; of each key first what is gone, so that a reader never holds both. */
  flush(): void {
    if (this.#count === 0) return
    for (const { key, gone, fresh } of this.#keys.values()) {
      for (const session of gone) this.#changes.onGone(key, session)
      for (const [start, session] of fresh) this.#changes.onFresh(key, start, session)
    }
    this.#keys.clear()
    this.#count = 0
  }

  #pendingOf(storeKey: StoreKey, key: Row): PendingKey {
    const known = this.#keys.get(storeKey)
    if (known !== undefined) return known
    const made: PendingKey = { key, gone: [], fresh: new Map() }
    this.#keys.set(storeKey, made)
    return made
  }
}

const NO_STATES: Row = []
