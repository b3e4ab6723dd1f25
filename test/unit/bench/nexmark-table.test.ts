import { describe, expect, it } from 'vitest'
import type { Measurement } from '../../../bench/nexmark/peers/measurement.ts'
import type { PeerRun } from '../../../bench/nexmark/peers/peer.ts'
import { peerList, peerTable } from '../../../bench/nexmark/peers/table.ts'

const run = (cpuSeconds: number, peakMemoryMb = 100): PeerRun => ({
  hasEnded: true,
  cpuSeconds,
  wallSeconds: 2 * cpuSeconds,
  peakMemoryMb,
})

const measurement = (of: Partial<Measurement>): Measurement => ({
  query: 'q0',
  peer: 'millrace',
  events: 600_000,
  runs: [run(3), run(2)],
  rows: 7,
  fault: null,
  examples: [],
  ...of,
})

const lines = (...measurements: Measurement[]): string[][] =>
  peerTable(measurements)
    .split('\n')
    .slice(2)
    .map((line) => line.slice(2, -2).split(' | '))

it('lists the peers, and which of their results are not compared', () => {
  const peer = { name: 'flink', description: 'Flink 2', queries: [], start: () => Promise.reject(new Error()) } as const
  expect(
    peerList([
      { ...peer, unchecked: { q12: 'it drops windows' } },
      { ...peer, unchecked: {} },
    ]),
  ).toBe('* Flink 2. Its q12 is not compared: it drops windows.\n* Flink 2.')
})

describe('the table of peers', () => {
  it('puts the first run under cold and the last one under warm', () => {
    expect(lines(measurement({}))).toEqual([
      ['q0', 'Millrace', '150 k', '3.00', '2.00', '200 k', '300 k', '100', '-', '-', 'equal, 7 rows'],
    ])
  })

  it('gives how many times the CPU of a peer Flink takes, cold and warm apart', () => {
    const [flink, millrace] = lines(measurement({ peer: 'flink', runs: [run(12), run(4)] }), measurement({}))
    expect([flink![8], flink![9]]).toEqual(['1.00', '1.00'])
    expect([millrace![8], millrace![9]]).toEqual(['4.00', '2.00'])
  })

  it('takes the median of repetitions, and the highest peak of memory', () => {
    const repetitions = [1, 9, 2].map((cpu) => measurement({ runs: [run(cpu, 10 * cpu), run(cpu)] }))
    const [line] = lines(...repetitions)
    expect([line![3], line![4], line![7]]).toEqual(['2.00', '2.00', '100'])
  })

  it('keeps the cold run of a peer whose warm one did not end, and says so', () => {
    expect(lines(measurement({ runs: [run(3)], rows: null, fault: 'did not end within 5 s' }))).toEqual([
      ['q0', 'Millrace', '100 k', '3.00', '-', '200 k', '-', '100', '-', '-', '1 of 1: did not end within 5 s'],
    ])
  })

  it('has a line without figures for a peer that failed', () => {
    const [line] = lines(measurement({ runs: [], rows: null, fault: 'FAILED a | b\nc' }))
    expect(line).toEqual(['q0', 'Millrace', '-', '-', '-', '-', '-', '-', '-', '-', '1 of 1: FAILED a / b c'])
  })

  it('says where nothing was compared', () => {
    expect(lines(measurement({ rows: null }))[0]!.at(-1)).toBe('not compared')
  })
})
