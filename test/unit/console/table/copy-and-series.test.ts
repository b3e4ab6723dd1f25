import { expect, it } from 'vitest'
import { ExactNumber, type Json } from '../../../../src/console/api/exact-json.ts'
import { columnWidths } from '../../../../src/console/table/column-widths.ts'
import { rowsAsCsv, rowsAsJson } from '../../../../src/console/table/copy-rows.ts'
import { drawnColumn, likelySplit, seriesOf } from '../../../../src/console/table/series.ts'

const column = (name: string, type = 'STRING') => ({ name, type, isKey: false })
const row = (values: readonly Json[], arrivedAt = 0) => ({ values, isTombstone: false, arrivedAt })

it('CSV tells null from an empty text, and quotes what needs it', () => {
  const rows = [row(['a "b"', null]), row(['', 'x,y']), row(['two\nlines', { k: [1] }])]
  expect(rowsAsCsv([column('A'), column('B,C')], rows)).toBe(
    'A,"B,C"\r\n"a ""b""",\r\n"","x,y"\r\n"two\nlines","{""k"":[1]}"\r\n',
  )
})

it('JSON has an object a line, with all digits', () => {
  expect(rowsAsJson([column('A'), column('B')], [row([new ExactNumber('9007199254740993'), null]), row([1])])).toBe(
    '{"A":9007199254740993,"B":null}\n{"A":1,"B":null}\n',
  )
})

it('a chart has one line by the time at which rows came', () => {
  const rows = [row(['x', 1], 1000), row(['y', 2], 2000), row(['z', null], 3000)]
  expect(seriesOf([column('K'), column('N', 'INTEGER')], rows, { value: 1, split: null })).toEqual({
    times: [1, 2],
    lines: [{ label: 'N', values: [1, 2] }],
  })
})

it('a chart has a line for each value of another column, by the time in the rows', () => {
  const columns = [column('K'), column('N', 'INTEGER'), column('WINDOWSTART', 'BIGINT')]
  const rows = [row(['x', 1, 5000]), row(['y', 2, 5000]), row(['x', 3, 65_000])]
  expect(seriesOf(columns, rows, { value: 1, split: 0 })).toEqual({
    times: [5, 65],
    lines: [
      { label: 'x', values: [1, 3] },
      { label: 'y', values: [2, null] },
    ],
  })
})

it('a chart of many rows has few points and lines', () => {
  const rows = Array.from({ length: 20_000 }, (_, i) => row([`k${i % 50}`, i], i * 10))
  const { times, lines } = seriesOf([column('K'), column('N', 'INTEGER')], rows, { value: 1, split: 0 })
  expect(times.length).toBeLessThanOrEqual(601)
  expect(lines).toHaveLength(8)
})

it('a chart begins with the first figure, and with a line for each of a few texts', () => {
  const columns = [column('WINDOWSTART', 'BIGINT'), column('ID'), column('STATE'), column('N', 'BIGINT')]
  expect([drawnColumn(columns), drawnColumn(columns.slice(0, 2)), drawnColumn(columns.slice(1, 3))]).toEqual([3, 0, -1])
  const rows = Array.from({ length: 40 }, (_, i) => row([i, `id ${i}`, i % 2 === 0 ? 'LA' : 'CA', i]))
  expect(likelySplit(columns, rows)).toBe(2)
  expect(likelySplit(columns, rows.slice(0, 3))).toBeNull()
  expect(likelySplit(columns, [])).toBeNull()
  expect(likelySplit(columns.slice(0, 2), rows)).toBeNull()
})

it('a chart of no rows is empty', () => {
  expect(seriesOf([column('N', 'INTEGER')], [], { value: 0, split: null }).times).toEqual([])
})

it('columns are as wide as what stands in them, within bounds', () => {
  const rows = [row(['short', 'x'.repeat(500)])]
  expect(columnWidths([column('A'), column('B'), column('A_LONG_NAME')], rows)).toEqual([7, 44, 16])
})
