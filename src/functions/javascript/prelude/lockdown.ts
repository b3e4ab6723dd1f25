/** What a function must not have: globals beside the language, and in a deterministic function the present time and randomness. */

/** Globals that a function has: the language without what reads the time, makes threads or waits for garbage. */
const GLOBALS = [
  'AggregateError',
  'Array',
  'ArrayBuffer',
  'BigInt',
  'BigInt64Array',
  'BigUint64Array',
  'Boolean',
  'DataView',
  'Date',
  'Error',
  'EvalError',
  'Float16Array',
  'Float32Array',
  'Float64Array',
  'Function',
  'Infinity',
  'Int16Array',
  'Int32Array',
  'Int8Array',
  'InternalError',
  'Iterator',
  'JSON',
  'Map',
  'Math',
  'NaN',
  'Number',
  'Object',
  'Promise',
  'Proxy',
  'RangeError',
  'ReferenceError',
  'Reflect',
  'RegExp',
  'Set',
  'String',
  'Symbol',
  'SyntaxError',
  'TypeError',
  'URIError',
  'Uint16Array',
  'Uint32Array',
  'Uint8Array',
  'Uint8ClampedArray',
  'WeakMap',
  'WeakSet',
  'atob',
  'btoa',
  'decodeURI',
  'decodeURIComponent',
  'encodeURI',
  'encodeURIComponent',
  'escape',
  'eval',
  'globalThis',
  'isFinite',
  'isNaN',
  'parseFloat',
  'parseInt',
  'undefined',
  'unescape',
]

export const LOCKDOWN = `
const allowed = new Set(${JSON.stringify(GLOBALS)})
for (const key of ownKeys(globalThis)) {
  if (typeof key === 'string' && !allowed.has(key)) delete globalThis[key]
}
for (const key of ['prepareStackTrace', 'stackTraceLimit', 'captureStackTrace']) delete NativeError[key]

const hidden = (target, key, value) => defineProperty(target, key, { value, writable: true, enumerable: false, configurable: true })
const refused = (what) => () => {
  throw new NativeTypeError(what + ' is not there in a deterministic function; declare the function NOT DETERMINISTIC')
}

if (isDeterministic) {
  const now = refused('The present time')
  const FixedDate = function Date(...args) {
    if (new.target === undefined || args.length === 0) now()
    return construct(NativeDate, args, new.target)
  }
  defineProperty(FixedDate, 'prototype', { value: NativeDate.prototype, writable: false })
  defineProperty(FixedDate, 'length', { value: 7 })
  hidden(FixedDate, 'UTC', NativeDate.UTC)
  hidden(FixedDate, 'parse', NativeDate.parse)
  hidden(FixedDate, 'now', now)
  hidden(NativeDate.prototype, 'constructor', FixedDate)
  hidden(NativeDate, 'now', now)
  hidden(globalThis, 'Date', FixedDate)
  hidden(Math, 'random', refused('Math.random'))
} else {
  hidden(Math, 'random', () => hostRandom())
}
`
