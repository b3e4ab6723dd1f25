/**
 * What the members of the slots group tell one another through Kafka's coordinator: bytes of the consumer protocol, so that Kafka's tools
 * show who has which partition of the slots topic, with our own part in the user data.
 */

import { AssignerProtocol } from 'kafkajs'

export const PROTOCOL_TYPE = 'consumer'
export const PROTOCOL_NAME = 'millrace-slots'

const VERSION = 0

export interface MemberInfo {
  /** Where the server is reached by the others. */
  readonly address: string
  readonly owned: readonly number[]
}

export function encodeMember(topic: string, info: MemberInfo): Buffer {
  const userData = Buffer.from(JSON.stringify(info))
  return AssignerProtocol.MemberMetadata.encode({ version: VERSION, topics: [topic], userData })
}

export function decodeMember(bytes: Buffer): MemberInfo {
  const { userData } = AssignerProtocol.MemberMetadata.decode(bytes) ?? {}
  return JSON.parse(userData?.toString() || '{"address":"","owned":[]}') as MemberInfo
}

export function encodeAssignment(topic: string, slots: number[]): Buffer {
  return AssignerProtocol.MemberAssignment.encode({
    version: VERSION,
    assignment: { [topic]: slots },
    userData: Buffer.alloc(0),
  })
}

/** The slots, ascending; none from empty bytes. */
export function decodeAssignment(topic: string, bytes: Buffer | null): number[] {
  if (bytes === null || bytes.length === 0) return []
  return [...(AssignerProtocol.MemberAssignment.decode(bytes)?.assignment[topic] ?? [])].sort((a, b) => a - b)
}
