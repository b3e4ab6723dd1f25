/** Character classes: `[a-z&&[^b]]`, `\p{Lu}`, `\w`, and escapes that stand for one character. */
import {
  type CharSet,
  chars,
  complement,
  EMPTY,
  ignoreCase,
  intersect,
  single,
  unicodeProperty,
  union,
} from './char-set.ts'
import { LINE_TERMINATORS, type Scanner } from './scanner.ts'
import { DIGITS, namedClass, SPACES, unicodeWord } from './unicode-properties.ts'

export class ClassParser {
  readonly #scanner: Scanner

  constructor(scanner: Scanner) {
    this.#scanner = scanner
  }

  /** After `[`. */
  afterBracket(): CharSet {
    const negated = this.#scanner.take('^')
    const set = this.#intersection(true)
    this.#scanner.expect(']')
    return negated ? complement(set) : set
  }

  /**
   * `&&` binds weaker than union: `[a-z&&b-d]`. As in Java, nothing to the right of it (`[a&&]`) leaves the left as it is, nothing to the
   * left gives the right, and after a third `&`, which is a member, more members are added to the left.
   */
  #intersection(isFirst: boolean): CharSet {
    const scanner = this.#scanner
    let set: CharSet | null = scanner.looksAt('&&') ? null : this.#unionUntilAnd(isFirst)
    while (scanner.take('&&')) {
      if (scanner.looksAt('&') && !scanner.looksAt('&&') && set !== null) {
        set = union(set, this.#unionUntilAnd(false))
      } else if (!scanner.looksAt(']') && !scanner.looksAt('&')) {
        const right = this.#intersection(false)
        set = set === null ? right : intersect(set, right)
      }
    }
    if (set === null) throw scanner.error("'&&' without its sides")
    return set
  }

  /** A `]` that comes first is itself. */
  #unionUntilAnd(isFirst: boolean): CharSet {
    const scanner = this.#scanner
    let set: CharSet = EMPTY
    let first = isFirst
    for (;;) {
      scanner.skipComments()
      if (scanner.atEnd) throw scanner.error("a '[' without its ']'")
      if ((scanner.looksAt(']') && !first) || scanner.looksAt('&&')) return set
      set = union(set, this.#member())
      first = false
    }
  }

  #member(): CharSet {
    const scanner = this.#scanner
    if (scanner.take('[')) return this.afterBracket()
    if (scanner.take('\\Q')) {
      return this.foldCase(union(...Array.from(scanner.takeUntil('\\E'), (c) => single(c.codePointAt(0)!))))
    }
    const low = this.#classOrPoint()
    if (typeof low !== 'number') return low
    if (!scanner.looksAt('-') || scanner.peek(1) === ']' || scanner.peek(1) === '[') return this.foldCase(single(low))
    scanner.next()
    const high = this.#classOrPoint()
    if (typeof high !== 'number' || high < low) throw scanner.error('not a range of characters')
    return this.foldCase([low, high])
  }

  #classOrPoint(): CharSet | number {
    return this.#scanner.looksAt('\\') ? this.#escape() : this.#scanner.next()
  }

  /** An escape that stands for a class or for one character. */
  escape(): CharSet {
    const escaped = this.#escape()
    return typeof escaped === 'number' ? this.foldCase(single(escaped)) : escaped
  }

  #escape(): CharSet | number {
    const scanner = this.#scanner
    scanner.expect('\\')
    if (scanner.looksAt('p') || scanner.looksAt('P')) return this.#property()
    if (scanner.looksAt('N')) {
      throw scanner.error('\\N{name} is not supported; write the character itself, or \\x{hexadecimal code point}')
    }
    const letter = String.fromCodePoint(scanner.next())
    return this.#predefined(letter) ?? this.#character(letter)
  }

  /** A set of characters with their other cases, if case is ignored here; classes by name have rules of their own. */
  foldCase(set: CharSet): CharSet {
    const { ignoreCase: ignores, unicodeCase } = this.#scanner.flags
    return ignores ? ignoreCase(set, unicodeCase) : set
  }

  #predefined(letter: string): CharSet | undefined {
    const unicode = this.#scanner.flags.unicodeClasses
    switch (letter) {
      case 'd':
        return unicode ? unicodeProperty('Nd') : DIGITS
      case 's':
        return unicode ? unicodeProperty('White_Space') : SPACES
      case 'w':
        return unicode ? unicodeWord() : WORD
      case 'h':
        return HORIZONTAL_SPACES
      case 'v':
        return LINE_TERMINATORS
      case 'D':
      case 'S':
      case 'W':
      case 'H':
      case 'V':
        return complement(this.#predefined(letter.toLowerCase())!)
      default:
        return undefined
    }
  }

  #character(letter: string): number {
    const scanner = this.#scanner
    const control = CONTROL_ESCAPES[letter]
    if (control !== undefined) return control
    switch (letter) {
      case 'x':
        return this.#number(/\{([0-9a-fA-F]{1,6})\}|[0-9a-fA-F]{2}/y, 16)
      case 'u':
        return this.#utf16()
      case '0':
        return this.#number(/[0-3][0-7]{2}|[0-7]{1,2}/y, 8)
      case 'c':
        return scanner.next() ^ 0x40
      default:
        if (/^[A-Za-z0-9]$/.test(letter)) throw scanner.error(`\\${letter} is not an escape`)
        return letter.codePointAt(0)!
    }
  }

  /** Two of them may make a surrogate pair. */
  #utf16(): number {
    const unit = this.#number(/[0-9a-fA-F]{4}/y, 16)
    if (unit < 0xd800 || unit > 0xdbff) return unit
    const low = this.#scanner.takeMatch(/\\u([dD][c-fC-F][0-9a-fA-F]{2})/y)
    return low === null ? unit : (unit - 0xd800) * 0x400 + (Number.parseInt(low, 16) - 0xdc00) + 0x10000
  }

  #number(digits: RegExp, base: number): number {
    const text = this.#scanner.takeMatch(digits)
    if (text === null) throw this.#scanner.error('digits are missing in an escape')
    const point = Number.parseInt(text, base)
    if (point > 0x10ffff) throw this.#scanner.error('not a code point')
    return point
  }

  /** At the `p` or `P` of `\p{...}`. */
  #property(): CharSet {
    const scanner = this.#scanner
    const negated = scanner.next() === 0x50
    const name = scanner.take('{') ? scanner.takeUntil('}') : String.fromCodePoint(scanner.next())
    const set = namedClass(name, scanner.flags)
    if (set === undefined) throw scanner.error(`there is no property {${name}}`)
    return negated ? complement(set) : set
  }
}

const WORD = chars('a-zA-Z_0-9')
const HORIZONTAL_SPACES = chars(' \t\xa0\u1680\u180e\u2000-\u200a\u202f\u205f\u3000')

const CONTROL_ESCAPES: Readonly<Record<string, number>> = { t: 9, n: 10, r: 13, f: 12, a: 7, e: 27 }
