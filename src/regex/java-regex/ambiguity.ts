/**
 * Bounds how many ways there are to read a text with a program. A plain backtracking matcher (V8's) tries them all before it gives
 * up, so `(a+)+$` takes 2^n steps. The program is read as an automaton.
 *
 * First it is determinized with counts: a state is, for each instruction, the number of ways to stand there after the same text. If
 * that closes with small counts, the number of ways stays small for every text. Otherwise (`.*user=(.*)`) the ways are bounded text
 * length by text length: those to stand somewhere after n + 1 characters are at most, for the worst next character, the sum over where
 * one can come from, each with its bound for n characters.
 */
import type { CharSet } from './char-set.ts'
import type { Instruction, Program } from './program.ts'

const MAX_WAYS = 32
/** Steps of the determinization; they take a tenth of a second. */
const MAX_STEPS = 1_000_000
const MAX_SETS = 2000

/**
 * The greatest number of ways to read any text from one starting point, at most 32; null if there are more, or if it cannot be told
 * cheaply. Looks count as if they always hold; their own bodies are measured too. The program has no atomic groups and no
 * backreferences.
 */
export function waysToRead(program: Program): number | null {
  const { instructions } = program
  const starts = [0]
  instructions.forEach((instruction, i) => {
    if (instruction.op === 'look') starts.push(i + 1)
  })
  let ways = 1
  for (const start of starts) {
    const own = waysFrom(instructions, start)
    if (own === null) return null
    ways *= own
  }
  return ways <= MAX_WAYS ? ways : null
}

/** Above this length, and this many steps, the bound by length is not worth its computation. */
const MAX_LENGTH = 2000
const MAX_LENGTH_STEPS = 100_000_000

/**
 * Length up to which the ways to read any text from one starting point, summed over its prefixes and times the number of starting
 * points, stay within `budget`; at most 2000. The program has neither looks nor atomic groups nor backreferences.
 */
export function longestTextWithin(budget: number, program: Program, { isAnchored }: { isAnchored: boolean }): number {
  const { instructions } = program
  const letters = lettersOf(instructions)
  const edges = edgesOf(instructions)
  const start = follow(instructions, new Map([[0, 1]]))
  if (letters === null || edges === null || start === null) return 0
  let ways = Float64Array.from(instructions, (_, at) => start.get(at) ?? 0)
  const stepsOfLength = letters.length * edges.reduce((steps, { to }) => steps + to.size + 1, 0)
  const maxLength = Math.min(MAX_LENGTH, Math.floor(MAX_LENGTH_STEPS / stepsOfLength))
  let sum = 0
  for (let length = 1; length <= maxLength; length++) {
    ways = worstStep(edges, letters, ways)
    for (const count of ways) sum += count
    if (sum * (isAnchored ? 1 : length) > budget) return length - 1
  }
  return maxLength
}

/** From each `set` instruction, where one can stand after it. */
interface Edge {
  readonly from: number
  readonly set: CharSet
  readonly to: Counts
}

function edgesOf(instructions: readonly Instruction[]): Edge[] | null {
  const edges: Edge[] = []
  for (const [from, instruction] of instructions.entries()) {
    if (instruction.op !== 'set') continue
    const to = follow(instructions, new Map([[from + 1, 1]]))
    if (to === null) return null
    edges.push({ from, set: instruction.set, to })
  }
  return edges
}

function worstStep(
  edges: readonly Edge[],
  letters: readonly ReadonlySet<CharSet>[],
  ways: Float64Array,
): Float64Array<ArrayBuffer> {
  const worst = new Float64Array(ways.length)
  for (const accepts of letters) {
    const next = new Float64Array(ways.length)
    for (const { from, set, to } of edges) {
      const count = ways[from]!
      if (count === 0 || !accepts.has(set)) continue
      for (const [at, factor] of to) next[at]! += count * factor
    }
    for (let at = 0; at < worst.length; at++) if (next[at]! > worst[at]!) worst[at] = next[at]!
  }
  return worst
}

/** Number of ways to stand before each `set` instruction. */
type Counts = ReadonlyMap<number, number>

function waysFrom(instructions: readonly Instruction[], start: number): number | null {
  const letters = lettersOf(instructions)
  if (letters === null) return null
  const first = follow(instructions, new Map([[start, 1]]))
  if (first === null) return null
  const seen = new Set([keyOf(first)])
  const pending = [first]
  let most = total(first)
  let steps = 0
  while (pending.length > 0) {
    const counts = pending.pop()!
    for (const accepts of letters) {
      steps += counts.size
      if (steps > MAX_STEPS) return null
      const next = step(instructions, counts, accepts)
      if (next === null) return null
      most = Math.max(most, total(next))
      const key = keyOf(next)
      if (seen.has(key)) continue
      seen.add(key)
      pending.push(next)
    }
  }
  return most
}

function step(instructions: readonly Instruction[], counts: Counts, accepts: ReadonlySet<CharSet>): Counts | null {
  const arrived = new Map<number, number>()
  for (const [at, ways] of counts) {
    const instruction = instructions[at]!
    if (instruction.op === 'set' && accepts.has(instruction.set)) arrived.set(at + 1, ways)
  }
  return follow(instructions, arrived)
}

/** Follows all instructions that take no text; null for too many ways. Without loops over nothing this ends. */
function follow(instructions: readonly Instruction[], from: ReadonlyMap<number, number>): Counts | null {
  const counts = new Map<number, number>()
  let steps = 0
  const visit = (at: number, ways: number): boolean => {
    if (++steps > 20_000) return false
    const instruction = instructions[at]!
    switch (instruction.op) {
      case 'set':
      case 'accept':
        counts.set(at, (counts.get(at) ?? 0) + ways)
        return true
      case 'split':
        return visit(instruction.first, ways) && visit(instruction.second, ways)
      case 'jump':
        return visit(instruction.to, ways)
      case 'look':
        return visit(instruction.next, ways)
      default:
        return visit(at + 1, ways)
    }
  }
  for (const [at, ways] of from) if (!visit(at, ways)) return null
  return total(counts) <= MAX_WAYS ? counts : null
}

/** Groups of characters that no instruction tells apart, each as the sets that it belongs to; null for too many different sets. */
function lettersOf(instructions: readonly Instruction[]): ReadonlySet<CharSet>[] | null {
  const sets = instructions.flatMap((instruction) => (instruction.op === 'set' ? [instruction.set] : []))
  const events = sets.flatMap((set) =>
    set.map((bound, i) => ({ at: i % 2 === 0 ? bound : bound + 1, set, enters: i % 2 === 0 })),
  )
  if (sets.length > MAX_SETS) return null
  events.sort((a, b) => a.at - b.at)
  const ids = new Map(sets.map((set, i) => [set, i]))
  const letters = new Map<string, ReadonlySet<CharSet>>()
  const inside = new Set<CharSet>()
  events.forEach(({ at, set, enters }, i) => {
    if (enters) inside.add(set)
    else inside.delete(set)
    if (events[i + 1]?.at === at || inside.size === 0) return
    letters.set(
      Array.from(inside, (member) => ids.get(member))
        .sort()
        .join(),
      new Set(inside),
    )
  })
  return Array.from(letters.values())
}

const total = (counts: Counts): number => {
  let sum = 0
  for (const ways of counts.values()) sum += ways
  return sum
}

const keyOf = (counts: Counts): string =>
  Array.from(counts)
    .sort(([a], [b]) => a - b)
    .join(';')
