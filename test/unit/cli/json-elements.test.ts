import fc from 'fast-check'
import { expect, it } from 'vitest'
import { JsonElements } from '../../../src/cli/client/json-elements.ts'

it('gives the elements of an array however its text is cut', () => {
  const element = fc.object({ maxDepth: 2 }).map((value) => JSON.stringify(value))
  fc.assert(
    fc.property(fc.array(element), fc.infiniteStream(fc.integer({ min: 1, max: 7 })), (elements, sizes) => {
      const text = `[${elements.join(',\n')}]\n`
      const reader = new JsonElements()
      const found: string[] = []
      for (let at = 0; at < text.length; ) {
        const size = sizes.next().value ?? 1
        found.push(...reader.push(text.slice(at, at + size)))
        at += size
      }
      expect(found).toEqual(elements)
    }),
  )
})

it('gives an element as soon as its last bracket is there', () => {
  const reader = new JsonElements()
  expect(reader.push('[{"a":"]}')).toEqual([])
  expect(reader.push('\\""}')).toEqual(['{"a":"]}\\""}'])
  expect(reader.push(',\n[1]')).toEqual(['[1]'])
})
