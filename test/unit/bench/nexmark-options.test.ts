import { describe, expect, it } from 'vitest'
import { parseCommandLine } from '../../../bench/nexmark/options.ts'

describe('the command line of the Nexmark bench', () => {
  it('measures every query of Millrace alone by default', () => {
    const { queries, peers, repetitions, bootstrapServers } = parseCommandLine([])
    expect([queries.length, peers, repetitions, bootstrapServers]).toEqual([23, [], 3, null])
  })

  it('takes queries, peers, events, a seed and a port', () => {
    const line = [
      'q1',
      'q20',
      '--peers',
      'flink,millrace',
      '--events',
      '500',
      '--seed',
      '7',
      '--kafka',
      '9092',
      '--reps',
      '1',
    ]
    expect(parseCommandLine(line)).toMatchObject({
      queries: ['q1', 'q20'],
      peers: ['flink', 'millrace'],
      generator: { events: 500, seed: 7 },
      bootstrapServers: '127.0.0.1:9092',
      repetitions: 1,
    })
  })

  it.each([
    [['q23'], 'No such query: q23. There are q0, q1,'],
    [['--peers', 'spark'], 'No such peer: spark. There are flink, ks, millrace.'],
    [['--events', '1e-3'], "--events takes a whole number from 1 up, not '1e-3'."],
    [['--reps', 'many'], "--reps takes a whole number from 1 up, not 'many'."],
  ])('refuses %j', (args, message) => {
    expect(() => parseCommandLine(args)).toThrow(message)
  })
})
