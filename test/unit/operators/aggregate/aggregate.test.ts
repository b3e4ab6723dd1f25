import { describe, expect, it } from 'vitest'
import { aggregate as aggregateFunction, parameter } from '../../../../src/functions/declaration.ts'
import { aggregate } from '../../../../src/operators/aggregate/aggregate.ts'
import { tableAggregate } from '../../../../src/operators/aggregate/table-aggregate.ts'
import { INTEGER, STRING } from '../../../../src/types/sql-type.ts'
import { harness, record } from '../../../support/operator-harness.ts'
import { aggregateCall, column, countAll, divide, literal, streamOf, tableOf } from '../../../support/steps.ts'

const V = column(1, INTEGER, 'V')
const stream = streamOf({ V: INTEGER })
const step = {
  kind: 'aggregate',
  id: 'a',
  input: 'g',
  functions: [countAll, aggregateCall('S', 'SUM', [V]), aggregateCall('L', 'COLLECT_LIST', [V])],
  store: 'rows',
} as const

describe('aggregate', () => {
  it('emits key columns and results for each record, with the row before and the latest time of the group', () => {
    const it = harness(aggregate, step, [stream])
    expect(it.schema.value.map(({ name }) => name)).toEqual(['K', 'N', 'S', 'L'])
    expect(it.send(0, record(['a'], ['a', 3], 20))).toEqual([record(['a'], ['a', 1, 3, [3]], 20)])
    expect(it.send(0, record(['a'], ['a', 4], 10))).toEqual([
      record(['a'], ['a', 2, 7, [3, 4]], 20, { oldValue: ['a', 1, 3, [3]] }),
    ])
    expect(it.send(0, record(['b'], ['b', 1], 5))).toEqual([record(['b'], ['b', 1, 1, [1]], 5)])
  })

  it('skips records without a key or a value', () => {
    const it = harness(aggregate, step, [stream])
    expect(it.send(0, record(null, ['a', 3], 1))).toEqual([])
    expect(it.send(0, record([null], ['a', 3], 1))).toEqual([])
    expect(it.send(0, record(['a'], null, 1))).toEqual([])
  })

  it('a row that has left does not change with later records', () => {
    const it = harness(aggregate, step, [stream])
    const [first] = it.send(0, record(['a'], ['a', 3], 1))
    it.send(0, record(['a'], ['a', 4], 2))
    expect(first!.value).toEqual(['a', 1, 3, [3]])
  })

  it('an argument that fails is NULL for the function, and reported', () => {
    const failing = aggregateCall('S', 'SUM', [divide(literal(1, INTEGER), V)])
    const it = harness(aggregate, { ...step, functions: [failing, countAll] }, [stream])
    it.send(0, record(['a'], ['a', 1], 1))
    expect(it.send(0, record(['a'], ['a', 0], 2))[0]!.value).toEqual(['a', 1, 2])
    expect(it.errors).toHaveLength(1)
  })

  it('a function that fails keeps its state, and the others go on', () => {
    const picky = aggregateFunction({
      name: 'PICKY',
      description: '',
      variants: [
        {
          parameters: [parameter('v', 'INT', '')],
          returns: 'INT',
          state: 'INT',
          hasUndo: false,
          bind: () => ({
            initialize: () => 0,
            add: (state, [v]) => {
              if (v === 13) throw new Error('thirteen')
              return (state as number) + (v as number)
            },
            merge: (a) => a,
            result: (state) => state,
          }),
        },
      ],
    })
    const call = { ...aggregateCall('P', 'SUM', [V]), function: 'PICKY', signature: 'INT', text: 'PICKY(V)' }
    const it = harness(aggregate, { ...step, functions: [call, countAll] }, [stream], { functions: [picky] })
    it.send(0, record(['a'], ['a', 5], 1))
    expect(it.send(0, record(['a'], ['a', 13], 2))[0]!.value).toEqual(['a', 5, 2])
    expect(it.errors).toEqual(['Error aggregating PICKY(V): thirteen'])
  })

  it('goes on with the state that it finds after a restart', () => {
    const before = harness(aggregate, step, [stream])
    before.send(0, record(['a'], ['a', 3], 1))
    const after = harness(aggregate, step, [stream], { stores: before.stores })
    expect(after.send(0, record(['a'], ['a', 4], 2))[0]!.value).toEqual(['a', 2, 7, [3, 4]])
  })
})

describe('tableAggregate', () => {
  const tableStep = { ...step, kind: 'tableAggregate', functions: [countAll, aggregateCall('S', 'SUM', [V])] } as const
  const table = tableOf({ V: INTEGER }, { key: [{ name: 'G', type: STRING }] })

  it('takes old rows out and puts new ones in', () => {
    const it = harness(tableAggregate, tableStep, [table])
    expect(it.send(0, record(['g'], ['k', 3], 10))).toEqual([record(['g'], ['g', 1, 3], 10)])
    expect(it.send(0, record(['g'], ['k', 5], 5, { oldValue: ['k', 3] }))).toEqual([
      record(['g'], ['g', 1, 5], 10, { oldValue: ['g', 1, 3] }),
    ])
    expect(it.send(0, record(['g'], null, 12, { oldValue: ['k', 5] }))).toEqual([
      record(['g'], ['g', 0, 0], 12, { oldValue: ['g', 1, 5] }),
    ])
  })

  it('an undo of a group that is not there says nothing', () => {
    const it = harness(tableAggregate, tableStep, [table])
    expect(it.send(0, record(['g'], null, 1, { oldValue: ['k', 5] }))).toEqual([])
  })
})
