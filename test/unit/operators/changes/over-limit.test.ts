/** OVER with a limit: what the rows behind it cost, and that what is left is what a computation of all rows leaves. */
import { describe, expect, it } from 'vitest'
import { type OverStep, over } from '../../../../src/operators/changes/over.ts'
import type { RankingName } from '../../../../src/operators/changes/over-functions.ts'
import type { StepSchema } from '../../../../src/operators/step.ts'
import { memoryStore } from '../../../../src/state/memory.ts'
import type { KeyValueStore } from '../../../../src/state/store.ts'
import type { StreamRecord } from '../../../../src/types/record.ts'
import { INTEGER, STRING } from '../../../../src/types/sql-type.ts'
import { harness, record } from '../../../support/operator-harness.ts'
import { forEachSeed } from '../../../support/seeds.ts'

const input: StepSchema = {
  kind: 'stream',
  key: [{ name: 'KSQL_GROUP', type: STRING }],
  window: null,
  value: [
    { name: 'ID', type: INTEGER },
    { name: 'V', type: INTEGER },
  ],
}
const STEP: OverStep = {
  kind: 'over',
  id: 'o',
  input: 'i',
  order: [{ index: 1, descending: true, nullsFirst: false }],
  functions: [],
  limit: { ranking: 'RANK', rank: 1 },
  key: [],
  ttlMs: null,
  inBlocks: true,
  store: 's',
}

/** The operator over a store whose writes are counted. */
function limited(step: OverStep) {
  const store = memoryStore(over.stores!(step, [input])[0]!) as KeyValueStore
  let writes = 0
  const counting: KeyValueStore = {
    ...store,
    kind: 'keyValue',
    get: (key) => store.get(key),
    put(key, value) {
      writes++
      store.put(key, value)
    },
    delete(key) {
      writes++
      store.delete(key)
    },
    entries: (range) => store.entries(range),
    count: () => store.count(),
  }
  const run = harness(over, step, [input], { coalesces: true, stores: new Map([['s', counting]]) })
  return { run, store, writes: () => writes }
}

const sent = (run: ReturnType<typeof limited>['run'], values: readonly number[]): StreamRecord[] => [
  ...values.flatMap((value, i) => run.send(0, record(['p'], [i, value], i))),
  ...run.flush(),
]

/** The values of the rows that are left. */
function remaining(changes: readonly StreamRecord[]): number[] {
  const values: number[] = []
  for (const { value, oldValue } of changes) {
    if (oldValue !== null) values.splice(values.indexOf(oldValue[1] as number), 1)
    if (value !== null) values.push(value[1] as number)
  }
  return values.sort((a, b) => b - a)
}

const ROWS = 10_000

describe('OVER with a limit on a stream', () => {
  it('writes few of the rows that one partition gets between two flushes', () => {
    forEachSeed((random) => {
      const { run, store, writes } = limited(STEP)
      const values = Array.from({ length: ROWS }, () => random.integer(0, 1000))
      const best = Math.max(...values)
      const changes = sent(run, values)
      const expected = values.filter((value) => value === best)
      expect(remaining(changes)).toEqual(expected)
      expect(changes).toHaveLength(expected.length)
      expect(writes()).toBeLessThan(100)
      expect(store.count()).toBe(1)
    }, 3)
  })

  it('looks at its rows a few times where each comes before all others', () => {
    const { run, writes } = limited(STEP)
    const changes = sent(
      run,
      Array.from({ length: ROWS }, (_, i) => i),
    )
    expect(changes.map(({ value }) => value)).toEqual([[ROWS - 1, ROWS - 1]])
    expect(writes()).toBeLessThan(100)
  })

  it('leaves the rows of each rank that a computation of all rows does', () => {
    forEachSeed((random) => {
      const rank = random.integer(1, 30)
      for (const ranking of ['RANK', 'ROW_NUMBER', 'DENSE_RANK'] as const) {
        const { run } = limited({ ...STEP, limit: { ranking, rank } })
        const values = Array.from({ length: random.integer(0, 300) }, () => random.integer(0, 50))
        const changes: StreamRecord[] = []
        for (let from = 0; from < values.length; from += 60) changes.push(...sent(run, values.slice(from, from + 60)))
        expect(remaining(changes)).toEqual(first(values, ranking, rank))
      }
    })
  })
})

function first(values: readonly number[], ranking: RankingName, rank: number): number[] {
  const sorted = values.toSorted((a, b) => b - a)
  const distinct = [...new Set(sorted)]
  const rankOf = (value: number, i: number): number =>
    ranking === 'ROW_NUMBER' ? i : ranking === 'RANK' ? sorted.indexOf(value) : distinct.indexOf(value)
  return sorted.filter((value, i) => rankOf(value, i) < rank)
}
