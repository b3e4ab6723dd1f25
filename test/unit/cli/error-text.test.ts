import { expect, it } from 'vitest'
import { ClientError } from '../../../src/cli/client/client-error.ts'
import { errorText } from '../../../src/cli/error-text.ts'

it('marks the place that a message names', () => {
  const error = new ClientError("Line: 2, Col: 8: Column 'X' cannot be resolved.")
  expect(errorText(error, 'SELECT\n  a + X;').split('\n')).toEqual([
    "Line: 2, Col: 8: Column 'X' cannot be resolved.",
    '  a + X;',
    '       ^',
  ])
})

it('leaves a message alone that has its mark, names no place, or a place that is not there', () => {
  expect(errorText(new ClientError('line 1:3: Syntax Error\nSELEC;\n  ^'), 'SELEC;')).toBe(
    'line 1:3: Syntax Error\nSELEC;\n  ^',
  )
  expect(errorText(new ClientError('No such stream'), 'x')).toBe('No such stream')
  expect(errorText(new ClientError('line 9:1: odd'), 'x')).toBe('line 9:1: odd')
})

it('sends no control characters to the terminal', () => {
  expect(errorText(new ClientError('a\u001b[31m'), '')).toBe('a\\u001b[31m')
})
