/** Values over time, drawn within a line of text. */

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
