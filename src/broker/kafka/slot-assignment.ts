/** Which server gets which slots. */

export interface SlotClaim {
  readonly memberId: string
  /** What the member has and works on now. */
  readonly owned: readonly number[]
}

/**
 * Shares the slots `[0, slots)` among the members: nobody has two more than another, and as few as possible move. A slot that is to move
 * is given to nobody until its owner has let go of it (it then joins again, claiming less), so that no slot ever has two owners.
 * Deterministic. Source of the idea: KIP-429, incremental cooperative rebalancing.
 */
export function assignSlots(claims: readonly SlotClaim[], slots: number): Map<string, number[]> {
  const members = [...claims].sort((a, b) => (a.memberId < b.memberId ? -1 : 1))
  const owners = ownersOf(members, slots)
  const kept = members.map(({ memberId }) => [...owners.keys()].filter((slot) => owners.get(slot) === memberId))
  const quota = quotas(kept.map((owned) => owned.length))(slots)
  const assigned = kept.map((owned, index) => owned.slice(0, quota[index]))
  const free = Array.from({ length: slots }, (_, slot) => slot).filter((slot) => !owners.has(slot))
  assigned.forEach((own, index) => {
    own.push(...free.splice(0, quota[index]! - own.length))
  })
  return new Map(members.map(({ memberId }, index) => [memberId, assigned[index]!.sort((a, b) => a - b)]))
}

/** A slot claimed twice (by a member that was thought dead) stays with the first. */
function ownersOf(members: readonly SlotClaim[], slots: number): Map<number, string> {
  const owners = new Map<number, string>()
  for (const { memberId, owned } of members)
    for (const slot of owned) if (slot < slots && !owners.has(slot)) owners.set(slot, memberId)
  return new Map([...owners].sort(([a], [b]) => a - b))
}

/** How many slots each may have: the same, and one more for as many as the remainder says, first for those who have most. */
const quotas = (counts: readonly number[]) => (slots: number) => {
  const even = Math.floor(slots / counts.length)
  const byCount = [...counts.keys()].sort((a, b) => counts[b]! - counts[a]! || a - b)
  const favoured = new Set(byCount.slice(0, slots % counts.length))
  return counts.map((_, index) => even + (favoured.has(index) ? 1 : 0))
}
