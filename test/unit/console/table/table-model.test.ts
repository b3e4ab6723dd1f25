import { expect, it } from 'vitest'
import type { Json } from '../../../../src/console/api/exact-json.ts'
import { MOST_ROWS, TableModel } from '../../../../src/console/table/table-model.ts'

const row = (...values: Json[]) => ({ values, isTombstone: false, arrivedAt: 0 })

function modelOf(...rows: Json[][]): TableModel {
  const model = new TableModel()
  model.columns = [
    { name: 'K', type: 'STRING', isKey: true },
    { name: 'N', type: 'INTEGER', isKey: false },
  ]
  add(model, ...rows)
  return model
}

function add(model: TableModel, ...rows: Json[][]): void {
  model.append(rows.map((values) => row(...values)))
  model.flush()
}

const shown = (model: TableModel) => model.shown.map(({ values }) => values.join(''))

it('rows wait until they are flushed', () => {
  const model = modelOf(['a', 1])
  model.append([row('b', 2)])
  expect([shown(model), model.waiting, model.received]).toEqual([['a1'], 1, 2])
  expect(model.flush()).toBe(true)
  expect(model.flush()).toBe(false)
  expect(shown(model)).toEqual(['a1', 'b2'])
})

it('new rows take their places in the order, equal ones behind those before them', () => {
  const model = modelOf(['a', 3], ['b', 1])
  model.setSort({ column: 1, direction: 'ascending' })
  add(model, ['c', 2], ['d', 3], ['e', null])
  expect(shown(model)).toEqual(['e', 'b1', 'c2', 'a3', 'd3'])
  model.setSort({ column: 1, direction: 'descending' })
  add(model, ['f', 10])
  expect(shown(model)).toEqual(['f10', 'a3', 'd3', 'c2', 'b1', 'e'])
  model.setSort(null)
  expect(shown(model)).toEqual(['a3', 'b1', 'c2', 'd3', 'e', 'f10'])
})

it('the filter holds for rows that come later', () => {
  const model = modelOf(['ab', 1], ['cd', 2])
  model.setFilter('a')
  add(model, ['xa', 3], ['y', 4])
  expect(shown(model)).toEqual(['ab1', 'xa3'])
  model.setFilter('')
  expect(shown(model)).toEqual(['ab1', 'cd2', 'xa3', 'y4'])
})

it('the newest row of each key takes the place of the former one, and a tombstone takes it away', () => {
  const model = modelOf(['a', 1], ['b', 1], ['a', 2])
  model.setNewestBy([0])
  expect(shown(model)).toEqual(['a2', 'b1'])
  add(model, ['b', 5], ['c', 1])
  expect(shown(model)).toEqual(['a2', 'b5', 'c1'])
  model.append([{ ...row('a', null), isTombstone: true }])
  model.flush()
  expect(shown(model)).toEqual(['b5', 'c1'])
})

it('the oldest rows make room, whether they are shown or wait', () => {
  const model = modelOf()
  const rows = (first: number) => Array.from({ length: MOST_ROWS / 2 }, (_, i) => row('k', first + i))
  for (let part = 0; part < 4; part++) {
    model.append(rows((part * MOST_ROWS) / 2))
    model.flush()
  }
  expect([model.kept, model.dropped, model.received]).toEqual([MOST_ROWS, MOST_ROWS, 2 * MOST_ROWS])
  expect(model.shown[0]!.values[1]).toBe(MOST_ROWS)
  for (let part = 0; part < 4; part++) model.append(rows(0))
  expect(model.waiting).toBe(MOST_ROWS)
})
