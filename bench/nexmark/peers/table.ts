/** The measurements of Nexmark as a Markdown table: medians over the repetitions. */
import { median } from '../../median.ts'
import type { Measurement } from './measurement.ts'
import type { Peer, PeerName, PeerRun } from './peer.ts'

const PEER_TITLES: Readonly<Record<PeerName, string>> = { millrace: 'Millrace', flink: 'Flink', ks: 'Kafka Streams' }
const HEADER = [
  'query',
  'peer',
  'events/s',
  'CPU s, cold',
  'warm',
  'events per core-second, cold',
  'warm',
  'peak MB',
  "Flink's CPU / its own, cold",
  'warm',
  'result',
]
const NOTHING = '-'

/** Medians of a query's runs by one peer. */
interface Medians {
  readonly events: number
  /** The first run in a process; null if none has ended. */
  readonly cold: PeerRun | null
  /** The last of several runs in a process; null if there are none. */
  readonly warm: PeerRun | null
  readonly peakMemoryMb: number
}

/** One line for each query and peer, in the order of the measurements. */
export function peerTable(measurements: readonly Measurement[]): string {
  const groups = Map.groupBy(measurements, ({ query, peer }) => `${query} ${peer}`)
  const lines = [...groups.values()].map((group) => {
    const { query, peer } = group[0]!
    const one = mediansOf(group)
    const flink = mediansOf(groups.get(`${query} flink`) ?? [])
    return [
      query,
      PEER_TITLES[peer],
      rate(one.events, (one.warm ?? one.cold)?.wallSeconds),
      seconds(one.cold),
      seconds(one.warm),
      rate(one.events, one.cold?.cpuSeconds),
      rate(one.events, one.warm?.cpuSeconds),
      one.cold === null ? NOTHING : String(Math.round(one.peakMemoryMb)),
      ratio(flink.cold, one.cold),
      ratio(flink.warm, one.warm),
      resultOf(group),
    ]
  })
  return [HEADER, HEADER.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

/** What each peer is, as a list, and which of its results are not compared. */
export const peerList = (peers: readonly Peer[]): string =>
  peers.map(({ description, unchecked }) => [`* ${description}.`, ...reasons(unchecked)].join(' ')).join('\n')

const reasons = (unchecked: Peer['unchecked']): string[] =>
  Object.entries(unchecked).map(([query, reason]) => `Its ${query} is not compared: ${reason}.`)

function mediansOf(group: readonly Measurement[]): Medians {
  const cold = group.flatMap(({ runs }) => runs.slice(0, 1))
  const warm = group.flatMap(({ runs }) => (runs.length > 1 ? runs.slice(-1) : []))
  return {
    events: group[0]?.events ?? 0,
    cold: medianRun(cold),
    warm: medianRun(warm),
    peakMemoryMb: Math.max(0, ...group.flatMap(({ runs }) => runs.map(({ peakMemoryMb }) => peakMemoryMb))),
  }
}

function medianRun(runs: readonly PeerRun[]): PeerRun | null {
  if (runs.length === 0) return null
  const middle = (pick: (run: PeerRun) => number): number => median(runs.map(pick))
  return {
    hasEnded: true,
    cpuSeconds: middle(({ cpuSeconds }) => cpuSeconds),
    wallSeconds: middle(({ wallSeconds }) => wallSeconds),
    peakMemoryMb: middle(({ peakMemoryMb }) => peakMemoryMb),
  }
}

const seconds = (run: PeerRun | null): string => (run === null ? NOTHING : run.cpuSeconds.toFixed(2))

const rate = (events: number, inSeconds: number | undefined): string =>
  inSeconds === undefined ? NOTHING : `${Math.round(events / inSeconds / 1000)} k`

const ratio = (flink: PeerRun | null, own: PeerRun | null): string =>
  flink === null || own === null ? NOTHING : (flink.cpuSeconds / own.cpuSeconds).toFixed(2)

function resultOf(group: readonly Measurement[]): string {
  const faults = group.flatMap(({ fault }) => fault ?? [])
  const { rows } = group[0]!
  if (faults.length === 0) return rows === null ? 'not compared' : `equal, ${rows} rows`
  return `${faults.length} of ${group.length}: ${faults[0]!.replaceAll('|', '/').replaceAll('\n', ' ')}`
}
