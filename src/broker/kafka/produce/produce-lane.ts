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
  #connection: KafkaConnection | null = null
  #isOpening = false
  #underWay = 0

  constructor(cluster: Cluster, nodeId: number) {
    this.#cluster = cluster
    this.#nodeId = nodeId
  }

  /** Whether a request can be written now. A connection that must be replaced is, once its requests are answered. */
  get isReady(): boolean {
    const { isStale = true } = this.#connection ?? {}
    return !isStale && this.#underWay < MAX_REQUESTS
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
      return decodeProduce(await connection.exchange(encodeProduce(request)))
    } catch (error) {
      if (this.#connection === connection) this.close()
      throw error
    } finally {
      this.#underWay--
    }
  }

  close(): void {
    void this.#connection?.hangUp()
    this.#connection = null
  }
}
