// "Did you mean …": the nearest of a list of names.

/**
 * The candidate with the fewest edits from `word`, in any case; the first of several. Undefined if there are none, or if even the best
 * would need more than `maxEdits` edits (by default any number will do).
 */
export function nearest(
  word: string,
  candidates: Iterable<string>,
  { maxEdits = Number.POSITIVE_INFINITY }: { readonly maxEdits?: number } = {},
): string | undefined {
  let best: string | undefined
  let fewest = maxEdits + 1
  for (const candidate of candidates) {
    const edits = editDistance(word.toUpperCase(), candidate.toUpperCase())
    if (edits < fewest) [best, fewest] = [candidate, edits]
  }
  return best
}

/**
 * ` Did you mean X?`, a text to append to a message; nothing if no candidate is within a third of the word's length. A short word may have one
 * slip, but not in each of its letters.
 */
export function didYouMean(word: string, candidates: Iterable<string>): string {
  const maxEdits = Math.min(word.length - 1, Math.max(1, Math.floor(word.length / 3)))
  const found = nearest(word, candidates, { maxEdits })
  return found === undefined ? '' : ` Did you mean ${found}?`
}

/** ` Did you mean X?`, or else ` LABEL: A, B, ....` with the `most` nearest candidates; nothing if there are none. */
export function suggestion(
  word: string,
  candidates: readonly string[],
  { label, most = 20 }: { readonly label: string; readonly most?: number },
): string {
  const near = didYouMean(word, candidates)
  if (near !== '' || candidates.length === 0) return near
  const shown = candidates.length > most ? [...nearestFirst(word, candidates).slice(0, most), '...'] : candidates
  return ` ${label}: ${shown.join(', ')}.`
}

/** The candidates by their distance from `word`, equals in their order. */
function nearestFirst(word: string, candidates: readonly string[]): string[] {
  const edits = new Map(
    candidates.map((candidate) => [candidate, editDistance(word.toUpperCase(), candidate.toUpperCase())]),
  )
  return candidates.toSorted((a, b) => edits.get(a)! - edits.get(b)!)
}

/**
 * Insertions, deletions, replacements and exchanges of two neighbours that turn `a` into `b`, one row of the matrix at a time; no part
 * is edited twice (optimal string alignment).
 */
export function editDistance(a: string, b: string): number {
  let beforePrevious: number[] = []
  let previous = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const current = [i]
    for (let j = 1; j <= b.length; j++) {
      const replaced = previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)
      const isExchange = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      const exchanged = isExchange ? beforePrevious[j - 2]! + 1 : replaced
      current.push(Math.min(replaced, exchanged, previous[j]! + 1, current[j - 1]! + 1))
    }
    beforePrevious = previous
    previous = current
  }
  return previous[b.length]!
}
