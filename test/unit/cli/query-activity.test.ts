import { expect, it } from 'vitest'
import { progressBar } from '../../../src/cli/output/progress-bar.ts'
import { queryListing } from '../../../src/cli/output/query-listing.ts'
import { sparkline } from '../../../src/cli/output/sparkline.ts'
import { progressIn, ratesIn } from '../../../src/cli/query-activity.ts'

it('a sparkline is as high as its highest rate', () => {
  expect(sparkline([0, 1, 2, 4, 8])).toBe('▁▂▃▅█')
  expect(sparkline([0, 0])).toBe('▁▁')
  expect(sparkline([])).toBe('')
})

it('a bar is as long as its share', () => {
  expect([progressBar(0, 4), progressBar(0.5, 4), progressBar(0.999, 4), progressBar(1, 4)]).toEqual([
    '[....] 0 %',
    '[##..] 50 %',
    '[####] 99 %',
    '[####] 100 %',
  ])
})

it('the rates of queries are drawn from the samples that there are', () => {
  const recordsIn = [...Array.from({ length: 12 }, (_, i) => i), null, 1200.4]
  const queries = { A: { recordsIn, lag: [] }, B: { recordsIn: [null] }, C: {} }
  expect(ratesIn({ times: [], queries })).toEqual([['A', `${'▁'.repeat(9)}█ 1,200`]])
})

it('restores and builds that are under way have bars', () => {
  const query = (id: string, restored: number, restoring: number, nextVersion: object | null = null) => ({
    id,
    counts: { restored, restoring },
    nextVersion,
  })
  const next = { id: 'NEW', recordsDone: 90, recordsLeft: 10 }
  expect(progressIn({ queries: [query('A', 25, 75), query('B', 5, 0), query('C', 0, 0, next)] })).toEqual([
    ['A', '[###.......] 25 % restored'],
    ['NEW', '[#########.] 90 % built'],
  ])
})

it.each([null, 1, 'text', [], {}, { queries: null }, { queries: [null, 1, { id: 1 }] }])(
  'of an answer in another shape nothing is drawn: %j',
  (answer) => {
    expect([...ratesIn(answer), ...progressIn(answer)]).toEqual([])
  },
)

it('the listing has a column for what queries do only where that is known', () => {
  const running = {
    id: 'A',
    queryString: 'SELECT\n 1;',
    sinks: ['S'],
    sinkKafkaTopics: ['S'],
    queryType: 'PERSISTENT' as const,
    state: 'RUNNING' as const,
    statusCount: { RUNNING: 1 },
  }
  const plain = queryListing({ queries: [running] }, null)
  expect(plain.titles).not.toContain('Records/s')
  expect(plain.rows).toEqual([['A', 'PERSISTENT', 'RUNNING:1', 'S', 'S', 'SELECT 1;']])
  const drawn = queryListing({ queries: [running, { ...running, id: 'B' }] }, new Map([['A', '▁█ 5']]))
  expect(drawn.titles[3]).toBe('Records/s')
  expect(drawn.rows.map((row) => row[3])).toEqual(['▁█ 5', ''])
})
