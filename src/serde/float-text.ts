/** Text of a float, which has fewer digits than a double of the same value. */
import { doubleToText } from '../types/double-text.ts'

/** Java's Float.toString: the fewest digits that read back as the same float. */
export function floatToText(value: number): string {
  if (!Number.isFinite(value) || value === 0) return doubleToText(value)
  for (let digits = 1; digits < 9; digits++) {
    const shorter = Number(value.toPrecision(digits))
    if (Math.fround(shorter) === value) return doubleToText(shorter)
  }
  return doubleToText(Number(value.toPrecision(9)))
}
