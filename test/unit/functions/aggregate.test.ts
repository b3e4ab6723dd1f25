import { describe, expect, test } from 'vitest'
import type { Value } from '../../../src/types/value.ts'
import { accumulate, aggregated, aggregation, dec } from './call.ts'

describe('COUNT', () => {
  test('counts rows, or values that are not NULL', () => {
    const rows = aggregation('COUNT', [])
    expect(accumulate(rows, [1, null, 1])).toBe(3)
    expect(aggregated('COUNT', 'STRING', ['a', null])).toBe(1)
    expect(aggregated('COUNT', 'STRING', [])).toBe(0)
  })

  test('can be undone and merged', () => {
    const counts = aggregation('COUNT', ['STRING'])
    expect(counts.undo!(3, ['a'])).toBe(2)
    expect(counts.undo!(3, [null])).toBe(3)
    expect(counts.merge(2, 3)).toBe(5)
  })
})

describe('SUM', () => {
  test('adds up and ignores NULL', () => {
    expect(aggregated('SUM', 'INT', [1, null, 2])).toBe(3)
    expect(aggregated('SUM', 'DOUBLE', [500.9, 300.8])).toBe(801.7)
    expect(aggregated('SUM', 'DECIMAL(6, 2)', [dec('500.90'), null, dec('300.80')])).toBe('801.70')
    expect(aggregated('SUM', 'DECIMAL(6, 2)', [])).toBe('0.00')
  })

  test('wraps integers around', () => {
    expect(aggregated('SUM', 'INT', [2147483647, 1])).toBe(-2147483648)
    expect(aggregated('SUM', 'BIGINT', [9223372036854775807n, 1])).toBe(-9223372036854775808n)
  })

  test('a DECIMAL sum that does not fit is an error', () => {
    expect(() => aggregated('SUM', 'DECIMAL(2, 1)', [dec('9.0'), dec('1.0')])).toThrow(
      'Numeric field overflow: A field with precision 2 and scale 1 must round to an absolute value less than 10^1. Got 10.0',
    )
  })

  test('can be undone and merged', () => {
    const sum = aggregation('SUM', ['BIGINT'])
    expect(sum.undo!(5, [3])).toBe(2)
    expect(sum.undo!(5, [null])).toBe(5)
    expect(sum.merge(1, 2)).toBe(3)
  })
})

test('SUM_LIST adds elements and ignores NULLs', () => {
  const lists: Value[] = [[1, null], null, [2, 3], []]
  expect(aggregated('SUM_LIST', 'ARRAY<INT>', lists)).toBe(6)
  expect(aggregated('SUM_LIST', 'ARRAY<BIGINT>', [])).toBe(0)
  expect(aggregation('SUM_LIST', ['ARRAY<DOUBLE>']).undo!(6, [[1.5, null]])).toBe(4.5)
  expect(aggregation('SUM_LIST', ['ARRAY<DOUBLE>']).merge(1, 2)).toBe(3)
})

describe('AVG', () => {
  test('divides the sum by the count', () => {
    expect(aggregated('AVG', 'DOUBLE', [2.3, -200000.6, null, 0])).toBe(-66666.1)
    expect(aggregated('AVG', 'INT', [])).toBe(0)
  })

  test('of integers does not wrap around', () => {
    expect(aggregated('AVG', 'INT', [2147483647, 1])).toBe(1073741824)
    expect(aggregated('AVG', 'BIGINT', [9223372036854775807n, 1])).toBe(2 ** 62)
    expect(aggregated('AVG', 'BIGINT', [-9223372036854775808n, -9223372036854775808n])).toBe(-(2 ** 63))
    const avg = aggregation('AVG', ['BIGINT'])
    const large = (): Value => accumulate(avg, [9223372036854775807n, 9223372036854775807n])
    expect(avg.result(avg.merge(large(), large()))).toBe(2 ** 63)
    expect(
      avg.result(avg.undo!(avg.undo!(accumulate(avg, [7, 9223372036854775807n, 5n]), [9223372036854775807n]), [5])),
    ).toBe(7)
  })

  test('of DECIMAL is rounded half up to four more digits', () => {
    const avg = aggregation('AVG', ['DECIMAL(4, 1)'])
    const values = [dec('900.1'), null, dec('401.9'), dec('1.0')]
    expect(String(avg.result(accumulate(avg, values)))).toBe('434.33333')
    expect(String(avg.result(avg.undo!(accumulate(avg, values), [dec('1.0')])))).toBe('651.00000')
    expect(String(avg.result(avg.merge(accumulate(avg, values), accumulate(avg, values))))).toBe('434.33333')
    expect(String(avg.result(avg.initialize()))).toBe('0.00000')
  })

  test('can be undone and merged', () => {
    const avg = aggregation('AVG', ['DOUBLE'])
    expect(avg.result(avg.undo!(accumulate(avg, [1, 2, 6]), [6]))).toBe(1.5)
    expect(avg.result(avg.merge(accumulate(avg, [1]), accumulate(avg, [2, 6])))).toBe(3)
  })
})

describe('STDDEV_SAMP and STDDEV_SAMPLE', () => {
  test('are the variance and its root', () => {
    expect(aggregated('STDDEV_SAMP', 'DOUBLE', [10, 12, 13, null, 14])).toBe(2.9166666666666665)
    expect(aggregated('STDDEV_SAMPLE', 'INT', [0, 10, 7])).toBe(5.131601439446884)
    expect(aggregated('STDDEV_SAMP', 'BIGINT', [2147483648, 100])).toBe(2.3058427944653343e18)
  })

  test('of less than two values are 0', () => {
    expect(aggregated('STDDEV_SAMPLE', 'DOUBLE', [5])).toBe(0)
    expect(aggregated('STDDEV_SAMP', 'DOUBLE', [null])).toBe(0)
  })

  test('can be undone and merged', () => {
    const variance = aggregation('STDDEV_SAMP', ['DOUBLE'])
    expect(variance.result(variance.undo!(accumulate(variance, [10, 12, 99]), [99]))).toBeCloseTo(2)
    const merged = variance.merge(accumulate(variance, [10, 12]), accumulate(variance, [13, 14]))
    expect(variance.result(merged)).toBeCloseTo(2.9166666666666665)
    expect(variance.result(variance.merge(accumulate(variance, [10, 12]), variance.initialize()))).toBe(2)
  })
})

describe('CORRELATION', () => {
  const correlation = aggregation('CORRELATION', ['DOUBLE', 'DOUBLE'])
  const over = (...pairs: (readonly Value[])[]): Value => accumulate(correlation, pairs, true)

  test('ignores pairs with a NULL', () => {
    expect(correlation.result(over([1.5, 8], [-1, -2], [-4.5, -1], [null, -6]))).toBe(0.7580764521133173)
  })

  test('of a column that does not vary is NaN', () => {
    expect(correlation.result(over([1, 8]))).toBeNaN()
  })

  test('can be undone and merged', () => {
    expect(correlation.result(correlation.undo!(over([1.5, 8], [-1, -2], [9, 9]), [9, 9]))).toBe(1)
    expect(correlation.result(correlation.merge(over([1.5, 8]), over([-1, -2], [-4.5, -1])))).toBe(0.7580764521133173)
  })
})

describe('MIN and MAX', () => {
  test('ignore NULL', () => {
    expect(aggregated('MIN', 'INT', [null, 3, -1])).toBe(-1)
    expect(aggregated('MAX', 'BIGINT', [9223372036854775807n, 3])).toBe(9223372036854775807n)
    expect(aggregated('MAX', 'STRING', ['Z', 'a'])).toBe('a')
    expect(aggregated('MIN', 'DECIMAL(4, 2)', [dec('1.5'), dec('-1.25')])).toBe('-1.25')
    expect(aggregated('MAX', 'DOUBLE', [1, Number.NaN, 2])).toBeNaN()
    expect(aggregated('MAX', 'DATE', [null])).toBeNull()
    expect(aggregated('MIN', 'TIME', [])).toBeNull()
  })

  test('merge, and cannot be undone', () => {
    const max = aggregation('MAX', ['INT'])
    expect(max.merge(null, 3)).toBe(3)
    expect(max.merge(4, 3)).toBe(4)
    expect(max.undo).toBeUndefined()
  })
})

describe('COLLECT_LIST and COLLECT_SET', () => {
  test('keep NULLs', () => {
    expect(aggregated('COLLECT_LIST', 'INT', [1, null, 1])).toEqual([1, null, 1])
    expect(aggregated('COLLECT_SET', 'INT', [1, null, 1, null])).toEqual([1, null])
    expect(aggregated('COLLECT_LIST', 'INT', [])).toEqual([])
  })

  test('undo takes the last equal element', () => {
    const list = aggregation('COLLECT_LIST', ['ARRAY<INT>'])
    const state = accumulate(list, [[1], [2], [1]])
    expect(list.undo!(state, [[1]])).toEqual([[1], [2]])
    expect(list.undo!(state, [[9]])).toEqual([[1], [2]])
  })

  test('stop at their limit', () => {
    const config = (key: string) =>
      key === 'collect_list.limit' ? '2' : key === 'collect_set.limit' ? '-1' : undefined
    const list = aggregation('COLLECT_LIST', ['INT'], [], { config })
    expect(accumulate(list, [1, 2, 3])).toEqual([1, 2])
    expect(list.merge([1], [2, 3])).toEqual([1, 2])
    expect(accumulate(aggregation('COLLECT_SET', ['INT'], [], { config }), [1, 2, 3])).toEqual([1, 2, 3])
    expect(() => aggregation('COLLECT_SET', ['INT'], [], { config: () => 'x' })).toThrow('must be a whole number')
  })

  test('a set stays one when it merges', () => {
    expect(aggregation('COLLECT_SET', ['INT']).merge([1, 2], [2, 3])).toEqual([1, 2, 3])
  })

  test('a result does not change with the state', () => {
    const list = aggregation('COLLECT_LIST', ['INT'])
    const state = accumulate(list, [1])
    const result = list.result(state)
    list.add(state, [2])
    expect(result).toEqual([1])
  })
})

describe('EARLIEST_BY_OFFSET and LATEST_BY_OFFSET', () => {
  test('ignore NULLs unless told otherwise', () => {
    expect(aggregated('EARLIEST_BY_OFFSET', 'INT', [null, 12, 13])).toBe(12)
    expect(aggregated('EARLIEST_BY_OFFSET', 'INT', [null, 12], ['BOOLEAN', false])).toBeNull()
    expect(aggregated('LATEST_BY_OFFSET', 'INT', [12, 13, null])).toBe(13)
    expect(aggregated('LATEST_BY_OFFSET', 'INT', [12, null], ['BOOLEAN', false])).toBeNull()
    expect(aggregated('LATEST_BY_OFFSET', 'INT', [])).toBeNull()
  })

  test('keep several', () => {
    expect(aggregated('EARLIEST_BY_OFFSET', 'INT', [1, null, 2, 3], ['INT', 2])).toEqual([1, 2])
    expect(aggregated('LATEST_BY_OFFSET', 'INT', [1, null, 2, 3], ['INT', 2])).toEqual([2, 3])
    expect(aggregated('LATEST_BY_OFFSET', 'INT', [1, null], ['INT', 2], ['BOOLEAN', false])).toEqual([1, null])
  })

  test('need a positive number', () => {
    expect(() => aggregated('EARLIEST_BY_OFFSET', 'INT', [], ['INT', 0])).toThrow('earliestN must be 1 or greater')
    expect(() => aggregated('LATEST_BY_OFFSET', 'INT', [], ['INT', -1])).toThrow('latestN must be 1 or greater')
  })

  test('merge by sequence', () => {
    const merged = (name: string): Value => {
      const runtime = aggregation(name, ['INT'])
      const second = accumulate(runtime, [1])
      return runtime.result(runtime.merge(accumulate(runtime, [2]), second))
    }
    expect(merged('EARLIEST_BY_OFFSET')).toBe(1)
    expect(merged('LATEST_BY_OFFSET')).toBe(2)
  })

  test('several merge to the lowest sequences', () => {
    const latest = aggregation('LATEST_BY_OFFSET', ['INT'], [['INT', 2]])
    const first = accumulate(latest, [1, 2])
    expect(latest.result(latest.merge(accumulate(latest, [3]), first))).toEqual([1, 2])
  })
})

describe('TOPK and TOPKDISTINCT', () => {
  test('descend', () => {
    expect(aggregated('TOPK', 'STRING', ['a', 'b', null, 'c', 'b'], ['INT', 3])).toEqual(['c', 'b', 'b'])
    expect(aggregated('TOPKDISTINCT', 'STRING', ['a', 'b', null, 'c', 'b', 'd'], ['INT', 3])).toEqual(['d', 'c', 'b'])
    expect(aggregated('TOPKDISTINCT', 'DECIMAL(2, 1)', [dec('9.8'), dec('9.80')], ['INT', 3])).toEqual(['9.8'])
    expect(aggregated('TOPK', 'INT', [], ['INT', 3])).toEqual([])
  })

  test('of two columns rank by the first and keep the order of arrival', () => {
    const top = aggregation('TOPK', ['INT', 'STRING'], [['INT', 3]])
    const state = accumulate(
      top,
      [
        [0, 'zero'],
        [100, 'one'],
        [99, 'two'],
        [null, 'three'],
        [100, null],
      ],
      true,
    )
    expect(top.result(state)).toEqual([
      [100, 'one'],
      [100, null],
      [99, 'two'],
    ])
  })

  test('merge', () => {
    expect(aggregation('TOPK', ['INT'], [['INT', 3]]).merge([5, 1], [5, 3])).toEqual([5, 5, 3])
    expect(aggregation('TOPKDISTINCT', ['INT'], [['INT', 3]]).merge([5, 1], [5, 3])).toEqual([5, 3, 1])
  })

  test('need a positive number', () => {
    expect(() => aggregated('TOPK', 'INT', [], ['INT', 0])).toThrow('k must be 1 or greater')
  })
})

describe('HISTOGRAM', () => {
  test('counts values', () => {
    expect(aggregated('HISTOGRAM', 'STRING', ['a', 'b', null, 'a'])).toEqual(
      new Map([
        ['a', 2],
        ['b', 1],
      ]),
    )
  })

  test('takes no more than 1000 different values', () => {
    const values = Array.from({ length: 1001 }, (_, i) => `v${i}`)
    const histogram = aggregated('HISTOGRAM', 'STRING', [...values, 'v0']) as Map<string, number>
    expect(histogram.size).toBe(1000)
    expect(histogram.get('v0')).toBe(2)
  })

  test('can be undone and merged', () => {
    const histogram = aggregation('HISTOGRAM', ['STRING'])
    expect(
      histogram.undo!(
        new Map([
          ['a', 1],
          ['b', 2],
        ]),
        ['a'],
      ),
    ).toEqual(new Map([['b', 2]]))
    expect(
      histogram.merge(
        new Map([['a', 1]]),
        new Map([
          ['a', 2],
          ['b', 1],
        ]),
      ),
    ).toEqual(
      new Map([
        ['a', 3],
        ['b', 1],
      ]),
    )
  })
})

describe('ATTR', () => {
  test('is the value that all rows share', () => {
    expect(
      aggregated('ATTR', 'ARRAY<INT>', [
        [1, 2],
        [1, 2],
      ]),
    ).toEqual([1, 2])
    expect(aggregated('ATTR', 'STRING', ['1', '2'])).toBeNull()
    expect(aggregated('ATTR', 'STRING', [null, '2'])).toBeNull()
    expect(aggregated('ATTR', 'STRING', [])).toBeNull()
  })

  test('can be undone and merged', () => {
    const attr = aggregation('ATTR', ['STRING'])
    expect(attr.result(attr.undo!(accumulate(attr, ['1', '2', '1']), ['2']))).toBe('1')
    expect(attr.result(attr.merge(accumulate(attr, ['1']), accumulate(attr, ['1'])))).toBe('1')
    expect(attr.result(attr.merge(accumulate(attr, ['1']), accumulate(attr, ['2'])))).toBeNull()
  })
})

describe('COUNT_DISTINCT', () => {
  test('counts few values exactly', () => {
    expect(aggregated('COUNT_DISTINCT', 'STRING', ['one', 'two', 'one', null])).toBe(2)
    expect(aggregated('COUNT_DISTINCT', 'ARRAY<INT>', [[1], [1], [2]])).toBe(2)
    expect(aggregated('COUNT_DISTINCT', 'INT', [])).toBe(0)
  })

  test.each([300, 1000, 20_000, 200_000])('counts %d values with an error of 2 %% at most', (count) => {
    const values = Array.from({ length: count }, (_, i) => i)
    const estimate = aggregated('COUNT_DISTINCT', 'BIGINT', values) as number
    expect(Math.abs(estimate - count) / count).toBeLessThan(0.02)
  })

  test.each([
    [100, 100],
    [100, 5000],
    [5000, 100],
    [5000, 5000],
  ])('merging %d and %d values is the same as counting them together', (a, b) => {
    const distinct = aggregation('COUNT_DISTINCT', ['INT'])
    const first = Array.from({ length: a }, (_, i) => i)
    const second = Array.from({ length: b }, (_, i) => i + 50)
    const merged = distinct.merge(accumulate(distinct, first), accumulate(distinct, second))
    expect(distinct.result(merged)).toBe(distinct.result(accumulate(distinct, [...first, ...second])))
  })

  test('a sketch of few values is small', () => {
    const distinct = aggregation('COUNT_DISTINCT', ['INT'])
    expect((accumulate(distinct, [1, 2, 3]) as Value[]).length).toBe(3)
  })
})
