/** Aggregates of DISTINCT values over parts of a stream, and over sets that outgrow the row of their group, beside a naive model. */
import { describe, expect, it } from 'vitest'
import {
  type ChangeAggregateCall,
  type ChangeAggregateStep,
  changeAggregate,
} from '../../../../src/operators/changes/change-aggregate.ts'
import { partialChangeAggregate } from '../../../../src/operators/changes/partial-change-aggregate.ts'
import { textCodec } from '../../../../src/state/key.ts'
import type { StreamRecord } from '../../../../src/types/record.ts'
import { BIGINT, BOOLEAN, DOUBLE, type SqlType, STRING } from '../../../../src/types/sql-type.ts'
import type { Row, Value } from '../../../../src/types/value.ts'
import { harness, record } from '../../../support/operator-harness.ts'
import { forEachSeed, type Random } from '../../../support/seeds.ts'
import { aggregateCall, column, columns } from '../../../support/steps.ts'

const GROUP = textCodec([STRING, BIGINT])

const countDistinct = (type: SqlType): ChangeAggregateCall => ({
  ...aggregateCall('D', 'COUNT', [column(2, type)]),
  distinct: true,
  undoes: true,
})

/** Rows of a group of two columns, a value and a condition: COUNT(*), COUNT(DISTINCT value), that with FILTER, MAX of the time. */
function aggregation(type: SqlType, options: Pick<ChangeAggregateStep, 'keepsSmallSets'> = { keepsSmallSets: true }) {
  const input = {
    kind: 'stream',
    key: columns({ G: STRING }),
    window: null,
    value: columns({ A: STRING, B: BIGINT, V: type, F: BOOLEAN, T: BIGINT }),
  } as const
  const plain = { distinct: false, undoes: true }
  const functions = [
    { ...aggregateCall('N', 'COUNT', [column(4, BIGINT)]), ...plain },
    countDistinct(type),
    { ...countDistinct(type), filter: column(3, BOOLEAN) },
    { ...aggregateCall('M', 'MAX', [column(4, BIGINT)]), ...plain },
  ]
  const partials = harness(
    partialChangeAggregate,
    { kind: 'partialChangeAggregate', id: 'p', input: 'g', groups: 2, functions },
    [input],
    { coalesces: true },
  )
  const step: ChangeAggregateStep = {
    kind: 'changeAggregate',
    id: 'a',
    input: 'p',
    groups: 2,
    functions,
    store: 'groups',
    valueStore: 'values',
    onlyAdds: true,
    valuesInBlocks: true,
    ...options,
    recordColumns: input.value.length,
    ttlMs: null,
  }
  let groups = harness(changeAggregate, step, [partials.schema])
  const table = new Map<string, Row>()
  const take = (sent: readonly StreamRecord[]): number => {
    for (const one of sent)
      for (const { key, value } of groups.send(0, { ...one, key: [GROUP.encode(one.value!.slice(0, 2))] }))
        table.set(GROUP.encode(key!), value!.slice(2))
    return sent.length
  }
  return {
    add: (group: Row, value: Value, condition: boolean, time: number): number =>
      take(partials.send(0, record(null, [...group, value, condition, time], time))),
    flush: (): number => take(partials.flush()),
    restart: () => {
      groups = harness(changeAggregate, step, [partials.schema], { stores: groups.stores })
    },
    rowOf: (group: Row): Row | undefined => table.get(GROUP.encode(group)),
    stored: (group: Row): Row => {
      const store = groups.stores.get('groups')!
      if (store.kind !== 'keyValue') throw new Error('another store')
      return store.get(GROUP.encode(group))!.row
    },
    blocks: (): number => {
      const store = groups.stores.get('values')!
      if (store.kind !== 'keyValue') throw new Error('another store')
      return store.count()
    },
  }
}

const VALUES: readonly (readonly [SqlType, (number: number) => Value])[] = [
  [BIGINT, (number) => number],
  [BIGINT, (number) => 2n ** 60n + BigInt(number)],
  [STRING, (number) => `text ${number}`],
  [DOUBLE, (number) => number / 7],
]

const GROUPS: readonly Row[] = [
  ['large', 1],
  ['small', 2],
  ['tiny', null],
  [null, 2n ** 60n],
]

interface Naive {
  rows: number
  latest: number
  readonly values: Set<number>
  readonly filtered: Set<number>
}

describe.each(VALUES)('%s', (type, valueFrom) => {
  it.each([true, undefined] as const)(
    'counts are those of all records; small sets with their groups: %s',
    (keepsSmallSets) => {
      forEachSeed((random: Random) => {
        const it = aggregation(type, keepsSmallSets === undefined ? {} : { keepsSmallSets })
        const naive = GROUPS.map((): Naive => ({ rows: 0, latest: 0, values: new Set(), filtered: new Set() }))
        for (let i = 0; i < 1500; i++) {
          const place = [0, 0, 0, 0, 1, 1, 2, 3][random.integer(0, 7)]!
          const number = random.integer(0, [400, 45, 3, 20][place]!)
          const condition = random.chance(0.4)
          it.add(GROUPS[place]!, number === 0 ? null : valueFrom(number), condition, i)
          const one = naive[place]!
          one.rows++
          one.latest = i
          if (number !== 0) one.values.add(number)
          if (number !== 0 && condition) one.filtered.add(number)
          if (random.chance(0.02)) it.flush()
          if (random.chance(0.01)) it.restart()
        }
        it.flush()
        GROUPS.forEach((group, i) => {
          const { rows, values, filtered, latest } = naive[i]!
          expect(it.rowOf(group)).toEqual([rows, values.size, filtered.size, latest])
        })
      }, 2)
    },
  )
})

describe('what is sent', () => {
  it('a single record of a group leaves as it came; several of a group that came again are one', () => {
    const it = aggregation(BIGINT)
    const sent = [1, 2, 2].map((value, i) => it.add(['a', 1], value, true, i))
    expect([...sent, it.flush()]).toEqual([1, 0, 0, 1])
    expect(it.rowOf(['a', 1])).toEqual([3, 2, 2, 2])
    expect([it.add(['a', 1], 3, false, 9), it.add(['b', 1], 3, false, 9), it.flush()]).toEqual([0, 1, 1])
    expect([it.rowOf(['a', 1]), it.rowOf(['b', 1])]).toEqual([
      [4, 3, 2, 9],
      [1, 1, 0, 9],
    ])
    expect([it.add(['a', 1], 3, false, 9), it.flush()]).toEqual([1, 0])
  })

  it('values count for what is full', () => {
    const it = aggregation(STRING)
    const text = 'x'.repeat(100_000)
    let left = 0
    for (let i = 0; i < 50; i++) left += it.add(['a', 1], text + i, true, i)
    expect(left).toBeGreaterThan(1)
    expect(left).toBeLessThan(6)
    it.flush()
    expect(it.rowOf(['a', 1])).toEqual([50, 50, 50, 49])
  })
})

describe('a set', () => {
  it('is in the row of its group up to 32 values, and in blocks beyond', () => {
    const it = aggregation(BIGINT)
    const numbers = Array.from({ length: 33 }, (_, i) => i)
    const add = (number: number) => {
      it.add(['a', 1], number, number > 30, number)
      it.flush()
    }
    numbers.slice(0, 32).forEach(add)
    expect(it.blocks()).toBe(0)
    expect(it.stored(['a', 1]).slice(5)).toEqual([
      32,
      numbers.slice(0, 32),
      numbers.slice(0, 32).map((n) => (n > 30 ? 3 : 1)),
    ])
    add(32)
    expect(it.blocks()).toBe(2)
    expect(it.stored(['a', 1]).slice(5)).toEqual([33, [], []])
    numbers.forEach(add)
    expect(it.rowOf(['a', 1])).toEqual([66, 33, 2, 32])
  })
})
