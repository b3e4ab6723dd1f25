import { expect, test } from 'vitest'
import { KeptBytes } from '../../../../src/runtime/task/kept-bytes.ts'
import { seededRandom } from '../../../../src/testing/seeded-random.ts'

interface Kept {
  readonly key: string | null
  readonly value: string | null
  readonly offset: number
}

test('records leave in their order with their bytes, whatever came and went meanwhile', () => {
  const random = seededRandom(7)
  const below = (count: number): number => Math.floor(random() * count)
  const text = (length: number): string | null =>
    below(8) === 0 ? null : String.fromCharCode(97 + below(26)).repeat(length)
  const kept = new KeptBytes()
  const expected: Kept[] = []
  let offset = 0
  const add = (): void => {
    const one = { key: text(below(12)), value: text(below(10) === 0 ? below(50_000) : below(300)), offset: offset++ }
    const [key, value] = [Buffer.from(`<${one.key ?? ''}`), Buffer.from(one.value ?? '')]
    kept.add({
      buffer: Buffer.concat([key, value]),
      offset: one.offset,
      timestamp: 0,
      headerCount: 0,
      keyStart: 1,
      keyEnd: one.key === null ? -1 : key.length,
      valueStart: key.length,
      valueEnd: one.value === null ? -1 : key.length + value.length,
    })
    expected.push(one)
  }
  const take = (): void => {
    const one = expected.shift()!
    const cursor = kept.take(one.offset, 10 * one.offset)
    const part = (start: number, end: number): string | null =>
      end < 0 ? null : cursor.buffer.toString('latin1', start, end)
    expect([cursor.offset, cursor.timestamp]).toEqual([one.offset, 10 * one.offset])
    expect(part(cursor.keyStart, cursor.keyEnd)).toBe(one.key)
    expect(part(cursor.valueStart, cursor.valueEnd)).toBe(one.value)
  }
  for (let round = 0; round < 15; round++) {
    for (let count = below(700); count > 0; count--) add()
    for (let count = round % 5 === 0 ? expected.length : below(expected.length); count > 0; count--) take()
  }
  while (expected.length > 0) take()
})
