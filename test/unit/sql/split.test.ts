import { describe, expect, it } from 'vitest'
import { directivesOf, splitStatements } from '../../../src/sql/split.ts'

const texts = (text: string) => splitStatements(text).map((piece) => [piece.text, piece.isComplete])

describe('splitStatements', () => {
  it('cuts at semicolons, but not at those in quotes and comments', () => {
    expect(texts('a \';\' b; -- ; \n c /* ; */ "d;" `;`;\n')).toEqual([
      ["a ';' b;", true],
      ['c /* ; */ "d;" `;`;', true],
    ])
  })

  it('says where each piece starts', () => {
    expect(splitStatements('a;\n  b;').map(({ location }) => location)).toEqual([
      { line: 1, column: 1 },
      { line: 2, column: 3 },
    ])
  })

  it('marks a last piece without a semicolon as incomplete', () => {
    expect(texts('a; b')).toEqual([
      ['a;', true],
      ['b', false],
    ])
  })

  it('keeps all that follows an unclosed quote in one incomplete piece', () => {
    expect(texts("a; b 'c; d;")).toEqual([
      ['a;', true],
      ["b 'c; d;", false],
    ])
    expect(texts("a;\n'c; d;")).toEqual([
      ['a;', true],
      ["'c; d;", false],
    ])
  })

  it('does not cut in strings in dollars, and waits for the end of one', () => {
    expect(texts('a $$ ; $$; b $t$ $$ ; $t$; $${x};')).toEqual([
      ['a $$ ; $$;', true],
      ['b $t$ $$ ; $t$;', true],
      ['$${x};', true],
    ])
    expect(texts('a; b $$ c; d;')).toEqual([
      ['a;', true],
      ['b $$ c; d;', false],
    ])
  })

  it('finds nothing in an empty text', () => {
    expect(texts(' ;; -- x')).toEqual([])
  })
})

describe('directivesOf', () => {
  it('reads the directives of a test script with their lines', () => {
    expect(directivesOf('--@test: first: one\n-- a comment\nSHOW STREAMS;\n--@expected.error: X')).toEqual([
      { name: 'test', value: 'first: one', location: { line: 1, column: 1 } },
      { name: 'expected.error', value: 'X', location: { line: 4, column: 1 } },
    ])
  })
})
