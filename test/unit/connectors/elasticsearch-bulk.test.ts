import { expect, test } from 'vitest'
import type { SinkRecord } from '../../../src/connectors/connector.ts'
import { readBulkAnswer } from '../../../src/connectors/sinks/elasticsearch-bulk.ts'

const record = (offset: number): SinkRecord => ({
  offset,
  timestamp: 0,
  key: null,
  window: null,
  value: [],
  headers: null,
})

test('documents that the target may take later are written again, by the statuses that hold for whole answers', () => {
  const statuses = [201, 400, 429, 501, 503, 507]
  const items = statuses.map((status) => ({ index: status < 300 ? { status } : { status, error: { reason: 'no' } } }))
  const records = statuses.map((_, i) => record(i))
  const { refused, again } = readBulkAnswer(JSON.stringify({ errors: true, items }), records)
  expect(again.map(({ offset }) => statuses[offset])).toEqual([429, 503, 507])
  expect(refused.map(({ reason }) => reason)).toEqual(['400 no', '501 no'])
})
