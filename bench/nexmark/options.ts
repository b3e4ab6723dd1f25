/** The command line of `npm run bench -- nexmark`. */
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { BENCH_DIRECTORY } from '../compare/bench-directory.ts'
import type { NexmarkOptions } from './events.ts'
import type { PeerName } from './peers/peer.ts'
import { QUERIES } from './queries.ts'

export interface CommandLine {
  readonly queries: readonly string[]
  readonly generator: NexmarkOptions
  readonly isCheck: boolean
  readonly hasCurve: boolean
  readonly limitSeconds: number
  /** Null where no Kafka was named. */
  readonly bootstrapServers: string | null
  /** Empty: only Millrace is measured, on the embedded log where no Kafka was named. */
  readonly peers: readonly PeerName[]
  readonly repetitions: number
  readonly tableFile: string
}

const PEER_NAMES: readonly PeerName[] = ['flink', 'ks', 'millrace']

/** Throws where a word names no query or peer, or a number is none. */
export function parseCommandLine(args: readonly string[]): CommandLine {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      check: { type: 'boolean', default: false },
      events: { type: 'string', default: '1000000' },
      seed: { type: 'string', default: '1' },
      rate: { type: 'string', default: '1000' },
      kafka: { type: 'string' },
      curve: { type: 'boolean', default: false },
      limit: { type: 'string', default: '300' },
      peers: { type: 'string', default: '' },
      reps: { type: 'string', default: '3' },
      table: {
        type: 'string',
        default: join(BENCH_DIRECTORY, 'nexmark.md'),
      },
    },
  })
  return {
    queries: positionals.length === 0 ? QUERIES : namesOf('query', positionals, QUERIES),
    generator: {
      events: positive('events', values.events),
      seed: positive('seed', values.seed),
      rate: positive('rate', values.rate),
    },
    isCheck: values.check,
    hasCurve: values.curve,
    limitSeconds: positive('limit', values.limit),
    bootstrapServers: values.kafka === undefined ? null : `127.0.0.1:${positive('kafka', values.kafka)}`,
    peers: namesOf('peer', values.peers.split(',').filter(Boolean), PEER_NAMES),
    repetitions: positive('reps', values.reps),
    tableFile: values.table,
  }
}

function namesOf<Name extends string>(what: string, given: readonly string[], known: readonly Name[]): Name[] {
  return given.map((name) => {
    const found = known.find((one) => one === name)
    if (found === undefined) throw new Error(`No such ${what}: ${name}. There are ${known.join(', ')}.`)
    return found
  })
}

function positive(option: string, text: string): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1)
    throw new Error(`--${option} takes a whole number from 1 up, not '${text}'.`)
  return value
}
