/** Which part of a query's work each of its steps has. */
import type { StepStatistics } from '../../runtime/query-progress.ts'

/** Shares of the measured time by step; steps whose work is a part of reading have none. */
export function sharesOf(steps: readonly StepStatistics[]): ReadonlyMap<string, number> {
  const total = steps.reduce((sum, { timeMs }) => sum + (timeMs ?? 0), 0)
  return new Map(
    steps.flatMap(({ step, timeMs }) => (timeMs === null ? [] : [[step, total === 0 ? 0 : timeMs / total] as const])),
  )
}

/** The step with the largest share; null: no time was measured yet. */
export function hottestStep(shares: ReadonlyMap<string, number>): string | null {
  const [first] = [...shares].sort((a, b) => b[1] - a[1])
  return first === undefined || first[1] === 0 ? null : first[0]
}
