/** Reads a regular expression in the dialect of java.util.regex.Pattern (Java 17). */
import { chars, single } from './char-set.ts'
import { type AssertionKind, childrenOf, type ParsedRegex, type RegexNode, some } from './node.ts'
import { ClassParser } from './parse-class.ts'
import { dot, type Flags, Scanner } from './scanner.ts'

export interface RegexDialect {
  /** Names of groups may have underscores, as in other dialects than Java's. Default: false. */
  readonly namesHaveUnderscores?: boolean
}

/** Throws an Error that says what is wrong and where. */
export function parseJavaRegex(pattern: string, dialect: RegexDialect = {}): ParsedRegex {
  return new Parser(pattern, dialect).parse()
}

const MAX_REPEAT = 0x7fffffff

class Parser {
  readonly #scanner: Scanner
  readonly #classes: ClassParser
  readonly #groupNames = new Map<string, number>()
  readonly #groupName: RegExp
  #groupCount = 0

  constructor(pattern: string, { namesHaveUnderscores = false }: RegexDialect) {
    this.#groupName = namesHaveUnderscores ? /^[A-Za-z_]\w*$/ : /^[A-Za-z][A-Za-z0-9]*$/
    this.#scanner = new Scanner(pattern)
    this.#classes = new ClassParser(this.#scanner)
  }

  parse(): ParsedRegex {
    const root = this.#choice()
    if (!this.#scanner.atEnd) throw this.#scanner.error("a ')' without its '('")
    return { root, groupCount: this.#groupCount, groupNames: this.#groupNames }
  }

  #choice(): RegexNode {
    const options = [this.#sequence()]
    while (this.#scanner.take('|')) options.push(this.#sequence())
    return options.length === 1 ? options[0]! : { kind: 'choice', options }
  }

  #sequence(): RegexNode {
    const items: RegexNode[] = []
    for (;;) {
      this.#scanner.skipComments()
      if (this.#scanner.atEnd || this.#scanner.looksAt('|') || this.#scanner.looksAt(')')) break
      const item = this.#term()
      if (item !== null) items.push(item)
    }
    return items.length === 1 ? items[0]! : { kind: 'sequence', items }
  }

  /** One atom with its quantifiers; null where there was only a flag or an empty quotation. */
  #term(): RegexNode | null {
    const scanner = this.#scanner
    if (scanner.take('\\Q')) return this.#quotation()
    if (scanner.take('(')) {
      const group = this.#group()
      return group === null ? null : this.#quantified(group)
    }
    return this.#quantified(this.#atom())
  }

  /** `\Q...\E`: a quantifier after it goes with its last character. */
  #quotation(): RegexNode | null {
    const text = Array.from(this.#scanner.takeUntil('\\E'))
    if (text.length === 0) return null
    const items = text.map((character) => this.#literal(character.codePointAt(0)!))
    items.push(this.#quantified(items.pop()!))
    return { kind: 'sequence', items }
  }

  #atom(): RegexNode {
    const scanner = this.#scanner
    if (scanner.looksAt('\\')) return this.#escape()
    if (scanner.take('[')) return { kind: 'set', set: this.#classes.afterBracket() }
    if (scanner.take('.')) return { kind: 'set', set: dot(scanner.flags) }
    if (scanner.take('^')) return this.#assertion(scanner.flags.multiline ? 'lineStart' : 'inputStart')
    if (scanner.take('$')) return this.#assertion(scanner.flags.multiline ? 'lineEnd' : 'lastLineEnd')
    if (scanner.looksAt('*') || scanner.looksAt('+') || scanner.looksAt('?')) {
      throw scanner.error(`nothing to repeat before '${scanner.peek()}'`)
    }
    if (scanner.looksAt('{')) throw scanner.error("nothing to repeat before '{'; write \\{ for the character")
    return this.#literal(scanner.next())
  }

  #escape(): RegexNode {
    const scanner = this.#scanner
    if (scanner.take('\\X')) return { kind: 'grapheme' }
    for (const [letters, at] of ASSERTION_ESCAPES) if (scanner.take(letters)) return this.#assertion(at)
    if (scanner.take('\\R')) return LINE_BREAK
    if (scanner.take('\\k<')) return this.#namedBackreference()
    const digit = scanner.peek(1)
    if (digit >= '1' && digit <= '9') return this.#numberedBackreference()
    return { kind: 'set', set: this.#classes.escape() }
  }

  #namedBackreference(): RegexNode {
    const name = this.#scanner.takeUntil('>')
    const index = this.#groupNames.get(name)
    if (index === undefined) throw this.#scanner.error(`there is no group <${name}> before`)
    return { kind: 'backreference', index, ignoreCase: this.#scanner.flags.ignoreCase }
  }

  /** More digits belong to it as long as that many groups have been opened. */
  #numberedBackreference(): RegexNode {
    const scanner = this.#scanner
    scanner.next()
    let index = scanner.next() - 0x30
    while (/^[0-9]$/.test(scanner.peek()) && index * 10 + Number(scanner.peek()) <= this.#groupCount) {
      index = index * 10 + (scanner.next() - 0x30)
    }
    return { kind: 'backreference', index, ignoreCase: scanner.flags.ignoreCase }
  }

  /** After `(`. Null: only flags for the rest of the enclosing group. */
  #group(): RegexNode | null {
    const scanner = this.#scanner
    const outer = scanner.flags
    if (!scanner.take('?')) return this.#capture(outer)
    for (const [prefix, negative, behind] of LOOKS) {
      if (scanner.take(prefix)) return { kind: 'look', negative, behind, body: this.#groupBody(outer) }
    }
    if (scanner.take('>')) return { kind: 'atomic', body: this.#groupBody(outer) }
    if (scanner.take('<')) return this.#namedCapture(outer)
    scanner.flags = this.#flags(outer)
    if (scanner.take(')')) return null
    scanner.expect(':')
    return this.#groupBody(outer)
  }

  #namedCapture(outer: Flags): RegexNode {
    const name = this.#scanner.takeUntil('>')
    if (!this.#groupName.test(name)) throw this.#scanner.error(`'${name}' is not a group name`)
    if (this.#groupNames.has(name)) throw this.#scanner.error(`there are two groups <${name}>`)
    this.#groupNames.set(name, this.#groupCount + 1)
    return this.#capture(outer)
  }

  #capture(outer: Flags): RegexNode {
    const index = ++this.#groupCount
    return { kind: 'group', index, body: this.#groupBody(outer) }
  }

  #groupBody(outer: Flags): RegexNode {
    const body = this.#choice()
    if (!this.#scanner.take(')')) throw this.#scanner.error("a '(' without its ')'")
    this.#scanner.flags = outer
    return body
  }

  #flags(outer: Flags): Flags {
    const flags = { ...outer }
    let on = true
    for (;;) {
      const letter = this.#scanner.peek()
      const flag = FLAG_LETTERS.get(letter)
      if (letter === '-') on = false
      else if (flag === undefined) return flags
      else flags[flag] = on
      if (letter === 'U' && on) flags.unicodeCase = true
      this.#scanner.next()
    }
  }

  #quantified(atom: RegexNode): RegexNode {
    const scanner = this.#scanner
    scanner.skipComments()
    const range = this.#range()
    if (range === null) return atom
    const lazy = scanner.take('?')
    const repeat: RegexNode = { kind: 'repeat', body: repeatable(atom), ...range, lazy }
    const node: RegexNode = !lazy && scanner.take('+') ? { kind: 'atomic', body: repeat } : repeat
    this.#skipSurplusRanges()
    return node
  }

  /** Java ignores further `{n}` behind a quantifier, but not other quantifiers. */
  #skipSurplusRanges(): void {
    const scanner = this.#scanner
    scanner.skipComments()
    while (scanner.looksAt('{')) {
      this.#range()
      if (!scanner.take('?')) scanner.take('+')
      scanner.skipComments()
    }
    if (['*', '+', '?'].some((sign) => scanner.looksAt(sign))) {
      throw scanner.error(`nothing to repeat before '${scanner.peek()}'`)
    }
  }

  #range(): { min: number; max: number } | null {
    const scanner = this.#scanner
    if (scanner.take('*')) return { min: 0, max: Number.POSITIVE_INFINITY }
    if (scanner.take('+')) return { min: 1, max: Number.POSITIVE_INFINITY }
    if (scanner.take('?')) return { min: 0, max: 1 }
    if (!scanner.take('{')) return null
    const [, low, comma, high] = /^([0-9]+)(?:(,)([0-9]*))?$/.exec(scanner.takeUntil('}')) ?? []
    if (low === undefined) throw scanner.error('a repetition must be {n}, {n,} or {n,m}')
    const min = Number(low)
    const max = comma === undefined ? min : high === '' ? Number.POSITIVE_INFINITY : Number(high)
    if (min > max || min > MAX_REPEAT) throw scanner.error(`{${low},${high}} is not a range`)
    return { min, max }
  }

  #literal(codePoint: number): RegexNode {
    return { kind: 'set', set: this.#classes.foldCase(single(codePoint)) }
  }

  #assertion(at: AssertionKind): RegexNode {
    return { kind: 'assertion', at, unixLines: this.#scanner.flags.unixLines }
  }
}

const CARRIAGE_RETURN: RegexNode = { kind: 'set', set: single(0x0d) }
const LINE_FEED: RegexNode = { kind: 'set', set: single(0x0a) }
const CRLF: RegexNode = { kind: 'sequence', items: [CARRIAGE_RETURN, LINE_FEED] }
const OTHER_LINE_BREAKS: RegexNode = { kind: 'set', set: chars('\n-\f\x85\u2028\u2029') }

/** `\R`: takes `\r\n` as one, or its `\r` alone if the rest does not match then. */
const LINE_BREAK: RegexNode = { kind: 'choice', options: [CRLF, CARRIAGE_RETURN, OTHER_LINE_BREAKS] }

/** As LINE_BREAK, but never takes the `\r` of an `\r\n` alone. */
const WHOLE_LINE_BREAK: RegexNode = {
  kind: 'choice',
  options: [
    CRLF,
    {
      kind: 'sequence',
      items: [CARRIAGE_RETURN, { kind: 'assertion', at: 'notLineFeed', unixLines: false }],
    },
    OTHER_LINE_BREAKS,
  ],
}

/** Java does not go back into a repeated part that it takes for deterministic, though `\R` is not. */
function repeatable(node: RegexNode): RegexNode {
  return some(node, (part) => part === LINE_BREAK) && isDeterministic(node) ? withWholeLineBreaks(node) : node
}

function isDeterministic(node: RegexNode): boolean {
  if (node === LINE_BREAK) return true
  if (node.kind === 'choice' || (node.kind === 'repeat' && node.min !== node.max)) return false
  return childrenOf(node).every(isDeterministic)
}

function withWholeLineBreaks(node: RegexNode): RegexNode {
  if (node === LINE_BREAK) return WHOLE_LINE_BREAK
  if (node.kind === 'sequence') return { ...node, items: node.items.map(withWholeLineBreaks) }
  return 'body' in node ? { ...node, body: withWholeLineBreaks(node.body) } : node
}

const ASSERTION_ESCAPES: readonly [letters: string, at: AssertionKind][] = [
  ['\\b{g}', 'graphemeBoundary'],
  ['\\b', 'wordBoundary'],
  ['\\G', 'lastMatchEnd'],
  ['\\A', 'inputStart'],
  ['\\z', 'inputEnd'],
  ['\\Z', 'lastLineEnd'],
  ['\\B', 'notWordBoundary'],
]

const LOOKS: readonly [prefix: string, negative: boolean, behind: boolean][] = [
  ['=', false, false],
  ['!', true, false],
  ['<=', false, true],
  ['<!', true, true],
]

const FLAG_LETTERS: ReadonlyMap<string, keyof Flags> = new Map([
  ['i', 'ignoreCase'],
  ['d', 'unixLines'],
  ['m', 'multiline'],
  ['s', 'dotAll'],
  ['u', 'unicodeCase'],
  ['x', 'comments'],
  ['U', 'unicodeClasses'],
])
