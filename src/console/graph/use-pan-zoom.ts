/** Moves and scales a drawing that is larger than its place: by drag, wheel and keys. */
import type { RefObject } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { type View, zoomed } from './view.ts'

const STEP = 60
const KEYS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [STEP, 0],
  ArrowRight: [-STEP, 0],
  ArrowUp: [0, STEP],
  ArrowDown: [0, -STEP],
}

interface PanZoom {
  readonly view: View
  readonly setView: (view: View | ((view: View) => View)) => void
}

/** Listens on the element while it is shown. */
export function usePanZoom(element: RefObject<HTMLElement | null>): PanZoom {
  const [view, setView] = useState<View>({ x: 0, y: 0, scale: 1 })
  useEffect(() => {
    const host = element.current!
    const ending = new AbortController()
    const { signal } = ending
    let from: { x: number; y: number } | null = null
    const placeOf = (event: MouseEvent) => {
      const { left, top } = host.getBoundingClientRect()
      return { x: event.clientX - left, y: event.clientY - top }
    }
    host.addEventListener(
      'wheel',
      (event) => {
        event.preventDefault()
        setView((last) => zoomed(last, Math.exp(-event.deltaY / 400), placeOf(event)))
      },
      { signal, passive: false },
    )
    host.addEventListener(
      'pointerdown',
      (event) => {
        if ((event.target as Element).closest('a, button') !== null) return
        from = placeOf(event)
        host.setPointerCapture(event.pointerId)
      },
      { signal },
    )
    host.addEventListener(
      'pointermove',
      (event) => {
        if (from === null) return
        const now = placeOf(event)
        const [dx, dy] = [now.x - from.x, now.y - from.y]
        from = now
        setView((last) => ({ ...last, x: last.x + dx, y: last.y + dy }))
      },
      { signal },
    )
    for (const end of ['pointerup', 'pointercancel'] as const) {
      host.addEventListener(
        end,
        () => {
          from = null
        },
        { signal },
      )
    }
    host.addEventListener(
      'keydown',
      (event) => {
        const move = KEYS[event.key]
        if (move === undefined || event.target !== host) return
        event.preventDefault()
        setView((last) => ({ ...last, x: last.x + move[0], y: last.y + move[1] }))
      },
      { signal },
    )
    return () => ending.abort()
  }, [element])
  return { view, setView }
}
