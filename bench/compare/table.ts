/** The results of a comparison as a table: medians over the repetitions. */
import { median } from '../median.ts'
import type { Result } from './measure.ts'

const HEADER = [
  'job',
  'peer',
  'records/s',
  'ratio',
  'of bound',
  'steady',
  'of bound',
  'CPU s',
  'ratio',
  'us/record',
  'ratio',
  'peak MB',
  'start s',
  'runs',
  'ok',
]

/** `base`: the peer that ratios are to. `of bound`: the share of the rate at which the peer `bound` moved the same bytes. */
export function table(results: readonly Result[], base: string): string {
  const groups = Object.groupBy(results, ({ job, peer }) => `${job} ${peer}`)
  const medians = Object.values(groups).map((runs) => medianOf(runs!))
  const rows = medians.map((one) => {
    const reference = medians.find(({ job, peer }) => job === one.job && peer === base)
    const ratioOf = (pick: (run: Result) => number) =>
      reference === undefined ? '' : `${(pick(one) / pick(reference)).toFixed(2)}x`
    const bound = medians.find(({ job, peer }) => job === one.job && peer === 'bound')
    const shareOf = (pick: (run: Result) => number) =>
      bound === undefined || isOtherBroker(one) ? '' : (pick(one) / pick(bound)).toFixed(2)
    return [
      one.job,
      one.peer,
      thousands(one.rate),
      ratioOf(({ rate }) => rate),
      shareOf(({ rate }) => rate),
      thousands(one.steadyRate),
      shareOf(({ steadyRate }) => steadyRate),
      one.cpuSeconds.toFixed(2),
      ratioOf(({ cpuSeconds }) => cpuSeconds),
      one.steadyCpuMicros.toFixed(2),
      ratioOf(({ steadyCpuMicros }) => steadyCpuMicros),
      String(Math.round(one.peakMemoryMb)),
      one.startSeconds.toFixed(2),
      String(one.runs),
      one.ok ? 'yes' : 'NO',
    ]
  })
  return format([HEADER, ...rows])
}

/** The embedded log has no bound: it was not measured. */
const isOtherBroker = ({ peer }: Result): boolean => peer === 'embedded'

const thousands = (rate: number): string => `${(rate / 1000).toFixed(0)} k`

interface Median extends Result {
  readonly runs: number
}

function medianOf(runs: readonly Result[]): Median {
  const middle = (pick: (run: Result) => number): number => median(runs.map(pick))
  return {
    ...runs[0]!,
    ok: runs.every(({ ok }) => ok),
    rate: middle(({ rate }) => rate),
    steadyRate: middle(({ steadyRate }) => steadyRate),
    cpuSeconds: middle(({ cpuSeconds }) => cpuSeconds),
    steadyCpuMicros: middle(({ steadyCpuMicros }) => steadyCpuMicros),
    peakMemoryMb: middle(({ peakMemoryMb }) => peakMemoryMb),
    startSeconds: middle(({ startSeconds }) => startSeconds),
    otherCores: middle(({ otherCores }) => otherCores),
    runs: runs.length,
  }
}

function format(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)))
  const line = (row: readonly string[]) => `| ${row.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |`
  const rule = `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`
  return [line(rows[0]!), rule, ...rows.slice(1).map(line)].join('\n')
}
