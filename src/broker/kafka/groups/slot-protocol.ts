/**
 * What the members of the slots group tell one another through Kafka's coordinator, to which it is bytes. The group's protocol type is our
 * own, as Kafka Connect's is its own: tools for consumer groups, which would look for topics, pass it by.
 */

export const PROTOCOL_TYPE = 'millrace'

/** Who counts the slots in another way is refused by the coordinator. */
export const protocolName = (slots: number): string => `slots-${slots}`

export interface MemberInfo {
  /** Where the server is reached by the others. */
  readonly address: string
  /** The server's own, also after a restart. */
  readonly identity: string
  readonly owned: readonly number[]
}

export const encodeMember = (info: MemberInfo): Buffer => Buffer.from(JSON.stringify(info))

export const decodeMember = (bytes: Buffer): MemberInfo => JSON.parse(bytes.toString()) as MemberInfo

export const encodeAssignment = (slots: readonly number[]): Buffer => Buffer.from(JSON.stringify(slots))

/** The slots, ascending; none from empty bytes. */
export function decodeAssignment(bytes: Buffer | null): number[] {
  if (bytes === null || bytes.length === 0) return []
  return (JSON.parse(bytes.toString()) as number[]).sort((a, b) => a - b)
}
