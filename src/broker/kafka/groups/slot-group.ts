/**
 * The slots group: how the servers of a cluster share the work. Its members are the servers, which are assigned slots; the owner
 * of a slot runs its tasks. Kafka's group protocol notices failures. A slot that moves is let go by its owner before another gets it,
 * while the work on other slots continues. There is no topic: the protocol needs none, and one of 64 partitions takes a broker seconds to make.
 *
 * The membership is held by a heartbeat of its own and not by kafkajs's consumer: kafkajs beats only between fetches (so an idle member
 * misses rebalances), takes no notice of how long revoking takes, and starts the new owner before the old one has stopped.
 */

import { sleep, systemClock, systemTimer, type Timer } from '../../../clock.ts'
import type { GroupMembership } from '../../broker.ts'
import type { SlotOwner } from '../../slot-owner.ts'
import { Cluster } from '../cluster/cluster.ts'
import { type KafkaOptions, withDefaults } from '../cluster/kafka-connection-options.ts'
import { isRetriable } from '../cluster/retry.ts'
import { apis } from '../protocol/apis.ts'
import { claimOrder, type SlotShare } from './slot-assignment.ts'
import { decodeAssignment, decodeMember } from './slot-protocol.ts'
import { EvictedError, SlotSession } from './slot-session.ts'

export interface SlotEvents {
  /** This server is a member in a new generation; null: it may be none any more. Called before slots come, and when they are lost. */
  onMember(member: SlotMember | null): void
  /** This server owns the slots from now on. Awaited before the next change. */
  onAssigned(slots: readonly number[]): void | Promise<void>
  /** This server must release the slots. No other server gets them before this has resolved. */
  onRevoked(slots: readonly number[]): void | Promise<void>
  /** The coordinator gave this server up: others may have the slots already. */
  onLost(slots: readonly number[]): void | Promise<void>
  /** This server is to follow these slots, and no others. Called after slots have come and gone. */
  onStandbys(slots: readonly number[]): void
  /** The slots that it follows and whose copies are up to date. */
  warm(): readonly number[]
}

/** A member of the slots group, by which the broker can tell whether a server still has its slots. */
export interface SlotMember extends GroupMembership {
  readonly group: string
  /** Those of all members in this generation; null: not known. */
  readonly identities: readonly string[] | null
}

export interface SlotsOptions extends SlotEvents {
  readonly kafka: KafkaOptions
  readonly timer?: Timer
  /** In [0, 1). */
  readonly random?: () => number
  /** The group is called `<prefix>slots`: one prefix per cluster of servers. */
  readonly prefix: string
  /** How many slots there are: the same for all members, others are refused. */
  readonly slots: number
  /** Servers that follow each slot, beside its owner: the same for all members, of which one assigns. Default 0. */
  readonly standbys?: number
  /** Where the other servers reach this one. */
  readonly address: string
  /** Identifies the server, also after a restart; no other process has it. */
  readonly identity: string
  /** Threads among which this server shares its slots, by `slot % lanes`: if it is to give some up, each thread loses about as many. Default 1. */
  readonly lanes?: number
  /** Without a sign of life for so long a server loses its slots, ms. Default 10,000. */
  readonly sessionTimeoutMs?: number
  /** How long letting go of slots may take, ms. Default 30,000. */
  readonly rebalanceTimeoutMs?: number
  /** Aborted, it leaves, also if it has not been given slots yet. */
  readonly signal?: AbortSignal
}

export interface SlotMembership {
  /** The slots of this server, ascending. */
  readonly owned: readonly number[]
  /** Whether the coordinator was heard within the session timeout: else others may have the slots. */
  readonly isCurrent: boolean
  /** Resolves after `leave`; rejects when a callback failed, or the group cannot be joined any more. */
  readonly ended: Promise<void>
  /** The owners of the slots; while slots are moving, the owners known last. */
  owners(): Promise<readonly SlotOwner[]>
  /** Revokes what is owned, then leaves, so that others get it at once. */
  leave(): Promise<void>
}

const SESSION_TIMEOUT_MS = 10_000
const REBALANCE_TIMEOUT_MS = 30_000
/** How soon a member learns that another came or went, ms. */
const LONGEST_BEAT_MS = 250
const BEATS_PER_SESSION = 4
/** After so long a server takes over the slots whose copies are up to date, without those that are not. */
const WARM_UP_MS = 10_000

/** Resolves when the first slots were given out, which may be none. */
export async function joinSlots(options: SlotsOptions): Promise<SlotMembership> {
  const { timer = systemTimer, random = Math.random } = options
  const cluster = new Cluster(withDefaults(options.kafka), { clock: systemClock, timer, random })
  try {
    await cluster.connect()
    const member = new MemberOfSlots(cluster, options)
    const leave = () => void member.leave().catch(() => {})
    options.signal?.addEventListener('abort', leave, { once: true })
    if (options.signal?.aborted) leave()
    await member.start()
    return member
  } catch (error) {
    await cluster.close()
    throw error
  }
}

class MemberOfSlots implements SlotMembership {
  readonly ended: Promise<void>
  readonly #cluster: Cluster
  readonly #name: string
  readonly #options: SlotsOptions
  readonly #session: SlotSession
  readonly #sessionTimeoutMs: number
  readonly #leaving = new AbortController()
  readonly #firstAssignment = Promise.withResolvers<void>()
  readonly #end = Promise.withResolvers<void>()
  #owned: number[] = []
  /** The slots that the server follows and those that it released lately: it has copies of their state. */
  #followed: readonly number[] = []
  /** What it gets once it has an up-to-date copy. */
  #warming: readonly number[] = []
  /** Slots that it said to have up-to-date copies of when it joined. */
  #claimed: ReadonlySet<number> = new Set()
  #owners: readonly SlotOwner[] = []
  #knowsOwners = false
  /** When the coordinator last answered, by `Timer.elapsed()`. */
  #lastAnswer = 0
  /** When slots were last given out, likewise. */
  #joinedAt = 0
  #isJoining = false

  constructor(cluster: Cluster, options: SlotsOptions) {
    const { sessionTimeoutMs = SESSION_TIMEOUT_MS, rebalanceTimeoutMs = REBALANCE_TIMEOUT_MS } = options
    const name = `${options.prefix}slots`
    this.#cluster = cluster
    this.#name = name
    this.#options = options
    this.#sessionTimeoutMs = sessionTimeoutMs
    this.#session = new SlotSession(cluster, { standbys: 0, ...options, name, sessionTimeoutMs, rebalanceTimeoutMs })
    this.ended = this.#end.promise
    this.ended.catch(() => {})
  }

  get owned(): readonly number[] {
    return this.#owned
  }

  get isCurrent(): boolean {
    return this.#cluster.timer.elapsed() - this.#lastAnswer < this.#sessionTimeoutMs
  }

  async start(): Promise<void> {
    void this.#run().then(
      () => {
        this.#firstAssignment.resolve()
        this.#end.resolve()
      },
      (error: unknown) => {
        this.#firstAssignment.reject(error)
        this.#end.reject(error)
      },
    )
    await this.#firstAssignment.promise
  }

  /** Known until the members join again: only then slots move. */
  async owners(): Promise<readonly SlotOwner[]> {
    if (this.#knowsOwners) return this.#owners
    const joinedAt = this.#joinedAt
    const described = await this.#cluster.withCoordinator('group', this.#name, async (connection) => {
      const { groups } = await connection.call(apis.describeGroups, { groupIds: [this.#name] })
      return groups[0]!
    })
    if (described.state === 'Stable') {
      this.#knowsOwners = joinedAt === this.#joinedAt && !this.#isJoining
      this.#owners = described.members.map(({ memberMetadata, memberAssignment }) => ({
        address: memberMetadata === null ? '' : decodeMember(memberMetadata).address,
        ...decodeAssignment(memberAssignment),
      }))
    }
    return this.#owners
  }

  async leave(): Promise<void> {
    this.#leaving.abort()
    // The others may take long to join; a server that leaves need not wait for them.
    if (this.#isJoining) this.#session.disconnect()
    await this.ended
  }

  async #run(): Promise<void> {
    try {
      for (let failures = 0; !this.#leaving.signal.aborted; )
        try {
          await this.#takePart()
        } catch (error) {
          if (this.#cluster.timer.elapsed() - this.#joinedAt >= this.#sessionTimeoutMs) failures = 0
          await this.#recover(error, failures++)
        }
    } finally {
      await this.#sayGoodbye()
    }
  }

  async #sayGoodbye(): Promise<void> {
    try {
      await this.#revoke(this.#owned)
    } finally {
      // If it does not arrive, the session times out.
      await this.#session.leave().catch(() => {})
      this.#session.disconnect()
      await this.#cluster.close()
    }
  }

  /** Until the members must join again, or this one leaves. */
  async #takePart(): Promise<void> {
    const { slots: assigned, standbys, warming } = await this.#join()
    this.#lastAnswer = this.#joinedAt = this.#cluster.timer.elapsed()
    const identities = await this.#session.identities()
    this.#options.onMember({ group: this.#name, ...this.#session.member, identities })
    const lost = this.#owned.filter((slot) => !assigned.includes(slot))
    const gained = assigned.filter((slot) => !this.#owned.includes(slot))
    await this.#whileBeating(() => this.#revoke(lost))
    this.#owned = [...assigned]
    if (gained.length > 0) await this.#whileBeating(async () => this.#options.onAssigned(gained))
    this.#followed = [...new Set([...standbys, ...lost])]
    this.#warming = warming
    this.#options.onStandbys(standbys)
    this.#firstAssignment.resolve()
    // What was let go is given to its new owner when we join again.
    if (lost.length > 0) return
    while (!this.#leaving.signal.aborted && !this.#canTakeMore && (await this.#beat())) await this.#pause(this.#beatMs)
  }

  /** Whether copies have become up to date of slots that are to move here: all, or after a while some. */
  get #canTakeMore(): boolean {
    // Those that were up to date when it joined come by themselves, once their owners have released them.
    const awaited = this.#warming.filter((slot) => !this.#claimed.has(slot))
    if (awaited.length === 0) return false
    const warm = new Set(this.#options.warm())
    const count = awaited.filter((slot) => warm.has(slot)).length
    const isLate = this.#cluster.timer.elapsed() - this.#joinedAt > WARM_UP_MS
    return count === awaited.length || (count > 0 && isLate)
  }

  async #join(): Promise<SlotShare> {
    this.#isJoining = true
    this.#knowsOwners = false
    try {
      if (this.#joinedAt === 0) await this.#session.expelFormer()
      const owned = claimOrder(this.#owned, this.#options.lanes ?? 1)
      const warm = this.#options.warm()
      this.#claimed = new Set(warm)
      return await this.#session.join({ owned, followed: this.#followed, warm })
    } finally {
      this.#isJoining = false
    }
  }

  async #beat(): Promise<boolean> {
    const isStable = await this.#session.heartbeat()
    this.#lastAnswer = this.#cluster.timer.elapsed()
    return isStable
  }

  get #beatMs(): number {
    return Math.min(LONGEST_BEAT_MS, this.#sessionTimeoutMs / BEATS_PER_SESSION)
  }

  /** Keeps the membership alive during `work`. A call to join again is answered afterwards, and an eviction is thrown after it. */
  async #whileBeating(work: () => Promise<void>): Promise<void> {
    let eviction: EvictedError | null = null
    const hear = (error: unknown) => {
      if (error instanceof EvictedError) eviction = error
    }
    const beats = this.#cluster.timer.every(this.#beatMs, () => void this.#beat().catch(hear))
    try {
      await work()
    } finally {
      beats.cancel()
    }
    if (eviction !== null) throw eviction
  }

  async #revoke(slots: readonly number[]): Promise<void> {
    if (slots.length === 0) return
    this.#owned = this.#owned.filter((slot) => !slots.includes(slot))
    await this.#options.onRevoked(slots)
  }

  async #lose(): Promise<void> {
    const slots = this.#owned
    this.#owned = []
    this.#options.onMember(null)
    if (slots.length > 0) await this.#options.onLost(slots)
  }

  /** A member that was evicted, or was not heard for a session, may have lost its slots to others: it stops working on them. */
  async #recover(error: unknown, failures: number): Promise<void> {
    if (!isRetriable(error)) throw error
    const isEvicted = error instanceof EvictedError
    if (!isEvicted) this.#session.disconnect()
    if (isEvicted || !this.isCurrent) await this.#lose()
    await this.#pause(this.#cluster.backoff(failures))
  }

  async #pause(ms: number): Promise<void> {
    await sleep(this.#cluster.timer, ms, { signal: this.#leaving.signal })
  }
}
