/** How much of the disk the server's data takes. */
import type { Dirent } from 'node:fs'
import { readdir, stat, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import type { Timer } from '../../clock.ts'
import type { MetricFamily } from './metric-family.ts'

/** Scrapes that come faster than this share one measurement, since it looks at every file. */
const MEASURED_FOR_MS = 10_000

interface Usage {
  readonly log: number
  readonly state: number
  readonly free: number
}

/** `dataDir`: directory of the embedded log and of the state of queries. */
export function diskMetrics(dataDir: string, timer: Timer): MetricFamily[] {
  let measured: { readonly at: number; readonly usage: Promise<Usage> } | null = null
  const usage = () => {
    const now = timer.elapsed()
    if (measured === null || now - measured.at >= MEASURED_FOR_MS) measured = { at: now, usage: measure(dataDir) }
    return measured.usage
  }
  const metric = (name: string, help: string, value: (usage: Usage) => number): MetricFamily => ({
    name,
    type: 'gauge',
    help,
    labels: [],
    samples: async () => [{ labels: {}, value: value(await usage()) }],
  })
  return [
    metric('millrace_log_bytes', 'Bytes of the embedded log on disk.', ({ log }) => log),
    metric('millrace_state_bytes', 'Bytes of the state of queries on disk.', ({ state }) => state),
    metric('millrace_disk_free_bytes', 'Bytes that are free on the disk of the data directory.', ({ free }) => free),
  ]
}

async function measure(dataDir: string): Promise<Usage> {
  const [log, state, disk] = await Promise.all([
    directoryBytes(join(dataDir, 'log')),
    directoryBytes(join(dataDir, 'state')),
    statfs(dataDir).catch(() => null),
  ])
  return { log, state, free: disk === null ? 0 : disk.bavail * disk.bsize }
}

/** Blocks, not lengths: files of state are sparse. A file that disappears meanwhile counts as none. */
async function directoryBytes(directory: string): Promise<number> {
  const entries: Dirent[] = await readdir(directory, { recursive: true, withFileTypes: true }).catch(() => [])
  let bytes = 0
  for (const entry of entries) {
    if (!entry.isFile()) continue
    const found = await stat(join(entry.parentPath, entry.name)).catch(() => null)
    bytes += (found?.blocks ?? 0) * BLOCK_BYTES
  }
  return bytes
}

const BLOCK_BYTES = 512
