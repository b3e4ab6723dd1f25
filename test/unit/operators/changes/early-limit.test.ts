/** Rows that cannot be within the limit of an OVER are left out, and only those. */
import { describe, expect, it } from 'vitest'
import { type EarlyLimitStep, earlyLimit } from '../../../../src/operators/changes/early-limit.ts'
import type { RankingName } from '../../../../src/operators/changes/over-functions.ts'
import type { StepSchema } from '../../../../src/operators/step.ts'
import { INTEGER, STRING } from '../../../../src/types/sql-type.ts'
import { harness, record } from '../../../support/operator-harness.ts'
import { forEachSeed } from '../../../support/seeds.ts'

const input: StepSchema = {
  kind: 'table',
  key: [{ name: 'KSQL_GROUP', type: STRING }],
  window: null,
  value: [
    { name: 'ID', type: INTEGER },
    { name: 'N', type: INTEGER },
  ],
}

const limitTo = (ranking: RankingName, rank: number): EarlyLimitStep => ({
  kind: 'earlyLimit',
  id: 'e',
  input: 'i',
  order: [{ index: 1, descending: true, nullsFirst: false }],
  limit: { ranking, rank },
})

/** The numbers of the rows that pass, which are all of one partition unless they name it. */
function passing(step: EarlyLimitStep, numbers: readonly (number | null)[], partition = 'p'): (number | null)[] {
  const run = harness(earlyLimit, step, [input])
  return numbers.flatMap((n, id) =>
    run.send(0, record([partition], [id, n], id)).map(({ value }) => value![1] as number),
  )
}

describe('rows of a stream', () => {
  it('pass unless so many came before them in the order', () => {
    expect(passing(limitTo('RANK', 1), [3, 1, 3, 5, 4, 5, null, 6])).toEqual([3, 3, 5, 5, 6])
    expect(passing(limitTo('RANK', 2), [3, 1, 3, 2, 5, 3, 4, 3])).toEqual([3, 1, 3, 5, 3, 4])
    expect(passing(limitTo('ROW_NUMBER', 2), [3, 3, 3, 2, 4])).toEqual([3, 3, 3, 4])
  })

  it('pass by as many values as DENSE_RANK lets in', () => {
    expect(passing(limitTo('DENSE_RANK', 2), [3, 3, 2, 1, 2, 4, 2, 3])).toEqual([3, 3, 2, 2, 4, 3])
  })

  it('are compared with those of their partition', () => {
    const run = harness(earlyLimit, limitTo('RANK', 1), [input])
    const sent = (partition: string, n: number) => run.send(0, record([partition], [0, n], 0)).length
    expect([sent('p', 5), sent('q', 3), sent('p', 4), sent('q', 4), sent('q', 3)]).toEqual([1, 1, 0, 1, 0])
  })

  it('pass without a look for a while where hardly any is left out', () => {
    const count = 3_000
    const ascending = Array.from({ length: count }, (_, i) => i)
    expect(passing(limitTo('RANK', 1), [...ascending, 1, 2])).toHaveLength(count + 2)
    expect(passing(limitTo('RANK', 1), [...ascending.slice(0, 1_000), 1, 2])).toHaveLength(1_000)
  })
})

describe('rows of a table that come forward', () => {
  it('are counted once, with their newest value', () => {
    const run = harness(earlyLimit, limitTo('RANK', 2), [input])
    const change = (id: number, from: number | null, to: number) =>
      run.send(0, record(['p'], [id, to], 0, { oldValue: from === null ? null : [id, from] })).length
    expect(change(1, null, 5)).toBe(1)
    expect(change(1, 5, 6)).toBe(1)
    // The only row before it is that of 1.
    expect(change(2, null, 3)).toBe(1)
    expect(change(3, null, 2)).toBe(0)
    expect(change(3, 2, 3)).toBe(1)
    expect(change(2, 3, 4)).toBe(1)
    expect(change(3, 3, 3)).toBe(0)
  })

  it('pass if they are within the limit among all that have come', () => {
    forEachSeed((random) => {
      const rank = random.integer(1, 4)
      const run = harness(earlyLimit, limitTo('RANK', rank), [input])
      const numbers = new Map<number, number>()
      for (let i = 0; i < 300; i++) {
        const id = random.integer(0, 9)
        const from = numbers.get(id) ?? null
        const to = (from ?? 0) + random.integer(0, 3)
        numbers.set(id, to)
        const sent = run.send(0, record(['p'], [id, to], i, { oldValue: from === null ? null : [id, from] }))
        const before = [...numbers.values()].filter((n) => n > to).length
        expect(sent).toHaveLength(before < rank ? 1 : 0)
      }
    })
  })
})
