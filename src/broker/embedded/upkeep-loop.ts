/** The work that an embedded log does by itself at intervals: syncing, checkpoints, retention, compaction, transaction timeouts. */

import { open } from 'node:fs/promises'
import { setImmediate } from 'node:timers/promises'
import type { Clock, Scheduled, Timer } from '../../clock.ts'
import type { LogOwner } from './catalogue/owner.ts'
import { abortedPath, copyPath, logPath } from './segments/data-layout.ts'
import { listSegments, type Partition } from './segments/partition.ts'
import { type Checkpoint, type PartitionCheckpoint, writeCheckpoint } from './upkeep/checkpoint.ts'
import { compactPartition } from './upkeep/compaction.ts'
import { applyRetention } from './upkeep/retention.ts'

export interface UpkeepOptions {
  readonly dataDir: string
  readonly owner: LogOwner
  readonly clock: Clock
  readonly timer: Timer
  /** What the log was opened with. */
  readonly checkpoint: Checkpoint
  /** Whether `sync` forces files to the disk, or only writes checkpoints. */
  readonly fsync: boolean
  readonly compactionKeyBytes: number
  readonly warn: (message: string) => void
}

export interface SyncOptions {
  /** Write a checkpoint even if the last one is not old. Default false. */
  readonly isCheckpointWanted?: boolean
  /** No file changes any more. Default false. */
  readonly isClosed?: boolean
}

/** A checkpoint names all partitions, so it is not written for each of many syncs. */
const MIN_CHECKPOINT_INTERVAL_MS = 10_000

export class Upkeep {
  readonly #options: UpkeepOptions
  readonly #ticks: Scheduled[] = []
  /** The last job; jobs run one at a time, as two would rewrite the same files. */
  #last: Promise<void> = Promise.resolve()
  #jobs = 0
  /** What is on the disk, by the checkpoint's keys. */
  #synced: Checkpoint
  #checkpointedAt = Number.NEGATIVE_INFINITY

  constructor(options: UpkeepOptions) {
    this.#options = options
    this.#synced = options.checkpoint
  }

  /** Runs `job` at this interval, unless another is still running. Does not keep the process alive. */
  every(intervalMs: number, job: () => Promise<void>): void {
    const tick = () => {
      if (this.#jobs > 0) return
      job().catch((error) => this.#options.warn(`Upkeep of the embedded log failed: ${(error as Error).message}`))
    }
    this.#ticks.push(this.#options.timer.every(intervalMs, tick, { background: true }))
  }

  async stop(): Promise<void> {
    for (const tick of this.#ticks) tick.cancel()
    await this.#last
  }

  /** Retention, compaction and transaction timeouts. */
  maintain(): Promise<void> {
    return this.#inTurn(async () => {
      const { owner, clock } = this.#options
      const now = clock.now()
      owner.transactions.abortTimedOut(now)
      for (const partition of [...owner.topics.partitions()]) {
        await this.#maintainPartition(partition, now)
        await setImmediate()
      }
    })
  }

  /** Forces what was acknowledged to the disk. See {@link SyncOptions}. */
  sync(options: SyncOptions = {}): Promise<void> {
    return this.#inTurn(() => this.#sync(options))
  }

  async #maintainPartition(partition: Partition, now: number): Promise<void> {
    const { owner, compactionKeyBytes, warn } = this.#options
    const { cleanedTo } = owner.topics
    try {
      applyRetention(partition, now)
      if (!partition.config.compacts || partition.state.deleted) return
      const pass = {
        cleanedTo: cleanedTo.get(partition) ?? 0,
        now,
        maxKeyBytes: compactionKeyBytes,
        pause: setImmediate<void>,
      }
      cleanedTo.set(partition, await compactPartition(partition, pass))
    } catch (error) {
      // The failure of one partition must not keep the others from their turn; this one has another turn next time.
      if (!partition.state.deleted)
        warn(`Upkeep of ${partition.topic}-${partition.partition} failed: ${(error as Error).message}`)
    }
  }

  async #sync({ isCheckpointWanted = false, isClosed = false }: SyncOptions): Promise<void> {
    const { owner, dataDir, clock } = this.#options
    const created = owner.topics.takeCreated()
    const present = owner.topics.checkpoint({ isClosed })
    const changed = owner.topics.partitionsByKey().filter(([key]) => !isSame(present.get(key), this.#synced.get(key)))
    if (this.#options.fsync) {
      for (const path of created) await syncIfThere(path)
      for (const [key, partition] of changed) await syncPartition(partition, this.#synced.get(key)?.base ?? 0)
    }
    this.#synced = present
    const isOld = changed.length > 0 && clock.now() - this.#checkpointedAt >= MIN_CHECKPOINT_INTERVAL_MS
    if (!isCheckpointWanted && !isOld) return
    writeCheckpoint(dataDir, present)
    this.#checkpointedAt = clock.now()
  }

  #inTurn(job: () => Promise<void>): Promise<void> {
    this.#jobs++
    const done = this.#last.then(job).finally(() => this.#jobs--)
    this.#last = done.catch(() => {})
    return done
  }
}

function isSame(a: PartitionCheckpoint | undefined, b: PartitionCheckpoint | undefined): boolean {
  return (
    (a?.offset ?? 0) === (b?.offset ?? 0) &&
    (a?.position ?? 0) === (b?.position ?? 0) &&
    (a?.startOffset ?? 0) === (b?.startOffset ?? 0)
  )
}

/** The segments that may have grown since `fromBase` was the active one. */
async function syncPartition(partition: Partition, fromBase: number): Promise<void> {
  if (partition.state.deleted) return
  await syncIfThere(abortedPath(partition.directory))
  for (const base of listSegments(partition.directory))
    if (base >= fromBase) {
      await syncIfThere(logPath(partition.directory, base))
      if (partition.hasCopies) await syncIfThere(copyPath(partition.directory, base))
    }
}

/** Retention may have removed the file meanwhile. */
async function syncIfThere(path: string): Promise<void> {
  const file = await open(path, 'r+').catch(() => null)
  await file?.datasync().finally(() => file.close())
}
