import { expect, it } from 'vitest'
import { facts, hangingLines } from '../../../src/cli/output/facts.ts'

it('continues long values under their beginning, and leaves out what has no value', () => {
  const pairs = [
    ['ID', 'Q1'],
    ['Window type', ''],
    ['SQL', 'SELECT c1, COUNT(*) FROM wide\nGROUP BY c1;'],
  ] as const
  expect(facts(pairs, 46).split('\n')).toEqual([
    'ID                   : Q1',
    'SQL                  : SELECT c1, COUNT(*)',
    '                       FROM wide',
    '                       GROUP BY c1;',
  ])
  expect(facts(pairs)).toContain('SQL                  : SELECT c1, COUNT(*) FROM wide\n')
  expect(facts(pairs, 30)).toBe(facts(pairs))
})

it('indents what continues a line', () => {
  expect(hangingLines('> [ PROJECT ] | Schema: A INT\n  > [ SOURCE ] | Schema: A INT, B INT', 32).split('\n')).toEqual([
    '> [ PROJECT ] | Schema: A',
    '    INT',
    '  > [ SOURCE ] | Schema: A',
    '      INT, B INT',
  ])
})
