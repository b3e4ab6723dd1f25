/** All sessions of one key, as the cache of a session store holds them. */

import type { Bounds } from '../bytes/session-bytes.ts'
import type { Session, StoreKey } from '../store.ts'
import { CacheEntry } from './cache-budget.ts'

export class SessionEntry extends CacheEntry {
  readonly key: StoreKey
  /** By start, then end. */
  readonly sessions: Session[]
  /** What LMDB has, or will have when the batches under way are written; the same objects where nothing has changed. */
  stored: readonly Session[]

  constructor(key: StoreKey, sessions: Session[]) {
    super()
    this.key = key
    this.sessions = sessions
    this.stored = sessions.slice()
  }

  /** False if it replaced a session with the same bounds. */
  insert(session: Session): boolean {
    const { sessions } = this
    let at = sessions.length
    while (at > 0 && compareBounds(sessions[at - 1]!, session) >= 0) at--
    const next = sessions[at]
    const replaces = next !== undefined && compareBounds(next, session) === 0
    if (at === sessions.length) sessions.push(session)
    else if (replaces) sessions[at] = session
    else sessions.splice(at, 0, session)
    return !replaces
  }

  indexOf(start: number, end: number): number {
    const { sessions } = this
    for (let at = sessions.length - 1; at >= 0; at--)
      if (sessions[at]!.start === start && sessions[at]!.end === end) return at
    return -1
  }

  removeAt(at: number): void {
    const { sessions } = this
    if (at === sessions.length - 1) sessions.pop()
    else sessions.splice(at, 1)
  }

  endsAt(end: number): boolean {
    return this.sessions.some((session) => session.end === end)
  }

  /** What has to be written so that LMDB has the sessions, which it then counts as having. */
  takeChanges(): { readonly puts: readonly Session[]; readonly deletes: readonly Bounds[] } {
    const { sessions, stored } = this
    const puts: Session[] = []
    const deletes: Bounds[] = []
    let next = 0
    for (const session of sessions) {
      while (next < stored.length && compareBounds(stored[next]!, session) < 0) deletes.push(stored[next++]!)
      const before = stored[next]
      if (before !== undefined && compareBounds(before, session) === 0) next++
      if (before !== session) puts.push(session)
    }
    deletes.push(...stored.slice(next))
    this.stored = sessions.slice()
    return { puts, deletes }
  }
}

export const compareBounds = (a: Bounds, b: Bounds): number => a.start - b.start || a.end - b.end
