/** The part of a drawing that is in sight: its place and its scale. */

export interface View {
  readonly x: number
  readonly y: number
  readonly scale: number
}

const SMALLEST = 0.15
const LARGEST = 2
/** The smallest scale at which names can be read. */
const LEGIBLE = 0.6

/** The view in which all of a drawing is in sight, no larger than it is. */
export function fitted(drawing: { width: number; height: number }, place: { width: number; height: number }): View {
  const scale = Math.min(1, place.width / drawing.width, place.height / drawing.height)
  const usable = Number.isFinite(scale) && scale > 0 ? Math.max(scale, SMALLEST) : 1
  return {
    scale: usable,
    x: Math.max(0, (place.width - drawing.width * usable) / 2),
    y: Math.max(0, (place.height - drawing.height * usable) / 2),
  }
}

/**
 * The view that is shown at first: all of the drawing, or, where its texts were too small to be read, its beginning. Data flows from left to
 * right.
 */
export function legible(drawing: { width: number; height: number }, place: { width: number; height: number }): View {
  const all = fitted(drawing, place)
  if (all.scale >= LEGIBLE) return all
  return { scale: LEGIBLE, x: 0, y: Math.max(0, (place.height - drawing.height * LEGIBLE) / 2) }
}

/** The view after a change of scale that keeps the point under the pointer where it is. */
export function zoomed({ x, y, scale }: View, factor: number, at: { x: number; y: number }): View {
  const next = Math.min(LARGEST, Math.max(SMALLEST, scale * factor))
  return { scale: next, x: at.x - ((at.x - x) * next) / scale, y: at.y - ((at.y - y) * next) / scale }
}
