/** Sets of code points as sorted, disjoint, inclusive ranges, flat: `[low, high, low, high, ...]`. */

export type CharSet = readonly number[]

const MAX_CODE_POINT = 0x10ffff
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

/**
 * The set with the other cases of its letters: of ASCII letters only, or of all letters whose capitals have the same small letter (Unicode's
 * simple mappings, as Java compares).
 */
export function ignoreCase(set: CharSet, unicode: boolean): CharSet {
  const others: number[] = []
  if (unicode) {
    for (const letters of casedLetters()) {
      if (letters.some((letter) => contains(set, letter))) for (const letter of letters) others.push(letter, letter)
    }
  } else {
    for (let point = 0x41; point <= 0x5a; point++) {
      const small = point | 0x20
      if (contains(set, point) || contains(set, small)) others.push(point, point, small, small)
    }
  }
  return others.length === 0 ? set : normalize([...set, ...others])
}

let casedLetterGroups: readonly (readonly number[])[] | null = null

/** Letters by their small letter, two or more in a group: `k`, `K` and the Kelvin sign. */
function casedLetters(): readonly (readonly number[])[] {
  if (casedLetterGroups !== null) return casedLetterGroups
  const groups = new Map<number, number[]>()
  const letters = unicodeProperty('Changes_When_Casemapped')
  for (let i = 0; i < letters.length; i += 2) {
    for (let point = letters[i]!; point <= letters[i + 1]!; point++) {
      const small = simplyMapped(simplyMapped(point, toUpperCase), toLowerCase)
      const group = groups.get(small)
      if (group === undefined) groups.set(small, [point])
      else group.push(point)
    }
  }
  casedLetterGroups = [...groups.values()].filter((group) => group.length > 1)
  return casedLetterGroups
}

const toUpperCase = (text: string): string => text.toUpperCase()
const CAPITAL_I_WITH_DOT = '\u0130'
const toLowerCase = (text: string): string => (text === CAPITAL_I_WITH_DOT ? 'i' : text.toLowerCase())

/** What maps to several characters stays as it is. */
function simplyMapped(point: number, map: (text: string) => string): number {
  const mapped = Array.from(map(String.fromCodePoint(point)))
  return mapped.length === 1 ? mapped[0]!.codePointAt(0)! : point
}
