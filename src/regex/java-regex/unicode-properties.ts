/** Character classes by name, `\p{...}`, as java.util.regex.Pattern finds them: general categories, properties, scripts, blocks, and methods of java.lang.Character. */
import { ANY, type CharSet, chars, complement, intersect, single, unicodeProperty, union } from './char-set.ts'
import { unicodeBlock } from './unicode-blocks.ts'

export interface PropertyFlags {
  /** Classes of one case take letters of every case. */
  readonly ignoreCase: boolean
  /** POSIX classes reach beyond ASCII. */
  readonly unicodeClasses: boolean
}

/** The class that `\p{name}` means; undefined if there is none of that name. */
export function namedClass(name: string, flags: PropertyFlags): CharSet | undefined {
  const [key, value] = name.includes('=') ? name.split('=', 2) : [null, name]
  if (key === null) return bareClass(name, flags)
  switch (key!.toLowerCase()) {
    case 'gc':
    case 'general_category':
      return category(value!, flags)
    case 'sc':
    case 'script':
      return script(value!)
    case 'blk':
    case 'block':
      return unicodeBlock(value!)
    default:
      return undefined
  }
}

function bareClass(name: string, flags: PropertyFlags): CharSet | undefined {
  if (name.startsWith('In')) return unicodeBlock(name.slice(2))
  if (name.startsWith('Is')) {
    const bare = name.slice(2)
    return binaryProperty(bare, flags) ?? category(bare, flags) ?? script(bare)
  }
  return (flags.unicodeClasses ? unicodePosixClass(name, flags) : undefined) ?? category(name, flags)
}

export const DIGITS = chars('0-9')
export const SPACES = chars(' \t-\r')
const ASCII_LETTERS = chars('a-zA-Z')

/** `\w` where it reaches beyond ASCII. */
export const unicodeWord = (): CharSet =>
  union(...['Alphabetic', 'M', 'Nd', 'Pc', 'Join_Control'].map((name) => unicodeProperty(name)))

const anyCase = (): CharSet => union(...['Lowercase', 'Uppercase', 'Lt'].map(unicodeProperty))

const CASES: ReadonlySet<string> = new Set(['Lu', 'Ll', 'Lt'])
const JAVA_CASES: ReadonlySet<string> = new Set(['javaLowerCase', 'javaUpperCase', 'javaTitleCase'])

const CATEGORIES: ReadonlySet<string> = new Set(
  'Cn Lu Ll Lt Lm Lo Mn Me Mc Nd Nl No Zs Zl Zp Cc Cf Co Cs Pd Ps Pe Pc Po Sm Sc Sk So Pi Pf L M N Z C P S LC'.split(
    ' ',
  ),
)

function category(name: string, { ignoreCase }: PropertyFlags): CharSet | undefined {
  if (ignoreCase && CASES.has(name)) return unicodeProperty('LC')
  if (CATEGORIES.has(name)) return unicodeProperty(name)
  const ascii = ASCII_CLASSES[name]
  if (ascii !== undefined) return ignoreCase && (name === 'Lower' || name === 'Upper') ? ASCII_LETTERS : ascii
  if (ignoreCase && JAVA_CASES.has(name)) return anyCase()
  return JAVA_CLASSES[name]?.()
}

const ASCII_CLASSES: Readonly<Record<string, CharSet>> = {
  Lower: chars('a-z'),
  Upper: chars('A-Z'),
  ASCII: [0, 0x7f],
  Alpha: ASCII_LETTERS,
  Digit: DIGITS,
  Alnum: chars('a-zA-Z0-9'),
  Punct: chars('!-/:-@[-`{-~'),
  Graph: [0x21, 0x7e],
  Print: [0x20, 0x7e],
  Blank: chars(' \t'),
  Cntrl: [0, 0x1f, 0x7f, 0x7f],
  XDigit: chars('0-9a-fA-F'),
  Space: SPACES,
}

/** Names of POSIX classes as Unicode properties; `\p{IsAlpha}`, and `\p{Alpha}` with the flag for Unicode classes. */
const UNICODE_POSIX_CLASSES: ReadonlyMap<string, () => CharSet> = new Map([
  ['ALPHA', () => unicodeProperty('Alphabetic')],
  ['LOWER', () => unicodeProperty('Lowercase')],
  ['UPPER', () => unicodeProperty('Uppercase')],
  ['SPACE', () => unicodeProperty('White_Space')],
  ['PUNCT', () => unicodeProperty('P')],
  ['XDIGIT', () => union(unicodeProperty('Nd'), unicodeProperty('Hex_Digit'))],
  ['ALNUM', () => union(unicodeProperty('Alphabetic'), unicodeProperty('Nd'))],
  ['CNTRL', () => unicodeProperty('Cc')],
  ['DIGIT', () => unicodeProperty('Nd')],
  ['BLANK', () => union(unicodeProperty('Zs'), single(9))],
  ['GRAPH', () => complement(union(...['White_Space', 'Cc', 'Cs', 'Cn'].map(unicodeProperty)))],
  ['PRINT', () => complement(union(...['Zl', 'Zp', 'Cc', 'Cs', 'Cn'].map(unicodeProperty)))],
])

function unicodePosixClass(name: string, { ignoreCase }: PropertyFlags): CharSet | undefined {
  const key = name.toUpperCase()
  if (ignoreCase && (key === 'LOWER' || key === 'UPPER')) return anyCase()
  return UNICODE_POSIX_CLASSES.get(key)?.()
}

/** Properties that Java has, in upper case; its spellings without underscores too. */
const BINARY_PROPERTIES: ReadonlyMap<string, () => CharSet> = new Map([
  ['ALPHABETIC', () => unicodeProperty('Alphabetic')],
  ['LETTER', () => unicodeProperty('L')],
  ['IDEOGRAPHIC', () => unicodeProperty('Ideographic')],
  ['LOWERCASE', () => unicodeProperty('Lowercase')],
  ['UPPERCASE', () => unicodeProperty('Uppercase')],
  ['TITLECASE', () => unicodeProperty('Lt')],
  ['WHITESPACE', () => unicodeProperty('White_Space')],
  ['CONTROL', () => unicodeProperty('Cc')],
  ['PUNCTUATION', () => unicodeProperty('P')],
  ['HEXDIGIT', () => union(unicodeProperty('Nd'), unicodeProperty('Hex_Digit'))],
  ['ASSIGNED', () => complement(unicodeProperty('Cn'))],
  ['NONCHARACTERCODEPOINT', () => unicodeProperty('Noncharacter_Code_Point')],
  ['WORD', unicodeWord],
  ['JOINCONTROL', () => unicodeProperty('Join_Control')],
  ['EMOJI', () => unicodeProperty('Emoji')],
  ['EMOJIPRESENTATION', () => unicodeProperty('Emoji_Presentation')],
  ['EMOJIMODIFIER', () => unicodeProperty('Emoji_Modifier')],
  ['EMOJIMODIFIERBASE', () => unicodeProperty('Emoji_Modifier_Base')],
  ['EMOJICOMPONENT', () => unicodeProperty('Emoji_Component')],
  ['EXTENDEDPICTOGRAPHIC', () => unicodeProperty('Extended_Pictographic')],
])

function binaryProperty(name: string, flags: PropertyFlags): CharSet | undefined {
  const key = name.toUpperCase().replaceAll('_', '')
  if (flags.ignoreCase && (key === 'LOWERCASE' || key === 'UPPERCASE' || key === 'TITLECASE')) return anyCase()
  return BINARY_PROPERTIES.get(key)?.() ?? unicodePosixClass(name, flags)
}

/** A script by its name or its ISO 15924 code, in any case. */
function script(name: string): CharSet | undefined {
  const titled = name.replace(/[A-Za-z]+/g, (word) => word[0]!.toUpperCase() + word.slice(1).toLowerCase())
  try {
    return unicodeProperty(`Script=${titled}`)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

const JAVA_CLASSES: Readonly<Record<string, () => CharSet>> = {
  all: () => ANY,
  L1: () => [0, 0xff],
  LD: () => union(unicodeProperty('L'), unicodeProperty('Nd')),
  javaLowerCase: () => unicodeProperty('Lowercase'),
  javaUpperCase: () => unicodeProperty('Uppercase'),
  javaTitleCase: () => unicodeProperty('Lt'),
  javaAlphabetic: () => unicodeProperty('Alphabetic'),
  javaIdeographic: () => unicodeProperty('Ideographic'),
  javaLetter: () => unicodeProperty('L'),
  javaDigit: () => unicodeProperty('Nd'),
  javaLetterOrDigit: () => union(unicodeProperty('L'), unicodeProperty('Nd')),
  javaDefined: () => complement(unicodeProperty('Cn')),
  javaSpaceChar: () => unicodeProperty('Z'),
  javaISOControl: () => [0, 0x1f, 0x7f, 0x9f],
  javaMirrored: () => unicodeProperty('Bidi_Mirrored'),
  javaIdentifierIgnorable: identifierIgnorable,
  javaJavaIdentifierStart: () => union(...['L', 'Nl', 'Sc', 'Pc'].map(unicodeProperty)),
  javaJavaIdentifierPart: () =>
    union(...['L', 'Nl', 'Sc', 'Pc', 'Nd', 'Mc', 'Mn'].map(unicodeProperty), identifierIgnorable()),
  javaUnicodeIdentifierStart: () => unicodeProperty('ID_Start'),
  javaUnicodeIdentifierPart: () => union(unicodeProperty('ID_Continue'), identifierIgnorable()),
  javaWhitespace: () =>
    union(chars('\t-\r\x1c-\x1f'), intersect(unicodeProperty('Z'), complement(chars('\xa0\u2007\u202f')))),
}

function identifierIgnorable(): CharSet {
  return union([0, 8, 0x0e, 0x1b, 0x7f, 0x9f], unicodeProperty('Cf'))
}
