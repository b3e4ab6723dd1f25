/** The columns of a terminal that a text takes. Source: Unicode Standard Annex 11 (East Asian Width). */

const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' })

/** Characters two columns wide: Hangul, CJK, kana, full-width forms, and pictures. */
const WIDE =
  /^(?:[\u1100-\u115F\u2E80-\u303E\u3041-\uA4CF\uA960-\uA97C\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6]|[\u{1B000}-\u{1B2FF}\u{20000}-\u{3FFFD}]|\p{Emoji_Presentation})/u
/** Characters without a width: combining marks and joiners. */
const NOTHING = /^[\p{Mn}\p{Me}\p{Cf}]+$/u
const PLAIN = /^[\x20-\x7e]*$/

/** Columns of one grapheme. */
function graphemeWidth(grapheme: string): number {
  if (NOTHING.test(grapheme)) return 0
  return WIDE.test(grapheme) ? 2 : 1
}

/** Columns that `text` takes in a terminal. */
export function textWidth(text: string): number {
  if (PLAIN.test(text)) return text.length
  let width = 0
  for (const { segment } of segmenter.segment(text)) width += graphemeWidth(segment)
  return width
}

/** `text` followed by blanks up to `width` columns. */
export const padEnd = (text: string, width: number): string => text + ' '.repeat(Math.max(0, width - textWidth(text)))

/**
 * `text` cut into pieces of at most `width` columns; one empty piece for an empty text. Cuts after a blank or a comma where there is one in
 * the second half of the piece; a blank at a cut is dropped. A wide character is never cut in two.
 */
export function wrap(text: string, width: number): string[] {
  if (textWidth(text) <= width) return [text]
  const pieces: string[] = []
  let piece: string[] = []
  let used = 0
  for (const { segment } of segmenter.segment(text)) {
    const needed = graphemeWidth(segment)
    if (used + needed > width && piece.length > 0) {
      if (segment === ' ') {
        pieces.push(piece.join(''))
        piece = []
        used = 0
        continue
      }
      const cut = cutOf(piece)
      pieces.push(piece.slice(0, cut).join('').trimEnd())
      piece = piece.slice(cut)
      used = textWidth(piece.join(''))
    }
    piece.push(segment)
    used += needed
  }
  return [...pieces, piece.join('')]
}

/** How many graphemes of a full piece stay in it. */
function cutOf(piece: readonly string[]): number {
  const last = Math.max(piece.lastIndexOf(' '), piece.lastIndexOf(','))
  return last >= piece.length / 2 ? last + 1 : piece.length
}

/** `text`, or its start with an ellipsis if it is wider than `width`. */
export function clip(text: string, width: number): string {
  if (textWidth(text) <= width) return text
  return `${wrap(text, Math.max(1, width - 1))[0]}…`
}

/** Characters that must not reach a terminal: control characters other than line ends could move the cursor, or worse. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the pattern looks for control characters
const CONTROL = /[\x00-\x09\x0b-\x1f\x7f-\x9f]/g

/** `text` with control characters shown as escapes, line ends kept. */
export const printable = (text: string): string =>
  text.replace(CONTROL, (character) =>
    character === '\t' ? '    ' : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
