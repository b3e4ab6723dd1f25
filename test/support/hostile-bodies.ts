/** Bodies of functions by a user who means ill, or has made a mistake: they loop, recurse, fill the memory, and look for a way out. */
import type { FunctionKind } from '../../src/functions/definition.ts'
import type { Random } from './random.ts'

export interface HostileBody {
  readonly kind: FunctionKind
  readonly body: string
}

/** What a body returns that has reached something of the host. */
export const REACHED = 'REACHED THE HOST'

/** A body of a function `(a INT, b STRING)` with a STRING for a result. */
export function hostileBody(random: Random): HostileBody {
  const kind = random.pick(['SCALAR', 'SCALAR', 'SCALAR', 'TABLE', 'AGGREGATE'] as const)
  const code = statements(random)
  switch (kind) {
    case 'SCALAR':
      return { kind, body: random.chance(0.2) ? `(a, b) => {${code}}` : code }
    case 'TABLE':
      return {
        kind,
        body: random.pick([`${code.replaceAll('return ', 'yield ')}`, `for (;;) yield 'x'`, `(a) => { ${code} }`]),
      }
    case 'AGGREGATE': {
      const part = (name: string, plain: string) =>
        `export function ${name}(s, x, y) { ${random.chance(0.4) ? statements(random) : plain} }`
      return {
        kind,
        body: [part('init', 'return { n: 0 }'), part('add', 's.n++'), part('result', 'return String(s.n)')].join('\n'),
      }
    }
  }
}

/** Some fragments, put into each other. */
function statements(random: Random): string {
  const count = random.integer(1, 3)
  return Array.from({ length: count }, () => wrapped(fragment(random), random)).join(';\n')
}

function fragment(random: Random): string {
  return random.pick([
    loop,
    recursion,
    memory,
    regularExpression,
    native,
    getter,
    wayOut,
    thrown,
    promise,
    generator,
    mischief,
    result,
  ])(random)
}

function wrapped(code: string, random: Random): string {
  if (random.chance(0.5)) return code
  const inner = `(() => { ${code} })()`
  return random.pick([
    `try { ${code} } catch (e) { ${random.pick(['throw e', 'for (;;);', 'return String(e)', ''])} } finally { ${random.pick(['', 'for (let i = 0; i < 1e9; i++);', 'return "finally"'])} }`,
    `[1, 2, 3].${random.pick(['map', 'forEach', 'sort', 'filter', 'reduce', 'flatMap'])}(() => { ${code} })`,
    `new Proxy({}, { get() { ${code} } }).x`,
    `\`\${{ toString() { ${code}; return 'x' } }}\``,
    `JSON.stringify({ toJSON() { ${code} } })`,
    `Reflect.apply(() => { ${code} }, null, [])`,
    `'abc'.replace(/./g, () => ${inner})`,
    `[...(function* () { yield ${inner} })()]`,
    `new (class { static x = ${inner} })()`,
    `Array.from({ length: 3 }, () => ${inner})`,
    `{ const again = () => { ${code}; again() }; again() }`,
    `for (;;) { ${code} }`,
  ])
}

const size = (random: Random): string =>
  random.pick(['10', '1e3', '1e6', '1e7', '1e9', '2 ** 31 - 1', '2 ** 32 - 1', '2 ** 53 - 1'])

const loop = (random: Random): string =>
  random.pick([
    'for (;;);',
    'while (true) { try { for (;;); } catch {} }',
    `for (let i = 0; i < ${size(random)}; i++) a += i`,
    'let x = 0; do { x = Math.sin(x) + 1 } while (x > 0)',
    'outer: for (;;) { for (;;) continue outer }',
    'for (const x of { [Symbol.iterator]: () => ({ next: () => ({ done: false, value: 1 }) }) });',
    'const seen = new Set([0]); for (const x of seen) seen.add(x + 1)',
    'const list = [1]; for (const x of list) list.push(x)',
    'for (let i = 0; i < 1e9; i++) try { throw i } catch {}',
  ])

const recursion = (random: Random): string =>
  random.pick([
    'const f = () => f() + 1; f()',
    'const f = (n) => { try { f(n + 1) } finally { f(n + 1) } }; f(0)',
    'const f = (...x) => f(...x, ...x); f(1)',
    'const o = { get x() { return this.x } }; o.x',
    'class A { constructor() { new A() } } new A()',
    'const p = new Proxy({}, { get: (t, k, r) => r[k] }); p.x',
    "const s = { toString() { return '' + this } }; '' + s",
    `let x = []; for (let i = 0; i < ${size(random)}; i++) x = [x]; String(x)`,
    'let x = {}; for (let i = 0; i < 1e5; i++) x = { x }; JSON.stringify(x)',
    `eval('('.repeat(${random.pick(['1e3', '1e5', '1e6'])}) + '1')`,
    `JSON.parse('['.repeat(${random.pick(['1e3', '1e5', '1e6'])}))`,
    `new RegExp('('.repeat(1e5) + ')'.repeat(1e5))`,
    'let f = () => 1; for (let i = 0; i < 1e5; i++) { const g = f; f = g.bind(null) } f()',
  ])

const memory = (random: Random): string =>
  random.pick([
    `new Array(${size(random)}).fill(0)`,
    `'x'.repeat(${size(random)})`,
    `new Uint8Array(${size(random)})`,
    `new ArrayBuffer(${size(random)}, { maxByteLength: ${size(random)} })`,
    "let s = 'x'; for (;;) s += s",
    "const list = []; for (;;) list.push('x'.repeat(1000) + list.length)",
    'const list = []; for (;;) list.push(new Array(1000))',
    'const map = new Map(); for (let i = 0; ; i++) map.set(i, { i })',
    'let x = 1n; for (;;) x = x * x + 3n',
    `(3n ** ${random.pick(['1000n', '400000n', '10000000n'])}).toString()`,
    `'x'.padStart(${size(random)}, 'abc')`,
    `JSON.stringify(new Array(${size(random)}))`,
    `Array.from({ length: ${size(random)} })`,
    'const list = [1]; for (;;) list.push(...list)',
    "let o = {}; for (let i = 0; ; i++) o['p' + i] = i",
    'let f = () => 1; for (;;) { const g = f; f = () => g }',
    `[].concat(...Array(1000).fill(Array(${random.pick(['10', '1e4', '1e6'])}).fill(1)))`,
    `Object.fromEntries(Array(${size(random)}).entries())`,
    `structuredClone?.(1)`,
  ])

function regularExpression(random: Random): string {
  const unit = random.pick(['a', '(a|aa)', '[a-z]', '(a+)', '(.*)', '(?:a?)', 'a{1,9}', '(?=a)', '(?<x>a)'])
  const pattern = `^(${unit}${random.pick(['*', '+', '{2,}'])})${random.pick(['+', '*', '{20}', '?'])}${random.pick(['$', 'b', '\\\\1', '(?!a)', 'c$'])}`
  return random.pick([
    `new RegExp('${pattern}', '${random.pick(['', 'g', 'u', 'i', 'v'])}').test('a'.repeat(${random.pick(['20', '40', '1e5', '1e6'])}) + '!')`,
    `'a'.repeat(1e6).replace(/${pattern.replaceAll('\\\\', '\\')}/g, 'b')`,
    `'ab'.repeat(1e5).split(/(?:)/u).length`,
    `[...'a'.repeat(1e6).matchAll(/(?=a)/g)].length`,
    `new RegExp('a{' + ${size(random)} + '}')`,
  ])
}

/** Loops within the engine itself, which no step of the interpreter ends. */
const native = (random: Random): string =>
  random.pick([
    "const s = 'a'.repeat(2e6); s.indexOf('a'.repeat(1e6) + 'b')",
    "const s = 'a'.repeat(2e6); s.lastIndexOf('b' + 'a'.repeat(1e6))",
    `Array.prototype.${random.pick(['indexOf', 'lastIndexOf', 'includes', 'fill', 'reverse', 'join', 'forEach', 'every', 'copyWithin', 'shift', 'sort', 'flat'])}.call({ length: ${size(random)} }, Math.abs)`,
    'new Set({ [Symbol.iterator]: () => ({ next: Object }) })',
    `const list = []; list.length = ${random.pick(['1e6', '2 ** 32 - 1'])}; list.${random.pick(['sort()', 'reverse()', "join('')", 'flat()', 'indexOf(1)', 'toSorted()'])}`,
    "const list = Array(1e5).fill('a'.repeat(1e5)); list.sort()",
    "'a'.repeat(1e7).replaceAll('a', 'bb')",
    `new Float64Array(1e6).map((x, i) => i % 7).sort().join()`,
    'let x = 3n; for (let i = 0; i < 20; i++) x *= x; x.toString(7)',
    `BigInt('9'.repeat(${random.pick(['1e3', '1e5', '1e6'])})) % 7n`,
    "encodeURIComponent('\\u{10FFFF}'.repeat(1e6)).length",
    "'ab'.repeat(1e6).normalize('NFKD').localeCompare('ab'.repeat(1e6))",
    'Object.keys(new Proxy({}, { ownKeys: () => Array(1e5).fill(0).map((x, i) => String(i)), getOwnPropertyDescriptor: () => ({ value: 1, enumerable: true, configurable: true }) })).length',
    `Atomics?.wait?.(new Int32Array(4), 0, 0)`,
  ])

const getter = (random: Random): string =>
  random.pick([
    `return { get length() { for (;;); } }`,
    `return { toString() { ${random.pick(['for (;;);', 'throw 1', 'return {}', 'return this'])} } }`,
    'return new Proxy({}, { get() { for (;;); }, getPrototypeOf() { for (;;); } })',
    'return new Proxy([], {})',
    'return [1, 2, { get x() { throw new Error() } }]',
    `Object.defineProperty(a, 'x', { get() { for (;;); } })`,
    'throw { get message() { for (;;); } }',
    'throw new Proxy(new Error(), { get() { for (;;); } })',
    "const e = new Error(); Object.defineProperty(e, 'message', { get() { for (;;); } }); throw e",
    "const e = new Error(); Object.defineProperty(e, 'stack', { get() { throw e } }); throw e",
    'return { [Symbol.toPrimitive]() { for (;;); } } + 1',
    'return { [Symbol.iterator]() { return this }, next() { return this }, get done() { for (;;); } }',
  ])

/** Ways out, if there were any. */
const wayOut = (random: Random): string =>
  `{ const out = (${random.pick([
    '() => process',
    '() => require',
    '() => globalThis.process',
    '() => globalThis.Buffer',
    '() => globalThis.fetch',
    '() => globalThis.WebAssembly',
    '() => globalThis.setTimeout',
    '() => globalThis.std',
    '() => globalThis.os',
    '() => globalThis.scriptArgs',
    '() => globalThis.print',
    '() => globalThis.hostLog',
    '() => globalThis.hostRandom',
    '() => globalThis.performance',
    '() => globalThis.SharedArrayBuffer',
    '() => (0, eval)(\'typeof process === "undefined" ? undefined : process\')',
    "() => Function('return this')().process",
    '() => (() => {}).constructor(\'return typeof require === "undefined" ? undefined : require\')()',
    "() => (function* () {}).constructor('return this.process')().next().value",
    "() => (async () => {}).constructor('return this')().process",
    "() => [].constructor.constructor('return globalThis')().process",
    "() => a.constructor.constructor('return this')().process",
    "() => console.log.constructor('return this')().process",
    '() => console.log.caller',
    '() => Error.prepareStackTrace',
    '() => new Error().stack.includes("/") ? new Error().stack : undefined',
    '() => Date.now()',
    '() => new Date()',
    '() => Math.random()',
    '() => import.meta.url',
    '() => Reflect.ownKeys(import.meta)[0]',
    '() => Symbol.for("nodejs.util.inspect.custom").process',
    '() => Reflect.ownKeys(globalThis).find((key) => ["process", "require", "module"].includes(key))',
  ])}); let found; try { found = out() } catch (e) {} if (found !== undefined) return ${JSON.stringify(REACHED)} + ' ' + ${JSON.stringify('')} + out }`

const thrown = (random: Random): string =>
  `throw ${random.pick([
    'null',
    'undefined',
    '1',
    '1n',
    "'text'",
    "Symbol('x')",
    '[]',
    '{}',
    '() => 1',
    "new Error('x'.repeat(1e6))",
    "new (class extends Error { name = { toString() { throw 1 } } })('x')",
    "new AggregateError([new Error('a')], 'b')",
    "new InternalError('out of memory')",
    "Object.assign(new Error('x'), { cause: new Proxy({}, {}) })",
    'Object.create(null)',
    'new Proxy(() => {}, {})',
    "new RangeError('Maximum call stack size exceeded')",
  ])}`

const promise = (random: Random): string =>
  random.pick([
    'return Promise.resolve(1)',
    'return new Promise(() => {})',
    "Promise.reject(new Error('x'))",
    'const again = () => Promise.resolve().then(again); again()',
    '(async () => { for (;;) await 1 })()',
    '(async () => { for (;;); })()',
    'for (let i = 0; i < 1e5; i++) Promise.resolve(i).then(() => i)',
    "return { then(resolve) { resolve('x') } }",
    "import('fs').then((fs) => fs.readFileSync('/etc/passwd'))",
    '(async function* () { for (;;) yield 1 })().next()',
  ])

const generator = (random: Random): string =>
  random.pick([
    'return (function* () { for (;;) yield 1 })()',
    'return [...(function* () { for (;;) yield 1 })()]',
    'const g = (function* () { yield* g })(); g.next()',
    'function* f() { yield* f() } [...f()]',
    'const g = (function* () { try { yield 1 } finally { for (;;); } })(); for (const x of g) break',
    'return Array.from((function* () { let i = 0; for (;;) yield i++ })(), String)',
    'return { *[Symbol.iterator]() { for (;;) yield this } }',
    'return new Set((function* () { let i = 0; for (;;) yield i++ })())',
    'return Iterator.from({ next: () => ({ done: false }) }).map(String).toArray()',
  ])

/** Changes of the language itself. */
const mischief = (random: Random): string =>
  random.pick([
    'Object.prototype.x = 1',
    'Array.prototype.push = null',
    "Object.prototype.toString = () => 'x'",
    'globalThis.undefined = 1',
    'globalThis.Array = 1',
    'delete Object.prototype.hasOwnProperty',
    "Object.defineProperty(Object.prototype, 'value', { get() { for (;;); } })",
    "Object.defineProperty(Array.prototype, '0', { set() { for (;;); } })",
    'Function.prototype.call = null',
    'Map.prototype.set = null',
    'Symbol.iterator = 1',
    'Object.setPrototypeOf(Object.prototype, {})',
    'Object.setPrototypeOf(globalThis, new Proxy({}, {}))',
    'JSON.stringify = () => { for (;;); }',
    'Object.freeze = null',
    'console.log = null',
    `for (let i = 0; i < ${size(random)}; i++) console.log('x'.repeat(1000))`,
    'console.log({ toJSON() { for (;;); } })',
    'Error.prototype.name = { toString() { for (;;); } }',
    'Decimal.prototype.toString = () => { for (;;); }',
    "Object.defineProperty(a.constructor.prototype, 'x', { value: 1 })",
  ])

const result = (random: Random): string =>
  `return ${random.pick([
    'null',
    'undefined',
    'a',
    'b',
    '1n',
    'NaN',
    '-0',
    'true',
    '{}',
    '[]',
    '() => 1',
    "Symbol('x')",
    'new Date(NaN)',
    "'x'",
    "'\\ud800'",
    "'x'.repeat(1e6)",
    "'x'.repeat(6e7)",
    'new Map()',
    'new Uint8Array(10)',
    'Decimal("1.5")',
    'globalThis',
    'new WeakMap()',
    'a + b',
  ])}`
