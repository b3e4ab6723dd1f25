/** What must come out, counted while the lines are made, without Millrace. */
import { logLines, type Route } from './data.ts'
import type { Measurement, Volume } from './measurement.ts'

const ROUTES: readonly Route[] = ['thrown', 'user', 'machine']

export class LineCounts {
  readonly routed: Record<Route, Volume> = {
    thrown: { logs: 0, bytes: 0 },
    user: { logs: 0, bytes: 0 },
    machine: { logs: 0, bytes: 0 },
  }
  /** User logs by state. */
  readonly byState = new Map<string, number>()

  /** How a measurement differs, in words; empty: not at all. */
  differences({ routed, byState, delivered }: Measurement): string[] {
    const wrong = (name: string, measured: number | undefined, computed: number) =>
      measured === computed ? [] : [`${name}: ${measured}, computed ${computed}`]
    return [
      ...ROUTES.flatMap((route) => [
        ...wrong(`${route} logs`, routed[route].logs, this.routed[route].logs),
        ...wrong(`${route} bytes`, routed[route].bytes, this.routed[route].bytes),
      ]),
      ...[...this.byState].flatMap(([state, logs]) => wrong(`user logs of ${state}`, byState.get(state), logs)),
      ...wrong('user logs in their target', delivered.user, this.routed.user.logs),
      ...wrong('machine logs in their target', delivered.machine, this.routed.machine.logs),
    ]
  }
}

/** Makes the same lines again. */
export function countLines(bytes: number): LineCounts {
  const counts = new LineCounts()
  for (const { route, line, state } of logLines(bytes)) {
    const { logs, bytes: before } = counts.routed[route]
    counts.routed[route] = { logs: logs + 1, bytes: before + line.length }
    if (route === 'user') counts.byState.set(state, (counts.byState.get(state) ?? 0) + 1)
  }
  return counts
}
