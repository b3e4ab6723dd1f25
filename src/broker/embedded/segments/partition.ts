/** One thread's access to one partition: which files it has, what they share (partition-state.ts), and its configuration. */

import { fstatSync, readdirSync, readSync } from 'node:fs'
import type { Clock } from '../../../clock.ts'
import { BrokerError, unknownTopic } from '../../broker-error.ts'
import { type AbortedEntry, readAborted } from './aborted-index.ts'
import { copyPath, LOG_SUFFIX, logPath } from './data-layout.ts'
import type { FileCache } from './file-cache.ts'
import type { PartitionState } from './partition-state.ts'
import type { LogConfig } from './topic-config.ts'

export interface PartitionOptions {
  readonly topic: string
  readonly partition: number
  /** Ends in a separator. */
  readonly directory: string
  readonly state: PartitionState
  readonly config: LogConfig
  /** Whether each segment has a second copy (segment-copies.ts). */
  readonly hasCopies: boolean
  readonly files: FileCache
  readonly clock: Clock
  /** A word that grows with each append to any partition; readers wait on it for data. */
  readonly appends: Int32Array
  /** Force every append to the disk before it is acknowledged. */
  readonly syncAppends: boolean
}

export class Partition {
  readonly topic: string
  readonly partition: number
  readonly directory: string
  readonly state: PartitionState
  readonly config: LogConfig
  readonly hasCopies: boolean
  readonly files: FileCache
  readonly clock: Clock
  readonly appends: Int32Array
  readonly syncAppends: boolean

  /** Base offsets of the segments, ascending. As of `version`. */
  bases: readonly number[] = []
  aborted: readonly AbortedEntry[] = []
  version = -1

  constructor(options: PartitionOptions) {
    this.topic = options.topic
    this.partition = options.partition
    this.directory = options.directory
    this.state = options.state
    this.config = options.config
    this.hasCopies = options.hasCopies
    this.files = options.files
    this.clock = options.clock
    this.appends = options.appends
    this.syncAppends = options.syncAppends
  }

  /** `UNKNOWN_TOPIC` once the topic was deleted, `CLOSED` once the log is; the files are then closed, so that the disk gets its space back. */
  checkUsable(): void {
    const { deleted, closed } = this.state
    if (!deleted && !closed) return
    this.files.forget(this.directory)
    throw deleted ? unknownTopic(this.topic) : logClosed()
  }

  /** Brings `bases` and `aborted` up to date. Returns whether they were not. */
  refresh(): boolean {
    if (this.version === this.state.version) return false
    this.state.locked(() => this.refreshLocked())
    return true
  }

  /** As `refresh`, for a caller that holds the partition's lock. */
  refreshLocked(): void {
    if (this.version === this.state.version) return
    if (this.state.deleted) this.checkUsable()
    this.files.forget(this.directory)
    this.bases = listSegments(this.directory)
    this.aborted = readAborted(this.directory)
    this.version = this.state.version
  }

  descriptor(base: number): number {
    return this.files.open(logPath(this.directory, base))
  }

  /** Descriptor of the copy of a segment, as `descriptor`. */
  copyDescriptor(base: number): number {
    return this.files.open(copyPath(this.directory, base))
  }

  /** Bytes of whole batches in a segment; -1 if the list of segments changed, so that the answer could mislead. */
  segmentSize(base: number): number {
    const size = base === this.state.activeBase ? this.state.position : fstatSync(this.descriptor(base)).size
    return this.version === this.state.version ? size : -1
  }

  /** Up to `length` bytes of a segment; fewer at its end. A fresh buffer. */
  readBytes(base: number, position: number, length: number): Buffer {
    const buffer = Buffer.allocUnsafeSlow(length)
    const count = readSync(this.descriptor(base), buffer, 0, length, position)
    return count === length ? buffer : buffer.subarray(0, count)
  }

  /** Tells all threads that wait for data. */
  notify(): void {
    Atomics.add(this.appends, 0, 1)
    Atomics.notify(this.appends, 0)
  }
}

/** The error for a thread that continues after the owner has closed the log. */
export function logClosed(): BrokerError {
  return new BrokerError('CLOSED', 'The embedded log was closed by its owner.')
}

/** Base offsets of the segments in a partition's directory, ascending. */
export function listSegments(directory: string): number[] {
  const bases: number[] = []
  for (const name of readdirSync(directory))
    if (name.endsWith(LOG_SUFFIX)) bases.push(Number(name.slice(0, -LOG_SUFFIX.length)))
  return bases.sort((a, b) => a - b)
}
