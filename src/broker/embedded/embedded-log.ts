/** Opening the embedded log: the owner in the main thread, attachments in workers. */

import { once } from 'node:events'
import { MessageChannel, type MessagePort } from 'node:worker_threads'
import { type Clock, systemClock, systemTimer, type Timer } from '../../clock.ts'
import type { Broker, TopicConfig } from '../broker.ts'
import { makeDirectory } from '../make-directory.ts'
import { unusableDirectory } from '../unusable-directory.ts'
import { LogOwner } from './catalogue/owner.ts'
import { remoteCatalogue, serveCatalogue } from './catalogue/remote-catalogue.ts'
import { LogThread, OWNER } from './catalogue/thread.ts'
import { lockDataDir } from './data-dir-lock.ts'
import { EmbeddedBroker } from './embedded-broker.ts'
import { storageError } from './segments/storage-error.ts'
import { markOpened, readCheckpoint } from './upkeep/checkpoint.ts'
import { Upkeep } from './upkeep-loop.ts'

export interface EmbeddedLogOptions {
  /** Made if it is not there. One live server at a time. */
  readonly dataDir: string
  readonly clock?: Clock
  readonly timer?: Timer
  /**
   * When appends are forced to the disk; it matters only if the machine loses power, as what was written outlives the process in any
   * case. A number: every so many ms (default 1,000). `always`: before each append is acknowledged; then transactions are atomic across a
   * power failure too. `never`: when the system likes.
   */
  readonly fsync?: number | 'always' | 'never'
  /** Configuration of topics that do not say otherwise, over Kafka's defaults. */
  readonly topicDefaults?: TopicConfig
  /** How often retention, compaction and transaction timeouts are looked after, ms. Default 15,000; 0: only by `maintain`. */
  readonly maintenanceIntervalMs?: number
  /** Bound on the memory that compaction takes for keys, bytes. Default 64 MiB. */
  readonly compactionKeyBytes?: number
  /** Receives damage and failed upkeep, in words for the operator. */
  readonly warn: (message: string) => void
}

/** What a worker needs to open the log; goes through `postMessage` or `workerData` with `port` in the transfer list. */
export interface EmbeddedLogAttachment {
  readonly port: MessagePort
  readonly holder: number
  readonly appends: SharedArrayBuffer
  readonly syncAppends: boolean
}

const DEFAULT_FSYNC_MS = 1_000
const DEFAULT_MAINTENANCE_MS = 15_000
const DEFAULT_COMPACTION_KEY_BYTES = 64 * 1024 * 1024
/** For an append of a thread that has not ended when the log is closed. */
const CLOSING_GRACE_MS = 1_000
/** With `fsync: 'never'` a checkpoint still spares the next start most of its checks. */
const CHECKPOINT_MS = 10_000

/**
 * Opens or makes the log in `dataDir`, in the main thread. Checks what was written since the last checkpoint, cuts torn tails, sets
 * damage aside (told by `warn`), and finishes or aborts transactions. `DATA_DIR_LOCKED`; `UNAVAILABLE` or `STORAGE_FULL` if the directory
 * cannot be used.
 */
export async function openEmbeddedLog(options: EmbeddedLogOptions): Promise<EmbeddedLog> {
  try {
    makeDirectory(options.dataDir)
    const unlockDataDir = lockDataDir(options.dataDir)
    try {
      return new EmbeddedLog(options, unlockDataDir)
    } catch (cause) {
      unlockDataDir()
      throw cause
    }
  } catch (cause) {
    throw storageError(`open the data directory ${options.dataDir}`, unusableDirectory(options.dataDir, cause))
  }
}

export class EmbeddedLog {
  readonly #thread: LogThread
  readonly #owner: LogOwner
  readonly #upkeep: Upkeep
  readonly #unlockDataDir: () => void
  readonly #brokers = new Set<Broker>()
  readonly #ports = new Set<MessagePort>()
  readonly #appends = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)
  readonly #syncAppends: boolean
  #nextHolder = OWNER + 1
  #isClosed = false

  /** For `openEmbeddedLog`. */
  constructor(options: EmbeddedLogOptions, unlockDataDir: () => void) {
    const { dataDir, clock = systemClock, timer = systemTimer, fsync = DEFAULT_FSYNC_MS, warn } = options
    this.#unlockDataDir = unlockDataDir
    this.#syncAppends = fsync === 'always'
    this.#thread = new LogThread({
      holder: OWNER,
      clock,
      timer,
      appends: this.#appends,
      syncAppends: this.#syncAppends,
    })
    const checkpoint = readCheckpoint(dataDir, warn)
    markOpened(dataDir, checkpoint)
    this.#owner = new LogOwner({
      dataDir,
      thread: this.#thread,
      defaults: options.topicDefaults ?? {},
      checkpoint,
      warn,
    })
    this.#upkeep = new Upkeep({
      dataDir,
      owner: this.#owner,
      clock,
      timer,
      checkpoint,
      fsync: fsync !== 'never',
      compactionKeyBytes: options.compactionKeyBytes ?? DEFAULT_COMPACTION_KEY_BYTES,
      warn,
    })
    this.#upkeep.every(typeof fsync === 'number' ? fsync : CHECKPOINT_MS, () => this.#upkeep.sync())
    const maintenanceMs = options.maintenanceIntervalMs ?? DEFAULT_MAINTENANCE_MS
    if (maintenanceMs > 0) this.#upkeep.every(maintenanceMs, () => this.maintain())
  }

  /** A broker for the owner's thread. Closing it leaves the log open. */
  broker(): Broker {
    const broker: Broker = new EmbeddedBroker({
      catalogue: this.#owner.catalogue(OWNER),
      thread: this.#thread,
      onClose: () => this.#brokers.delete(broker),
    })
    this.#brokers.add(broker)
    return broker
  }

  /**
   * For one worker thread, which passes it to `attachEmbeddedLog`. When the worker ends, however it ends, its open transactions are
   * aborted and its locks freed.
   */
  attachment(): EmbeddedLogAttachment {
    const { port1, port2 } = new MessageChannel()
    const holder = this.#nextHolder++
    serveCatalogue(port1, this.#owner.catalogue(holder))
    port1.on('close', () => this.#release(port1, holder))
    port1.unref()
    this.#ports.add(port1)
    return { port: port2, holder, appends: this.#appends, syncAppends: this.#syncAppends }
  }

  /** Retention, compaction and transaction timeouts, now. */
  maintain(): Promise<void> {
    return this.#upkeep.maintain()
  }

  /** Forces everything acknowledged so far to the disk, and writes a checkpoint. */
  sync(): Promise<void> {
    return this.#upkeep.sync({ isCheckpointWanted: true })
  }

  /**
   * Closes the owner's brokers, cuts off attached threads (which should have ended by now), and gives the directory free. What was
   * acknowledged is on the disk then.
   */
  async close(): Promise<void> {
    if (this.#isClosed) return
    for (const broker of [...this.#brokers]) await broker.close()
    this.#isClosed = true
    // The locks of threads that ended are freed when their ports have closed.
    const released = [...this.#ports].map((port) => once(port, 'close'))
    for (const port of this.#ports) port.close()
    await Promise.all(released)
    await this.#upkeep.stop()
    this.#owner.topics.close()
    await this.#upkeep.sync({ isCheckpointWanted: true, isClosed: true })
    this.#thread.files.close()
    this.#unlockDataDir()
  }

  #release(port: MessagePort, holder: number): void {
    this.#ports.delete(port)
    this.#owner.topics.releaseLocksOf(holder, this.#isClosed ? CLOSING_GRACE_MS : 0)
    // The next opening aborts what is left open by a closed log.
    if (!this.#isClosed) this.#owner.transactions.abortHeldBy(holder)
  }
}

/** The broker of a worker thread. Records pass between it and the files alone; the owner has calls about topics, groups and transactions only. */
export function attachEmbeddedLog(
  { port, holder, appends, syncAppends }: EmbeddedLogAttachment,
  { clock = systemClock, timer = systemTimer }: { readonly clock?: Clock; readonly timer?: Timer } = {},
): Broker {
  const thread = new LogThread({ holder, clock, timer, appends, syncAppends })
  return new EmbeddedBroker({
    catalogue: remoteCatalogue(port),
    thread,
    onClose: () => {
      thread.files.close()
      port.close()
    },
  })
}
