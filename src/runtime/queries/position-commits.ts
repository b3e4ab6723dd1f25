/**
 * Commits positions of queries that no task commits: the first ones of partitions that were added, and new ones for those that are lost. Where
 * slots are shared, such a commit depends on the membership of this server, as those of tasks do: a server that was frozen, and lost its slots
 * meanwhile, must not set back the positions of its successor.
 */
import type { Broker, GroupOffset } from '../../broker/broker.ts'
import { commitSurely } from '../../broker/commit-surely.ts'
import type { Timer } from '../../clock.ts'
import { Mutex } from '../../mutex.ts'
import type { ClusterMember } from '../cluster-member.ts'
import { MembershipFence } from '../worker/membership-fence.ts'

export interface PositionCommitsOptions {
  readonly broker: Pick<Broker, 'commitOffsets' | 'producer'>
  readonly timer: Timer
  /** No other server has the same. */
  readonly transactionalId: string
}

/** A server that dies in the middle of a commit holds its successor up for so long. */
const TIMEOUT_MS = 10_000
const ATTEMPTS = 5

export class PositionCommits {
  readonly #options: PositionCommitsOptions
  readonly #fence: MembershipFence
  /** Two transactions of one id would end each other. */
  readonly #turns = new Mutex()

  constructor(options: PositionCommitsOptions) {
    this.#options = options
    this.#fence = new MembershipFence(options.timer)
  }

  /** Null: the server may have lost its slots. Never set where slots are not shared. */
  set member(member: ClusterMember | null) {
    this.#fence.member = member
  }

  /** Rejects with a BrokerError: `TRANSACTION_ABORTED` if this server is no member any more. */
  async commit(group: string, offsets: readonly GroupOffset[]): Promise<void> {
    if (offsets.length === 0) return
    if (!this.#fence.isShared) await this.#options.broker.commitOffsets(group, offsets)
    else await this.#turns.run(() => this.#commitAsMember(group, offsets))
  }

  async #commitAsMember(group: string, offsets: readonly GroupOffset[]): Promise<void> {
    const { broker, transactionalId } = this.#options
    const producer = broker.producer({ transactionalId, transactionTimeoutMs: TIMEOUT_MS })
    try {
      await producer.initTransactions()
      producer.begin()
      await producer.sendOffsets(group, offsets)
      await this.#fence.addTo(producer)
      await commitSurely(producer, ATTEMPTS)
    } finally {
      await producer.close()
    }
  }
}
