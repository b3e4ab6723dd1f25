/** Small drawings within a line of text. */

const BARS = '▁▂▃▄▅▆▇█'

/** Values as bars, the highest as high as a bar can be. */
export function sparkline(values: readonly number[]): string {
  const highest = Math.max(...values, 0)
  return values
    .map(
      (value) =>
        BARS[highest === 0 ? 0 : Math.min(BARS.length - 1, Math.floor((value / highest) * (BARS.length - 1) + 0.5))],
    )
    .join('')
}

/** `[####......] 40 %`. `share`: 0 to 1. `width`: characters between the brackets. */
export function progressBar(share: number, width: number): string {
  const done = Math.round(share * width)
  return `[${'#'.repeat(done)}${'.'.repeat(width - done)}] ${Math.floor(share * 100)} %`
}
