import { expect, test } from 'vitest'
import { literalPlaces, shapeOf } from '../../../src/sql/literals.ts'

const literals = (text: string) => shapeOf(text)?.literals.map(({ kind, text }) => `${kind} ${text}`)

test('texts that differ in strings and whole numbers have one shape', () => {
  const shape = (key: string, limit: number) => shapeOf(`SELECT * FROM t WHERE k = ${key} LIMIT ${limit};`)?.text
  expect(shape("'a'", 1)).toBe(shape("'b''s'", 22))
  expect(shape("'a'", 1)).not.toBe(shape('1', 1))
})

test('the literals come in their order, with their places', () => {
  expect(shapeOf("a = 'it''s' AND b = 12 OR c = 1.50")?.literals).toEqual([
    { kind: 'string', text: "it's", offset: 4 },
    { kind: 'integer', text: '12', offset: 20 },
    { kind: 'decimal', text: '1.50', offset: 30 },
  ])
})

test('places are those of the lines and columns at which literals stand', () => {
  const text = "a = 'x'\n AND b = 12"
  expect([...literalPlaces(shapeOf(text)!, text)]).toEqual([
    ['1:5', 0],
    ['2:10', 1],
  ])
})

test('what only looks like a literal stays in the shape', () => {
  expect(literals('SELECT a1, 1a, 1.5.2, 2e3, 1., "12", `13` FROM t2')).toEqual([])
  expect(literals(`"it's" = 'x'`)).toEqual(['string x'])
})

test('a text with comments or variables has no shape', () => {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of the dialect
  for (const text of ["a = 'x' -- b", '/* */ a', "a = '${x}'"]) expect(shapeOf(text)).toBeNull()
})
