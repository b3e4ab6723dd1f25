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

test('reading stops at 8,192 rows under way and continues at half of them, so that rows are stored together', async () => {
  const stored: PromiseWithResolvers<void>[] = []
  const acks: InsertAcks = {
    isOver: false,
    stored: async () => {},
    failed: (_, error) => expect.fail(String(error)),
    end: async () => {},
  }
  async function* batches() {
    yield Array.from({ length: 20_000 }, () => '{}')
  }
  const insert = () => {
    const row = Promise.withResolvers<void>()
    stored.push(row)
    return row.promise
  }
  const store = async (rows: number) => {
    for (const { resolve } of stored.slice(0, rows)) resolve()
    // The row is answered, and the next turn of reading comes.
    for (let turn = 0; turn < 3; turn++) await new Promise(setImmediate)
  }
  const done = insertRows(batches(), insert, acks, new AbortController())
  await expect.poll(() => stored.length).toBe(8192)
  await store(4096)
  expect(stored.length).toBe(8192)
  await store(4097)
  expect(stored.length).toBeGreaterThan(8192)
  await expect.poll(() => stored.length).toBe(4097 + 8192)
  await store(20_000)
  await expect.poll(() => stored.length).toBe(20_000)
  await store(20_000)
  await done
})
