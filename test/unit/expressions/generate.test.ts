import { describe, expect, it } from 'vitest'
import { compile } from '../../../src/expressions/compile.ts'
import { context, evaluate, typed } from './evaluation.ts'

const COLUMNS = { A: 'INT', S: 'STRING' }

describe('expressions of unusual size', () => {
  it('run though they are nested deeper than a parser of source would follow', () => {
    const text = `A${' + 1'.repeat(1000)}`
    expect(evaluate(text, COLUMNS, [5, null])).toBe(1005)
  })

  it('find a value among a hundred thousand literals', () => {
    const numbers = Array.from({ length: 5_000 }, (_, i) => i * 2)
    const listed = typed('A IN (1)', COLUMNS)
    if (listed.kind !== 'in') throw new Error('not an IN')
    const list = numbers.map((value) => ({ ...listed.list[0]!, value }) as (typeof listed.list)[number])
    const wide = { ...listed, list: Array.from({ length: 20 }, () => list).flat() }
    const evaluator = compile(wide, context)
    expect([evaluator([9_998, null]), evaluator([9_999, null])]).toEqual([true, false])
  })
})
