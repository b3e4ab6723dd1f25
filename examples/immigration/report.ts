/** How soon alerts came, and whether they are the right ones. */
import type { Alert } from './watch-border.ts'

/** The alert must be there by then. */
export const GOAL_MS = 10

export function latencyText(latencies: readonly number[]): string {
  const sorted = latencies.toSorted((a, b) => a - b)
  const at = (share: number) =>
    `${sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!.toFixed(1)} ms`
  const within = sorted.filter((ms) => ms <= GOAL_MS).length
  return (
    `From the crossing sent to the alert read: half within ${at(0.5)}, 99 % within ${at(0.99)}, the slowest ${at(1)}. ` +
    `${within} of ${sorted.length} came within ${GOAL_MS} ms.`
  )
}

/** What differs from the computed alerts, in words; empty: nothing. */
export function differences(alerts: ReadonlyMap<number, Alert>, expected: ReadonlyMap<number, string>): string[] {
  return [
    ...[...expected].flatMap(([crossing, reason]) => {
      const came = alerts.get(crossing)?.reason ?? 'no alert'
      return came === reason ? [] : [`crossing ${crossing}: ${came}, computed: ${reason}`]
    }),
    ...[...alerts].flatMap(([crossing, { reason }]) =>
      expected.has(crossing) ? [] : [`crossing ${crossing}: ${reason}, computed: no alert`],
    ),
  ]
}
