import { describe, expect, it } from 'vitest'
import { parameter, tableFunction } from '../../../../src/functions/declaration.ts'
import { filter } from '../../../../src/operators/stateless/filter.ts'
import { flatMap } from '../../../../src/operators/stateless/flat-map.ts'
import { groupBy } from '../../../../src/operators/stateless/group-by.ts'
import { project } from '../../../../src/operators/stateless/project.ts'
import { selectKey } from '../../../../src/operators/stateless/select-key.ts'
import { tableFilter } from '../../../../src/operators/stateless/table-filter.ts'
import { tableGroupBy } from '../../../../src/operators/stateless/table-group-by.ts'
import { array, INTEGER, STRING } from '../../../../src/types/sql-type.ts'
import { harness, record } from '../../../support/operator-harness.ts'
import { column, compare, divide, literal, named, streamOf, tableOf } from '../../../support/steps.ts'

const stream = streamOf({ V: INTEGER })
const table = tableOf({ V: INTEGER })
const V = column(1, INTEGER, 'V')
const one = literal(1, INTEGER)
const base = { id: 'step', input: 'source' }

describe('filter', () => {
  const step = { ...base, kind: 'filter', predicate: compare(divide(one, V), '>=', one), text: '1 / V >= 1' } as const

  it('lets matching records through as they are', () => {
    const it = harness(filter, step, [stream])
    const match = record(['k'], ['k', 1], 5)
    expect(it.send(0, match)).toEqual([match])
    expect(it.send(0, record(['k'], ['k', 2], 6))).toEqual([])
  })

  it('drops records without a value and those whose predicate is NULL or fails, and reports the failure', () => {
    const it = harness(filter, { ...step, predicate: compare(V, '=', V) }, [stream])
    expect(it.send(0, record(['k'], null, 5))).toEqual([])
    expect(it.send(0, record(['k'], ['k', null], 5))).toEqual([])
    expect(it.errors).toEqual([])
    const failing = harness(filter, step, [stream])
    expect(failing.send(0, record(['k'], ['k', 0], 5))).toEqual([])
    expect(failing.errors).toHaveLength(1)
    expect(failing.errors[0]).toContain('1 / V >= 1')
  })
})

describe('tableFilter', () => {
  const step = { ...base, kind: 'tableFilter', predicate: compare(V, '>', one), text: 'V > 1' } as const
  const send = (value: number | null, oldValue: number | null) => {
    const row = (v: number | null) => (v === null ? null : ['k', v])
    const [out] = harness(tableFilter, step, [table]).send(0, record(['k'], row(value), 5, { oldValue: row(oldValue) }))
    return out === undefined ? 'nothing' : [out.value?.[1] ?? null, out.oldValue?.[1] ?? null]
  }

  it('shows a row that matches, and deletes it downstream when it no longer does', () => {
    expect(send(2, null)).toEqual([2, null])
    expect(send(3, 2)).toEqual([3, 2])
    expect(send(1, 2)).toEqual([null, 2])
    expect(send(null, 2)).toEqual([null, 2])
    expect(send(2, 1)).toEqual([2, null])
  })

  it('says nothing about rows that were never shown', () => {
    expect(send(1, null)).toBe('nothing')
    expect(send(0, 1)).toBe('nothing')
    expect(send(null, 1)).toBe('nothing')
    expect(send(null, null)).toBe('nothing')
  })
})

describe('project', () => {
  const columns = [named('A', divide(one, V), '1 / V'), named('B', V, 'V')]
  const step = { ...base, kind: 'project', key: [{ name: 'ID', type: STRING }], columns } as const

  it('computes new rows of old and new value, under the new names', () => {
    const it = harness(project, step, [table])
    expect(it.schema.key).toEqual([{ name: 'ID', type: STRING }])
    expect(it.schema.value.map(({ name }) => name)).toEqual(['A', 'B'])
    expect(it.send(0, record(['k'], ['k', 1], 5, { oldValue: ['k', 2] }))).toEqual([
      record(['k'], [1, 1], 5, { oldValue: [0, 2] }),
    ])
  })

  it('a column that fails is NULL and reported once, however often its row passes', () => {
    const it = harness(project, step, [table])
    expect(it.send(0, record(['k'], ['k', 0], 5))[0]!.value).toEqual([null, 0])
    it.send(0, record(['k'], ['k', 1], 6, { oldValue: ['k', 0] }))
    expect(it.errors).toEqual([expect.stringContaining('Error computing expression 1 / V for column A with index 0: ')])
  })

  it('passes records without a value', () => {
    expect(harness(project, step, [stream]).send(0, record(['k'], null, 5))).toEqual([record(['k'], null, 5)])
  })
})

describe('flatMap', () => {
  const explode = tableFunction({
    name: 'ELEMENTS_OF',
    description: '',
    variants: [
      {
        parameters: [parameter('list', 'ARRAY<INT>', '')],
        returns: 'INT',
        call: (list: readonly number[] | null) => {
          if (list?.includes(13)) throw new Error('thirteen')
          return list ?? []
        },
      },
    ],
  })
  const call = (name: string, index: number) => ({
    name,
    type: INTEGER,
    function: 'ELEMENTS_OF',
    signature: 'ARRAY<INT>',
    args: [column(index, array(INTEGER))],
    text: `ELEMENTS_OF(${name})`,
  })
  const input = streamOf({ P: array(INTEGER), Q: array(INTEGER) })
  const step = { ...base, kind: 'flatMap', functions: [call('A', 1), call('B', 2)] } as const
  const send = (p: number[] | null, q: number[] | null) => {
    const it = harness(flatMap, step, [input], { functions: [explode] })
    return { rows: it.send(0, record(['k'], ['k', p, q], 7)), errors: it.errors }
  }

  it('gives a row for each element of the longest result, the others filled with NULL', () => {
    expect(send([1, 2], [3]).rows.map(({ value, timestamp }) => [...value!.slice(3), timestamp])).toEqual([
      [1, 3, 7],
      [2, null, 7],
    ])
  })

  it('gives no row if all results are empty, or the record has no value', () => {
    expect(send([], null).rows).toEqual([])
    const it = harness(flatMap, step, [input], { functions: [explode] })
    expect(it.send(0, record(['k'], null, 1))).toEqual([])
  })

  it('a function that fails is reported and gives no elements', () => {
    const { rows, errors } = send([13], [1])
    expect(rows.map(({ value }) => value!.slice(3))).toEqual([[null, 1]])
    expect(errors).toEqual(['Error computing table function ELEMENTS_OF(A): thirteen'])
  })
})

describe('selectKey', () => {
  const keyed = (...key: ReturnType<typeof named>[]) => ({ ...base, kind: 'selectKey', key }) as const
  const K = column(0, STRING, 'K')

  it('takes the key from the row, which stays as it is', () => {
    const it = harness(selectKey, keyed(named('V', V)), [stream])
    expect(it.send(0, record(['k'], ['k', 7], 5))).toEqual([record([7], ['k', 7], 5)])
    expect(it.schema.key).toEqual([{ name: 'V', type: INTEGER }])
  })

  it('a key that is NULL or fails is no key, but the record stays', () => {
    const it = harness(selectKey, keyed(named('X', divide(one, V))), [stream])
    expect(it.send(0, record(['k'], ['k', null], 5))[0]!.key).toBeNull()
    expect(it.send(0, record(['k'], ['k', 0], 5))[0]!.key).toBeNull()
    expect(it.errors.length).toBeGreaterThan(0)
  })

  it('of a record without a value, expressions over the old key still have a value', () => {
    expect(harness(selectKey, keyed(named('K2', K)), [stream]).send(0, record(['k'], null, 5))).toEqual([
      record(['k'], null, 5),
    ])
    const mixed = harness(selectKey, keyed(named('K2', K), named('V', V)), [stream])
    expect(mixed.send(0, record(['k'], null, 5))[0]!.key).toEqual(['k', null])
    expect(harness(selectKey, keyed(named('V', V)), [stream]).send(0, record(['k'], null, 5))[0]!.key).toBeNull()
    const constant = harness(selectKey, keyed(named('ONE', one), named('K2', K)), [stream])
    expect(constant.send(0, record(null, null, 5))[0]!.key).toEqual([1, null])
  })

  it('PARTITION BY NULL leaves no key', () => {
    expect(harness(selectKey, keyed(), [stream]).send(0, record(['k'], ['k', 1], 5))[0]!.key).toBeNull()
  })
})

describe('groupBy', () => {
  const step = { ...base, kind: 'groupBy', key: [named('V', V), named('X', divide(one, V))] } as const

  it('keys by the expressions', () => {
    const it = harness(groupBy, step, [stream])
    expect(it.send(0, record(['k'], ['k', 1], 5))).toEqual([record([1, 1], ['k', 1], 5)])
  })

  it('leaves out records without a value and those with a NULL or failing expression', () => {
    const it = harness(groupBy, step, [stream])
    expect(it.send(0, record(['k'], null, 5))).toEqual([])
    expect(it.send(0, record(['k'], ['k', null], 5))).toEqual([])
    expect(it.send(0, record(['k'], ['k', 0], 5))).toEqual([])
    expect(it.errors.length).toBeGreaterThan(1)
  })
})

describe('tableGroupBy', () => {
  const step = { ...base, kind: 'tableGroupBy', key: [named('V', V)] } as const
  const send = (value: number | null, oldValue: number | null) =>
    harness(tableGroupBy, step, [table])
      .send(
        0,
        record(['k'], value === null ? null : ['k', value], 5, {
          oldValue: oldValue === null ? null : ['k', oldValue],
        }),
      )
      .map((change) => [change.key![0], change.value?.[1] ?? null, change.oldValue?.[1] ?? null])

  it('a row that moves is taken out of the old group, then put into the new one', () => {
    expect(send(2, 1)).toEqual([
      [1, null, 1],
      [2, 2, null],
    ])
  })

  it('a row that stays in its group is one change', () => {
    expect(send(1, 1)).toEqual([[1, 1, 1]])
  })

  it('a new row and a deleted one concern one group; a delete of nothing, none', () => {
    expect(send(1, null)).toEqual([[1, 1, null]])
    expect(send(null, 1)).toEqual([[1, null, 1]])
    expect(send(null, null)).toEqual([])
  })

  it('rows whose group is NULL are in no group', () => {
    const it = harness(tableGroupBy, step, [table])
    expect(it.send(0, record(['k'], ['k', null], 5, { oldValue: ['k', 1] })).map(({ key }) => key)).toEqual([[1]])
  })
})
