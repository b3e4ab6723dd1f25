// The strings and numbers of a text, and what is left of it without them: texts that differ in their literals alone have one shape.

export interface TextLiteral {
  readonly kind: 'string' | 'integer' | 'decimal'
  /** Digits, with a point between them if it is a decimal, or the string without its quotes. */
  readonly text: string
  /** Where it starts. */
  readonly offset: number
}

export interface Shape {
  /** The text with a mark for the kind in place of each literal. */
  readonly text: string
  readonly literals: readonly TextLiteral[]
}

/** Words and numbers with a letter are passed over whole, and so are quoted names. */
const PIECES = /'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|[\w@.]+/g
const DIGITS = /^[0-9]+$/
const DECIMAL = /^[0-9]+\.[0-9]+$/
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
    const kind = isString ? 'string' : DIGITS.test(piece) ? 'integer' : DECIMAL.test(piece) ? 'decimal' : null
    if (kind === null) continue
    literals.push({ kind, text: isString ? unquoted(piece) : piece, offset: index })
    shape += text.slice(done, index) + MARKS[kind]
    done = index + piece.length
  }
  return { text: shape + text.slice(done), literals }
}

const MARKS = { string: "''", integer: '0', decimal: '0.0' }
const QUOTE = 39

const unquoted = (image: string): string => image.slice(1, -1).replaceAll("''", "'")

/** Places among the shape's literals by `line:column`, as locations count them. `text`: that of the shape. */
export function literalPlaces({ literals }: Shape, text: string): ReadonlyMap<string, number> {
  return new Map(literals.map(({ offset }, index) => [placeAt(offset, text), index]))
}

function placeAt(offset: number, text: string): string {
  const before = text.slice(0, offset).split(/\r\n|\r|\n/)
  return `${before.length}:${before.at(-1)!.length + 1}`
}
