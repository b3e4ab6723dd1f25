/**
 * Fetches many partitions over few connections. Per broker there are two lanes, each with one request under way: partitions that are
 * quiet share a request that the broker holds until a record comes; partitions that have just been taken or assigned go out on the other
 * lane meanwhile, whose requests the broker is to answer soon. A lane waits until the caller has taken what it brought, so that the next request
 * of a lane has all its partitions in it again, and at most one answer per lane is buffered.
 */

import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Scheduled } from '../../../clock.ts'
import type {
  FetchedPartition,
  Fetcher,
  FetcherOptions,
  PauseReason,
  TopicPartition,
  TopicPartitionOffset,
} from '../../broker.ts'
import { BrokerError } from '../../broker-error.ts'
import { positionKey } from '../../position-key.ts'
import { addTo } from '../cluster/by-leader.ts'
import type { Cluster } from '../cluster/cluster.ts'
import { outOfRange } from '../cluster/list-offsets.ts'
import { KafkaErrorCode, ProtocolError, unavailable } from '../protocol/protocol-errors.ts'
import { FetchLane } from './fetch-lane.ts'
import type { FetchAnswer } from './fetch-request.ts'
import { Assignment } from './fetched-partition.ts'
import { FramePool } from './frame-pool.ts'

const LANES_PER_NODE = 2
/** Bounds the wait of a partition for a lane, ms. */
const SECOND_LANE_MAX_WAIT_MS = 25
/** At most so much at once of a partition whose reader was full before: it keeps what it cannot read yet. */
const FULL_PARTITION_BYTES = 512 << 10
/** A topic may be unknown to some broker for a moment after it was created. */
const UNKNOWN_TOPIC_AFTER_MS = 500

/** The fetcher of the broker port; `options` as there. `onClose` runs once, when it was closed. */
export class KafkaFetcher implements Fetcher {
  readonly #cluster: Cluster
  readonly #options: Required<FetcherOptions>
  readonly #onClose: () => void
  /** In the order of their turns: a partition that got records goes to the end. */
  readonly #assigned = new Map<string, Assignment>()
  /** Assignments with an answer that was not taken yet. */
  readonly #arrived = new Set<Assignment>()
  readonly #lanes = new Map<number, readonly FetchLane[]>()
  readonly #frames = new FramePool()
  #isLookingUp = false
  #isPumpScheduled = false
  #nextRetry: Scheduled | null = null
  #wake: (() => void) | null = null
  #isWakeUpPending = false
  #isClosed = false

  constructor(cluster: Cluster, options: FetcherOptions, onClose: () => void) {
    this.#cluster = cluster
    this.#onClose = onClose
    this.#options = {
      maxWaitMs: 250,
      maxBytes: 8 << 20,
      maxPartitionBytes: 1 << 20,
      maxBufferedBytes: 16 << 20,
      readCommitted: false,
      ...options,
    }
  }

  assign(position: TopicPartitionOffset): void {
    this.#throwIfClosed()
    const key = positionKey(position)
    const known = this.#assigned.get(key)
    this.#assigned.set(key, known ?? new Assignment(position, this.#cluster.backoff))
    if (known !== undefined) this.seek(position)
    this.#schedulePump()
  }

  unassign(partition: TopicPartition): void {
    const key = positionKey(partition)
    const assignment = this.#assigned.get(key)
    if (assignment === undefined) return
    this.#assigned.delete(key)
    this.#arrived.delete(assignment)
    assignment.drop()
    this.#schedulePump()
  }

  seek(position: TopicPartitionOffset): void {
    this.#throwIfClosed()
    const assignment = this.#assigned.get(positionKey(position))
    if (assignment === undefined)
      throw new BrokerError('INVALID_REQUEST', `Cannot seek in ${position.topic}-${position.partition}: not assigned.`)
    this.#arrived.delete(assignment)
    assignment.moveTo(position.offset)
    this.#schedulePump()
  }

  pause(partition: TopicPartition, reason: PauseReason): void {
    const assignment = this.#assigned.get(positionKey(partition))
    if (assignment === undefined) return
    assignment.isPaused = true
    if (reason === 'full') assignment.wasFull = true
    assignment.compact()
    this.#schedulePump()
  }

  resume(partition: TopicPartition): void {
    const assignment = this.#assigned.get(positionKey(partition))
    if (assignment === undefined) return
    assignment.isPaused = false
    if (assignment.answer !== null) this.#wake?.()
  }

  async poll(maxWaitMs: number): Promise<FetchedPartition[]> {
    this.#throwIfClosed()
    if (this.#wake !== null) throw new BrokerError('INVALID_REQUEST', 'One poll at a time: the last one is pending.')
    const arrived = this.#takeArrived()
    if (arrived.length > 0 || this.#isWakeUpPending) {
      this.#isWakeUpPending = false
      return arrived
    }
    // Even a poll that must not wait lets the sockets be read, else a loop of such polls would never see a record.
    await (maxWaitMs <= 0 ? nextTurn() : this.#arrivalOrTimeout(maxWaitMs))
    this.#isWakeUpPending = false
    return this.#takeArrived()
  }

  release(fetched: readonly FetchedPartition[]): void {
    for (const { batches } of fetched) this.#frames.release(batches)
  }

  wakeUp(): void {
    this.#isWakeUpPending = true
    this.#wake?.()
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#nextRetry?.cancel()
    this.#assigned.clear()
    this.#arrived.clear()
    for (const lane of [...this.#lanes.values()].flat()) lane.close()
    this.#wake?.()
    this.#onClose()
  }

  #throwIfClosed(): void {
    if (this.#isClosed) throw new BrokerError('CLOSED', 'The fetcher was closed.')
  }

  async #arrivalOrTimeout(maxWaitMs: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timeout = this.#cluster.timer.after(maxWaitMs, resolve)
      this.#wake = () => {
        timeout.cancel()
        resolve()
      }
    })
    this.#wake = null
  }

  #takeArrived(): FetchedPartition[] {
    const taken: FetchedPartition[] = []
    for (const assignment of this.#arrived) {
      if (assignment.isPaused) continue
      this.#arrived.delete(assignment)
      taken.push(assignment.take())
    }
    if (taken.length > 0) this.#schedulePump()
    return taken
  }

  /** Once for all changes of this turn. */
  #schedulePump(): void {
    if (this.#isPumpScheduled || this.#isClosed) return
    this.#isPumpScheduled = true
    queueMicrotask(() => {
      this.#isPumpScheduled = false
      if (!this.#isClosed) this.#pump()
    })
  }

  /** Sends what can be sent. */
  #pump(): void {
    const now = this.#cluster.timer.elapsed()
    const waiting = new Map<number, Assignment[]>()
    const leaderless = new Set<string>()
    const untaken = new Set<FetchLane>()
    let earliestRetry = Number.POSITIVE_INFINITY
    for (const assignment of this.#assigned.values()) {
      if (assignment.answeredBy !== null && !assignment.isPaused) untaken.add(assignment.answeredBy)
      if (!assignment.wantsFetch) continue
      const leader = this.#cluster.knownLeader(assignment.topic, assignment.partition)
      if (assignment.retryAt > now) earliestRetry = Math.min(earliestRetry, assignment.retryAt)
      else if (leader === undefined) leaderless.add(assignment.topic)
      else addTo(waiting, leader, assignment)
    }
    for (const [nodeId, assignments] of waiting) {
      const lane = this.#lanesOf(nodeId).find((candidate) => !candidate.isBusy && !untaken.has(candidate))
      if (lane !== undefined) void this.#fetch(lane, assignments)
    }
    if (!this.#isLookingUp && leaderless.size > 0) void this.#findLeaders([...leaderless])
    this.#pumpAgainAt(earliestRetry, now)
  }

  #pumpAgainAt(time: number, now: number): void {
    this.#nextRetry?.cancel()
    if (time < Number.POSITIVE_INFINITY)
      this.#nextRetry = this.#cluster.timer.after(time - now, () => this.#schedulePump())
  }

  #lanesOf(nodeId: number): readonly FetchLane[] {
    let lanes = this.#lanes.get(nodeId)
    if (lanes === undefined) {
      const { maxWaitMs } = this.#options
      const shortWaitMs = Math.min(maxWaitMs, SECOND_LANE_MAX_WAIT_MS)
      const onRested = () => this.#schedulePump()
      lanes = [maxWaitMs, shortWaitMs].map(
        (laneMs) => new FetchLane(this.#cluster, { nodeId, maxWaitMs: laneMs, frames: this.#frames, onRested }),
      )
      this.#lanes.set(nodeId, lanes)
    }
    return lanes
  }

  async #fetch(lane: FetchLane, assignments: readonly Assignment[]): Promise<void> {
    const { maxBytes, maxBufferedBytes, maxPartitionBytes, readCommitted } = this.#options
    const sent = new Map(assignments.map((assignment) => [assignment, assignment.version]))
    const positions = assignments.map(({ topic, partition, position, wasFull }) => ({
      topic,
      partition,
      offset: position,
      maxBytes: wasFull ? Math.min(maxPartitionBytes, FULL_PARTITION_BYTES) : maxPartitionBytes,
    }))
    for (const assignment of assignments) assignment.isInFlight = true
    try {
      const answers = await lane.fetch({
        maxWaitMs: lane.maxWaitMs,
        maxBytes: Math.min(maxBytes, Math.ceil(maxBufferedBytes / (LANES_PER_NODE * this.#lanes.size))),
        readCommitted,
        positions,
      })
      this.#land(assignments, sent)
      for (const answer of answers) {
        const assignment = this.#assigned.get(positionKey(answer))
        // Another assignment of the partition may have come meanwhile, at another position.
        if (assignment !== undefined && assignment.version === sent.get(assignment))
          this.#receive(assignment, answer, lane)
      }
      this.#hold(answers)
    } catch (error) {
      for (const assignment of this.#land(assignments, sent))
        this.#hinder(assignment, unavailable(`Fetching ${assignment.topic}-${assignment.partition}`, error))
    }
    this.#schedulePump()
  }

  /** Keeps the response's memory until each part of it that waits for a poll was released. */
  #hold(answers: readonly FetchAnswer[]): void {
    const response = answers[0]?.records
    if (response === undefined) return
    const isWaiting = ({ topic, partition, records }: FetchAnswer) =>
      this.#assigned.get(positionKey({ topic, partition }))?.answer?.batches.buffer === records.buffer
    this.#frames.hold(response, answers.filter(isWaiting).length)
  }

  /** The assignments whose position is still the one that was requested. */
  #land(assignments: readonly Assignment[], sent: ReadonlyMap<Assignment, number>): Assignment[] {
    const current = assignments.filter((assignment) => assignment.version === sent.get(assignment))
    for (const assignment of current) assignment.isInFlight = false
    return current
  }

  #receive(assignment: Assignment, answer: FetchAnswer, lane: FetchLane): void {
    const { topic, partition, errorCode } = answer
    try {
      if (errorCode !== KafkaErrorCode.NONE) this.#receiveError(assignment, errorCode)
      else if (assignment.receive(answer, lane)) this.#endTurn(assignment)
    } catch (error) {
      this.#fail(assignment, unavailable(`Reading ${topic}-${partition}`, error))
    }
  }

  #endTurn(assignment: Assignment): void {
    const key = positionKey(assignment)
    this.#assigned.delete(key)
    this.#assigned.set(key, assignment)
    this.#arrive(assignment)
  }

  #receiveError(assignment: Assignment, errorCode: number): void {
    const { topic, partition } = assignment
    const needs = [this.#cluster.needs('Read', 'topic', topic)]
    const error = new ProtocolError(errorCode, `Fetching ${topic}-${partition}`, { needs })
    const mayPass = error.retriable || errorCode === KafkaErrorCode.UNKNOWN_TOPIC_OR_PARTITION
    if (errorCode === KafkaErrorCode.OFFSET_OUT_OF_RANGE) void this.#checkRange(assignment)
    else if (mayPass) this.#hinder(assignment, error)
    else this.#fail(assignment, error)
  }

  /** Reports where the log begins and ends; a leader that has just changed may have been wrong, so the position is checked. */
  async #checkRange(assignment: Assignment): Promise<void> {
    const { topic, partition, position, version } = assignment
    assignment.isInFlight = true
    try {
      const error = await outOfRange(this.#cluster, { topic, partition, offset: position })
      if (assignment.version !== version) return
      assignment.isInFlight = false
      if (position < error.startOffset || position > error.endOffset) this.#fail(assignment, error)
      else this.#hinder(assignment, error)
    } catch (error) {
      if (assignment.version !== version) return
      assignment.isInFlight = false
      this.#hinder(assignment, unavailable(`Reading the range of ${topic}-${partition}`, error))
    }
    this.#schedulePump()
  }

  async #findLeaders(topics: readonly string[]): Promise<void> {
    this.#isLookingUp = true
    const problems = await this.#problemsOf(topics)
    this.#isLookingUp = false
    for (const assignment of this.#assigned.values())
      if (assignment.wantsFetch && topics.includes(assignment.topic))
        this.#checkLeader(assignment, problems.get(assignment.topic))
    this.#schedulePump()
  }

  async #problemsOf(topics: readonly string[]): Promise<ReadonlyMap<string, BrokerError>> {
    try {
      return await this.#cluster.lookUp(topics)
    } catch (error) {
      return new Map(topics.map((topic) => [topic, unavailable(`Looking for the leaders of topic ${topic}`, error)]))
    }
  }

  #checkLeader(assignment: Assignment, found: BrokerError | undefined): void {
    const { topic, partition } = assignment
    const problem = found ?? this.#cluster.problemOf(topic, partition)
    if (problem === undefined) return
    const isYoung = assignment.troubleMs(this.#cluster.timer.elapsed()) < UNKNOWN_TOPIC_AFTER_MS
    if (problem.retriable || (problem.code === 'UNKNOWN_TOPIC' && isYoung)) this.#hinder(assignment, problem)
    else this.#fail(assignment, problem)
  }

  #fail(assignment: Assignment, error: BrokerError): void {
    assignment.fail(error)
    this.#arrive(assignment)
  }

  /** What is known of the leader may be why it went wrong. */
  #hinder(assignment: Assignment, error: BrokerError): void {
    this.#cluster.forgetTopic(assignment.topic)
    if (assignment.hinder(error, this.#cluster.timer.elapsed())) this.#arrive(assignment)
  }

  #arrive(assignment: Assignment): void {
    this.#arrived.add(assignment)
    if (!assignment.isPaused) this.#wake?.()
  }
}
