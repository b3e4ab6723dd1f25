/** What the server keeps for its console: the files of the page, the latest snapshot, and the last hour. */
import type { Clock, Scheduled, Timer } from '../../clock.ts'
import type { Overview } from '../../engine/describe/overview.ts'
import { ConsoleFiles } from './console-files.ts'
import { History, type ProcessUsage, SAMPLE_MS } from './history.ts'
import { Snapshots } from './snapshots.ts'

export interface ConsoleDataParts {
  /** Reads the engine; rejects while there is none. */
  readonly overview: () => Promise<Overview>
  readonly clock: Clock
  readonly timer: Timer
  /** Default: those that the build has made. */
  readonly files?: ConsoleFiles
  /** Default: that of this process. */
  readonly usage?: () => ProcessUsage
}

export class ConsoleData {
  readonly files: ConsoleFiles
  readonly snapshots: Snapshots
  readonly history: History
  readonly #sampling: Scheduled

  constructor({ overview, clock, timer, files = new ConsoleFiles(), usage = processUsage }: ConsoleDataParts) {
    this.files = files
    this.snapshots = new Snapshots(overview, clock)
    this.history = new History(clock)
    const sample = async () => this.history.add(await this.snapshots.latest(), usage())
    // A server that starts or stops has no sample.
    this.#sampling = timer.every(SAMPLE_MS, () => void sample().catch(() => {}), { background: true })
  }

  close(): void {
    this.#sampling.cancel()
  }
}

function processUsage(): ProcessUsage {
  const { user, system } = process.cpuUsage()
  return { cpuMs: (user + system) / 1000, memoryBytes: process.memoryUsage.rss() }
}
