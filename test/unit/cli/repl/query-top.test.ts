import { expect, it } from 'vitest'
import { byQuery, stateText } from '../../../../src/cli/repl/query-top.ts'

it('samples of a metric are added up by query', () => {
  const text = [
    '# TYPE m counter',
    'm{query="A"} 3',
    'm{partition="0",query="B"} 1',
    'm{partition="1",query="B"} 2',
    'm_other{query="A"} 9',
    'm{broker="x"} 7',
  ].join('\n')
  expect(byQuery(text, 'm')).toEqual(
    new Map([
      ['A', 3],
      ['B', 3],
    ]),
  )
})

it('the state of a query that restores says how far it has come', () => {
  const none = new Map<string, number>()
  const reading = { atMs: 0, consumed: none, produced: none, lag: none }
  const restored = new Map([['A', 30]])
  expect(stateText('A', 'RUNNING', { ...reading, restored, restoring: new Map([['A', 70]]) })).toBe('RESTORING 30 %')
  expect(stateText('A', 'RUNNING', { ...reading, restored, restoring: none })).toBe('RUNNING')
})
