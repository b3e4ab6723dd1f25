/**
 * A parsed expression as a list of instructions for a backtracking matcher (Thompson's construction). Repetitions with bounds are
 * copied out, so a program can be larger than its pattern; too large is an error.
 */
import type { CharSet } from './char-set.ts'
import { type LookNode, lengthOf, type RegexNode, type RepeatNode, some } from './node.ts'

export type Instruction =
  | { readonly op: 'set'; readonly set: CharSet; readonly ascii: readonly boolean[] }
  /** Tries `first`, then `second`. */
  | { readonly op: 'split'; first: number; second: number }
  | { readonly op: 'jump'; to: number }
  /** Remembers the position in a slot: captures first (2 per group), then loop starts. */
  | { readonly op: 'save'; readonly slot: number }
  /** Goes to `exit` if nothing was taken since the loop's `slot` was saved. */
  | { readonly op: 'progress'; readonly slot: number; exit: number }
  | { readonly op: 'assert'; readonly at: Extract<RegexNode, { kind: 'assertion' }>['at']; readonly unixLines: boolean }
  | { readonly op: 'grapheme' }
  | { readonly op: 'backreference'; readonly index: number; readonly ignoreCase: boolean }
  /** The sub-program follows, up to its `accept`; the match then continues at `next`. */
  | { readonly op: 'look'; readonly behind: LookBehind | null; readonly negative: boolean; next: number }
  /** The sub-program follows; its first match stands, and the match then continues at `next`. */
  | { readonly op: 'atomic'; next: number }
  /** The end of a look-behind's sub-program: must be where the look stands. */
  | { readonly op: 'endBehind' }
  | { readonly op: 'accept' }

/** How many code points the text behind may have. */
export interface LookBehind {
  readonly min: number
  readonly max: number
}

export interface Program {
  readonly instructions: readonly Instruction[]
  readonly slotCount: number
  /**
   * Whether it can match on from a place, and what it captures, depends on that place alone: there are neither looks, atomic groups,
   * backreferences, the end of the last match, nor captures in loops over nothing.
   */
  readonly isRegular: boolean
}

const MAX_INSTRUCTIONS = 10_000

/** Throws an Error if the program grows too large or a look-behind has no limit. */
export function compileProgram(root: RegexNode, groupCount: number): Program {
  const compiler = new Compiler(2 * (groupCount + 1))
  compiler.emit({ op: 'save', slot: 0 })
  compiler.node(root)
  compiler.emit({ op: 'save', slot: 1 })
  compiler.emit({ op: 'accept' })
  return {
    instructions: compiler.instructions,
    slotCount: compiler.slotCount,
    isRegular: !some(root, isIrregular),
  }
}

function isIrregular(node: RegexNode): boolean {
  if (node.kind === 'repeat' && node.max === Number.POSITIVE_INFINITY && lengthOf(node.body).min === 0) {
    return some(node.body, ({ kind }) => kind === 'group')
  }
  if (node.kind === 'assertion') return node.at === 'lastMatchEnd'
  return node.kind === 'look' || node.kind === 'atomic' || node.kind === 'backreference'
}

class Compiler {
  readonly instructions: Instruction[] = []
  slotCount: number
  readonly #asciiTables = new Map<CharSet, readonly boolean[]>()

  constructor(slotCount: number) {
    this.slotCount = slotCount
  }

  emit<T extends Instruction>(instruction: T): T {
    if (this.instructions.push(instruction) > MAX_INSTRUCTIONS) throw new Error('its repetitions make it too large')
    return instruction
  }

  node(node: RegexNode): void {
    switch (node.kind) {
      case 'set':
        this.emit({ op: 'set', set: node.set, ascii: this.#asciiTable(node.set) })
        return
      case 'grapheme':
        this.emit({ op: 'grapheme' })
        return
      case 'sequence':
        for (const item of node.items) this.node(item)
        return
      case 'choice':
        this.#choice(node.options)
        return
      case 'repeat':
        this.#repeat(node)
        return
      case 'group':
        this.emit({ op: 'save', slot: 2 * node.index })
        this.node(node.body)
        this.emit({ op: 'save', slot: 2 * node.index + 1 })
        return
      case 'atomic':
        this.#nested(this.emit({ op: 'atomic', next: 0 }), () => this.node(node.body))
        return
      case 'look':
        this.#look(node)
        return
      case 'backreference':
        this.emit({ op: 'backreference', index: node.index, ignoreCase: node.ignoreCase })
        return
      case 'assertion':
        this.emit({ op: 'assert', at: node.at, unixLines: node.unixLines })
        return
    }
  }

  /** One table for all copies of a repeated set. */
  #asciiTable(set: CharSet): readonly boolean[] {
    const table = this.#asciiTables.get(set) ?? asciiTable(set)
    this.#asciiTables.set(set, table)
    return table
  }

  #look(node: LookNode): void {
    const behind = lookBehind(node)
    this.#nested(this.emit({ op: 'look', behind, negative: node.negative, next: 0 }), () => {
      this.node(node.body)
      if (behind !== null) this.emit({ op: 'endBehind' })
    })
  }

  #nested(instruction: { next: number }, emitBody: () => void): void {
    emitBody()
    this.emit({ op: 'accept' })
    instruction.next = this.instructions.length
  }

  #choice(options: readonly RegexNode[]): void {
    const jumps: { to: number }[] = []
    options.forEach((option, i) => {
      if (i === options.length - 1) {
        this.node(option)
        return
      }
      const split = this.emit({ op: 'split', first: this.instructions.length + 1, second: 0 })
      this.node(option)
      jumps.push(this.emit({ op: 'jump', to: 0 }))
      split.second = this.instructions.length
    })
    for (const jump of jumps) jump.to = this.instructions.length
  }

  #repeat({ body, min, max, lazy }: RepeatNode): void {
    for (let i = 0; i < min; i++) this.node(body)
    if (max === Number.POSITIVE_INFINITY) {
      this.#loop(body, lazy)
      return
    }
    const exits: ((to: number) => void)[] = []
    for (let i = min; i < max; i++) {
      exits.push(this.#tryOrLeave(lazy))
      this.node(body)
    }
    for (const exit of exits) exit(this.instructions.length)
  }

  #loop(body: RegexNode, lazy: boolean): void {
    const start = this.instructions.length
    const leave = this.#tryOrLeave(lazy)
    if (lengthOf(body).min > 0) {
      this.node(body)
    } else {
      const slot = this.slotCount++
      this.emit({ op: 'save', slot })
      this.node(body)
      this.emit({ op: 'progress', slot, exit: this.instructions.length + 2 })
    }
    this.emit({ op: 'jump', to: start })
    leave(this.instructions.length)
  }

  /** A split into what follows and a place that is set later; greedy prefers what follows. */
  #tryOrLeave(lazy: boolean): (to: number) => void {
    const next = this.instructions.length + 1
    const split = this.emit({ op: 'split', first: next, second: next })
    return (to) => {
      if (lazy) split.first = to
      else split.second = to
    }
  }
}

function lookBehind(node: LookNode): LookBehind | null {
  if (!node.behind) return null
  const { min, max } = lengthOf(node.body)
  if (some(node.body, isUnboundedGroup)) throw new Error('a look-behind has no obvious maximum length')
  return { min, max }
}

/** Java takes repetitions without limit of single characters, but not of groups and backreferences. */
const isUnboundedGroup = (node: RegexNode): boolean =>
  node.kind === 'backreference' ||
  node.kind === 'grapheme' ||
  (node.kind === 'repeat' && node.max === Number.POSITIVE_INFINITY && !isOneCharacter(node.body))

const isOneCharacter = (node: RegexNode): boolean =>
  node.kind === 'set' || (node.kind === 'group' && node.body.kind === 'set')

function asciiTable(set: CharSet): boolean[] {
  const table = new Array<boolean>(128).fill(false)
  for (let i = 0; i < set.length; i += 2) {
    for (let point = set[i]!; point <= Math.min(set[i + 1]!, 127); point++) table[point] = true
  }
  return table
}
