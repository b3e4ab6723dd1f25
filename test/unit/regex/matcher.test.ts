import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Matcher } from '../../../src/regex/java-regex/matcher.ts'
import { parseJavaRegex } from '../../../src/regex/java-regex/parse.ts'
import { compileProgram } from '../../../src/regex/java-regex/program.ts'
import { compileJavaRegex } from '../../../src/regex/java-regex.ts'

const programOf = (pattern: string) => {
  const { root, groupCount } = parseJavaRegex(pattern)
  return compileProgram(root, groupCount)
}

/** All matches, as slots; `matcherFor` gives the matcher of each search. */
function scan(text: string, matcherFor: () => Matcher): number[][] {
  const matches: number[][] = []
  let from = 0
  while (from <= text.length) {
    const slots = matcherFor().find(text, from)
    if (slots === null) break
    matches.push([...slots])
    const [start, end] = slots as unknown as [number, number]
    from = end > start ? end : end + 1
  }
  return matches
}

const piece = fc.constantFrom('a', 'b', 'ab', '(a|ab)', '(?:a|b)*', '(b?)', 'a*?', '(?:a*b)?', '\\b', '(a*)*', '|', '.')
const pattern = fc.array(piece, { minLength: 1, maxLength: 5 }).map((pieces) => pieces.join(''))
const text = fc.string({ unit: fc.constantFrom('a', 'b', ' '), maxLength: 12 })

describe('the matcher', () => {
  it('finds the same when it continues behind a match as when it starts again', () => {
    fc.assert(
      fc.property(pattern, fc.array(text, { maxLength: 3 }), (pattern, texts) => {
        const program = programOf(pattern)
        const matcher = new Matcher(program)
        for (const text of texts) {
          expect(scan(text, () => matcher)).toEqual(scan(text, () => new Matcher(program)))
        }
      }),
      { numRuns: 2000 },
    )
  })

  it('finds all matches of a text in the time of one, though each reads to the end of the text', () => {
    expect([...compileJavaRegex('(.*X)*').findAll('a'.repeat(45_000))]).toHaveLength(45_001)
  })

  it('counts the steps of all matches of a text', () => {
    expect(() => [...compileJavaRegex('(?=.*X)?').findAll('a'.repeat(45_000))]).toThrow(
      'it needs more than 10000000 steps',
    )
  })

  it('does not count the steps of equal texts together', () => {
    const matcher = new Matcher(programOf('(?=(a*))'))
    const repeated = 'a'.repeat(1000)
    for (let i = 0; i < 10_000; i++) expect(matcher.find(repeated, 0)?.[1]).toBe(0)
  })
})
