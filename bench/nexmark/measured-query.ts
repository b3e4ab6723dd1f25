/** One run of a query in a server that is up: from the statement to the last record, CPU seconds and memory of the server's process. */
import { setTimeout as delay } from 'node:timers/promises'
import type { DataSource } from '../../src/metastore/data-source.ts'
import { resetPeakMemory, treeUsage } from '../compare/process-usage.ts'
import { metricOf, type ServerProcess } from '../compare/server-process.ts'

export interface Progress {
  /** Records of sources and of internal topics that were read. */
  readonly read: number
  readonly cpuSeconds: number
  readonly wallSeconds: number
}

export interface MeasuredQuery {
  readonly hasEnded: boolean
  readonly cpuSeconds: number
  readonly wallSeconds: number
  readonly peakMemoryMb: number
  /** As it was seen, in order. */
  readonly progress: readonly Progress[]
}

/** Looking takes time from the work. */
const WATCH_MS = 500
/**
 * Nothing more is read or written for so long: done. Longer than results are held back, and than a commit takes on a busy disk, which downstream tasks
 * wait for without any lag.
 */
const QUIET_MS = 10_000

/** Rejects where the server refuses the statements. A query that has not ended after `limitSeconds` is a result, too. */
export async function measureQuery(
  server: ServerProcess,
  statements: string,
  limitSeconds: number,
): Promise<MeasuredQuery> {
  const pid = server.child.pid!
  resetPeakMemory(pid)
  const [before, startedAt] = [treeUsage(pid).cpuSeconds, performance.now()]
  const progress: Progress[] = []
  await server.execute(statements, { 'auto.offset.reset': 'earliest' })
  let [last, changedAt, hasEnded] = ['', startedAt, false]
  while (!hasEnded && performance.now() - startedAt < limitSeconds * 1000) {
    await delay(WATCH_MS)
    if (server.hasEnded) throw new Error('The server has ended; its log says why.')
    const { read, written, lag } = await stateOf(server)
    const now = performance.now()
    if (`${read} ${written}` !== last) {
      last = `${read} ${written}`
      changedAt = now
      progress.push({
        read,
        cpuSeconds: treeUsage(pid).cpuSeconds - before,
        wallSeconds: (now - startedAt) / 1000,
      })
    }
    hasEnded = read > 0 && lag === 0 && now - changedAt > QUIET_MS
  }
  const { peakMemoryMb } = treeUsage(pid)
  const { cpuSeconds = 0, wallSeconds = 0 } = progress.at(-1) ?? {}
  return { hasEnded, cpuSeconds, wallSeconds, peakMemoryMb, progress }
}

async function stateOf(server: ServerProcess) {
  const text = await server.metrics()
  const sum = (name: string, of: (labels: string) => boolean = () => true): number =>
    [...metricOf(text, name)].reduce((total, [labels, value]) => (of(labels) ? total + value : total), 0)
  return {
    read: sum('millrace_step_records', (labels) => labels.includes('direction="in"') && isRead(labels)),
    written: sum('millrace_query_records_produced'),
    lag: sum('millrace_query_lag_records'),
  }
}

/** Steps that records enter by being read. */
const isRead = (labels: string): boolean => labels.includes('Source"') || labels.includes('epartition"')

/** Drops what the statements of a query have made, so that they can run again. */
export async function dropSinks(server: ServerProcess, sinks: readonly DataSource[]): Promise<void> {
  for (const { kind, name } of [...sinks].reverse()) await server.execute(`DROP ${kind} ${name} DELETE TOPIC;`)
}
