import { describe, expect, it } from 'vitest'
import { asOneLine, HistorySearch, holdsSecret } from '../../../../src/cli/repl/statement-history.ts'

describe('a statement as one line', () => {
  it.each([
    ['SELECT *\n  FROM s\n\n  WHERE a = 1;', 'SELECT * FROM s WHERE a = 1;'],
    ['SELECT 1 -- why\nFROM s;', 'SELECT 1 /* why */ FROM s;'],
    ['SELECT 1 --*/\n;', 'SELECT 1 /** / */ ;'],
    ["SELECT 'a\n  -- b', `c\n d` FROM s;", "SELECT 'a\n  -- b', `c\n d` FROM s;"],
    ['SELECT a - b, c / d /* e\n f */ FROM s;', 'SELECT a - b, c / d /* e\n f */ FROM s;'],
    ['  exit  ', 'exit'],
  ])('%j', (statement, expected) => {
    expect(asOneLine(statement)).toBe(expected)
  })
})

describe('a search', () => {
  it('keeps its match as long as the query fits it, whatever the case', () => {
    const search = new HistorySearch(['CREATE STREAM a;', 'DROP STREAM a;', 'SHOW TYPES;'], 'draft')
    expect(search.match).toBe('draft')
    search.type('stream')
    search.type(' a')
    expect(search.match).toBe('DROP STREAM a;')
    search.again()
    expect(search.match).toBe('CREATE STREAM a;')
    search.again()
    expect([search.match, search.isFailing]).toEqual(['CREATE STREAM a;', true])
  })
})

it.each([
  ["CREATE SECRET s WITH (a='b');", true],
  ["-- mine\n create or  replace\n secret s WITH (a='b');", true],
  ['DROP SECRET s;', false],
  ['CREATE STREAM secret (a INT);', false],
])('knows whether %j has values that must not be kept', (statement, holds) => {
  expect(holdsSecret(statement)).toBe(holds)
})
