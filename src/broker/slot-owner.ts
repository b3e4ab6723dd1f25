/** A server of a cluster with the slots that it has. */
export interface SlotOwner {
  /** URL where the other servers reach it. */
  readonly address: string
  /** Ascending. */
  readonly slots: readonly number[]
  /** Slots that it follows: it has copies of their state. Ascending. */
  readonly standbys: readonly number[]
}
