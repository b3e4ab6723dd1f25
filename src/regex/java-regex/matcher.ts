/**
 * Runs a program by backtracking within bounds, with Java's meaning of groups and empty loops. Where the program is regular it notes
 * each (instruction, position) it has tried, as RE2's BitState does: what failed once fails again, so time is at most
 * instructions x length. Otherwise the number of steps is limited. A search that continues behind the last match of the same text keeps
 * notes and steps, so that all matches of a text take no longer than one may.
 */
import { contains } from './char-set.ts'
import { Graphemes } from './graphemes.ts'
import type { AssertionKind } from './node.ts'
import type { Instruction, LookBehind, Program } from './program.ts'

/** Above this many (instruction, position) pairs the notes would take too much memory, and steps are counted instead. */
const MAX_NOTES = 16_000_000
/** For one match, and for all matches of a text. */
const MAX_STEPS = 2_000_000
const MAX_STEPS_PER_TEXT = 10_000_000

/** Shared by all matchers, since a search runs to its end before the next one begins; they are about the text of one of them. */
let notes = new Uint32Array(0)
let notesOwner: Matcher | null = null

/** Matches one program; only the notes on the last text are kept between calls of `find`. */
export class Matcher {
  readonly #program: Program
  readonly #slots: Int32Array
  #text = ''
  #steps = 0
  #stepsBefore = 0
  /** End of the last match in this text; -1: there was none. */
  #lastEnd = -1
  /** Where the look-behind that is being matched must end. */
  #end = 0
  /** One bit per (position - start of the search, instruction); null where steps are counted. */
  #tried: Uint32Array | null = null
  #firstPosition = 0
  /** What `\G` means. */
  #previousEnd = 0
  #graphemes: Graphemes | null = null

  constructor(program: Program) {
    this.#program = program
    this.#slots = new Int32Array(program.slotCount)
  }

  /**
   * Leftmost match at or after `from`: start and end of each group, [2 * group, 2 * group + 1], -1 for a group that took no part; or null.
   * Valid until the next call. `previousEnd`: end of the match before this one. Throws an Error where it would take too many steps.
   */
  find(text: string, from: number, previousEnd = from): Int32Array | null {
    if (text !== this.#text) this.#graphemes = null
    this.#previousEnd = previousEnd
    const continues = from > 0 && this.#lastEnd !== -1 && from >= this.#lastEnd && text === this.#text
    this.#text = text
    this.#stepsBefore = continues ? this.#stepsBefore + this.#steps : 0
    this.#steps = 0
    if (!this.#program.isRegular) this.#tried = null
    else if (continues && notesOwner === this) this.#keepNotes(from)
    else this.#clearNotes(from)
    this.#slots.fill(-1)
    for (let start = from; start <= text.length; start++) {
      if (start > from && isLowSurrogate(text, start)) continue
      this.#lastEnd = this.#run(0, start)
      if (this.#lastEnd !== -1) return this.#slots
    }
    return null
  }

  /** What was tried behind the end of the last match has failed; at its end it may have succeeded. */
  #keepNotes(from: number): void {
    const { length } = this.#program.instructions
    const row = (from - this.#firstPosition) * length
    if (from > this.#lastEnd || this.#tried === null) return
    for (let bit = row; bit < row + length; bit++) this.#tried[bit >> 5]! &= ~(1 << (bit & 31))
  }

  #clearNotes(from: number): void {
    this.#firstPosition = from
    const bits = (this.#text.length - from + 1) * this.#program.instructions.length
    if (bits > MAX_NOTES) {
      this.#tried = null
      return
    }
    const words = (bits >> 5) + 1
    if (notes.length < words) notes = new Uint32Array(words * 2)
    else notes.fill(0, 0, words)
    notesOwner = this
    this.#tried = notes
  }

  /** From an instruction to the next `accept`; the position there, or -1. Failed tries leave the slots as they were. */
  #run(first: number, position: number): number {
    const { instructions } = this.#program
    const text = this.#text
    // Entries: an instruction and a position to continue from, or ~slot and its former value.
    const stack: number[] = [first, position]
    while (stack.length > 0) {
      let at = stack.pop()!
      let pc = stack.pop()!
      if (pc < 0) {
        this.#slots[~pc] = at
        continue
      }
      for (;;) {
        if (this.#wasTried(pc, at)) break
        const instruction = instructions[pc]!
        pc++
        if (instruction.op === 'set') {
          const unit = text.charCodeAt(at)
          if (unit < 128) {
            if (!instruction.ascii[unit]) break
            at++
          } else {
            const point = text.codePointAt(at)
            if (point === undefined || !contains(instruction.set, point)) break
            at += point > 0xffff ? 2 : 1
          }
        } else if (instruction.op === 'split') {
          stack.push(instruction.second, at)
          pc = instruction.first
        } else if (instruction.op === 'jump') {
          pc = instruction.to
        } else if (instruction.op === 'save') {
          this.#save(instruction.slot, at, stack)
        } else if (instruction.op === 'accept') {
          return at
        } else if (instruction.op === 'progress') {
          if (this.#slots[instruction.slot] === at) pc = instruction.exit
        } else if (instruction.op === 'endBehind') {
          if (at !== this.#end) break
        } else if (instruction.op === 'assert') {
          if (!this.#holds(instruction, at)) break
        } else if (instruction.op === 'grapheme') {
          at = this.#graphemesOfText().endFrom(at)
          if (at === -1) break
        } else if (instruction.op === 'backreference') {
          at = this.#afterBackreference(instruction, at)
          if (at === -1) break
        } else {
          const end = this.#nested(instruction, pc, at, stack)
          if (end === -1) break
          at = end
          pc = instruction.next
        }
      }
    }
    return -1
  }

  #wasTried(pc: number, at: number): boolean {
    const tried = this.#tried
    if (tried === null) {
      this.#countStep()
      return false
    }
    const bit = (at - this.#firstPosition) * this.#program.instructions.length + pc
    const word = tried[bit >> 5]!
    const mask = 1 << (bit & 31)
    if ((word & mask) !== 0) return true
    tried[bit >> 5] = word | mask
    return false
  }

  #countStep(): void {
    this.#steps++
    const isTooLong = this.#steps > MAX_STEPS || this.#stepsBefore + this.#steps > MAX_STEPS_PER_TEXT
    if (!isTooLong) return
    const steps = this.#steps > MAX_STEPS ? MAX_STEPS : MAX_STEPS_PER_TEXT
    throw new Error(`it needs more than ${steps} steps on a text of ${this.#text.length} characters`)
  }

  #holds(instruction: Instruction & { op: 'assert' }, at: number): boolean {
    if (instruction.at === 'lastMatchEnd') return at === this.#previousEnd
    if (instruction.at === 'graphemeBoundary') return this.#graphemesOfText().isBoundary(at)
    return holds(instruction.at, instruction.unixLines, this.#text, at)
  }

  #graphemesOfText(): Graphemes {
    this.#graphemes ??= new Graphemes(this.#text)
    return this.#graphemes
  }

  #save(slot: number, value: number, stack: number[]): void {
    stack.push(~slot, this.#slots[slot]!)
    this.#slots[slot] = value
  }

  /** Where to continue after a look or an atomic group whose sub-program starts at `first`, or -1. */
  #nested(instruction: Instruction & { op: 'look' | 'atomic' }, first: number, at: number, stack: number[]): number {
    const before = this.#slots.slice()
    const end =
      instruction.op === 'look' && instruction.behind !== null
        ? this.#behind(instruction.behind, first, at)
        : this.#run(first, at)
    if (instruction.op === 'look' && instruction.negative) {
      this.#slots.set(before)
      return end === -1 ? at : -1
    }
    if (end === -1) {
      this.#slots.set(before)
      return -1
    }
    // What the sub-program captured is undone when the matcher backtracks to before it.
    for (let slot = 0; slot < before.length; slot++) {
      if (this.#slots[slot] !== before[slot]) stack.push(~slot, before[slot]!)
    }
    return instruction.op === 'look' ? at : end
  }

  /** Tries the shortest text behind first, as Java does. */
  #behind({ min, max }: LookBehind, first: number, at: number): number {
    const outerEnd = this.#end
    this.#end = at
    let end = -1
    let start = at
    for (let length = 0; length <= max && start >= 0 && end === -1; length++) {
      if (length >= min) end = this.#run(first, start)
      start -= isLowSurrogate(this.#text, start - 1) ? 2 : 1
    }
    this.#end = outerEnd
    return end
  }

  #afterBackreference({ index, ignoreCase }: Instruction & { op: 'backreference' }, at: number): number {
    // There may be no group of that number: as one that has not matched, it fails.
    const start = this.#slots[2 * index] ?? -1
    const end = this.#slots[2 * index + 1] ?? -1
    if (start === -1 || end === -1) return -1
    const length = end - start
    const captured = this.#text.slice(start, end)
    const here = this.#text.slice(at, at + length)
    const isEqual = ignoreCase ? captured.toLowerCase() === here.toLowerCase() : captured === here
    return isEqual ? at + length : -1
  }
}

const isLowSurrogate = (text: string, index: number): boolean => {
  const unit = text.charCodeAt(index)
  if (!(unit >= 0xdc00 && unit <= 0xdfff)) return false
  const before = text.charCodeAt(index - 1)
  return before >= 0xd800 && before <= 0xdbff
}

const isWord = (unit: number): boolean =>
  (unit >= 0x61 && unit <= 0x7a) || (unit >= 0x41 && unit <= 0x5a) || (unit >= 0x30 && unit <= 0x39) || unit === 0x5f

/** Those that the characters around a position decide. */
type TextAssertion = Exclude<AssertionKind, 'graphemeBoundary' | 'lastMatchEnd'>

function isTerminator(unit: number, unixLines: boolean): boolean {
  if (unit === 0x0a) return true
  return !unixLines && (unit === 0x0d || unit === 0x85 || unit === 0x2028 || unit === 0x2029)
}

function holds(at: TextAssertion, unixLines: boolean, text: string, position: number): boolean {
  const before = text.charCodeAt(position - 1)
  const after = text.charCodeAt(position)
  const isInsideBreak = !unixLines && before === 0x0d && after === 0x0a
  switch (at) {
    case 'inputStart':
      return position === 0
    case 'inputEnd':
      return position === text.length
    case 'lineStart':
      return position < text.length && (position === 0 || (isTerminator(before, unixLines) && !isInsideBreak))
    case 'lineEnd':
      return position === text.length || (isTerminator(after, unixLines) && !isInsideBreak)
    case 'lastLineEnd': {
      if (position === text.length) return true
      const length = !unixLines && after === 0x0d && text.charCodeAt(position + 1) === 0x0a ? 2 : 1
      return position + length === text.length && isTerminator(after, unixLines) && !isInsideBreak
    }
    case 'wordBoundary':
      return isWord(before) !== isWord(after)
    case 'notWordBoundary':
      return isWord(before) === isWord(after)
    case 'notLineFeed':
      return after !== 0x0a
  }
}
