/** LIKE patterns: `%` any run of characters, `_` one character, everything else itself; line terminators are characters as any other. */

import type { Budget } from './budget.ts'
import { indexOf } from './find-text.ts'

/** A piece of a pattern between `%`: code points to find in a row, null for any one. */
type Segment = readonly (string | null)[]

/**
 * Test of a whole text against a pattern. `escapeCharacter`:
 * one character that makes the next one stand for itself, or null.
 * Time is linear in the text, and for patterns with `_` between `%` at worst text x pattern, which the budget stops.
 * Throws an Error for an escape that is not one character or a pattern that ends with it.
 */
export function compileLike(
  pattern: string,
  escapeCharacter: string | null,
  budget: Budget | null = null,
): (text: string) => boolean {
  const segments = parseLike(pattern, escapeCharacter)
  const literals = segments.map((segment) => (segment.includes(null) ? null : segment.join('')))
  if (literals.every((literal) => literal !== null)) return compileLiterals(literals)
  return compileSegments(segments, budget)
}

function parseLike(pattern: string, escapeCharacter: string | null): Segment[] {
  if (escapeCharacter !== null && escapeCharacter.length !== 1) {
    throw new Error(`Expected single character escape but got: ${escapeCharacter}`)
  }
  const segments: (string | null)[][] = [[]]
  const characters = Array.from(pattern)
  for (let i = 0; i < characters.length; i++) {
    const character = characters[i]!
    const current = segments[segments.length - 1]!
    if (character === escapeCharacter) {
      if (++i === characters.length) throw new Error(`LIKE pattern must not end with its escape character: ${pattern}`)
      current.push(characters[i]!)
    } else if (character === '%') {
      segments.push([])
    } else {
      current.push(character === '_' ? null : character)
    }
  }
  return segments
}

/** Without `_`: the first part at the start, the last at the end, each other one at its first place after the one before. */
function compileLiterals(literals: readonly string[]): (text: string) => boolean {
  const [first, ...rest] = literals
  if (rest.length === 0) return (text) => text === first
  const last = rest.pop()!
  const middle = rest.filter((literal) => literal !== '')
  const least = first!.length + last.length
  return (text) => {
    if (text.length < least || !text.startsWith(first!) || !text.endsWith(last)) return false
    const end = text.length - last.length
    let at = first!.length
    for (const literal of middle) {
      const found = indexOf(text, literal, at)
      if (found === -1 || found + literal.length > end) return false
      at = found + literal.length
    }
    return true
  }
}

/**
 * General form: keeps the last `%` and where its run ends, and on a mismatch lets that run take one character more (earlier runs need
 * not be looked at again).
 */
function compileSegments(segments: readonly Segment[], budget: Budget | null): (text: string) => boolean {
  const pattern = segments.flatMap((segment, i): (string | null | typeof ANY_RUN)[] =>
    i === 0 ? [...segment] : [ANY_RUN, ...segment],
  )
  return (text) => {
    const characters = Array.from(text)
    let at = 0
    let next = 0
    let run = -1
    let runEnd = 0
    while (at < characters.length || next < pattern.length) {
      const expected = pattern[next]
      if (expected === ANY_RUN) {
        run = next++
        runEnd = at
      } else if (next < pattern.length && at < characters.length && takes(expected as string | null, characters[at]!)) {
        next++
        at++
      } else {
        if (run === -1 || runEnd >= characters.length) return false
        budget?.spend(CHARACTER_BYTES * (next - run))
        at = ++runEnd
        next = run + 1
      }
    }
    return true
  }
}

/** Work of comparing one character. */
const CHARACTER_BYTES = 4

const ANY_RUN = Symbol('%')

const takes = (expected: string | null, character: string): boolean => expected === null || expected === character
