import { expect, it } from 'vitest'
import { byQuery, sparkline } from '../../../../src/cli/repl/query-top.ts'

it('a sparkline is as high as its highest rate', () => {
  expect(sparkline([0, 1, 2, 4, 8])).toBe('▁▂▃▅█')
  expect(sparkline([0, 0])).toBe('▁▁')
  expect(sparkline([])).toBe('')
})

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
