/** Which server gets which slots. */

export interface SlotClaim {
  readonly memberId: string
  /** What the member has and works on now. If it is to give some up, then evenly over this order. */
  readonly owned: readonly number[]
}

/**
 * Shares the slots `[0, slots)` among the members: no member has two more than another, and as few as possible move. A slot that is to move
 * is given to no member until its owner has let go of it (it then joins again, claiming less), so that no slot ever has two owners. Slots
 * beside each other go to different members where that is possible: the partitions of a topic are slots in a row.
 * Deterministic. Source of the idea: KIP-429, incremental cooperative rebalancing.
 */
export function assignSlots(claims: readonly SlotClaim[], slots: number): Map<string, number[]> {
  const members = [...claims].sort((a, b) => (a.memberId < b.memberId ? -1 : 1))
  const owners = ownersOf(members, slots)
  const kept = members.map(({ memberId, owned }) => owned.filter((slot) => owners.get(slot) === memberId))
  const quota = quotas(kept.map((owned) => owned.length))(slots)
  const assigned = kept.map((owned, index) => pickEvenly(owned, quota[index]!))
  const free = Array.from({ length: slots }, (_, slot) => slot).filter((slot) => !owners.has(slot))
  deal(free, assigned, quota)
  return new Map(members.map(({ memberId }, index) => [memberId, assigned[index]!.sort((a, b) => a - b)]))
}

/** A slot claimed twice (by a member that was thought dead) stays with the first. */
function ownersOf(members: readonly SlotClaim[], slots: number): Map<number, string> {
  const owners = new Map<number, string>()
  for (const { memberId, owned } of members)
    for (const slot of owned) if (slot < slots && !owners.has(slot)) owners.set(slot, memberId)
  return owners
}

/**
 * The order in which an owner claims its slots, if it shares them among `lanes` threads by `slot % lanes`: thread by thread, and to and fro,
 * so that each thread loses alike many when some are to go, and those do not lie beside each other.
 */
export function claimOrder(owned: readonly number[], lanes: number): number[] {
  const ascending = owned.toSorted((a, b) => a - b)
  return Array.from({ length: lanes }, (_, lane) => ascending.filter((slot) => slot % lanes === lane)).flatMap(
    (slots, lane) => (lane % 2 === 0 ? slots : slots.reverse()),
  )
}

/** At most `count`, the same distance apart. */
function pickEvenly(slots: readonly number[], count: number): number[] {
  if (slots.length <= count) return [...slots]
  return Array.from({ length: count }, (_, index) => slots[Math.floor((index * slots.length) / count)]!)
}

/** Hands the free slots round, to and fro, to the members that have fewer than their quota. */
function deal(free: readonly number[], assigned: readonly number[][], quota: readonly number[]): void {
  const left = free.values()
  const turn = [...assigned.keys()]
  for (let isDealing = true; isDealing; turn.reverse()) {
    isDealing = false
    for (const index of turn) {
      if (assigned[index]!.length >= quota[index]!) continue
      const { value } = left.next()
      if (value === undefined) return
      assigned[index]!.push(value)
      isDealing = true
    }
  }
}

/** How many slots each may have: the same, and one more for as many as the remainder says, first for the members that have most. */
const quotas = (counts: readonly number[]) => (slots: number) => {
  const even = Math.floor(slots / counts.length)
  const byCount = [...counts.keys()].sort((a, b) => counts[b]! - counts[a]! || a - b)
  const favoured = new Set(byCount.slice(0, slots % counts.length))
  return counts.map((_, index) => even + (favoured.has(index) ? 1 : 0))
}
