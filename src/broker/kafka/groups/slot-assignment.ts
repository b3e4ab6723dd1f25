/** Which server gets which slots, and which servers follow them with copies of their state. */

export interface SlotClaim {
  readonly memberId: string
  /** What the member has and works on now. If it is to give some up, then evenly over this order. */
  readonly owned: readonly number[]
  /** Slots whose state it has a copy of, up to date or not. */
  readonly followed: readonly number[]
  /** Those of `followed` that are up to date: it can take them over at once. */
  readonly warm: readonly number[]
}

/** What a member is assigned; each list ascending. */
export interface SlotShare {
  readonly slots: readonly number[]
  /** Slots that it is to follow. */
  readonly standbys: readonly number[]
  /** Those of `standbys` that it gets once its copy is up to date; it then joins again. */
  readonly warming: readonly number[]
}

export interface AssignmentOptions {
  /** How many slots there are. */
  readonly slots: number
  /** Members that follow each slot, beside its owner. */
  readonly standbys: number
}

/**
 * Shares the slots `[0, slots)` among the members. In the end no member has two more than another, and as few as possible move:
 * - A slot that has no owner goes to a member with an up-to-date copy, also beyond that member's share, else to the member that has room.
 * - A slot moves from a member with too many only once its new owner has such a copy; until then that one follows it.
 * - A slot that moves is given to no member until its owner has released it (it then joins again, claiming less), so that no slot ever has
 *   two owners.
 *
 * Slots beside each other go to different members where that is possible: the partitions of a topic are slots in a row. Deterministic.
 * Sources of the ideas: KIP-429, incremental cooperative rebalancing; KIP-441, smooth scaling out.
 */
export function assignSlots(
  claims: readonly SlotClaim[],
  { slots, standbys }: AssignmentOptions,
): Map<string, SlotShare> {
  const members = [...claims].sort((a, b) => (a.memberId < b.memberId ? -1 : 1))
  const owners = ownersOf(members, slots)
  const kept = members.map(({ memberId, owned }) => owned.filter((slot) => owners.get(slot) === memberId))
  const quota = quotas(kept.map((owned) => owned.length))(slots)
  const free = Array.from({ length: slots }, (_, slot) => slot).filter((slot) => !owners.has(slot))
  const assigned = kept.map((owned) => [...owned])
  deal(giveToWarm(free, members, assigned, quota), assigned, quota)
  const warming = members.map((): number[] => [])
  const moves = new Moves(members, assigned, quota)
  for (const index of members.keys()) moves.plan(index, warming)
  const owned = assigned.map((own, index) => {
    const isMoving = (slot: number) => !assigned.some((others) => others.includes(slot))
    return [...own, ...warming[index]!.filter(isMoving)]
  })
  const following = follow(members, owned, { slots, standbys })
  return new Map(
    members.map(({ memberId }, index) => {
      const warm = ascending(warming[index]!)
      const followed = ascending([...new Set([...following[index]!, ...warm])])
      return [memberId, { slots: ascending(assigned[index]!), standbys: followed, warming: warm }]
    }),
  )
}

const ascending = (slots: readonly number[]): number[] => slots.toSorted((a, b) => a - b)

/** Gives free slots to members with an up-to-date copy, those with room first. Returns the slots of which nobody has one. */
function giveToWarm(
  free: readonly number[],
  members: readonly SlotClaim[],
  assigned: readonly number[][],
  quota: readonly number[],
): number[] {
  const room = (index: number): number => quota[index]! - assigned[index]!.length
  return free.filter((slot) => {
    const warm = [...members.keys()].filter((index) => members[index]!.warm.includes(slot))
    const best = warm.toSorted((a, b) => room(b) - room(a) || a - b)[0]
    if (best !== undefined) assigned[best]!.push(slot)
    return best === undefined
  })
}

/** Which slots of members that have too many go to which of those that have too few. */
class Moves {
  readonly #members: readonly SlotClaim[]
  readonly #assigned: readonly number[][]
  readonly #surplus: number[]
  /** How many each can still take. */
  readonly #room: number[]

  constructor(members: readonly SlotClaim[], assigned: readonly number[][], quota: readonly number[]) {
    this.#members = members
    this.#assigned = assigned
    this.#surplus = assigned.map((slots, index) => Math.max(0, slots.length - quota[index]!))
    this.#room = assigned.map((slots, index) => Math.max(0, quota[index]! - slots.length))
  }

  /** Takes slots with an up-to-date copy elsewhere from the member at once; for the others, somebody begins one. */
  plan(index: number, warming: readonly number[][]): void {
    const assigned = this.#assigned[index]!
    const owned = this.#members[index]!.owned.filter((slot) => assigned.includes(slot))
    const gone = new Set<number>()
    const begun = new Set<number>()
    const begin = (slot: number, target: number): void => {
      begun.add(slot)
      warming[target]!.push(slot)
    }
    this.#choose(index, owned, 'warm', (slot, target) => {
      gone.add(slot)
      begin(slot, target)
    })
    const left = assigned.filter((slot) => !gone.has(slot))
    this.#choose(index, left, 'followed', begin)
    const rest = left.filter((slot) => !begun.has(slot))
    const targets = turns(this.#room)
    for (const slot of surplusOf(rest, Math.min(this.#surplus[index]!, rest.length))) {
      const target = targets.next().value
      if (target === undefined) break
      this.#surplus[index]!--
      this.#room[target]!--
      begin(slot, target)
    }
    assigned.splice(0, assigned.length, ...left)
  }

  /** Moves slots to members that name them so, evenly chosen, as long as there is a surplus here and room there. */
  #choose(
    index: number,
    owned: readonly number[],
    named: 'warm' | 'followed',
    move: (slot: number, target: number) => void,
  ): void {
    const targetOf = (slot: number): number | undefined =>
      [...this.#members.keys()]
        .filter((other) => this.#room[other]! > 0 && this.#members[other]![named].includes(slot))
        .toSorted((a, b) => this.#room[b]! - this.#room[a]! || a - b)[0]
    const candidates = owned.filter((slot) => targetOf(slot) !== undefined)
    for (const slot of surplusOf(candidates, Math.min(this.#surplus[index]!, candidates.length))) {
      const target = targetOf(slot)
      if (target === undefined) continue
      this.#surplus[index]!--
      this.#room[target]!--
      move(slot, target)
    }
  }
}

/** `count` of the slots, such that what is left is spread evenly. */
function surplusOf(slots: readonly number[], count: number): number[] {
  const kept = new Set(pickEvenly(slots, slots.length - count))
  return slots.filter((slot) => !kept.has(slot))
}

/** Members that have room, to and fro, as often as each has. `room` may shrink meanwhile. */
function* turns(room: readonly number[]): Generator<number, undefined> {
  const order = [...room.keys()]
  for (let isGoing = true; isGoing; order.reverse()) {
    isGoing = false
    for (const index of order) {
      if (room[index]! <= 0) continue
      isGoing = true
      yield index
    }
  }
  return undefined
}

/**
 * The standbys of each slot that belongs to a member, or is about to: first members that have a copy, as long as they have not more than their share, then those that follow
 * least.
 */
function follow(
  members: readonly SlotClaim[],
  assigned: readonly (readonly number[])[],
  { slots, standbys }: AssignmentOptions,
): number[][] {
  const following = members.map((): number[] => [])
  const count = Math.min(standbys, members.length - 1)
  const share = Math.ceil((slots * count) / members.length)
  const hasCopy = (index: number, slot: number): boolean =>
    following[index]!.length < share && members[index]!.followed.includes(slot)
  for (let slot = 0; slot < slots; slot++) {
    const others = [...members.keys()].filter((index) => !assigned[index]!.includes(slot))
    const ranked = others.toSorted(
      (a, b) =>
        Number(hasCopy(b, slot)) - Number(hasCopy(a, slot)) || following[a]!.length - following[b]!.length || a - b,
    )
    for (const index of ranked.slice(0, count)) following[index]!.push(slot)
  }
  return following
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
