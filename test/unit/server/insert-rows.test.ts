import { expect, test } from 'vitest'
import type { InsertAcks } from '../../../src/server/insert-acks.ts'
import { insertRows } from '../../../src/server/insert-rows.ts'

test('other requests have their turn while many rows are read', async () => {
  let read = 0
  let isDone = false
  const readAtTurns: number[] = []
  const note = () => {
    if (isDone) return
    readAtTurns.push(read)
    setImmediate(note)
  }
  setImmediate(note)
  const acks: InsertAcks = {
    isOver: false,
    stored: async () => {},
    failed: (_, error) => expect.fail(String(error)),
    end: async () => {},
  }
  const stored = Promise.resolve()
  const rows = (count: number) => Array.from({ length: count }, (_, i) => `{"I":${i}}`)
  async function* batches() {
    yield rows(600)
    yield rows(300)
  }
  const insert = () => {
    read++
    return stored
  }
  await insertRows(batches(), insert, acks, new AbortController())
  isDone = true
  expect(read).toBe(900)
  expect(readAtTurns).toEqual([256, 512, 768])
})
