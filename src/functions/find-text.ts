/** Search for a text in another in linear time. */

/** Below this many comparisons the engine's own search, which compares each place afresh at worst, takes some tens of ms. */
const MAX_COMPARISONS = 30_000_000

/** As `text.indexOf(part, from)`. */
export const indexOf = (text: string, part: string, from = 0): number => nthIndexOf(text, part, { from, occurrence: 1 })

/** Where the part begins for the `occurrence`-th time at or behind `from`, or -1. Occurrences may overlap. */
export function nthIndexOf(
  text: string,
  part: string,
  { from, occurrence }: { readonly from: number; readonly occurrence: number },
): number {
  if (part.length * (text.length - from) > MAX_COMPARISONS) return searchLinearly(text, part, from, occurrence)
  let found = from - 1
  for (let i = 0; i < occurrence; i++) {
    // The end of the text has been reached, where the empty text would be found again and again.
    if (found >= text.length) return -1
    found = text.indexOf(part, found + 1)
    if (found === -1) return -1
  }
  return found
}

/** Source: the algorithm of Knuth, Morris and Pratt. */
function searchLinearly(text: string, part: string, from: number, occurrence: number): number {
  const lengths = prefixLengths(part)
  let matched = 0
  let left = occurrence
  for (let at = from; at < text.length; at++) {
    const unit = text.charCodeAt(at)
    while (matched > 0 && (matched === part.length || part.charCodeAt(matched) !== unit))
      matched = lengths[matched - 1]!
    if (part.charCodeAt(matched) === unit) matched++
    if (matched === part.length && --left === 0) return at - part.length + 1
  }
  return -1
}

/** As `nthIndexOf`, from `from` back to the start of the text. */
export function nthLastIndexOf(
  text: string,
  part: string,
  { from, occurrence }: { readonly from: number; readonly occurrence: number },
): number {
  if (part.length * text.length > MAX_COMPARISONS) {
    const searched = reversed(text.slice(0, from + part.length))
    const found = nthIndexOf(searched, reversed(part), { from: 0, occurrence })
    return found === -1 ? -1 : searched.length - found - part.length
  }
  let found = from + 1
  for (let i = 0; i < occurrence; i++) {
    if (found === 0) return -1
    found = text.lastIndexOf(part, found - 1)
    if (found === -1) return -1
  }
  return found
}

const reversed = (text: string): string => text.split('').reverse().join('')

/** As `text.split(delimiter, limit)`; the delimiter is not empty. */
export function split(text: string, delimiter: string, limit?: number): string[] {
  if (delimiter.length * text.length <= MAX_COMPARISONS) return text.split(delimiter, limit)
  const pieces: string[] = []
  let start = 0
  for (let found = indexOf(text, delimiter); found !== -1; found = indexOf(text, delimiter, start)) {
    pieces.push(text.slice(start, found))
    start = found + delimiter.length
  }
  pieces.push(text.slice(start))
  return pieces
}

/** Kept, since the same part is looked for again behind each place where it was found. */
let lastPart = ''
let lastLengths = new Int32Array(0)

/** For each prefix of `part`, how long its longest proper prefix is that also ends it. */
function prefixLengths(part: string): Int32Array {
  if (part === lastPart) return lastLengths
  const lengths = new Int32Array(part.length)
  let length = 0
  for (let i = 1; i < part.length; i++) {
    const unit = part.charCodeAt(i)
    while (length > 0 && part.charCodeAt(length) !== unit) length = lengths[length - 1]!
    if (part.charCodeAt(length) === unit) length++
    lengths[i] = length
  }
  lastPart = part
  lastLengths = lengths
  return lengths
}
