/** Sets of code points as sorted, disjoint, inclusive ranges, flat: `[low, high, low, high, ...]`. */

export type CharSet = readonly number[]

export const MAX_CODE_POINT = 0x10ffff
export const EMPTY: CharSet = []
export const ANY: CharSet = [0, MAX_CODE_POINT]

export const single = (codePoint: number): CharSet => [codePoint, codePoint]

/** A set from characters and ranges: `chars('a-z_')`; a `-` first or last is itself. */
export function chars(text: string): CharSet {
  const points = Array.from(text, (character) => character.codePointAt(0)!)
  const ranges: number[] = []
  for (let i = 0; i < points.length; i++) {
    if (text[i + 1] === '-' && i + 2 < points.length) {
      ranges.push(points[i]!, points[i + 2]!)
      i += 2
    } else {
      ranges.push(points[i]!, points[i]!)
    }
  }
  return normalize(ranges)
}

export function normalize(ranges: readonly number[]): CharSet {
  const pairs: [number, number][] = []
  for (let i = 0; i < ranges.length; i += 2) pairs.push([ranges[i]!, ranges[i + 1]!])
  pairs.sort((a, b) => a[0] - b[0])
  const merged: number[] = []
  for (const [low, high] of pairs) {
    if (merged.length > 0 && low <= merged[merged.length - 1]! + 1) {
      merged[merged.length - 1] = Math.max(merged[merged.length - 1]!, high)
    } else {
      merged.push(low, high)
    }
  }
  return merged
}

export const union = (...sets: readonly CharSet[]): CharSet => normalize(sets.flat())

export function complement(set: CharSet): CharSet {
  const result: number[] = []
  let next = 0
  for (let i = 0; i < set.length; i += 2) {
    if (set[i]! > next) result.push(next, set[i]! - 1)
    next = set[i + 1]! + 1
  }
  if (next <= MAX_CODE_POINT) result.push(next, MAX_CODE_POINT)
  return result
}

export const intersect = (a: CharSet, b: CharSet): CharSet => complement(union(complement(a), complement(b)))

export function contains(set: CharSet, codePoint: number): boolean {
  let low = 0
  let high = set.length / 2 - 1
  while (low <= high) {
    const middle = (low + high) >> 1
    if (codePoint < set[2 * middle]!) high = middle - 1
    else if (codePoint > set[2 * middle + 1]!) low = middle + 1
    else return true
  }
  return false
}

const properties = new Map<string, CharSet>()

/**
 * All code points with a Unicode property, as ECMAScript names it: `Lu`, `Script=Greek`. About 20 ms the first time.
 * Throws a SyntaxError if there is no such property.
 */
export function unicodeProperty(name: string): CharSet {
  const known = properties.get(name)
  if (known !== undefined) return known
  const matches = new RegExp(`^\\p{${name}}$`, 'u')
  const ranges: number[] = []
  for (let point = 0; point <= MAX_CODE_POINT; point++) {
    if (!matches.test(String.fromCodePoint(point))) continue
    if (ranges.length > 0 && ranges[ranges.length - 1] === point - 1) ranges[ranges.length - 1] = point
    else ranges.push(point, point)
  }
  properties.set(name, ranges)
  return ranges
}

/** The set with the other case of its letters: of ASCII letters only, or by Unicode's simple mappings. */
export function ignoreCase(set: CharSet, unicode: boolean): CharSet {
  const others: number[] = []
  for (let i = 0; i < set.length; i += 2) {
    const last = unicode ? set[i + 1]! : Math.min(set[i + 1]!, 0x7f)
    for (let point = set[i]!; point <= last; point++) {
      for (const other of otherCases(point)) others.push(other, other)
    }
  }
  return others.length === 0 ? set : normalize([...set, ...others])
}

function otherCases(point: number): number[] {
  if (point < 0x80) {
    const isLetter = (point >= 0x41 && point <= 0x5a) || (point >= 0x61 && point <= 0x7a)
    return isLetter ? [point ^ 0x20] : []
  }
  const character = String.fromCodePoint(point)
  return [character.toLowerCase(), character.toUpperCase()]
    .filter((other) => other !== character && Array.from(other).length === 1)
    .map((other) => other.codePointAt(0)!)
}
