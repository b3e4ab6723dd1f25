/** Values over time, drawn within a line of text. */

const BARS = '▁▂▃▄▅▆▇█'

/** Values as bars, the highest as high as a bar can be. */
export function sparkline(values: readonly number[]): string {
  const highest = Math.max(...values, 0)
  const stepsUp = (value: number) => (highest === 0 ? 0 : Math.round((value / highest) * (BARS.length - 1)))
  return values.map((value) => BARS[stepsUp(value)]).join('')
}
