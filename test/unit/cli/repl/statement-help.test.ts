import { expect, it } from 'vitest'
import { STATEMENT_EXAMPLES, STATEMENT_NAMES, statementHelp } from '../../../../src/cli/repl/statement-help.ts'
import { parseStatements } from '../../../../src/sql/parse.ts'

it.each(STATEMENT_EXAMPLES)('has an example that is a statement: %s', (example) => {
  expect(parseStatements(example)).toHaveLength(1)
})

it.each(STATEMENT_NAMES)('explains %s by its name, in any case', (name) => {
  expect(statementHelp(name.toLowerCase())).toContain(name.split(' ')[0])
})

it('explains all statements that begin alike', () => {
  expect(statementHelp('create')).toMatch(/CREATE STREAM.*CREATE TYPE/s)
  expect(statementHelp('create  type')).not.toContain('STREAM')
  expect(statementHelp('CREAT')).toBeNull()
})
