/** The command line of `npm run bench -- pull`. */
import { parseArgs } from 'node:util'
import { VIA, type Via } from './clients.ts'
import { type PullQueries, QUERY_KINDS } from './queries.ts'

export interface CommandLine {
  readonly queries: PullQueries
  readonly hasIndex: boolean
  readonly via: Via
  readonly connections: number
  /** An older checkout of this repository; null: none is measured. */
  readonly base: string | null
  readonly measured: MeasuredCpu | MeasuredTimes
}

/** CPU time per query. */
export interface MeasuredCpu {
  readonly figure: 'cpu'
  readonly queries: number
  readonly warmUp: number
  readonly repetitions: number
  /** Whether a server that does nothing is measured too. */
  readonly withBare: boolean
}

/** Times of queries that come at a steady rate. */
export interface MeasuredTimes {
  readonly figure: 'times'
  /** Queries a second. */
  readonly rate: number
  /** Records that are inserted a second; 0: none. */
  readonly ingest: number
  readonly seconds: number
}

/** As many connections as keep the server busy; more would not change its CPU time. */
const CPU_CONNECTIONS = 4
/** So many that a query does not wait for a connection, and its time is the server's. */
const TIMES_CONNECTIONS = 32

/** Throws where a word is none of those that an option takes, or a number is none. */
export function parseCommandLine(args: readonly string[]): CommandLine {
  const { values } = parseArgs({
    args: [...args],
    options: {
      query: { type: 'string', default: 'key' },
      via: { type: 'string', default: 'http1' },
      connections: { type: 'string' },
      queries: { type: 'string', default: '5000' },
      'warm-up': { type: 'string', default: '20000' },
      keys: { type: 'string', default: '20000' },
      reps: { type: 'string', default: '3' },
      index: { type: 'boolean', default: false },
      base: { type: 'string' },
      bare: { type: 'boolean', default: false },
      rate: { type: 'string' },
      ingest: { type: 'string', default: '50000' },
      seconds: { type: 'string', default: '10' },
    },
  })
  const measured: CommandLine['measured'] =
    values.rate === undefined
      ? {
          figure: 'cpu',
          queries: wholeNumber('queries', values.queries, 1),
          warmUp: wholeNumber('warm-up', values['warm-up'], 0),
          repetitions: wholeNumber('reps', values.reps, 1),
          withBare: values.bare,
        }
      : {
          figure: 'times',
          rate: wholeNumber('rate', values.rate, 1),
          ingest: wholeNumber('ingest', values.ingest, 0),
          seconds: wholeNumber('seconds', values.seconds, 1),
        }
  const connections = measured.figure === 'cpu' ? CPU_CONNECTIONS : TIMES_CONNECTIONS
  return {
    queries: { kind: oneOf('query', values.query, QUERY_KINDS), keys: wholeNumber('keys', values.keys, 101) },
    hasIndex: values.index,
    via: oneOf('via', values.via, VIA),
    connections: values.connections === undefined ? connections : wholeNumber('connections', values.connections, 1),
    base: values.base ?? null,
    measured,
  }
}

function oneOf<Word extends string>(option: string, given: string, known: readonly Word[]): Word {
  const found = known.find((word) => word === given)
  if (found === undefined) throw new Error(`--${option} takes ${known.join(', ')}; not '${given}'.`)
  return found
}

function wholeNumber(option: string, text: string, least: number): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < least) {
    throw new Error(`--${option} takes a whole number from ${least} up, not '${text}'.`)
  }
  return value
}
