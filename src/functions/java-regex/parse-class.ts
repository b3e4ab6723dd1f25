/** Character classes: `[a-z&&[^b]]`, `\p{Lu}`, `\w`, and escapes that stand for one character. */
import {
  ANY,
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

export class ClassParser {
  readonly #scanner: Scanner

  constructor(scanner: Scanner) {
    this.#scanner = scanner
  }

  /** After `[`. `&&` binds weaker than union: `[a-z&&b-d]`. */
  afterBracket(): CharSet {
    const scanner = this.#scanner
    const negated = scanner.take('^')
    let result = this.#unionUntilAnd(true)
    while (scanner.take('&&')) {
      if (scanner.looksAt(']')) break
      result = intersect(result, this.#unionUntilAnd(false))
    }
    scanner.expect(']')
    const { ignoreCase: ignores, unicodeCase } = scanner.flags
    const set = ignores ? ignoreCase(result, unicodeCase) : result
    return negated ? complement(set) : set
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
    if (scanner.take('\\Q')) return union(...Array.from(scanner.takeUntil('\\E'), (c) => single(c.codePointAt(0)!)))
    const low = this.#single()
    if (!scanner.looksAt('-') || scanner.peek(1) === ']' || scanner.peek(1) === '[' || low.length !== 2) return low
    if (low[0] !== low[1]) return low
    scanner.next()
    const high = this.#single()
    if (high.length !== 2 || high[0] !== high[1] || high[0]! < low[0]!) throw scanner.error('not a range of characters')
    return [low[0]!, high[0]!]
  }

  #single(): CharSet {
    return this.#scanner.looksAt('\\') ? this.escape() : single(this.#scanner.next())
  }

  /** An escape that stands for a class or for one character. */
  escape(): CharSet {
    const scanner = this.#scanner
    scanner.expect('\\')
    if (scanner.looksAt('p') || scanner.looksAt('P')) return this.#property()
    const letter = String.fromCodePoint(scanner.next())
    const predefined = this.#predefined(letter)
    if (predefined !== undefined) return predefined
    return single(this.#character(letter))
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
    const set = this.#named(name)
    return negated ? complement(set) : set
  }

  #named(name: string): CharSet {
    const posix = POSIX[name]
    if (posix !== undefined) return this.#scanner.flags.unicodeClasses ? posix.unicode() : posix.ascii
    const java = JAVA_METHODS[name]
    if (java !== undefined) return java()
    const [key, value] = name.includes('=') ? name.split('=') : ['', name]
    const candidates = propertyCandidates(key!.toLowerCase(), value!)
    for (const candidate of candidates) {
      try {
        return unicodeProperty(candidate)
      } catch (error) {
        if (!(error instanceof SyntaxError)) throw error
      }
    }
    throw this.#scanner.error(`there is no property {${name}}`)
  }
}

/** Java's spelling of a Unicode property in ECMAScript's: `IsAlphabetic`, `IsGreek`, `L`, `gc=Lu`, `script=Greek`. */
function propertyCandidates(key: string, value: string): string[] {
  if (key === 'gc' || key === 'general_category') return [`gc=${value}`]
  if (key === 'sc' || key === 'script') return [`Script=${titled(value)}`]
  if (key === 'blk' || key === 'block' || value.startsWith('In')) return []
  const bare = value.startsWith('Is') ? value.slice(2) : value
  return [bare, titled(bare), `Script=${titled(bare)}`]
}

const titled = (name: string): string =>
  name.replace(/[A-Za-z]+/g, (word) => word[0]!.toUpperCase() + word.slice(1).toLowerCase())

const DIGITS = chars('0-9')
const SPACES = chars(' \t-\r')
const WORD = chars('a-zA-Z_0-9')
const HORIZONTAL_SPACES = chars(' \t\xa0\u1680\u180e\u2000-\u200a\u202f\u205f\u3000')
const PUNCTUATION = chars('!-/:-@[-`{-~')

const unicodeWord = (): CharSet =>
  union(...['Alphabetic', 'M', 'Nd', 'Pc', 'Join_Control'].map((name) => unicodeProperty(name)))

const CONTROL_ESCAPES: Readonly<Record<string, number>> = { t: 9, n: 10, r: 13, f: 12, a: 7, e: 27 }

const POSIX: Readonly<Record<string, { readonly ascii: CharSet; readonly unicode: () => CharSet }>> = {
  Lower: { ascii: chars('a-z'), unicode: () => unicodeProperty('Lowercase') },
  Upper: { ascii: chars('A-Z'), unicode: () => unicodeProperty('Uppercase') },
  ASCII: { ascii: [0, 0x7f], unicode: () => [0, 0x7f] },
  Alpha: { ascii: chars('a-zA-Z'), unicode: () => unicodeProperty('Alphabetic') },
  Digit: { ascii: DIGITS, unicode: () => unicodeProperty('Nd') },
  Alnum: { ascii: chars('a-zA-Z0-9'), unicode: () => union(unicodeProperty('Alphabetic'), unicodeProperty('Nd')) },
  Punct: { ascii: PUNCTUATION, unicode: () => unicodeProperty('P') },
  Graph: {
    ascii: [0x21, 0x7e],
    unicode: () => complement(union(...['White_Space', 'Cc', 'Cs', 'Cn'].map(unicodeProperty))),
  },
  Print: {
    ascii: [0x20, 0x7e],
    unicode: () => complement(union(...['Zl', 'Zp', 'Cc', 'Cs', 'Cn'].map(unicodeProperty))),
  },
  Blank: { ascii: chars(' \t'), unicode: () => union(unicodeProperty('Zs'), single(9)) },
  Cntrl: { ascii: [0, 0x1f, 0x7f, 0x7f], unicode: () => unicodeProperty('Cc') },
  XDigit: { ascii: chars('0-9a-fA-F'), unicode: () => union(unicodeProperty('Nd'), unicodeProperty('Hex_Digit')) },
  Space: { ascii: SPACES, unicode: () => unicodeProperty('White_Space') },
}

const JAVA_METHODS: Readonly<Record<string, () => CharSet>> = {
  all: () => ANY,
  L1: () => [0, 0xff],
  LC: () => unicodeProperty('LC'),
  LD: () => union(unicodeProperty('L'), unicodeProperty('Nd')),
  javaLowerCase: () => unicodeProperty('Lowercase'),
  javaUpperCase: () => unicodeProperty('Uppercase'),
  javaAlphabetic: () => unicodeProperty('Alphabetic'),
  javaLetter: () => unicodeProperty('L'),
  javaDigit: () => unicodeProperty('Nd'),
  javaLetterOrDigit: () => union(unicodeProperty('L'), unicodeProperty('Nd')),
  javaWhitespace: () =>
    union(chars('\t-\r\x1c-\x1f'), intersect(unicodeProperty('Z'), complement(chars('\xa0\u2007\u202f')))),
}
