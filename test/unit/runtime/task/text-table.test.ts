import { expect, test } from 'vitest'
import { TextTable } from '../../../../src/runtime/task/text-table.ts'
import { seededRandom } from '../../../../src/testing/seeded-random.ts'

test('texts are found, replaced and deleted as in a Map', () => {
  const random = seededRandom(11)
  const table = new TextTable<number>()
  const plain = new Map<string, number>()
  const texts = Array.from(
    { length: 500 },
    (_, i) => ['', 'é', '\u{1f600}', 's'][i % 4]! + Math.floor(i / 4) + 'x'.repeat(i % 3),
  )
  for (let step = 0; step < 10_000; step++) {
    const text = texts[Math.floor(random() * texts.length)]!
    if (random() < 0.4) {
      table.delete(text)
      plain.delete(text)
    } else {
      table.set(text, step)
      plain.set(text, step)
    }
  }
  expect(table.size).toBe(plain.size)
  expect(texts.map((text) => table.get(text))).toEqual(texts.map((text) => plain.get(text)))
  expect(table.get('none of them')).toBeUndefined()
})
