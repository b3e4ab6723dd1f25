import { expect, test } from 'vitest'
import type { Frame } from '../../../../src/connectors/postgres/replication-stream.ts'
import { TransactionReader } from '../../../../src/connectors/postgres/transaction-reader.ts'
import { BEGINNING, readPosition, writePosition } from '../../../../src/connectors/sources/postgres-position.ts'
import { begin, commit, insert } from '../../../support/connectors/pgoutput-bytes.ts'

const data = (lsn: bigint, bytes: Buffer): Frame => ({ kind: 'data', lsn, bytes })
const alive = (lsn: bigint): Frame => ({ kind: 'alive', lsn })
const transaction = [
  data(10n, begin(14n)),
  data(11n, insert(1, 'a')),
  data(12n, insert(1, 'b')),
  data(13n, insert(1, 'c')),
  data(14n, commit(15n)),
]

/** The rows that come, each with the position behind it. */
function follow(reader: TransactionReader, frames: readonly Frame[]) {
  return frames.flatMap((frame) => {
    const event = reader.take(frame)
    if (event?.kind !== 'change' || event.change.kind !== 'insert') return []
    return [{ row: event.change.after[0], index: event.place.index, position: reader.position }]
  })
}

test('changes have their number in the transaction, and the position behind the last is that of the commit', () => {
  const reader = new TransactionReader({ lsn: 5n, skip: 0 })
  expect(follow(reader, transaction)).toEqual([
    { row: 'a', index: 0, position: { kind: 'log', lsn: 5n, skip: 1 } },
    { row: 'b', index: 1, position: { kind: 'log', lsn: 5n, skip: 2 } },
    { row: 'c', index: 2, position: { kind: 'log', lsn: 5n, skip: 3 } },
  ])
  expect(reader.position).toEqual({ kind: 'log', lsn: 15n, skip: 0 })
})

test.each([0, 1, 2, 3])('a reader that begins behind change %i gives the others, once', (skip) => {
  const reader = new TransactionReader({ lsn: 5n, skip })
  expect(reader.position.skip).toBe(skip)
  expect(follow(reader, transaction).map(({ row }) => row)).toEqual(['a', 'b', 'c'].slice(skip))
  expect(follow(reader, [data(20n, begin(22n)), data(21n, insert(1, 'd')), data(22n, commit(23n))])).toHaveLength(1)
})

test('a sign of life moves the position between transactions only', () => {
  const reader = new TransactionReader({ lsn: 5n, skip: 0 })
  reader.take(alive(8n))
  expect(reader.position.lsn).toBe(8n)
  reader.take(alive(7n))
  expect(reader.position.lsn).toBe(8n)
  reader.take(transaction[0]!)
  reader.take(alive(12n))
  expect(reader.position.lsn).toBe(8n)
  const resumed = new TransactionReader({ lsn: 5n, skip: 2 })
  resumed.take(alive(12n))
  expect(resumed.position).toEqual({ kind: 'log', lsn: 5n, skip: 2 })
})

test.each([
  BEGINNING,
  { kind: 'snapshot', lsn: 3n } as const,
  { kind: 'log', lsn: 0x1600000001n, skip: 0 } as const,
  { kind: 'log', lsn: 1n, skip: 5 } as const,
])('the position %o is read as it was written', (position) => {
  expect(readPosition(writePosition(position))).toEqual(position)
})
