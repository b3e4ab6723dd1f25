/**
 * What a client knows of a cluster: its brokers, the leaders of partitions, the coordinators of groups and transactions; and one
 * connection per broker for short requests. Fetchers and producers open connections of their own (`open`), since a broker works on
 * the requests of a connection one after the other: a fetch that waits for records must not hold up anybody else.
 */

import type { Clock, Timer } from '../../../clock.ts'
import { BrokerError, unknownTopic } from '../../broker-error.ts'
import { apis } from '../protocol/apis.ts'
import type { Operation, Permission, ResourceKind } from '../protocol/permission.ts'
import { KafkaErrorCode, ProtocolError, throwIfError } from '../protocol/protocol-errors.ts'
import { firstRequestError } from '../security/connect-error.ts'
import { kafkajsLogin } from '../security/kafkajs-sasl.ts'
import { type Allocate, type ConnectionSetup, KafkaConnection, kafkajsLogger } from './connection.ts'
import { type Address, type KafkaSettings, parseAddress } from './kafka-connection-options.ts'
import { fetchMetadata, type Metadata, type Node, type TopicMetadata } from './metadata.ts'
import { type Backoff, jitteredBackoff, retry } from './retry.ts'

export type CoordinatorKind = 'group' | 'transaction'

const COORDINATOR_TYPES = { group: 0, transaction: 1 } as const
const NO_LEADER = -1
const ABSENT: readonly number[] = [KafkaErrorCode.UNKNOWN_TOPIC_OR_PARTITION, KafkaErrorCode.INVALID_TOPIC_EXCEPTION]
const COORDINATOR_MOVED: readonly number[] = [KafkaErrorCode.COORDINATOR_NOT_AVAILABLE, KafkaErrorCode.NOT_COORDINATOR]

export interface ClusterPorts {
  readonly clock: Clock
  readonly timer: Timer
  /** In [0, 1). */
  readonly random: () => number
}

export class Cluster {
  readonly settings: KafkaSettings
  readonly timer: Timer
  /** Pauses between attempts. */
  readonly backoff: Backoff
  /** How long brokers have made this client wait because of quotas. */
  throttledMs = 0
  readonly #setup: ConnectionSetup
  readonly #closing = new AbortController()
  readonly #connections = new Map<string, Promise<KafkaConnection>>()
  readonly #topics = new Map<string, TopicMetadata>()
  readonly #coordinators = new Map<string, number>()
  #nodes = new Map<number, Node>()
  #controllerId = NO_LEADER
  #clusterId = ''

  constructor(settings: KafkaSettings, { clock, timer, random }: ClusterPorts) {
    this.settings = settings
    this.timer = timer
    this.backoff = jitteredBackoff(random)
    const login = settings.sasl === undefined ? null : kafkajsLogin(settings.sasl, { clock, timer })
    this.#setup = { settings, logger: kafkajsLogger(settings.log), login }
  }

  get isClosed(): boolean {
    return this.#closing.signal.aborted
  }

  /** Kafka's id of the cluster. Known after `connect`. */
  get clusterId(): string {
    return this.#clusterId
  }

  /** Reaches a first broker. */
  async connect(): Promise<void> {
    await this.retrying(async () => {
      try {
        await this.metadata([])
      } catch (error) {
        throw firstRequestError(this.settings.bootstrapServers.join(), this.settings, error)
      }
    })
  }

  async close(): Promise<void> {
    this.#closing.abort()
    const connections = await Promise.allSettled(this.#connections.values())
    this.#connections.clear()
    await Promise.all(connections.map((opened) => (opened.status === 'fulfilled' ? opened.value.hangUp() : undefined)))
  }

  /** Tries again, while that can help, for `retryMs`. */
  retrying<Result>(attempt: () => Promise<Result>, initialMs?: number): Promise<Result> {
    const { timer, backoff, settings } = this
    const options = {
      timer,
      backoff,
      forMs: settings.retryMs,
      signal: this.#closing.signal,
      ...(initialMs && { initialMs }),
    }
    return retry(options, () => {
      this.throwIfClosed()
      return attempt()
    })
  }

  /**
   * Calls `onOver` when the throttle time with which a broker has answered is over. Until then the broker reads nothing from the connection,
   * so a request that is sent earlier is not answered earlier, and may time out. Source: KIP-219.
   */
  throttle(ms: number, onOver: () => void): void {
    this.throttledMs += ms
    this.timer.after(ms, onOver, { background: true })
  }

  /** A permission that a request of this client needs. */
  needs(operation: Operation, kind: ResourceKind, name: string): Permission {
    return { operation, kind, name, principal: this.settings.principal }
  }

  throwIfClosed(): void {
    if (this.isClosed) throw new BrokerError('CLOSED', 'The broker was closed.')
  }

  /** A connection to a broker that belongs to the caller. */
  async open(nodeId: number, allocate?: Allocate): Promise<KafkaConnection> {
    this.throwIfClosed()
    const node = this.#nodes.get(nodeId)
    if (node === undefined)
      throw new BrokerError('UNAVAILABLE', `The cluster has no broker ${nodeId} at the moment.`, { retriable: true })
    return KafkaConnection.open(node, this.#setup, allocate)
  }

  /** The shared connection to a broker, for short requests. */
  async node(nodeId: number): Promise<KafkaConnection> {
    const node = this.#nodes.get(nodeId)
    if (node !== undefined) return this.#connection(node)
    await this.metadata([])
    throw new BrokerError('UNAVAILABLE', `The cluster has no broker ${nodeId} at the moment.`, { retriable: true })
  }

  async controller(): Promise<KafkaConnection> {
    if (!this.#nodes.has(this.#controllerId)) await this.metadata([])
    try {
      return await this.node(this.#controllerId)
    } catch (error) {
      // Another broker has taken its place, or will.
      this.forgetController()
      throw error
    }
  }

  /** To be called when the controller says that it is none. */
  forgetController(): void {
    this.#controllerId = NO_LEADER
  }

  /** Queries any broker for the topics (null: all of them), and remembers the answer. */
  async metadata(topics: readonly string[] | null): Promise<Metadata> {
    const metadata = await fetchMetadata(await this.#anyConnection(), topics)
    this.#nodes = new Map(metadata.nodes.map((node) => [node.id, node]))
    this.#controllerId = metadata.controllerId
    this.#clusterId = metadata.clusterId
    for (const topic of metadata.topics)
      if (topic.errorCode === KafkaErrorCode.NONE) this.#topics.set(topic.name, topic)
      else this.#topics.delete(topic.name)
    return metadata
  }

  /** What a broker says of the topic now; null if it does not exist (or cannot, with such a name). */
  async describe(topic: string): Promise<TopicMetadata | null> {
    const { topics } = await this.metadata([topic])
    const found = topics[0]
    if (found === undefined || ABSENT.includes(found.errorCode)) return null
    throwIfError(found.errorCode, `Looking for topic ${topic}`, { needs: [this.needs('Describe', 'topic', topic)] })
    return found
  }

  /** As {@link describe}, from memory if it is there. `UNKNOWN_TOPIC`. */
  async topic(topic: string): Promise<TopicMetadata> {
    const found = this.#topics.get(topic) ?? (await this.describe(topic))
    if (found === null) throw unknownTopic(topic)
    return found
  }

  forgetTopic(topic: string): void {
    this.#topics.delete(topic)
  }

  /** The broker that leads the partition as far as is known; undefined if that is not known. */
  knownLeader(topic: string, partition: number): number | undefined {
    const leader = this.#topics.get(topic)?.partitions[partition]?.leader
    return leader === NO_LEADER ? undefined : leader
  }

  /** Queries the topics again, and returns the errors of those that have one, by name. */
  async lookUp(topics: readonly string[]): Promise<ReadonlyMap<string, BrokerError>> {
    const metadata = await this.metadata(topics)
    const bad = metadata.topics.filter(({ errorCode }) => errorCode !== KafkaErrorCode.NONE)
    return new Map(
      bad.map(({ name, errorCode }) => [
        name,
        ABSENT.includes(errorCode)
          ? unknownTopic(name)
          : new ProtocolError(errorCode, `Looking for topic ${name}`, {
              needs: [this.needs('Describe', 'topic', name)],
            }),
      ]),
    )
  }

  /** Why a partition of a topic just looked up cannot be used; undefined if it can. */
  problemOf(topic: string, partition: number): BrokerError | undefined {
    if (this.knownLeader(topic, partition) !== undefined) return undefined
    if ((this.#topics.get(topic)?.partitions.length ?? 0) <= partition) return unknownTopic(topic, partition)
    return new BrokerError('UNAVAILABLE', `${topic}-${partition} has no leader at the moment.`, { retriable: true })
  }

  /** Runs `request` with a connection to the coordinator, once more where the coordinator has moved. */
  withCoordinator<Result>(
    kind: CoordinatorKind,
    key: string,
    request: (connection: KafkaConnection) => Promise<Result>,
    initialMs?: number,
  ): Promise<Result> {
    const cacheKey = `${kind} ${key}`
    return this.retrying(async () => {
      const nodeId = this.#coordinators.get(cacheKey) ?? (await this.#findCoordinator(kind, key))
      this.#coordinators.set(cacheKey, nodeId)
      try {
        return await request(await this.node(nodeId))
      } catch (error) {
        if (!(error instanceof ProtocolError) || COORDINATOR_MOVED.includes(error.errorCode))
          this.#coordinators.delete(cacheKey)
        throw error
      }
    }, initialMs)
  }

  /** A connection of the caller's own to the coordinator, for requests that wait for others. */
  async openCoordinator(kind: CoordinatorKind, key: string): Promise<KafkaConnection> {
    const nodeId = await this.#findCoordinator(kind, key)
    if (!this.#nodes.has(nodeId)) await this.metadata([])
    return this.open(nodeId)
  }

  async #findCoordinator(kind: CoordinatorKind, key: string): Promise<number> {
    const connection = await this.#anyConnection()
    const answer = await connection.call(apis.findCoordinator, {
      groupId: key,
      coordinatorType: COORDINATOR_TYPES[kind],
    })
    // The broker looks for Describe, which is part of what the requests to the coordinator need.
    const needs = [kind === 'group' ? this.needs('Read', kind, key) : this.needs('Write', 'transactional-id', key)]
    throwIfError(answer.errorCode, `Finding the coordinator of ${kind} ${key}`, { needs })
    return answer.coordinator.nodeId
  }

  /** To a broker that answers: those known, else the bootstrap servers. */
  async #anyConnection(): Promise<KafkaConnection> {
    const bootstrap = this.settings.bootstrapServers.map(parseAddress)
    let last: unknown
    const known = [...this.#nodes.values()]
    const isOpen = ({ host, port }: Address) => this.#connections.has(`${host}:${port}`)
    // A broker that does not answer at all costs the time of a connection; one that is connected is likely to answer.
    for (const address of [...known.filter(isOpen), ...known.filter((node) => !isOpen(node)), ...bootstrap])
      try {
        return await this.#connection(address)
      } catch (error) {
        if (error instanceof BrokerError && !error.retriable) throw error
        last = error
      }
    throw last ?? new BrokerError('INVALID_REQUEST', 'No bootstrap servers are given: set one as host:port.')
  }

  async #connection({ host, port }: Address): Promise<KafkaConnection> {
    this.throwIfClosed()
    const key = `${host}:${port}`
    const opened = this.#connections.get(key)
    if (opened !== undefined) {
      const connection = await opened
      if (!connection.isStale) return connection
      if (this.#connections.get(key) === opened) this.#connections.delete(key)
      void connection.disconnect()
      return this.#connection({ host, port })
    }
    const opening = KafkaConnection.open({ host, port }, this.#setup)
    this.#connections.set(key, opening)
    opening.catch(() => {
      if (this.#connections.get(key) === opening) this.#connections.delete(key)
    })
    return opening
  }
}
