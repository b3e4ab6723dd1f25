import { PassThrough } from 'node:stream'
import { expect, it } from 'vitest'
import { LiveView } from '../../../src/cli/output/live-view.ts'
import { markdownWriter } from '../../../src/cli/output/row-writer.ts'
import { Screen } from '../../../src/cli/output/screen.ts'
import { Progress } from '../../../src/cli/rows/progress.ts'
import { ManualTimer } from '../../../src/clock.ts'
import { type JsonValue, parseJsonValue } from '../../../src/types/json-parse.ts'

function liveView(rows: number) {
  const out = Object.assign(new PassThrough({ encoding: 'utf8' }), { isTTY: true, columns: 40, rows })
  const timer = new ManualTimer()
  const columns = [
    { name: 'K', type: 'INTEGER' },
    { name: 'N', type: 'BIGINT' },
  ]
  const view = new LiveView({ columns, key: [0], screen: new Screen({ out, err: out }), timer })
  const take = (json: string, tombstone = false) =>
    view.row({ columns: parseJsonValue(json) as readonly JsonValue[], tombstone })
  return { view, take, timer, written: () => (out.read() as string | null) ?? '' }
}

it('a live table draws each key once, over what it has drawn before', async () => {
  const { view, take, timer, written } = liveView(24)
  await take('[10,1]')
  await take('[9,1]')
  await take('[10,2]')
  expect(written()).toBe('')
  timer.advance(200)
  await take('[9,5]')
  const table = ['+----+---+', '| K  | N |', '+----+---+']
  expect(written()).toBe(`\r\u001b[J${[...table, '| 9  | 5 |', '| 10 | 2 |', '2 keys, 4 changes'].join('\n')}\n`)
  await take('[10,null]', true)
  await view.end()
  expect(written()).toBe(
    `\u001b[6A\r\u001b[J${['+---+---+', '| K | N |', '+---+---+', '| 9 | 5 |', '1 key, 5 changes'].join('\n')}\n`,
  )
  expect(timer.pending()).toEqual([])
})

it('a live table shows the keys that have changed last where the screen is too small for all', async () => {
  const { view, take, written } = liveView(8)
  for (let key = 1; key <= 9; key++) await take(`[${key},1]`)
  await take('[1,2]')
  await view.end()
  expect(written().split('\n').slice(3, -1)).toEqual([
    '| 1 | 2 |',
    '| 9 | 1 |',
    '9 keys, 7 of them not shown, 10 changes',
  ])
})

it('a table of Markdown escapes what would end a cell', () => {
  const writer = markdownWriter()
  expect(writer.header(['A', 'B'])).toBe('| A | B |\n|---|---|')
  expect(writer.row(['x|y', null])).toBe('| x\\|y | NULL |')
  expect(writer.row(['two\nlines', 'a\\b'])).toBe('| two<br>lines | a\\\\b |')
})

it('the progress of an upload has a bar where the size of the input is known', () => {
  const timer = new ManualTimer()
  const progress = new Progress({ timer, err: { write: () => {} }, rows: () => 100, share: () => 0.25 })
  timer.advance(1000)
  expect(progress.text()).toBe('[#####...............] 25 %, 100 rows, 100 rows/s, 3 s left')
})
