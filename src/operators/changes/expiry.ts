/**
 * STATE TTL: forgets entries of stores once stream time is so far ahead of them. What they have led to stays in the result: it is not taken back.
 * Stores are looked through from time to time, so that an entry lives a little longer than it must.
 */
import type { KeyValueStore } from '../../state/store.ts'
import type { OperatorContext } from '../operator-context.ts'

/** How many times stores are looked through while an entry lives. */
const SWEEPS = 4

/** To be called with each record. `ttlMs`: null keeps entries for good. `forget`: drops from a store what is too old at a time. */
export function expiry(
  ttlMs: number | null,
  stores: readonly KeyValueStore[],
  { streamTime }: Pick<OperatorContext, 'streamTime'>,
  forget: (store: KeyValueStore, timestamp: number) => void = forgetBefore,
): () => void {
  if (ttlMs === null) return () => {}
  let next: number | null = null
  return () => {
    const now = streamTime()
    if (next !== null && now < next) return
    if (next !== null) for (const store of stores) forget(store, now - ttlMs)
    next = now + ttlMs / SWEEPS
  }
}

/** Forgets the entries of before `timestamp`. */
export function forgetBefore(store: KeyValueStore, timestamp: number): void {
  const old = Array.from(store.entries()).filter(([, stored]) => stored.timestamp < timestamp)
  for (const [key] of old) store.delete(key)
}
