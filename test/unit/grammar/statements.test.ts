import { describe, expect, it } from 'vitest'
import { StatementGrammar } from '../../../grammar/statements.ts'
import { cpuTime } from '../../support/cpu-time.ts'

describe('the grammar', () => {
  it('passes the checks that are left out at run time: no left recursion, no ambiguity that is not declared', () => {
    expect(() => new StatementGrammar({ validate: true })).not.toThrow()
  })

  it('is built in well under a tenth of a second', () => {
    new StatementGrammar()
    expect(cpuTime(() => new StatementGrammar())).toBeLessThan(500)
  })
})
