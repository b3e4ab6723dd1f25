/** Calls once for each frame that the browser draws. */
import { useEffect, useRef } from 'preact/hooks'

/** `isActive`: while it is false nothing is called, so that a page at rest costs nothing. */
export function useFrames(isActive: boolean, call: () => void): void {
  const latest = useRef(call)
  latest.current = call
  useEffect(() => {
    if (!isActive) return
    let handle = 0
    const frame = () => {
      latest.current()
      handle = requestAnimationFrame(frame)
    }
    handle = requestAnimationFrame(frame)
    return () => cancelAnimationFrame(handle)
  }, [isActive])
}
