/** One server's place in the slots group, as its coordinator sees it: join, sync, heartbeat, leave. Source: Kafka group protocol. */

import type { GroupMembership } from '../../broker.ts'
import { BrokerError } from '../../broker-error.ts'
import type { Cluster } from '../cluster/cluster.ts'
import type { KafkaConnection } from '../cluster/connection.ts'
import { apis } from '../protocol/apis.ts'
import { KafkaErrorCode, throwIfError } from '../protocol/protocol-errors.ts'
import { assignSlots, type SlotClaim, type SlotShare } from './slot-assignment.ts'
import {
  decodeAssignment,
  decodeMember,
  encodeAssignment,
  encodeMember,
  PROTOCOL_TYPE,
  protocolName,
} from './slot-protocol.ts'

/** Added to the time that the coordinator may take. */
const NETWORK_MS = 5000

export interface SlotSessionOptions {
  /** The group's id. */
  readonly name: string
  readonly slots: number
  /** See `AssignmentOptions`. */
  readonly standbys: number
  readonly address: string
  readonly identity: string
  readonly sessionTimeoutMs: number
  readonly rebalanceTimeoutMs: number
}

/** The coordinator has given this member up: others may have its slots. */
const EVICTED: readonly number[] = [KafkaErrorCode.UNKNOWN_MEMBER_ID, KafkaErrorCode.ILLEGAL_GENERATION]

export class EvictedError extends BrokerError {
  constructor(name: string) {
    super('UNAVAILABLE', `The group ${name} has lost this member.`, { retriable: true })
  }
}

export class SlotSession {
  readonly #cluster: Cluster
  readonly #options: SlotSessionOptions
  #connection: KafkaConnection | null = null
  #memberId = ''
  #generation = -1

  constructor(cluster: Cluster, options: SlotSessionOptions) {
    this.#cluster = cluster
    this.#options = options
  }

  /** This member in the present generation. */
  get member(): GroupMembership {
    return { memberId: this.#memberId, generation: this.#generation }
  }

  /** The servers that are members; null: they are just joining again. */
  async identities(): Promise<readonly string[] | null> {
    const connection = await this.#open()
    const { groups } = await connection.call(apis.describeGroups, { groupIds: [this.#options.name] })
    const group = groups[0]
    if (group?.state !== 'Stable') return null
    return group.members.flatMap(({ memberMetadata }) =>
      memberMetadata === null || memberMetadata.length === 0 ? [] : [decodeMember(memberMetadata).identity],
    )
  }

  /** Takes out of the group what this server was before a crash: its slots would stay with that until its session times out. */
  async expelFormer(): Promise<void> {
    const { name, identity } = this.#options
    const connection = await this.#open()
    const { groups } = await connection.call(apis.describeGroups, { groupIds: [name] })
    for (const { memberId, memberMetadata } of groups[0]?.members ?? []) {
      if (memberMetadata === null || memberMetadata.length === 0) continue
      if (memberId === this.#memberId || decodeMember(memberMetadata).identity !== identity) continue
      await connection.call(apis.leaveGroup, { groupId: name, memberId })
    }
  }

  /** Joins again with these claims, and resolves with what is assigned. Waits for the other members to join too. */
  async join(claim: Omit<SlotClaim, 'memberId'>): Promise<SlotShare> {
    const { name } = this.#options
    const { members, leaderId } = await this.#joinGroup(claim)
    const leads = leaderId === this.#memberId
    const connection = await this.#open()
    const answer = await connection.call(
      apis.syncGroup,
      {
        groupId: name,
        generationId: this.#generation,
        memberId: this.#memberId,
        groupAssignment: leads ? this.#assign(members) : [],
      },
      { timeoutMs: this.#options.rebalanceTimeoutMs + NETWORK_MS },
    )
    this.#throwIfError(answer.errorCode, 'Synchronizing')
    return decodeAssignment(answer.memberAssignment)
  }

  /** True if all is well, false if the members are to join again. */
  async heartbeat(): Promise<boolean> {
    const connection = await this.#open()
    const { errorCode } = await connection.call(
      apis.heartbeat,
      {
        groupId: this.#options.name,
        groupGenerationId: this.#generation,
        memberId: this.#memberId,
        groupInstanceId: null,
      },
      // A beat that is not answered must be noticed while there is still time for another.
      { timeoutMs: this.#options.sessionTimeoutMs / 2 },
    )
    if (errorCode === KafkaErrorCode.REBALANCE_IN_PROGRESS) return false
    this.#throwIfError(errorCode, 'Beating')
    return true
  }

  /** Gives the place up at once, without waiting for the session to time out. */
  async leave(): Promise<void> {
    if (this.#memberId === '') return
    const connection = await this.#open()
    await connection.call(apis.leaveGroup, { groupId: this.#options.name, memberId: this.#memberId })
  }

  /** The next call connects again, to the broker that is the coordinator then. */
  disconnect(): void {
    void this.#connection?.hangUp()
    this.#connection = null
  }

  async #joinGroup(claim: Omit<SlotClaim, 'memberId'>) {
    const { name, slots, address, identity, sessionTimeoutMs, rebalanceTimeoutMs } = this.#options
    const request = async () => {
      const connection = await this.#open()
      const answer = await connection.call(
        apis.joinGroup,
        {
          groupId: name,
          sessionTimeout: sessionTimeoutMs,
          rebalanceTimeout: rebalanceTimeoutMs,
          memberId: this.#memberId,
          protocolType: PROTOCOL_TYPE,
          groupProtocols: [{ name: protocolName(slots), metadata: encodeMember({ address, identity, ...claim }) }],
        },
        { timeoutMs: rebalanceTimeoutMs + NETWORK_MS },
      )
      if (answer.memberId !== '') this.#memberId = answer.memberId
      return answer
    }
    const first = await request()
    const answer = first.errorCode === KafkaErrorCode.MEMBER_ID_REQUIRED ? await request() : first
    this.#throwIfError(answer.errorCode, 'Joining')
    this.#generation = answer.generationId
    return answer
  }

  #assign(members: readonly { readonly memberId: string; readonly memberMetadata: Buffer }[]) {
    const claims = members.map(({ memberId, memberMetadata }) => ({ memberId, ...decodeMember(memberMetadata) }))
    return [...assignSlots(claims, this.#options)].map(([memberId, share]) => ({
      memberId,
      memberAssignment: encodeAssignment(share),
    }))
  }

  #throwIfError(errorCode: number, action: string): void {
    // Whom the coordinator does not know joins as a new member.
    if (errorCode === KafkaErrorCode.UNKNOWN_MEMBER_ID) this.#memberId = ''
    if (EVICTED.includes(errorCode)) throw new EvictedError(this.#options.name)
    const needs = [this.#cluster.needs('Read', 'group', this.#options.name)]
    throwIfError(errorCode, `${action} in group ${this.#options.name}`, { needs })
  }

  async #open(): Promise<KafkaConnection> {
    if (this.#connection?.isStale) this.disconnect()
    this.#connection ??= await this.#cluster.openCoordinator('group', this.#options.name)
    return this.#connection
  }
}
