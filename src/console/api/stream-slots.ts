/**
 * Bounds the streams that are open at once. A browser opens six connections to a server over HTTP/1.1, for all its windows together; a stream
 * holds one for as long as it runs, and requests that find none free would wait without an end. Locks are shared by all windows of an
 * origin. Source: Web Locks API; RFC 9112 9.4.
 */

export const MOST_STREAMS = 4

/** Where locks are shared between windows; absent on pages that came over plain HTTP from another machine. */
export type SharedLocks = Pick<LockManagerLike, 'request'>

interface LockManagerLike {
  request<Result>(
    name: string,
    options: { readonly ifAvailable: true },
    work: (lock: object | null) => Promise<Result>,
  ): Promise<Result>
}

export class StreamSlots {
  readonly #locks: SharedLocks | null
  readonly #taken = new Set<number>()

  constructor(locks: SharedLocks | null) {
    this.#locks = locks
  }

  /** Resolves to a function that gives the slot back, which is idempotent; null: all are taken. */
  async take(): Promise<(() => void) | null> {
    for (let slot = 0; slot < MOST_STREAMS; slot++) {
      if (this.#taken.has(slot)) continue
      this.#taken.add(slot)
      const release = await this.#lock(slot)
      if (release !== null) {
        return () => {
          this.#taken.delete(slot)
          release()
        }
      }
      this.#taken.delete(slot)
    }
    return null
  }

  #lock(slot: number): Promise<(() => void) | null> {
    const locks = this.#locks
    if (locks === null) return Promise.resolve(() => {})
    return new Promise((resolve) => {
      void locks.request(`millrace-stream-${slot}`, { ifAvailable: true }, (lock) => {
        if (lock === null) resolve(null)
        return lock === null ? Promise.resolve() : new Promise<void>((release) => resolve(release))
      })
    })
  }
}
