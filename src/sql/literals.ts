// The strings and whole numbers of a text, and what is left of it without them: texts that differ in their literals alone have one shape.

export interface TextLiteral {
  readonly kind: 'string' | 'integer'
  /** Digits, or the string without its quotes. */
  readonly text: string
  /** Where it starts. */
  readonly offset: number
}

export interface Shape {
  /** The text with a mark for the kind in place of each literal. */
  readonly text: string
  readonly literals: readonly TextLiteral[]
}

/** Words and numbers with a letter or a point are passed over whole, and so are quoted names. */
const PIECES = /'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|[\w@.]+/g
const DIGITS = /^[0-9]+$/
/** Comments, and variables, whose values are parts of the text. */
const UNREADABLE = /--|\/\*|\$\{/

/** Null: the text has comments or variables. `text` need not be valid. */
export function shapeOf(text: string): Shape | null {
  if (UNREADABLE.test(text)) return null
  const literals: TextLiteral[] = []
  let shape = ''
  let done = 0
  for (const { 0: piece, index } of text.matchAll(PIECES)) {
    const isString = piece.charCodeAt(0) === QUOTE
    if (!isString && !DIGITS.test(piece)) continue
    const kind = isString ? 'string' : 'integer'
    literals.push({ kind, text: isString ? unquoted(piece) : piece, offset: index })
    shape += text.slice(done, index) + (isString ? "''" : '0')
    done = index + piece.length
  }
  return { text: shape + text.slice(done), literals }
}

const QUOTE = 39

const unquoted = (image: string): string => image.slice(1, -1).replaceAll("''", "'")
