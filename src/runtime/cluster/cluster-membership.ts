/**
 * This server among the servers of its cluster: joins the slots group, hands the slots that come and go to the runtime, and joins again,
 * after pauses that grow, whenever the membership has ended.
 */

import type { SlotEvents, SlotMembership } from '../../broker/kafka/groups/slot-group.ts'
import type { SlotOwner } from '../../broker/slot-owner.ts'
import { type Clock, type DoublingPauses, doublingPause, sleep, type Timer } from '../../clock.ts'
import { messageOf } from '../../errors.ts'
import type { QueryRuntime } from '../query-runtime.ts'

export interface ClusterMembershipOptions {
  readonly runtime: Pick<QueryRuntime, 'setMember' | 'takeSlots' | 'dropSlots' | 'followSlots' | 'warmSlots'>
  /** See `ClusterMember`. */
  readonly topic: string
  /** What transactional ids of a server's workers begin with. */
  readonly writerPrefix: (identity: string) => string
  readonly clock: Clock
  readonly timer: Timer
  /** Joins the group that divides the slots. An aborted `signal` leaves it, also before the first slots have come. */
  readonly join: (events: SlotEvents, signal: AbortSignal) => Promise<SlotMembership>
  /** Receives, in words for the operator, which slots come and go. */
  readonly inform: (message: string) => void
  readonly warn: (message: string) => void
}

const PAUSES: DoublingPauses = { firstMs: 1_000, longestMs: 60_000 }
/** A server whose cluster takes longer to divide the slots starts without knowing which servers have them. */
const LONGEST_START_MS = 5_000

/** Keeps a server in its cluster until `leave`. */
export class ClusterMembership {
  readonly #options: ClusterMembershipOptions
  readonly #leaving = new AbortController()
  readonly #stay: Promise<void>
  readonly #firstAttempt = Promise.withResolvers<void>()
  #member: SlotMembership | null = null
  #knowsQueries = false

  /** Joins in the background. */
  constructor(options: ClusterMembershipOptions) {
    this.#options = options
    this.#stay = this.#run()
  }

  /** The servers with their slots, as far as known. Rejects with a BrokerError. */
  async owners(): Promise<readonly SlotOwner[]> {
    return this.#member === null ? [] : this.#member.owners()
  }

  /**
   * Resolves when this server knows which servers have which slots, or cannot join yet, at the latest after five seconds. A server that accepts
   * requests before that can tell nobody where the rows of a table are. `signal`: aborts the waiting.
   */
  async settled(signal: AbortSignal): Promise<void> {
    const isSettled = new AbortController()
    const late = sleep(this.#options.timer, LONGEST_START_MS, { signal: AbortSignal.any([isSettled.signal, signal]) })
    await Promise.race([this.#firstAttempt.promise, late]).finally(() => isSettled.abort())
  }

  /** Whether Kafka has heard this server lately. A server whose slots were taken away has none left to answer for. */
  get isMember(): boolean {
    return this.#member?.isCurrent ?? true
  }

  /** The runtime has all queries: until then nobody can tell which slots it could take over at once. */
  noteQueries(): void {
    this.#knowsQueries = true
  }

  /** Gives the slots up, so that the other servers get them at once. */
  async leave(): Promise<void> {
    this.#leaving.abort()
    await this.#stay
  }

  async #run(): Promise<void> {
    const { clock, timer, join, warn } = this.#options
    const { signal } = this.#leaving
    for (let failures = 0; !signal.aborted; failures++) {
      const startedAt = clock.now()
      try {
        this.#member = await join(this.#events, signal)
        // The answer is kept for the first pull query.
        const known = () => this.#firstAttempt.resolve()
        void this.#member.owners().then(known, known)
        await this.#member.ended
      } catch (error) {
        if (!signal.aborted) warn(`${NO_MEMBER}: ${messageOf(error)} It runs no queries until it has joined again.`)
        await this.#member?.leave().catch(() => {})
      }
      this.#firstAttempt.resolve()
      this.#member = null
      if (clock.now() - startedAt > PAUSES.longestMs) failures = 0
      if (!signal.aborted) await sleep(timer, doublingPause(PAUSES, failures), { signal })
    }
  }

  readonly #events: SlotEvents = {
    onMember: (member) => {
      const { runtime, topic, writerPrefix } = this.#options
      if (member === null) return runtime.setMember(null)
      const { identities, ...membership } = member
      runtime.setMember({ ...membership, topic, liveWriters: identities?.map(writerPrefix) ?? null })
    },
    onAssigned: (slots) => {
      this.#options.inform(`This server has got slots of its cluster: ${rangesOf(slots)}.`)
      this.#options.runtime.takeSlots(slots)
    },
    onRevoked: async (slots) => {
      await this.#options.runtime.dropSlots(slots, { commit: true })
      this.#options.inform(`This server has given slots of its cluster up: ${rangesOf(slots)}.`)
    },
    onLost: async (slots) => {
      this.#options.warn(
        `This server was not heard in time, and others may have its slots ${rangesOf(slots)}. Its queries stop there until it has joined again.`,
      )
      await this.#options.runtime.dropSlots(slots, { commit: false })
    },
    onStandbys: (slots) => this.#options.runtime.followSlots(slots),
    warm: () => (this.#knowsQueries ? this.#options.runtime.warmSlots() : []),
  }
}

const NO_MEMBER = 'This server is no member of its cluster'

/** Slots in words, such as `0-3,7`. */
function rangesOf(slots: readonly number[]): string {
  const ranges: { from: number; to: number }[] = []
  for (const slot of slots.toSorted((a, b) => a - b)) {
    const last = ranges.at(-1)
    if (last?.to === slot - 1) last.to = slot
    else ranges.push({ from: slot, to: slot })
  }
  return ranges.map(({ from, to }) => (from === to ? `${from}` : `${from}-${to}`)).join(',')
}
