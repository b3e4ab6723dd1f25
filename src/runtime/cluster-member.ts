/** This server's membership in its cluster, as the broker can check it. Plain data, as it crosses threads. */
import type { GroupMembership } from '../broker/broker.ts'

export interface ClusterMember extends GroupMembership {
  /** The group whose members share the slots. */
  readonly group: string
  /** What transactional ids of the live servers' workers begin with; null: not known. */
  readonly liveWriters: readonly string[] | null
  /** A topic that exists: what is committed for the group needs one. */
  readonly topic: string
}
