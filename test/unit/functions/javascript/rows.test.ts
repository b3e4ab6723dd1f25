import { describe, expect, it, vi } from 'vitest'
import { array, DOUBLE, INTEGER, type SqlType, STRING, struct } from '../../../../src/types/sql-type.ts'
import type { Value } from '../../../../src/types/value.ts'
import { scalarFunction, tableFunction } from '../../../support/javascript.ts'

// Sandboxes and servers take their time on a machine that has much else to do.
vi.setConfig({ testTimeout: 30_000 })

const column = (name: string, type: SqlType) => ({ name: name.toUpperCase(), writtenName: name, type })

const rowsOf = (body: string): Value[] => [
  ...(tableFunction({ columns: [column('Id', INTEGER), column('text', STRING)], body })() as Value[]),
]

describe('a row', () => {
  it.each([
    ['an object', "({ Id: 1, text: 'a' })"],
    ['an object in another order', "({ text: 'a', Id: 1 })"],
    ['an object with more', "({ x: 0, Id: 1, y: 0, text: 'a', z: 0 })"],
    ['an object with names in upper case', "({ ID: 1, TEXT: 'a' })"],
    ['an object with names in lower case', "({ id: 1, text: 'a' })"],
    ['an object whose first name has no value', "({ Id: undefined, id: 1, text: 'a' })"],
    [
      'an object from which a property was deleted',
      "(() => { const o = { x: 1, Id: 1, text: 'a' }; delete o.x; return o })()",
    ],
    ['an object with a getter', "({ get Id() { return 1 }, text: 'a' })"],
    ['an object with an inherited getter', "new (class { text = 'a'; get Id() { return 1 } })()"],
    ['an object that inherits a value', "Object.assign(Object.create({ Id: 1 }), { text: 'a' })"],
    ['an object without a prototype', "Object.assign(Object.create(null), { Id: 1, text: 'a' })"],
    ['a frozen object', "Object.freeze({ Id: 1, text: 'a' })"],
    ['an object with many properties', "({ a: 1, b: 1, c: 1, d: 1, e: 1, f: 1, g: 1, h: 1, Id: 1, text: 'a' })"],
    ['a proxy', "new Proxy({}, { get: (_, name) => (name === 'Id' ? 1 : 'a') })"],
    ['a function', "Object.assign(() => 0, { Id: 1, text: 'a' })"],
    ['an array', "[1, 'a']"],
    ['an array with holes', "(() => { const row = []; row[1] = 'a'; row[0] = 1; return row })()"],
  ])('may be %s', (_, row) => {
    expect(rowsOf(`yield ${row}; yield { Id: 2, text: 'b' }; yield ${row}`)).toEqual([
      [1, 'a'],
      [2, 'b'],
      [1, 'a'],
    ])
  })

  it.each([
    ['has no field', '({})', [null, null]],
    ['has one field', "({ text: 'a' })", [null, 'a']],
    ['is an empty array', '[]', [null, null]],
    ['has fields without a value', '({ Id: null, text: undefined })', [null, null]],
  ])('that %s has NULLs', (_, row, expected) => {
    expect(rowsOf(`yield ${row}; yield ${row}`)).toEqual([expected, expected])
  })

  it('whose prototype gets a field later is read as it is then', () => {
    const body =
      "const p = {}; class Row { text = 'a' }; Object.setPrototypeOf(Row.prototype, p); yield new Row(); yield new Row(); p.Id = 1; yield new Row()"
    // All rows are read when the function is done.
    expect(rowsOf(body)).toEqual(Array(3).fill([1, 'a']))
  })

  it('of more shapes than are remembered is read', () => {
    const body = "for (let i = 0; i < 40; i++) yield { ['x' + i]: 0, Id: i, text: 'a' }"
    expect(rowsOf(`${body}; ${body}`)).toEqual([...Array(80).keys()].map((i) => [i % 40, 'a']))
  })

  it.each([
    ["'seven'", 'Id of a row is a string, not INTEGER'],
    ['1.5', 'Id of a row is the number 1.5, not INTEGER'],
    ['{}', 'Id of a row is an object, not INTEGER'],
    ["Symbol('s')", 'Id of a row is a symbol, not INTEGER'],
  ])('with %s for an INTEGER is refused', (value, message) => {
    expect(() => rowsOf(`yield { Id: 1, text: 'a' }; yield { Id: ${value}, text: 'a' }`)).toThrow(message)
  })
})

describe('a struct that changes while it is read', () => {
  const inner = struct([{ name: 'A', type: INTEGER }])
  const returns = struct([
    { name: 'FIRST', type: inner },
    { name: 'SECOND', type: STRING },
    { name: 'THIRD', type: array(DOUBLE) },
  ])

  it.each([
    ['loses a field', 'delete o.FIRST', [[1], 'text', [1.5]]],
    ['gets fields', "for (let i = 0; i < 50; i++) o['x' + i] = i", [[1], 'text', [1.5]]],
    ['gets another value', "o.SECOND = 'other'; o.THIRD = null", [[1], 'other', null]],
    ['loses all', 'for (const key of Object.keys(o)) delete o[key]', [[1], null, null]],
  ])('and %s is read as it is then', (_, change, expected) => {
    const f = scalarFunction({
      returns,
      body: `() => { const o = { FIRST: { get A() { ${change}; return 1 } }, SECOND: 'te' + 'xt', THIRD: [1.5] }; return o }`,
    })
    expect([f(), f()]).toEqual([expected, expected])
  })

  it('and an array may be longer than its elements', () => {
    const f = scalarFunction({
      returns: array(DOUBLE),
      body: '() => { const list = [1.5]; list.length = 3; return list }',
    })
    expect(f()).toEqual([1.5, null, null])
  })

  it('and an array does, too', () => {
    const f = scalarFunction({
      returns: array(inner),
      body: '() => { const list = [{ get A() { list.length = 1; list.push({ A: 9 }); return 1 } }, { A: 2 }, { A: 3 }]; return list }',
    })
    expect(f()).toEqual([[1], [9], null])
  })
})

describe('a text', () => {
  it.each(['', 'a', 'abcd', 'abcde', 'abcdefgh', 'abcdefghi', 'é', 'éàüö', '日本', 'a\0b', '\0', '\0\0', '😀'])(
    '%j is read as it is, again and again',
    (text) => {
      const rows = rowsOf(
        `for (const text of [${JSON.stringify(text)}, 'abc', 'ab', ${JSON.stringify(`${text}x`)}]) { yield { Id: 1, text }; yield { Id: 2, text: text + '' } }`,
      )
      expect(rows.map((row) => (row as Value[])[1])).toEqual([
        text,
        text,
        'abc',
        'abc',
        'ab',
        'ab',
        `${text}x`,
        `${text}x`,
      ])
    },
  )

  it('may be a part of another one, or be put together', () => {
    const long = 'abcdefghij'.repeat(2000)
    const f = scalarFunction({
      returns: array(STRING),
      body: `() => { const s = '${long}'; return [s.slice(5, 15), s.slice(5), s + s + 'x', s.slice(1, 9000) + 'é日'] }`,
    })
    expect(f()).toEqual([long.slice(5, 15), long.slice(5), `${long}${long}x`, `${long.slice(1, 9000)}é日`])
  })
})
