/**
 * Regular expressions as java.util.regex has them, that cannot hang a worker. An expression runs on V8's engine where that gives
 * Java's result and its time is bounded for the text at hand; else on our own matcher, which is about 20 times slower, but linear
 * for everything that finite automata can do, and stops with an error after a number of steps for the rest (looks, backreferences,
 * atomic groups).
 */
import { messageOf } from '../errors.ts'
import { longestTextWithin, waysToRead } from './java-regex/ambiguity.ts'
import { toJavaScript } from './java-regex/javascript.ts'
import { Matcher } from './java-regex/matcher.ts'
import { childrenOf, lengthOf, type RegexNode } from './java-regex/node.ts'
import { parseJavaRegex, type RegexDialect } from './java-regex/parse.ts'
import { compileProgram, type Program } from './java-regex/program.ts'

export interface RegexMatch {
  /** UTF-16 index of the match, and of its end. */
  readonly start: number
  readonly end: number
  /** The whole match, then each group; null for a group that took no part. */
  readonly groups: readonly (string | null)[]
}

/** Steps that V8 may take for one match at worst, by calculation: a few tens of ms. */
const V8_STEP_BUDGET = 30_000_000

/** Work of a match that is found in time linear to its length. */
const MATCH_BYTES = 64
/** Work of a match that may take all steps that are allowed: the clock is read for each. */
const SLOW_MATCH_BYTES = 128 * 1024

export class JavaRegex {
  readonly pattern: string
  readonly groupCount: number
  readonly groupNames: ReadonlyMap<string, number>
  readonly #program: Program
  readonly #native: RegExp | null
  /** The same expression without the flag `g`, which costs a fifth of the time; used for searches from the start. */
  readonly #nativeFirst: RegExp | null
  /** Longest text for V8. */
  readonly #nativeLength: number
  #matcher: Matcher | null = null
  #lastText: string | null = null
  #lastMatch: RegexMatch | null = null

  /** Throws an Error if `pattern` is not a regular expression. */
  constructor(pattern: string, dialect: RegexDialect = {}) {
    const { root, groupCount, groupNames } = parseJavaRegex(pattern, dialect)
    this.pattern = pattern
    this.groupCount = groupCount
    this.groupNames = groupNames
    this.#program = compileProgram(root, groupCount)
    this.#native = toJavaScript(root)
    this.#nativeFirst = this.#native && new RegExp(this.#native.source, this.#native.flags.replace('g', ''))
    this.#nativeLength = this.#native === null ? -1 : longestSafeText(root, this.#program)
  }

  /**
   * First match of the text. The last answer is kept: several functions of a query often match the same text of a record.
   * Throws an Error if the matcher's steps run out.
   */
  findFirst(text: string): RegexMatch | null {
    if (text === this.#lastText) return this.#lastMatch
    const match = this.find(text, 0)
    this.#lastText = text
    this.#lastMatch = match
    return match
  }

  /** First match at or after the UTF-16 index `from`. `previousEnd`: where the match before it ended. */
  find(text: string, from: number, previousEnd = from): RegexMatch | null {
    return text.length <= this.#nativeLength ? this.#findNative(text, from) : this.#findBounded(text, from, previousEnd)
  }

  /** All matches from left to right; after an empty one the search continues one character further. */
  *findAll(text: string): Generator<RegexMatch> {
    let from = 0
    let previousEnd = 0
    while (from <= text.length) {
      const match = this.find(text, from, previousEnd)
      if (match === null) return
      yield match
      previousEnd = match.end
      from = match.end > match.start ? match.end : match.end + ((text.codePointAt(match.end) ?? 0) > 0xffff ? 2 : 1)
    }
  }

  /** Work of one match in `text`, in bytes of a Budget. */
  matchBytes(text: string): number {
    return this.#nativeLength === Number.POSITIVE_INFINITY
      ? MATCH_BYTES
      : MATCH_BYTES + Math.min(text.length ** 2, SLOW_MATCH_BYTES)
  }

  #findNative(text: string, from: number): RegexMatch | null {
    const native = from === 0 ? this.#nativeFirst! : this.#native!
    native.lastIndex = from
    const match = native.exec(text)
    if (match === null) return null
    const groups: (string | null)[] = match
    for (let i = 1; i < groups.length; i++) groups[i] ??= null
    return { start: match.index, end: match.index + match[0].length, groups }
  }

  #findBounded(text: string, from: number, previousEnd: number): RegexMatch | null {
    this.#matcher ??= new Matcher(this.#program)
    const slots = this.#matcher.find(text, from, previousEnd)
    if (slots === null) return null
    const groups: (string | null)[] = []
    for (let i = 0; i <= this.groupCount; i++) {
      groups.push(slots[2 * i + 1] === -1 ? null : text.slice(slots[2 * i], slots[2 * i + 1]))
    }
    return { start: slots[0]!, end: slots[1]!, groups }
  }
}

/**
 * Each of n starting points (one, where the expression is anchored) may read up to n characters in so many ways, and each look may
 * read as far again.
 */
function longestSafeText(root: RegexNode, program: Program): number {
  const ways = waysToRead(program)
  const looks = lookDepth(root)
  if (ways === null) {
    return looks === 0 ? longestTextWithin(V8_STEP_BUDGET, program, { isAnchored: isAnchored(root) }) : -1
  }
  if (looks === 0 && (isAnchored(root) || lengthOf(root).max < 1000)) return Number.POSITIVE_INFINITY
  return Math.floor((V8_STEP_BUDGET / ways) ** (1 / (2 + looks)))
}

const isAnchored = (node: RegexNode): boolean =>
  node.kind === 'assertion'
    ? node.at === 'inputStart'
    : node.kind === 'sequence' && node.items.length > 0 && isAnchored(node.items[0]!)

function lookDepth(node: RegexNode): number {
  const below = Math.max(0, ...childrenOf(node).map(lookDepth))
  return node.kind === 'look' ? below + 1 : below
}

const CACHE_SIZE = 500
const cache = new Map<string, JavaRegex>()
/** The pattern that was requested last. A query requests the same one for each record, and a comparison is cheaper than a look-up. */
let latest: JavaRegex | null = null

/**
 * The expression of a pattern; the most recent ones are kept. Throws an Error
 * `Invalid regular expression pattern: <pattern>` with what is wrong.
 */
export function compileJavaRegex(pattern: string): JavaRegex {
  if (latest === null || latest.pattern !== pattern) latest = cached(pattern)
  return latest
}

function cached(pattern: string): JavaRegex {
  const known = cache.get(pattern)
  if (known !== undefined) return known
  const regex = build(pattern)
  if (cache.size >= CACHE_SIZE) cache.delete(cache.keys().next().value!)
  cache.set(pattern, regex)
  return regex
}

function build(pattern: string): JavaRegex {
  try {
    return new JavaRegex(pattern)
  } catch (error) {
    const reason = messageOf(error)
    throw new Error(`Invalid regular expression pattern: ${pattern} (${reason})`, { cause: error })
  }
}
