import { describe, expect, it, vi } from 'vitest'
import { SLOW_MS } from '../../../../src/functions/budget.ts'
import { TaskCaller } from '../../../../src/functions/javascript/caller.ts'
import { usedMs } from '../../../../src/functions/usage.ts'
import { NO_CALLER } from '../../../../src/functions/user-functions.ts'
import { array, BIGINT, DOUBLE, INTEGER, STRING } from '../../../../src/types/sql-type.ts'
import type { Value } from '../../../../src/types/value.ts'
import {
  aggregateFunction,
  boundedTo,
  definition,
  javaScriptHost,
  parameters,
  scalarFunction,
  tableFunction,
} from '../../../support/javascript.ts'

// Sandboxes and servers take their time on a machine that has much else to do.
vi.setConfig({ testTimeout: 30_000 })

const text = (body: string, more = {}) => scalarFunction({ returns: STRING, body, ...more })

describe('a body', () => {
  it.each([
    'a + b',
    'return a + b',
    '(a, b) => a + b',
    'function (x, y) { return x + y }',
    'export default (x, y) => x + y',
    'const add = (x, y) => x + y\nexport function f(a, b) { return add(a, b) }',
    '/* a comment */ (a, b = Math.min(1, 2)) => a + b',
    'x => x + 4',
    '// a comment\na + b // another',
  ])('may be %s', (body) => {
    expect(scalarFunction({ parameters: parameters(INTEGER, INTEGER), body })(3, 4)).toBe(7)
  })

  it.each([
    ['a +', 'SyntaxError'],
    ['return }', 'SyntaxError'],
    ["import fs from 'fs'\nexport default () => 1", 'a function cannot import'],
    ['export const a = 1', 'a module exports its function'],
    ['export const f = () => 1\nexport const g = () => 1', 'a module exports its function'],
    ['export default await new Promise(() => {})', 'waits for something that never comes'],
    ["throw new Error('x')\nexport default 1", 'Error: x'],
  ])('may not be %s', (body, message) => {
    expect(() => javaScriptHost().check(definition({ body }))).toThrow(message)
  })

  it('of an aggregate exports its parts', () => {
    const check = (body: string) => javaScriptHost().check(definition({ kind: 'AGGREGATE', body }))
    const plain = 'export const init = () => 0; export const add = (s) => s; export const result = (s) => s;'
    expect(check(plain)).toEqual({ hasRemove: false, hasMerge: false })
    expect(check(`${plain} export function merge() {} export function remove() {}`)).toEqual({
      hasRemove: true,
      hasMerge: true,
    })
    expect(check('export default { init() {}, add() {}, result() {} }')).toEqual({ hasRemove: false, hasMerge: false })
    expect(() => check('export const init = 1, add = 2, result = 3')).toThrow('init is not a function')
    expect(() => check('export const init = () => 0')).toThrow('exports a function add')
  })
})

describe('an error', () => {
  it('names the function, the version, and the line of the body', () => {
    const f = text("const x = 1\nthrow new RangeError('too far')")
    expect(() => f()).toThrow('Function F (version 1): RangeError: too far (line 2)')
  })

  it.each([
    ['null', 'threw null'],
    ["'text'", 'threw text'],
    ['7n', 'threw 7n'],
    ['{ a: 1 }', 'threw {"a":1}'],
    ["new (class extends Error { constructor() { super('m'); this.name = 'Own' } })()", 'Own: m'],
    ['Object.assign(new Error(), { message: { toString() { throw 1 } } })', 'threw a value that has no text'],
  ])('throw %s', (thrown, message) => {
    expect(() => text(`throw ${thrown}`)()).toThrow(message)
  })

  it('leaves the sandbox as it was', () => {
    const f = scalarFunction({ parameters: parameters(INTEGER), body: 'if (a === 1) throw 1; return a' })
    for (let i = 0; i < 10_000; i++) {
      if (i % 2 === 1) expect(f(i + 1)).toBe(i + 1)
      else expect(() => f(1)).toThrow('threw 1')
    }
  })
})

describe('what a function has', () => {
  it('is the language, without time, chance and the host', () => {
    expect(text('typeof Map + typeof BigInt + typeof atob + /\\p{L}/u.test("é")')()).toBe(
      'functionfunctionfunctiontrue',
    )
    for (const name of [
      'process',
      'require',
      'fetch',
      'setTimeout',
      'performance',
      'WebAssembly',
      'SharedArrayBuffer',
      'hostLog',
      'hostRandom',
      'WeakRef',
    ]) {
      expect(text(`typeof ${name}`)(), name).toBe('undefined')
    }
    expect(text("Object.keys((0, eval)('this')).join()")()).toBe('')
  })

  it.each([
    'Date.now()',
    'new Date()',
    'Date()',
    'Math.random()',
    'new Date().constructor.now()',
    'Reflect.construct(Date, [])',
  ])('%s is refused, unless the function is NOT DETERMINISTIC', (code) => {
    expect(() => text(`String(${code})`)()).toThrow('declare the function NOT DETERMINISTIC')
    expect(text(`typeof ${code}`, { isDeterministic: false })()).toMatch(/number|object|string/)
  })

  it('is the clock and the chance of the host where the function is NOT DETERMINISTIC', () => {
    expect(text('new Date().toISOString() + Math.random()', { isDeterministic: false })()).toBe(
      '2023-11-14T22:13:20.000Z0.25',
    )
  })

  it.each([
    'Object.prototype.x = 1',
    'Array.prototype.map = null',
    'globalThis.x = 1',
    'globalThis.Array = null',
    'Math.max = null',
    "Object.defineProperty(Object.prototype, 'x', { value: 1 })",
    'Error.prototype.name = 1',
    'JSON.parse = null',
    'Decimal.prototype.add = null',
    'console.log = null',
    'undeclared = 1',
    'delete Object.prototype.toString',
    '(function* () {}).constructor.prototype.x = 1',
  ])('cannot be changed: %s', (code) => {
    expect(() => text(code)()).toThrow(code === 'undeclared = 1' ? 'ReferenceError: ' : 'TypeError: ')
  })

  it('lets objects have properties of the names that the language has', () => {
    const body = `const o = { a: 1 }; o.toString = () => 'own'; o.constructor = 1
      class E extends Error { constructor(m) { super(m); this.name = 'E'; this.message = m + '!' } }
      return o + new E('x')`
    expect(text(body)()).toBe('ownE: x!')
  })

  it('keeps the variables of a module from call to call', () => {
    const f = scalarFunction({ body: 'let n = 0\nexport default () => ++n' })
    expect([f(), f(), f()]).toEqual([1, 2, 3])
  })
})

describe('the bound on time', () => {
  /** A clock that goes on by 10 ms whenever it is read. */
  const fast = () => {
    let now = 0
    return javaScriptHost({ timeoutMs: 100, elapsed: () => (now += 10) })
  }

  it.each([
    'for (;;);',
    'try { for (;;); } catch { return 1 } finally { return 2 }',
    'const f = () => { for (;;); }; [1].map(f)',
    "return String(/(a+)+b/.test('a'.repeat(50)))",
    "const s = 'a'.repeat(2e6); return s.indexOf('a'.repeat(1e6) + 'b')",
    'Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, 1)',
    'new Set({ [Symbol.iterator]: () => ({ next: Object }) })',
    'let x = 3n; for (;;) x = x * x % (2n ** 60000n) + 3n',
    'return { get x() { for (;;); } }.x',
    'throw { toJSON() { for (;;); } }',
  ])('ends %s', (body) => {
    const stopped = scalarFunction({ returns: STRING, body }, fast())
    expect(() => stopped()).toThrow('Function F (version 1): takes longer than 100 ms')
    expect(() => stopped()).toThrow('takes longer than 100 ms')
  })

  it('ends a getter of the result', () => {
    const body = 'return [{ get x() { for (;;); } }]'
    const f = scalarFunction(
      { returns: array({ kind: 'STRUCT', fields: [{ name: 'X', type: INTEGER }] }), body },
      fast(),
    )
    expect(() => f()).toThrow('takes longer than 100 ms')
  })

  it('is of each call, and not of many', () => {
    let now = 0
    const host = javaScriptHost({ timeoutMs: 100, elapsed: () => (now += 0.01) })
    const f = scalarFunction({ body: 'let n = 0; for (let i = 0; i < 1000; i++) n++; return n' }, host)
    for (let i = 0; i < 2000; i++) expect(f()).toBe(1000)
  })

  it('counts calls that are slow together only', () => {
    let now = 0
    const host = javaScriptHost({ timeoutMs: 100, elapsed: () => (now += 1) })
    const using = boundedTo(1000)
    const spent: number[] = []
    using.budget.timeKeeper = {
      limitMs: (timeoutMs) => timeoutMs,
      spent: (ms, { isOver }) => void (isOver || spent.push(ms)),
    }
    const body = 'let n = 0; for (let i = 0; i < 20_000; i++) n++; return n'
    const f = scalarFunction({ body }, host, undefined, using)
    for (let i = 0; i < 5; i++) expect(f()).toBe(20_000)
    expect(spent).toHaveLength(5)
    expect(Math.max(...spent)).toBeLessThan(SLOW_MS)
  })

  it('leaves other functions alone', () => {
    const host = fast()
    const endless = scalarFunction({ body: 'for (;;);' }, host)
    const other = scalarFunction({ body: '1' }, host)
    expect(() => endless()).toThrow('takes longer')
    expect(other()).toBe(1)
  })
})

describe('the bounds on memory and stack', () => {
  it('end a call, after which the function has a new sandbox', () => {
    const f = text(
      'let n = 0\nexport default function (a) { if (a) { const list = []; for (;;) list.push(new Array(1000)) } return String(++n) }',
      {
        parameters: parameters(INTEGER),
      },
    )
    expect([f(0), f(0)]).toEqual(['1', '2'])
    expect(() => f(1)).toThrow('needs more memory than 64 MB')
    expect(f(0)).toBe('1')
  })

  it('end a recursion', () => {
    expect(() => text('const f = () => f() + 1; return String(f())')()).toThrow('Maximum call stack size exceeded')
  })

  it('bound results as all values are', () => {
    const rows = tableFunction(
      { columns: [{ name: 'X', writtenName: 'x', type: INTEGER }], body: 'for (let i = 0; ; i++) yield i' },
      boundedTo(800),
    )
    expect(() => rows()).toThrow('more than 100 rows for one record')
  })

  it('do not let promises pile up', () => {
    const f = scalarFunction({
      body: "for (let i = 0; i < 20; i++) Promise.resolve('x'.repeat(10000) + i).then(() => i); return 1",
    })
    for (let i = 0; i < 600; i++) expect(f()).toBe(1)
  })
})

describe('a table function', () => {
  const column = (name: string, type: typeof INTEGER | typeof STRING) => ({
    name: name.toUpperCase(),
    writtenName: name,
    type,
  })

  it.each<[string, Value[]]>([
    ['yield 1; yield null; yield 3', [1, null, 3]],
    ['() => [1, 2]', [1, 2]],
    ['() => new Set([1, 2])', [1, 2]],
    ['() => null', []],
    ['function* () { yield* [1, 2] }', [1, 2]],
  ])('%s gives its rows', (body, expected) => {
    expect(tableFunction({ columns: [column('x', INTEGER)], body })()).toEqual(expected)
  })

  it('gives structs where it has several columns, by any of their names', () => {
    const columns = [column('userId', INTEGER), column('name', STRING)]
    const body = "yield { userId: 1, NAME: 'a' }; yield { userid: 2 }; yield [3, 'c']"
    expect(tableFunction({ columns, body })()).toEqual([
      [1, 'a'],
      [2, null],
      [3, 'c'],
    ])
    expect(() => tableFunction({ columns, body: 'yield 1' })()).toThrow(
      'a row is the number 1, not an object with userId, name',
    )
  })

  it('that gives no rows at all is an error', () => {
    expect(() => tableFunction({ columns: [column('x', INTEGER)], body: '() => 1' })()).toThrow('yields rows')
  })
})

describe('an aggregate', () => {
  const MEAN = `export const init = () => ({ sum: 0, n: 0 })
    export function add(s, x) { s.sum += x; s.n++ }
    export function remove(s, x) { s.sum -= x; s.n-- }
    export const merge = (a, b) => ({ sum: a.sum + b.sum, n: a.n + b.n })
    export const result = ({ sum, n }) => n === 0 ? null : sum / n`

  it.each([
    ['as JSON', {}],
    [
      'in columns',
      {
        state: [
          { name: 'SUM', writtenName: 'sum', type: DOUBLE },
          { name: 'N', writtenName: 'n', type: BIGINT },
        ],
        body: MEAN.replaceAll('n++', 'n += 1n')
          .replaceAll('n--', 'n -= 1n')
          .replace('n: 0', 'n: 0n')
          .replace('n === 0', 'n === 0n')
          .replace('sum / n', 'sum / Number(n)'),
      },
    ],
  ])('keeps its state %s', (_, more) => {
    const mean = aggregateFunction({
      parameters: parameters(DOUBLE),
      returns: DOUBLE,
      isStrict: true,
      body: MEAN,
      ...more,
    })
    const start = mean.initialize()
    expect(mean.result(start)).toBeNull()
    const one = mean.add(start, [1])
    expect(mean.result(one)).toBe(1)
    const two = mean.add(one, [3])
    expect(mean.result(two)).toBe(2)
    expect(mean.result(start)).toBeNull()
    const undone = mean.undo(two, [1])
    expect(mean.result(undone)).toBe(3)
    expect(mean.result(mean.merge(undone, mean.add(start, [5])))).toBe(4)
    expect(mean.add(undone, [null])).toEqual(undone)
  })

  it('keeps what JSON does not know', () => {
    const f = aggregateFunction({
      returns: STRING,
      body: `export const init = () => ({ big: 2n ** 80n, map: new Map([['a', new Set([1n])]]), date: new Date(5), nan: NaN, bytes: Uint8Array.of(1, 2), money: Decimal('1.50'), text: '"$', none: [null] })
        export const add = (s) => s
        export const result = (s) => [s.big, s.map.get('a').has(1n), s.date.getTime(), s.nan, s.bytes[1], s.money, s.text, s.none].join()`,
    })
    const state = f.add(f.initialize(), [])
    expect(state).toBeTypeOf('string')
    expect(f.result(state)).toBe('1208925819614629174706176,true,5,NaN,2,1.50,"$,')
  })

  it('that fails keeps its state, and without one fails for each row', () => {
    const f = aggregateFunction({
      parameters: parameters(INTEGER),
      body: 'export const init = () => 0; export const add = (s, x) => { if (x === 1) throw 1; return s + x }; export const result = (s) => s',
    })
    expect(() => f.add(f.initialize(), [1])).toThrow('threw 1')
    expect(f.result(f.add(f.initialize(), [2]))).toBe(2)
    const broken = aggregateFunction({
      parameters: parameters(INTEGER),
      body: 'export const init = () => { throw 1 }; export const add = (s) => s; export const result = (s) => s',
    })
    expect(broken.initialize()).toBeNull()
    expect(() => broken.add(null, [1])).toThrow('threw 1')
  })

  it('without a state is an error', () => {
    const f = aggregateFunction({
      body: 'export const init = () => {}; export const add = (s) => s; export const result = (s) => s',
    })
    expect(() => f.add(f.initialize(), [])).toThrow('the state is undefined')
  })
})

describe('console.log', () => {
  it('goes to the caller, with a bound on its lines', () => {
    const lines: string[] = []
    let now = 0
    const caller = new TaskCaller({ elapsed: () => now, log: (line) => lines.push(line) })
    const f = scalarFunction({ body: "console.log('a', 1n, { b: [1] }); return 1" }, javaScriptHost(), caller)
    for (let i = 0; i < 25; i++) f()
    expect(lines).toHaveLength(10)
    expect(lines[0]).toBe('Function F: a 1n {"b":[1]}')
    now = 1500
    f()
    expect(lines.slice(10)).toEqual(['Function F has logged 15 more lines.', 'Function F: a 1n {"b":[1]}'])
  })

  it('shortens long lines', () => {
    const lines: string[] = []
    const caller = { ...NO_CALLER, log: (_: unknown, line: string) => void lines.push(line) }
    scalarFunction({ body: "console.error('x'.repeat(1e6)); return 1" }, javaScriptHost(), caller)()
    expect(lines).toEqual(['x'.repeat(2000)])
  })
})

describe('the counts of a function', () => {
  it('are of calls, errors and time', () => {
    let now = 0
    const caller = new TaskCaller({ elapsed: () => now, log: () => {} })
    const host = javaScriptHost({ elapsed: () => (now += 1) })
    const f = scalarFunction({ parameters: parameters(INTEGER), body: 'if (a) throw 1; return 1' }, host, caller)
    for (let i = 0; i < 64; i++) f(0)
    expect(() => f(1)).toThrow()
    const usage = caller.usages.get('F')!
    expect(usage).toMatchObject({ calls: 65, errors: 1 })
    expect(usedMs(usage)).toBeGreaterThan(0)
  })
})
