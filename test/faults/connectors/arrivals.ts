/** What is sent through the connectors of a fault run, and what has arrived of it. */
import { setTimeout as delay } from 'node:timers/promises'
import type { FaultTarget, Held } from './targets.ts'

/** Without progress for this long the run has failed. */
const STALL_MS = 60_000
const LOOK_MS = 1000

/** Lines of the source's file for the records `[from, to)`. */
export function lines(from: number, to: number): string {
  let text = ''
  for (let id = from; id < to; id++) text += `{"ID":${id},"V":"record ${id} of the run"}\n`
  return text
}

/** What the targets have when each has all records, or when nothing has come for a while. */
export async function settled(targets: readonly FaultTarget[], records: number, say: (text: string) => void) {
  const held = new Map<string, Held>()
  let changedAt = performance.now()
  for (;;) {
    for (const target of targets) {
      const now = await target.held().catch((): Held => ({ records: 0, distinct: 0, sum: 0 }))
      if (now.records !== held.get(target.name)?.records) changedAt = performance.now()
      held.set(target.name, now)
    }
    say([...held].map(([name, { records: count }]) => `${name} ${count}`).join(', '))
    const areComplete = [...held.values()].every(({ distinct }) => distinct >= records)
    if (areComplete || performance.now() - changedAt > STALL_MS) return held
    await delay(LOOK_MS)
  }
}

export const measuredOf = (name: string, { records, distinct, keys }: Held): [string, number][] => [
  [`${name}.records`, records],
  [`${name}.distinct`, distinct],
  [`${name}.repeated`, records - distinct],
  ...(keys === undefined ? [] : [[`${name}.keys`, keys] as [string, number]]),
]

/** What a target lacks or has too much of, in words. */
export function faultsOf({ name, exactlyOnce }: FaultTarget, held: Held, records: number): string[] {
  const sum = (records * (records - 1)) / 2
  return [
    ...(held.distinct === records && held.sum === sum
      ? []
      : [`${name} has ${held.distinct} of ${records} records, with the sum ${held.sum} and not ${sum}`]),
    ...(exactlyOnce && held.records !== held.distinct
      ? [`${name} has ${held.records - held.distinct} records twice`]
      : []),
    ...(held.keys === undefined || held.keys === held.distinct
      ? []
      : [`${name} has ${held.distinct} records under ${held.keys} keys`]),
  ]
}
