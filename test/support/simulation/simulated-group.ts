/**
 * The slots group as Kafka's coordinator keeps it, in memory: who is a member in which generation. Slots are assigned by the servers' own
 * code.
 */
import type { GroupMembership } from '../../../src/broker/broker.ts'
import { assignSlots } from '../../../src/broker/kafka/groups/slot-assignment.ts'
import { SLOTS } from '../../../src/runtime/slots.ts'
import type { SimulatedServer } from './simulated-server.ts'

export class SimulatedGroup {
  readonly name = 'slots'
  readonly #standbys: number
  #generation = 0
  #members: readonly SimulatedServer[] = []
  /** Resolves when a member is to be taken out: then nobody waits for it, as after the rebalance time-out of a group. */
  readonly #leaving = new Map<SimulatedServer, PromiseWithResolvers<boolean>>()
  #turn: Promise<void> = Promise.resolve()

  constructor(standbys: number) {
    this.#standbys = standbys
  }

  /** Resolves when the members have their slots. */
  join(server: SimulatedServer): Promise<void> {
    this.#leaving.set(server, Promise.withResolvers())
    return this.#inTurn(async () => {
      this.#members = [...this.#members, server]
      await this.#rebalance()
    })
  }

  /** Takes a member out, without its help; resolves when the others have the slots. */
  evict(server: SimulatedServer): Promise<void> {
    this.#leaving.get(server)?.resolve(false)
    return this.#inTurn(async () => {
      this.#members = this.#members.filter((member) => member !== server)
      await this.#rebalance()
    })
  }

  /** Whether the server is a member in the present generation. */
  readonly knows = (group: string, { memberId, generation }: GroupMembership): boolean =>
    group === this.name &&
    generation === this.#generation &&
    this.#members.some((member) => member.memberId === memberId)

  /** As often as slots are let go of, or copies have become up to date. */
  async #rebalance(): Promise<void> {
    for (let rounds = 0, isMoving = true; isMoving && this.#members.length > 0 && rounds < 10; rounds++) {
      this.#generation++
      const claims = this.#members.map((member) => member.claim)
      const shares = assignSlots(claims, { slots: SLOTS, standbys: this.#standbys })
      const identities = this.#members.map(({ identity }) => identity)
      const membership = { group: this.name, generation: this.#generation, identities }
      const results = await Promise.all(
        this.#members.map((member) =>
          Promise.race([member.take(shares.get(member.memberId)!, membership), this.#leaving.get(member)!.promise]),
        ),
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
