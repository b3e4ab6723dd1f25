/**
 * The slots group as Kafka's coordinator keeps it, in memory: who is a member in which generation. Slots are assigned by the servers' own
 * code. Over the embedded log it makes brokers that check memberships as Kafka does: an offset with a membership is refused unless that is the
 * present one, and readers of stable offsets wait for transactions that hold offsets of the group. Source: KIP-447.
 */
import type { Broker, Fetcher, FetcherOptions, GroupMembership, Producer } from '../../../src/broker/broker.ts'
import { BrokerError } from '../../../src/broker/broker-error.ts'
import { assignSlots } from '../../../src/broker/kafka/groups/slot-assignment.ts'
import { SLOTS } from '../../../src/runtime/slots.ts'
import type { SimulatedServer } from './simulated-server.ts'

interface PendingOffsets {
  readonly transactionalId: string
  readonly groups: Set<string>
}

export class SimulatedGroup {
  readonly name = 'slots'
  readonly #standbys: number
  #generation = 0
  #members: readonly SimulatedServer[] = []
  /** Open transactions that hold offsets. */
  readonly #pending = new Set<PendingOffsets>()
  #waiters: (() => void)[] = []
  #turn: Promise<void> = Promise.resolve()

  constructor(standbys: number) {
    this.#standbys = standbys
  }

  get members(): readonly SimulatedServer[] {
    return this.#members
  }

  /** Resolves when the members have their slots. */
  join(server: SimulatedServer): Promise<void> {
    return this.#inTurn(async () => {
      this.#members = [...this.#members, server]
      await this.#rebalance()
    })
  }

  /** Takes members out, without their help; resolves when the others have the slots. */
  evict(servers: readonly SimulatedServer[]): Promise<void> {
    return this.#inTurn(async () => {
      this.#members = this.#members.filter((member) => !servers.includes(member))
      await this.#rebalance()
    })
  }

  /** The broker as a server has it. `reach`: resolves when a call may reach the log; rejects if it never will. */
  brokerFor(broker: Broker, reach: () => Promise<void>): Broker {
    return new Proxy(broker, {
      get: (target, name: keyof Broker) => {
        if (name === 'producer')
          return (options: Parameters<Broker['producer']>[0]) =>
            this.#producerFor(target.producer(options), options, reach)
        if (name === 'fetchStableOffsets')
          return async (...call: Parameters<Broker['fetchStableOffsets']>) => {
            await this.#decided(call[0])
            await reach()
            return target.fetchStableOffsets(...call)
          }
        const method = target[name] as (...call: unknown[]) => unknown
        if (name === 'fetcher') return (options: FetcherOptions) => heldFetcher(target.fetcher(options), reach)
        if (name === 'close') return method.bind(target)
        return async (...call: unknown[]) => {
          await reach()
          return method.apply(target, call)
        }
      },
    })
  }

  #producerFor(producer: Producer, options: Parameters<Broker['producer']>[0], reach: () => Promise<void>): Producer {
    const pending: PendingOffsets = { transactionalId: options?.transactionalId ?? '', groups: new Set() }
    const settle = () => {
      this.#pending.delete(pending)
      pending.groups.clear()
      for (const proceed of this.#waiters.splice(0)) proceed()
    }
    const calls: Partial<Producer> = {
      initTransactions: async () => {
        await reach()
        await producer.initTransactions()
        // Whoever had this id before is fenced, and what it left open is aborted.
        for (const other of this.#pending)
          if (other.transactionalId === pending.transactionalId) this.#pending.delete(other)
        for (const proceed of this.#waiters.splice(0)) proceed()
      },
      send: async (...call) => {
        await reach()
        return producer.send(...call)
      },
      sendOffsets: async (group, offsets, member) => {
        await reach()
        if (member !== undefined && !this.#knows(member)) throw new BrokerError('STALE_MEMBER', 'Another generation.')
        pending.groups.add(group)
        this.#pending.add(pending)
        await producer.sendOffsets(group, offsets)
      },
      commit: async () => {
        await reach()
        await producer.commit()
        settle()
      },
      abort: async () => {
        await reach()
        await producer.abort()
        settle()
      },
      close: async () => {
        // A dead server's transaction stays open until somebody ends it.
        try {
          await reach()
        } catch {
          return
        }
        await producer.close()
        settle()
      },
    }
    return new Proxy(producer, {
      get: (target, name: keyof Producer) => calls[name] ?? (target[name] as () => unknown).bind(target),
    })
  }

  async #decided(group: string): Promise<void> {
    while ([...this.#pending].some(({ groups }) => groups.has(group)))
      await new Promise<void>((resolve) => this.#waiters.push(resolve))
  }

  #knows({ memberId, generation }: GroupMembership): boolean {
    return generation === this.#generation && this.#members.some((member) => member.memberId === memberId)
  }

  /** As often as slots are let go of, or copies have become up to date. */
  async #rebalance(): Promise<void> {
    for (let rounds = 0, isMoving = true; isMoving && this.#members.length > 0 && rounds < 10; rounds++) {
      this.#generation++
      const claims = this.#members.map((member) => member.claim)
      const shares = assignSlots(claims, { slots: SLOTS, standbys: this.#standbys })
      const identities = this.#members.map(({ identity }) => identity)
      const membership = { group: this.name, generation: this.#generation, identities }
      const results = await Promise.all(
        this.#members.map((member) => member.take(shares.get(member.memberId)!, membership)),
      )
      isMoving = results.some(Boolean)
    }
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.#turn.then(work)
    this.#turn = done.catch(() => {})
    return done
  }
}

/** Delivers nothing while calls cannot reach the log. */
const heldFetcher = (fetcher: Fetcher, reach: () => Promise<void>): Fetcher =>
  new Proxy(fetcher, {
    get: (target, name: keyof Fetcher) => {
      if (name !== 'poll') return (target[name] as () => unknown).bind(target)
      return async (maxWaitMs: number) => {
        const answers = await target.poll(maxWaitMs)
        await reach()
        return answers
      }
    },
  })
