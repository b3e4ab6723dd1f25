import { describe, expect, it, vi } from 'vitest'
import type { FunctionDefinition } from '../../../../src/functions/definition.ts'
import { BIGINT, BOOLEAN, DOUBLE, INTEGER, type SqlType, STRING, TIMESTAMP } from '../../../../src/types/sql-type.ts'
import type { Value } from '../../../../src/types/value.ts'
import { aggregateFunction, parameters } from '../../../support/javascript.ts'

// Sandboxes and servers take their time on a machine that has much else to do.
vi.setConfig({ testTimeout: 30_000 })

const column = (name: string, type: SqlType) => ({ name: name.toUpperCase(), writtenName: name, type })

const IN_COLUMNS = { state: [column('n', INTEGER), column('sum', DOUBLE)] }
const KINDS: readonly (readonly [string, Partial<FunctionDefinition>])[] = [
  ['in columns', IN_COLUMNS],
  ['as JSON', {}],
]

/** An aggregate of the state `{ n, sum }` with a body of `add(s, x)`; its result is the state's JSON. */
const adding = (add: string, more: Partial<FunctionDefinition> = {}, before = '') =>
  aggregateFunction({
    parameters: parameters(INTEGER),
    returns: STRING,
    body: `${before}
      export const init = () => ({ n: 0, sum: 0 })
      export function add(s, x) { ${add} }
      export const result = (s) => JSON.stringify(s)`,
    ...more,
  })

const IN_PLACE = 's.n++; s.sum += x'

/** The state as a store would have it after it was written and read. */
const stored = (state: Value): Value => structuredClone(state)

describe.each(KINDS)('a state %s, whose object stays in the sandbox,', (_, kind) => {
  it.each([
    ['is changed in place', IN_PLACE],
    ['is given back', `${IN_PLACE}; return s`],
    ['is made again', 'return { n: s.n + 1, sum: s.sum + x }'],
    ['is made again in another order', 'return { sum: s.sum + x, n: s.n + 1 }'],
    ['is frozen', `${IN_PLACE.replace('s.n++', 's = { ...s, n: s.n + 1 }')}; return Object.freeze(s)`],
    ['is not extensible', `${IN_PLACE}; return Object.preventExtensions({ ...s })`],
    ['has a prototype', `${IN_PLACE}; return Object.assign(Object.create({ inherited: 1 }), s)`],
    ['is made by a class', `${IN_PLACE}; return Object.assign(new (class State {})(), s)`],
    [
      'is kept in a variable',
      `${IN_PLACE}; globalState.push(s); for (const old of globalState) if (old !== s) old.n = 99`,
    ],
    ['is an object of all groups', 'shared.n = s.n + 1; shared.sum = s.sum + x; return shared'],
    ['is kept weakly', `if (seen.has(s)) throw new Error("again"); seen.set(s, 1); ${IN_PLACE}`],
    ['changes its shape', `${IN_PLACE}; const { n } = s; delete s.n; s.n = n`],
    ['has a number with a point', 's.n++; s.sum += x / 8'],
  ])('is the same as one that is made of the stored state: it %s', (_name, add) => {
    const variables = 'const globalState = [], shared = {}, seen = new WeakMap()'
    const [kept, fresh] = [adding(add, kind, variables), adding(add, kind, variables)]
    const states = [0, 1, 2].map(() => kept.initialize())
    const others = [0, 1, 2].map(() => fresh.initialize())
    for (let i = 0; i < 12; i++) {
      const group = (i * 7) % 3
      states[group] = kept.add(states[group]!, [i])
      others[group] = stored(fresh.add(stored(others[group]!), [i]))
      expect(states).toEqual(others)
      expect(states.map(kept.result)).toEqual(others.map(fresh.result))
    }
    expect(JSON.parse(kept.result(states[0]!) as string)).toMatchObject({ n: 4 })
  })

  it('is what it was after a call that failed halfway', () => {
    const f = adding(`s.n++; if (x === 7) throw new Error('no'); s.sum += x`, kind)
    let state = f.add(f.add(f.initialize(), [1]), [2])
    for (let i = 0; i < 3; i++) expect(() => f.add(state, [7])).toThrow('no')
    state = f.add(state, [4])
    expect(f.result(state)).toBe('{"n":3,"sum":7}')
  })

  it('is what it was after the sandbox was lost', () => {
    const f = adding(`if (x === 7) { s.n = 50; const l = []; for (;;) l.push(new Uint8Array(1e6)) } ${IN_PLACE}`, kind)
    const state = f.add(f.add(f.initialize(), [1]), [2])
    expect(() => f.add(state, [7])).toThrow('memory')
    expect(f.result(f.add(state, [4]))).toBe('{"n":3,"sum":7}')
  })

  it('is not changed by the result', () => {
    const f = adding(IN_PLACE, {
      ...kind,
      body: `export const init = () => ({ n: 0, sum: 0 })
        export function add(s, x) { ${IN_PLACE} }
        export function result(s) { s.n *= 100; return String(s.n) }`,
    })
    let state = f.initialize()
    for (let i = 1; i < 4; i++) {
      state = f.add(state, [i])
      expect(f.result(state)).toBe(`${i}00`)
    }
  })

  it('is right with more groups than objects may stay', () => {
    const f = adding(IN_PLACE, kind)
    const states = Array.from({ length: 10_000 }, () => f.initialize())
    for (let round = 0; round < 3; round++) {
      for (let i = 0; i < states.length; i++) states[i] = f.add(states[i]!, [i])
    }
    expect([0, 1, 4095, 4096, 9999].map((i) => f.result(states[i]!))).toEqual(
      [0, 1, 4095, 4096, 9999].map((i) => `{"n":3,"sum":${3 * i}}`),
    )
  })
})

describe('a column of a state', () => {
  it.each<readonly [SqlType, string, string, readonly Value[]]>([
    [BIGINT, '0n', 's.v += 1n', [1, 2, 3]],
    [BIGINT, '2n ** 40n', 's.v *= 2n', [2 ** 41, 2 ** 42, 2 ** 43]],
    [BIGINT, '5n', 's.v = typeof s.v === "bigint" ? 6 : "no"', [6, 6, 6]],
    [BOOLEAN, 'false', 's.v = !s.v', [true, false, true]],
    [STRING, '""', 's.v += "é日"', ['é日', 'é日é日', 'é日é日é日']],
    [STRING, '"x"', 's.v = s.v.repeat(40)', ['x'.repeat(40), 'x'.repeat(1600), 'x'.repeat(64_000)]],
    [DOUBLE, '0', 's.v = s.v === 0 ? -1 / Infinity : 1 / s.v', [-0, -0, -0]],
    [DOUBLE, '1', 's.v = NaN', [Number.NaN, Number.NaN, Number.NaN]],
    [INTEGER, '1', 's.v = s.v * 0.5 * 2 + 1', [2, 3, 4]],
    [INTEGER, 'null', 's.v = s.v === null ? undefined : 5', [null, null, null]],
    [TIMESTAMP, '5', 's.v = new Date(s.v + 1)', [6, 7, 8]],
  ])('of type %o from %s by %s', (type, init, add, expected) => {
    const f = aggregateFunction({
      state: [column('v', type)],
      body: `export const init = () => ({ v: ${init} }); export function add(s) { ${add} }; export const result = () => 0`,
    })
    let state = f.initialize()
    const seen = expected.map(() => {
      state = f.add(state, [])
      return (state as Value[])[0]
    })
    expect(seen).toEqual(expected)
  })

  it('of another type is an error, which leaves the state as it was', () => {
    const f = adding("s.n++; s.sum = x === 7 ? 'seven' : s.sum + x", IN_COLUMNS)
    const state = f.add(f.initialize(), [1])
    expect(() => f.add(state, [7])).toThrow('sum of the state is a string, not DOUBLE')
    expect(f.result(f.add(state, [2]))).toBe('{"n":2,"sum":3}')
  })
})

describe('a state as JSON', () => {
  it.each([
    ['0', 's + 0.5', ['0.5', '1', '1.5']],
    ['1', 's * -0', ['0', '0', '0']],
    ['1', 's * 1e200', ['1e+200', '{"$number":"Infinity"}', '{"$number":"Infinity"}']],
    ['""', 's + "a"', ['"a"', '"aa"', '"aaa"']],
    ['{ $n: 1 }', '({ $n: s.$n + 1 })', ['{"$n":2}', '{"$n":3}', '{"$n":4}']],
    ['{ "a b": 1, 2: 1 }', '(s["a b"]++, s)', ['{"2":1,"a b":2}', '{"2":1,"a b":3}', '{"2":1,"a b":4}']],
    ['{ a: 1 }', '({ a: s.a + 1, u: undefined })', ['{"a":2}', '{"a":3}', '{"a":4}']],
    [
      '{ a: "\\n\\"" }',
      '({ a: s.a + "é", b: [1] })',
      ['{"a":"\\n\\"é","b":[1]}', '{"a":"\\n\\"éé","b":[1]}', '{"a":"\\n\\"ééé","b":[1]}'],
    ],
    [
      '{ a: true, b: null }',
      '(s.a = !s.a, s)',
      ['{"a":false,"b":null}', '{"a":true,"b":null}', '{"a":false,"b":null}'],
    ],
    ['{}', '(s.x = (s.x ?? 0) + 1, s)', ['{"x":1}', '{"x":2}', '{"x":3}']],
  ])('from %s by %s', (init, add, expected) => {
    const f = aggregateFunction({
      body: `export const init = () => (${init}); export const add = (s) => ${add}; export const result = () => 0`,
    })
    let state = f.initialize()
    expect(expected.map(() => (state = f.add(state, [])))).toEqual(expected)
  })
})
