/** The connection of a producer to one broker. */

import { BrokerError } from '../../broker-error.ts'
import type { Cluster } from '../cluster/cluster.ts'
import type { KafkaConnection } from '../cluster/connection.ts'
import { decodeProduce, encodeProduce, type ProduceAnswer, type ProduceRequest } from './produce-request.ts'

/** The broker works on one request of a connection after the other; a few on their way keep it busy. */
const MAX_REQUESTS = 5

/** One connection to one broker, with several produce requests under way in the order of the calls. */
export class ProduceLane {
  readonly #cluster: Cluster
  readonly #nodeId: number
  readonly #onRested: () => void
  #connection: KafkaConnection | null = null
  #isOpening = false
  #underWay = 0
  /** Throttle times that are not over. */
  #rests = 0

  /** `onRested`: called when the lane can be used again after the broker has throttled it. */
  constructor(cluster: Cluster, nodeId: number, onRested: () => void) {
    this.#cluster = cluster
    this.#nodeId = nodeId
    this.#onRested = onRested
  }

  /** Whether a request can be written now. A connection that must be replaced is, once its requests are answered. */
  get isReady(): boolean {
    const { isStale = true } = this.#connection ?? {}
    return !isStale && this.#rests === 0 && this.#underWay < MAX_REQUESTS
  }

  /** Opens the connection if that is what keeps the lane from being ready; true if it was opened, false if there was nothing to do. */
  async open(): Promise<boolean> {
    if (this.#isOpening || this.#underWay > 0 || this.#connection?.isStale === false) return false
    this.#isOpening = true
    try {
      this.close()
      this.#connection = await this.#cluster.open(this.#nodeId)
      return true
    } finally {
      this.#isOpening = false
    }
  }

  /** Only when `isReady`. Rejects when the answer does not come; the connection is then gone, and with it all that is under way. */
  async send(request: ProduceRequest): Promise<readonly ProduceAnswer[]> {
    const connection = this.#connection
    if (connection === null) throw new BrokerError('UNAVAILABLE', 'The connection is closed.', { retriable: true })
    this.#underWay++
    try {
      const { answers, throttleTimeMs } = decodeProduce(await connection.exchange(encodeProduce(request)))
      if (throttleTimeMs > 0) this.#rest(throttleTimeMs)
      return answers
    } catch (error) {
      if (this.#connection === connection) this.close()
      throw error
    } finally {
      this.#underWay--
    }
  }

  #rest(ms: number): void {
    this.#rests++
    this.#cluster.throttle(ms, () => {
      this.#rests--
      this.#onRested()
    })
  }

  close(): void {
    void this.#connection?.hangUp()
    this.#connection = null
  }
}
