/** Session store in memory: the sessions of each key by start, and the keys that have a session ending at a time, for expiry. */

import { compareKeys } from '../key.ts'
import { SortedMap } from '../sorted-map.ts'
import type { Session, SessionStore, StoredRow, StoreKey } from '../store.ts'

export class MemorySessionStore implements SessionStore {
  readonly kind = 'session'
  readonly #sessions = new Map<StoreKey, Session[]>()
  readonly #byEnd = new SortedMap<number, Set<StoreKey>>()
  #count = 0

  find(key: StoreKey, earliestEnd: number, latestStart: number): Session[] {
    const sessions = this.#sessions.get(key)
    return sessions === undefined ? [] : sessions.filter(({ start, end }) => end >= earliestEnd && start <= latestStart)
  }

  *findEnded(from: number, to: number): Generator<readonly [StoreKey, Session]> {
    for (const [end, keys] of this.#byEnd.entries(from, to)) {
      const found = [...keys].flatMap((key) => this.#endingAt(key, end).map((session) => [key, session] as const))
      yield* found.sort(([keyA, a], [keyB, b]) => a.start - b.start || compareKeys(keyA, keyB))
    }
  }

  put(key: StoreKey, start: number, end: number, value: StoredRow): void {
    const session: Session = { start, end, value }
    const sessions = this.#sessions.get(key)
    if (sessions === undefined) this.#sessions.set(key, [session])
    else if (!insert(sessions, session)) return
    this.#count++
    const keys = this.#byEnd.get(end)
    if (keys === undefined) this.#byEnd.set(end, new Set([key]))
    else keys.add(key)
  }

  remove(key: StoreKey, start: number, end: number): void {
    const at = this.#sessions.get(key)?.findIndex((session) => session.start === start && session.end === end) ?? -1
    if (at < 0) return
    this.#removeAt(key, at)
    if (this.#endingAt(key, end).length > 0) return
    const keys = this.#byEnd.get(end)!
    keys.delete(key)
    if (keys.size === 0) this.#byEnd.delete(end)
  }

  *all(): Generator<readonly [StoreKey, Session]> {
    for (const [key, sessions] of this.#sessions) {
      for (const session of sessions) yield [key, session]
    }
  }

  expire(end: number): void {
    const first = this.#byEnd.firstKey()
    if (first === undefined || first >= end) return
    for (const [, keys] of this.#byEnd.takeBelow(end)) {
      for (const key of keys) this.#dropEndedBefore(key, end)
    }
  }

  count(): number {
    return this.#count
  }

  #endingAt(key: StoreKey, end: number): Session[] {
    return this.#sessions.get(key)?.filter((session) => session.end === end) ?? []
  }

  #dropEndedBefore(key: StoreKey, end: number): void {
    const sessions = this.#sessions.get(key)
    if (sessions === undefined) return
    for (let i = sessions.length - 1; i >= 0; i--) {
      if (sessions[i]!.end < end) this.#removeAt(key, i)
    }
  }

  #removeAt(key: StoreKey, at: number): void {
    const sessions = this.#sessions.get(key)!
    sessions.splice(at, 1)
    if (sessions.length === 0) this.#sessions.delete(key)
    this.#count--
  }
}

/** Keeps the order by start, then end; false if it replaced a session with the same bounds. */
function insert(sessions: Session[], session: Session): boolean {
  let at = sessions.length
  while (at > 0 && compareBounds(sessions[at - 1]!, session) >= 0) at--
  const next = sessions[at]
  const replaces = next !== undefined && compareBounds(next, session) === 0
  sessions.splice(at, replaces ? 1 : 0, session)
  return !replaces
}

const compareBounds = (a: Session, b: Session): number => a.start - b.start || a.end - b.end
