import { describe, expect, test } from 'vitest'
import { bindScalar } from '../../../src/functions/bind.ts'
import { untimedBudget } from '../../../src/functions/budget.ts'
import { type FunctionContext, parameter, scalar } from '../../../src/functions/declaration.ts'
import { resolveScalar } from '../../../src/functions/resolve.ts'
import { INTEGER } from '../../../src/types/sql-type.ts'
import type { Value } from '../../../src/types/value.ts'

const context: FunctionContext = { now: () => 0, random: () => 0.5, config: () => undefined, budget: untimedBudget() }

function bound(types: readonly string[], nulls: 'propagate' | 'pass') {
  const declaration = scalar({
    name: 'F',
    cost: 'constant',
    category: 'OTHER',
    description: '',
    variants: [
      {
        parameters: types.map((type, i) => parameter(`p${i}`, type, '')),
        returns: 'STRING',
        nulls,
        call: (...args: Value[]) => args.join(),
      },
    ],
  })
  return bindScalar(resolveScalar(declaration, Array(types.length).fill(INTEGER)), context)
}

describe.each([1, 2, 3, 4, 5])('%d arguments', (arity) => {
  const values = Array.from({ length: arity }, (_, i) => i)
  const withNullAt = (position: number): Value[] => values.map((value, i) => (i === position ? null : value))

  test('reach the function', () => {
    expect(bound(Array(arity).fill('INT'), 'propagate')(...values)).toBe(values.join())
  })

  test('any NULL propagates', () => {
    const run = bound(Array(arity).fill('INT'), 'propagate')
    for (const position of values) expect(run(...withNullAt(position))).toBeNull()
  })

  test('a function that sees NULLs sees them', () => {
    expect(bound(Array(arity).fill('INT'), 'pass')(...withNullAt(arity - 1))).toBe(withNullAt(arity - 1).join())
  })

  test('a NULL for a primitive is an error, whatever the function does with others', () => {
    const types = values.map((i) => (i === arity - 1 ? 'int' : 'INT'))
    for (const nulls of ['propagate', 'pass'] as const) {
      expect(() => bound(types, nulls)(...withNullAt(arity - 1))).toThrow(`Argument ${arity} of f must not be NULL`)
    }
  })
})

test('no argument is fine too', () => {
  expect(bound([], 'propagate')()).toBe('')
})
