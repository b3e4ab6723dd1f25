/** The connection of a fetcher to one broker. */

import type { Cluster } from '../cluster/cluster.ts'
import type { KafkaConnection } from '../cluster/connection.ts'
import { throwIfError } from '../protocol/protocol-errors.ts'
import { decodeFetch, encodeFetch, type FetchAnswer, type FetchRequest } from './fetch-request.ts'
import type { FramePool } from './frame-pool.ts'

export interface FetchLaneOptions {
  readonly nodeId: number
  /** Longest time the broker may hold a fetch of this lane, ms. */
  readonly maxWaitMs: number
  /** Where responses go. */
  readonly frames: FramePool
  /** Called when the lane can be used again after the broker has throttled it. */
  readonly onRested: () => void
}

/** One connection to one broker, with one fetch under way at a time. It is opened when first needed, and again after a failure. */
export class FetchLane {
  /** Longest time the broker may hold a fetch of this lane, ms. */
  readonly maxWaitMs: number
  isBusy = false
  readonly #cluster: Cluster
  readonly #nodeId: number
  readonly #frames: FramePool
  readonly #onRested: () => void
  #connection: KafkaConnection | null = null

  constructor(cluster: Cluster, { nodeId, maxWaitMs, frames, onRested }: FetchLaneOptions) {
    this.#cluster = cluster
    this.#nodeId = nodeId
    this.#frames = frames
    this.#onRested = onRested
    this.maxWaitMs = maxWaitMs
  }

  /** Rejects when the broker cannot be reached or does not answer; the connection is then gone. Not while `isBusy`. */
  async fetch(request: FetchRequest): Promise<readonly FetchAnswer[]> {
    this.isBusy = true
    let restMs = 0
    try {
      const connection = await this.#open()
      const bytes = await connection.exchange(encodeFetch(request, this.#cluster.settings.requestTimeoutMs))
      const { throttleTimeMs, errorCode, partitions } = decodeFetch(bytes, request.readCommitted)
      restMs = throttleTimeMs
      throwIfError(errorCode, 'Fetching')
      return partitions
    } catch (error) {
      this.close()
      throw error
    } finally {
      if (restMs > 0) this.#rest(restMs)
      else this.isBusy = false
    }
  }

  /** A fetch under way rejects. */
  close(): void {
    void this.#connection?.hangUp()
    this.#connection = null
  }

  #rest(ms: number): void {
    this.#cluster.throttle(ms, () => {
      this.isBusy = false
      this.#onRested()
    })
  }

  async #open(): Promise<KafkaConnection> {
    if (this.#connection?.isStale) this.close()
    this.#connection ??= await this.#cluster.open(this.#nodeId, (size) => this.#frames.take(size))
    return this.#connection
  }
}
