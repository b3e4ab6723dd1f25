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
  readonly end: number
  /** States of the aggregate functions. */
  readonly states: Row
  /** Whether downstream has a session with the same bounds. */
  readonly isKnown: boolean
  /** The row of that session; null if there is none, or nobody reads it. */
  readonly oldValue: Row | null
  readonly headers: readonly Header[] | null
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
   * Notes that the record joins `joined` to a session with these bounds. `rowOf` gives the row of one of them, before `merge` changes it and
   * returns the states of the new one.
   */
  replace(
    { key, headers }: KeyedRecord,
    { storeKey, joined, start, end }: Bounds & { readonly storeKey: StoreKey; readonly joined: readonly Session[] },
    { rowOf, merge }: { readonly rowOf: (session: Session) => Row | null; readonly merge: () => Row },
  ): void {
    if (this.#count >= MAX_PENDING) this.flush()
    const pending = this.#pendingOf(storeKey, key)
    let isKnown = false
    let oldValue: Row | null = null
    for (const old of joined) {
      const before = pending.fresh.get(old.start)
      if (pending.fresh.delete(old.start)) this.#count--
      if (before?.isKnown === false) continue
      const row = before === undefined ? rowOf(old) : before.oldValue
      if (old.start === start && old.end === end) {
        isKnown = true
        oldValue = row
        continue
      }
      pending.gone.push({ start: old.start, end: old.end, oldValue: row, headers })
      this.#count++
    }
    pending.fresh.set(start, { end, states: merge(), isKnown, oldValue, headers })
    this.#count++
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
