import { expect, it } from 'vitest'
import { hottestStep, sharesOf } from '../../../../src/console/pages/step-shares.ts'
import {
  bytesText,
  countText,
  durationText,
  percentText,
  rateText,
  shortCount,
  timeText,
} from '../../../../src/console/parts/format.ts'
import { linkTo, readRoute } from '../../../../src/console/parts/route.ts'
import { nextSort, sortRows } from '../../../../src/console/parts/sort-rows.ts'
import { formatString, quoted } from '../../../../src/sql/format-names.ts'

it('figures are short', () => {
  expect([countText(1_234_567), shortCount(1_234_567), rateText(0), rateText(0.25), rateText(1500)]).toEqual([
    '1,234,567',
    '1.2M',
    '0/s',
    '0.25/s',
    '1.5K/s',
  ])
  expect([0, 999, 1024, 20 * 1024, 3 * 1024 ** 3].map(bytesText)).toEqual(['0 B', '999 B', '1.0 KB', '20 KB', '3.0 GB'])
  expect([5, 1500, 61_000, 3_700_000, 200_000_000].map(durationText)).toEqual([
    '5 ms',
    '1.5 s',
    '1 min 1 s',
    '1 h 1 min',
    '2 d 7 h',
  ])
  expect([0, 0.013, 0.5].map(percentText)).toEqual(['0 %', '1.3 %', '50 %'])
  expect(timeText(new Date(2026, 0, 2, 3, 4, 5).getTime())).toBe('2026-01-02 03:04:05')
})

it('names and texts are quoted as SQL does', () => {
  expect([quoted('a`b'), formatString("it's")]).toEqual(['`a``b`', "'it''s'"])
})

it('a path is a view, and perhaps a name in it', () => {
  const route = (path: string) => {
    const { view, name } = readRoute(new URL(path, 'http://server'))
    return [view, name]
  }
  expect(route('/console')).toEqual(['', null])
  expect(route('/console/')).toEqual(['', null])
  expect(route(linkTo('queries', 'a/b ü'))).toEqual(['queries', 'a/b ü'])
  expect(readRoute(new URL('http://server/console/errors?query=Q')).query.get('query')).toBe('Q')
  expect(linkTo('')).toBe('/console')
})

it('rows are sorted, with those without a value last', () => {
  const rows = [{ n: 2 }, { n: null }, { n: 10 }]
  expect(sortRows(rows, ({ n }) => n, 'ascending').map(({ n }) => n)).toEqual([2, 10, null])
  expect(sortRows(rows, ({ n }) => n, 'descending').map(({ n }) => n)).toEqual([10, 2, null])
})

it('a click sorts numbers by the largest first, texts by the alphabet, then the other way, then not', () => {
  const clicks = (isNumeric: boolean) => {
    const first = nextSort(null, 'A', isNumeric)
    const second = nextSort(first, 'A', isNumeric)
    return [first?.direction, second?.direction, nextSort(second, 'A', isNumeric)]
  }
  expect(clicks(true)).toEqual(['descending', 'ascending', null])
  expect(clicks(false)).toEqual(['ascending', 'descending', null])
  expect(nextSort({ column: 'A', direction: 'ascending' }, 'B', false)).toEqual({ column: 'B', direction: 'ascending' })
})

it('the slowest step has the largest share of the measured time', () => {
  const step = (name: string, timeMs: number | null) => ({
    step: name,
    recordsIn: 0,
    recordsOut: 0,
    lateRecords: 0,
    droppedRecords: 0,
    stateEntries: null,
    stateBytes: null,
    cacheHits: null,
    cacheMisses: null,
    timeMs,
  })
  const shares = sharesOf([step('Source', null), step('Filter', 25), step('Join', 75)])
  expect([...shares]).toEqual([
    ['Filter', 0.25],
    ['Join', 0.75],
  ])
  expect(hottestStep(shares)).toBe('Join')
  expect(hottestStep(sharesOf([step('Filter', 0)]))).toBeNull()
})
