/** One query in one process of a peer: its runs, and whether its last result is that of the reference. */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Reference } from '../reference.ts'
import type { Peer, PeerName, PeerRun } from './peer.ts'

export interface Measurement {
  readonly query: string
  readonly peer: PeerName
  /** Events that the query reads. */
  readonly events: number
  /** The first run in the process is the cold one. Fewer than wanted where one has failed or did not end. */
  readonly runs: readonly PeerRun[]
  /** Rows of the reference; null where nothing was compared, as the peer's `unchecked` says or as it failed. */
  readonly rows: number | null
  /** What is wrong, in words; null if the result is the reference's. */
  readonly fault: string | null
  /** Rows that are wrong, as text. */
  readonly examples: readonly string[]
}

export interface MeasureOptions {
  readonly events: number
  /** Runs in the same process. */
  readonly runs: number
  /** For each run. */
  readonly limitSeconds: number
  readonly directory: string
}

/** A peer that fails, or gives another result, is a measurement with a fault. */
export async function measurePeer(
  peer: Peer,
  query: string,
  reference: Reference,
  { events, runs, limitSeconds, directory }: MeasureOptions,
): Promise<Measurement> {
  const measured: PeerRun[] = []
  const uncompared = { query, peer: peer.name, events, runs: measured, rows: null, fault: null, examples: [] }
  try {
    const process = await peer.start(query)
    try {
      while (measured.length < runs) {
        const run = await process.run(limitSeconds)
        if (!run.hasEnded) return { ...uncompared, fault: `did not end within ${limitSeconds} s` }
        measured.push(run)
      }
    } finally {
      await process.stop()
    }
    if (query in peer.unchecked) return uncompared
    const path = join(directory, `nexmark-${peer.name}-${query}.json`)
    try {
      await process.writeContent(path)
      const { rows, missing, surplus, examples } = await reference.judge(query, path)
      const isEqual = missing === 0 && surplus === 0
      const fault = isEqual ? null : `${missing} rows missing, ${surplus} surplus`
      return { ...uncompared, rows, fault, examples }
    } finally {
      rmSync(path, { force: true })
    }
  } catch (error) {
    return { ...uncompared, fault: (error as Error).message }
  }
}
