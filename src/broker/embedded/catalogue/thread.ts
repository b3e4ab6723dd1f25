/** What one thread needs to work on the log's files by itself: its identity, its open files, and the shared words. */

import type { Clock, Timer } from '../../../clock.ts'
import { partitionDirectory } from '../segments/data-layout.ts'
import { FileCache } from '../segments/file-cache.ts'
import { Partition } from '../segments/partition.ts'
import { PartitionState } from '../segments/partition-state.ts'
import { parseConfig } from '../segments/topic-config.ts'
import type { TopicHandle } from './catalogue.ts'

/** Id of the log's owner among the threads that use it. */
export const OWNER = 1

export interface ThreadOptions {
  /** Id of this attachment, at least `OWNER`. Held locks carry it. */
  readonly holder: number
  readonly clock: Clock
  readonly timer: Timer
  /** See `Partition.appends`. */
  readonly appends: SharedArrayBuffer
  readonly syncAppends: boolean
}

export interface OpenTopic {
  readonly handle: TopicHandle
  readonly partitions: readonly Partition[]
}

export class LogThread {
  readonly holder: number
  readonly clock: Clock
  readonly timer: Timer
  readonly appends: Int32Array
  readonly files = new FileCache()
  readonly #syncAppends: boolean

  constructor({ holder, clock, timer, appends, syncAppends }: ThreadOptions) {
    this.holder = holder
    this.clock = clock
    this.timer = timer
    this.appends = new Int32Array(appends)
    this.#syncAppends = syncAppends
  }

  openTopic(handle: TopicHandle): OpenTopic {
    const config = parseConfig(handle.config)
    const partitions = Array.from({ length: handle.partitions }, (_, partition) => {
      const state = new PartitionState(handle.states, partition, this.holder)
      return new Partition({
        topic: handle.name,
        partition,
        directory: partitionDirectory(handle.directory, partition),
        state,
        config,
        hasCopies: handle.hasCopies,
        files: this.files,
        clock: this.clock,
        appends: this.appends,
        syncAppends: this.#syncAppends,
      })
    })
    return { handle, partitions }
  }
}
