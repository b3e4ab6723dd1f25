import { expect, it } from 'vitest'
import type { Result } from '../../../bench/compare/measure.ts'
import { table } from '../../../bench/compare/table.ts'

const result = (of: Partial<Result>): Result => ({
  peer: 'millrace',
  job: 'j7',
  ok: true,
  rate: 100_000,
  steadyRate: 200_000,
  cpuSeconds: 2,
  steadyCpuMicros: 1,
  peakMemoryMb: 100,
  startSeconds: 1,
  otherCores: 0,
  outputRecords: 1,
  ...of,
})

/** Each row's job and peer with its cells in the columns of that name. */
const columns = (results: readonly Result[], name: string): string[][] => {
  const rows = table(results, 'ks')
    .split('\n')
    .map((line) =>
      line
        .slice(2, -2)
        .split(' | ')
        .map((cell) => cell.trim()),
    )
  const wanted = rows[0]!.flatMap((cell, index) => (cell === name ? [index] : []))
  return rows.slice(2).map((row) => [`${row[0]} ${row[1]}`, ...wanted.map((index) => row[index]!)])
}

it('shows the share of the bound of the same job, of medians, over the whole run and in its second half', () => {
  const results = [
    ...[400_000, 100_000, 200_000].map((rate) => result({ peer: 'bound', rate, steadyRate: 2 * rate })),
    ...[100_000, 160_000, 170_000].map((rate) => result({ rate, steadyRate: rate })),
    result({ job: 'j1', rate: 50_000 }),
    result({ job: 'j1', peer: 'bound', rate: 500_000, steadyRate: 500_000 }),
    result({ peer: 'embedded' }),
  ]
  expect(columns(results, 'of bound')).toEqual([
    ['j7 bound', '1.00', '1.00'],
    ['j7 millrace', '0.80', '0.40'],
    ['j1 millrace', '0.10', '0.40'],
    ['j1 bound', '1.00', '1.00'],
    ['j7 embedded', '', ''],
  ])
})

it('leaves the share out where the bound was not measured', () => {
  expect(columns([result({}), result({ peer: 'ks' })], 'of bound')).toEqual([
    ['j7 millrace', '', ''],
    ['j7 ks', '', ''],
  ])
})
