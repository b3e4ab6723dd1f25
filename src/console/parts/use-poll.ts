/** Data of the server, read again while the page is seen. */
import { useCallback, useEffect, useRef, useState } from 'preact/hooks'
import { messageOf } from '../api/server-error.ts'

export interface Polled<Data> {
  /** The last that was read; null: nothing yet. */
  readonly data: Data | null
  /** Why the last reading failed; null: it has not. */
  readonly error: string | null
  /** Reads at once, after a change. */
  readonly refresh: () => void
}

/**
 * Reads at once and then `everyMs` after the last answer, but not while the page is hidden. `key`: another value starts over. After a failure the
 * pause grows to five times as long at most.
 */
export function usePoll<Data>(
  key: string,
  everyMs: number,
  read: (signal: AbortSignal) => Promise<Data>,
): Polled<Data> {
  const [state, setState] = useState<{ key: string; data: Data | null; error: string | null }>({
    key,
    data: null,
    error: null,
  })
  const latest = useRef(read)
  latest.current = read
  const now = useRef<() => void>(() => {})
  useEffect(() => {
    const ending = new AbortController()
    let timer = 0
    let failures = 0
    const next = () => {
      clearTimeout(timer)
      if (!ending.signal.aborted && !document.hidden)
        timer = window.setTimeout(once, everyMs * Math.min(1 + failures, 5))
    }
    const once = async () => {
      clearTimeout(timer)
      try {
        const data = await latest.current(ending.signal)
        failures = 0
        if (!ending.signal.aborted) setState({ key, data, error: null })
      } catch (error) {
        failures++
        if (!ending.signal.aborted)
          setState((last) => ({ key, data: last.key === key ? last.data : null, error: messageOf(error) }))
      }
      next()
    }
    const onVisible = () => !document.hidden && void once()
    now.current = () => void once()
    document.addEventListener('visibilitychange', onVisible)
    void once()
    return () => {
      ending.abort()
      clearTimeout(timer)
      document.removeEventListener('visibilitychange', onVisible)
    }
  }, [key, everyMs])
  const refresh = useCallback(() => now.current(), [])
  return state.key === key ? { data: state.data, error: state.error, refresh } : { data: null, error: null, refresh }
}
