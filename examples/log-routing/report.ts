/** The table of the story, from what was measured. */
import { table } from '../support/rows.ts'
import { bytesBefore, keptBytes, type Measurement, reduction, type Volume } from './measurement.ts'

export function reportText(measured: Measurement): string {
  const { sent, routed, targets, sendingMs, totalMs, mostBehind, delivered } = measured
  const line = (name: string, { logs, bytes }: Volume, to: string) => [
    name,
    logs,
    Math.round(bytes / 1e4) / 100,
    percent(bytes / sent.bytes),
    to,
  ]
  const rows = table(
    ['', 'LOGS', 'MB', 'OF WHAT CAME IN', ''],
    [
      line('came in', sent, ''),
      line('thrown away', routed.thrown, 'nowhere'),
      line('user logs', routed.user, `${targets.user} (${delivered.user} taken)`),
      line('machine logs', routed.machine, `${targets.machine} (${delivered.machine} taken)`),
    ],
  )
  const seconds = totalMs / 1000
  return [
    rows,
    '',
    `  Stored before, by each of two systems: ${megabytes(bytesBefore(measured))} MB in all. Stored now: ${megabytes(keptBytes(measured))} MB. ${percent(reduction(measured))} less.`,
    `  ${count(sent.logs / seconds)} logs/s, ${(sent.bytes / 1e6 / seconds).toFixed(1)} MB/s, from the first line sent to the last record in its target (${seconds.toFixed(1)} s).`,
    `  At most ${count(mostBehind)} logs were behind. The last was in its target ${((totalMs - sendingMs) / 1000).toFixed(1)} s after it was sent.`,
  ].join('\n')
}

export const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(bytes < 10e6 ? 2 : 1)
export const percent = (share: number): string => `${(100 * share).toFixed(1)} %`
export const count = (number: number): string => Math.round(number).toLocaleString('en-US')
