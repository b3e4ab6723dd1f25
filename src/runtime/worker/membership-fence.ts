/**
 * Keeps a server that lost its slots from committing: the last part of each transaction is an offset of the group that shares the slots,
 * which the broker takes only from a member in its present generation. A new owner of slots first waits for transactions that came so far
 * (`fetchStableOffsets`). Together no commit of an old owner can follow the first read of a new one. Source: KIP-447.
 */
import type { Producer } from '../../broker/broker.ts'
import { BrokerError } from '../../broker/broker-error.ts'
import type { Scheduled, Timer } from '../../clock.ts'
import type { ClusterMember } from '../cluster-member.ts'

/** How long a commit waits for the new generation. The other members are about to join it. */
const WAIT_MS = 5_000

export class MembershipFence {
  readonly #timer: Timer
  /** Undefined: slots are not shared. */
  #member: ClusterMember | null | undefined = undefined
  #waiters: (() => void)[] = []

  constructor(timer: Timer) {
    this.#timer = timer
  }

  /** Whether there are other servers, or may be. */
  get isShared(): boolean {
    return this.#member !== undefined
  }

  /** Null: the server may have lost its slots. */
  set member(member: ClusterMember | null) {
    this.#member = member
    const waiters = this.#waiters
    this.#waiters = []
    for (const proceed of waiters) proceed()
  }

  /** Makes the open transaction depend on the membership. Rejects with `TRANSACTION_ABORTED` if this server is no member any more. */
  async addTo(producer: Pick<Producer, 'sendOffsets'>): Promise<void> {
    for (let tried: ClusterMember | null = null; this.#member !== undefined; ) {
      const member = this.#member
      if (member === null || member === tried) throw lost()
      const { group, topic, memberId, generation } = member
      try {
        await producer.sendOffsets(group, [{ topic, partition: 0, offset: generation }], { memberId, generation })
        return
      } catch (error) {
        if (!(error instanceof BrokerError && error.code === 'STALE_MEMBER')) throw error
        tried = member
        if (this.#member === member) await this.#change()
      }
    }
  }

  /** Resolves when the membership changes, or it has taken too long. */
  async #change(): Promise<void> {
    let timeout: Scheduled | null = null
    await new Promise<void>((resolve) => {
      this.#waiters.push(resolve)
      timeout = this.#timer.after(WAIT_MS, resolve)
    })
    ;(timeout as Scheduled | null)?.cancel()
  }
}

const lost = (): BrokerError =>
  new BrokerError('TRANSACTION_ABORTED', 'This server is no member of its cluster any more: others may have its slots.')
