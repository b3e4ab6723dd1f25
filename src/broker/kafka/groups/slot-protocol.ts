/**
 * What the members of the slots group tell one another through Kafka's coordinator, which passes it on as bytes. The group has a protocol
 * type of its own, as Kafka Connect has: tools for consumer groups, which would look for topics, leave it alone.
 */

import type { SlotShare } from './slot-assignment.ts'

export const PROTOCOL_TYPE = 'millrace'

/**
 * Name of the group protocol. The coordinator refuses a member with another name, so all members have the same number of slots and the same
 * form of messages.
 */
export const protocolName = (slots: number): string => `slots-${slots}-standbys`

/** What a member says of itself when it joins: the `metadata` of JoinGroup. */
export interface MemberInfo {
  /** URL where the other servers reach this one. */
  readonly address: string
  /** Identifies the server, also after a restart. */
  readonly identity: string
  /** The slots that it has now. */
  readonly owned: readonly number[]
  /** See `SlotClaim`. */
  readonly followed: readonly number[]
  readonly warm: readonly number[]
}

/**
 *     metadata (JoinGroup) => UTF-8 JSON
 *       { "address": string, "identity": string, "owned": [slot], "followed": [slot], "warm": [slot] }
 */
export const encodeMember = (info: MemberInfo): Buffer => Buffer.from(JSON.stringify(info))

export const decodeMember = (bytes: Buffer): MemberInfo => JSON.parse(bytes.toString()) as MemberInfo

/**
 *     assignment (SyncGroup) => UTF-8 JSON
 *       { "slots": [slot], "standbys": [slot], "warming": [slot] }
 */
export const encodeAssignment = (share: SlotShare): Buffer => Buffer.from(JSON.stringify(share))

const NOTHING: SlotShare = { slots: [], standbys: [], warming: [] }

/** A member that was assigned nothing gets no bytes at all. */
export const decodeAssignment = (bytes: Buffer | null): SlotShare =>
  bytes === null || bytes.length === 0 ? NOTHING : (JSON.parse(bytes.toString()) as SlotShare)
