/**
 * The JavaScript that runs in a sandbox before the function of a user does. It takes away what a function must not have, freezes the
 * rest, so that a call cannot change what the next one sees in the language itself, and gives the host the helpers with which values cross.
 */

/** Helpers by name, in the object that the prelude evaluates to. */
export const HELPERS = [
  'pick',
  'describe',
  'makeDecimal',
  'parseDecimal',
  'decimalText',
  'unscaledAt',
  'dateMs',
  'makeMap',
  'entries',
  'collect',
  'toJson',
  'fromJson',
] as const

export type HelperName = (typeof HELPERS)[number]

/** The functions that an aggregate exports. */
export const AGGREGATE_PARTS = ['init', 'add', 'remove', 'merge', 'result'] as const

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

/** `hostLog(text)` and `hostRandom()` are functions of the host; the second one exists for functions that are NOT DETERMINISTIC. */
export const preludeSource = (isDeterministic: boolean): string =>
  `(${prelude.replace('GLOBALS', JSON.stringify(GLOBALS))})(${isDeterministic}, ${JSON.stringify(AGGREGATE_PARTS)})`

const prelude = String.raw`function (isDeterministic, aggregateParts) {
'use strict'
const { defineProperty, freeze, getOwnPropertyDescriptor, getPrototypeOf } = Object
const { ownKeys, apply, construct } = Reflect
const uncurry = (method) => (self, ...args) => apply(method, self, args)
const mapSet = uncurry(Map.prototype.set)
const mapForEach = uncurry(Map.prototype.forEach)
const setForEach = uncurry(Set.prototype.forEach)
const test = uncurry(RegExp.prototype.test)
const slice = uncurry(String.prototype.slice)
const indexOf = uncurry(String.prototype.indexOf)
const padStart = uncurry(String.prototype.padStart)
const getTime = uncurry(Date.prototype.getTime)
const bigintText = uncurry(BigInt.prototype.toString)
const isArray = Array.isArray
const NativeDate = Date, NativeError = Error, NativeMap = Map, NativeSet = Set
const NativeString = String, NativeBigInt = BigInt, NativeNumber = Number, NativeTypeError = TypeError, NativeRangeError = RangeError
const NativeUint8Array = Uint8Array, NativeObject = Object
const { stringify, parse } = JSON
const iterator = Symbol.iterator
const { hostLog, hostRandom } = globalThis

// ---- What a function must not have ----

const allowed = new Set(GLOBALS)
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

// ---- Decimal ----

const powerOfTen = (n) => 10n ** NativeBigInt(n)
const MAX_SCALE = 1000
const DECIMAL = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/
const exec = uncurry(RegExp.prototype.exec)

class DecimalValue {
  #unscaled
  #scale
  constructor(unscaled, scale) {
    this.#unscaled = unscaled
    this.#scale = scale
  }
  static is(value) { return typeof value === 'object' && value !== null && #unscaled in value }
  /** The unscaled value at a larger scale. */
  static at(value, scale) {
    return value.#scale === scale ? value.#unscaled : value.#unscaled * powerOfTen(scale - value.#scale)
  }
  static rescaled(value, scale) {
    if (value.#scale === scale) return value.#unscaled
    if (!(scale >= 0 && scale <= MAX_SCALE) || scale % 1 !== 0) throw new NativeRangeError('A scale is an integer from 0 to ' + MAX_SCALE)
    return scale > value.#scale ? at(value, scale) : quotient(value.#unscaled, powerOfTen(value.#scale - scale))
  }
  get unscaled() { return this.#unscaled }
  get scale() { return this.#scale }
  get sign() { return this.#unscaled < 0n ? -1 : this.#unscaled > 0n ? 1 : 0 }
  add(other) {
    const b = decimalFrom(other)
    const scale = this.#scale > b.#scale ? this.#scale : b.#scale
    return new DecimalValue(at(this, scale) + at(b, scale), scale)
  }
  subtract(other) {
    const b = decimalFrom(other)
    const scale = this.#scale > b.#scale ? this.#scale : b.#scale
    return new DecimalValue(at(this, scale) - at(b, scale), scale)
  }
  multiply(other) {
    const b = decimalFrom(other)
    return new DecimalValue(this.#unscaled * b.#unscaled, this.#scale + b.#scale)
  }
  divide(other, scale = 16) {
    const b = decimalFrom(other)
    const shift = scale + b.#scale - this.#scale
    return shift >= 0
      ? new DecimalValue(quotient(this.#unscaled * powerOfTen(shift), b.#unscaled), scale)
      : new DecimalValue(quotient(this.#unscaled, b.#unscaled * powerOfTen(-shift)), scale)
  }
  remainder(other) {
    const b = decimalFrom(other)
    if (b.#unscaled === 0n) throw new NativeRangeError('Division by zero')
    const scale = this.#scale > b.#scale ? this.#scale : b.#scale
    return new DecimalValue(at(this, scale) % at(b, scale), scale)
  }
  negate() { return new DecimalValue(-this.#unscaled, this.#scale) }
  abs() { return this.#unscaled < 0n ? new DecimalValue(-this.#unscaled, this.#scale) : this }
  round(scale = 0) { return new DecimalValue(rescaled(this, scale), scale) }
  compare(other) {
    const b = decimalFrom(other)
    const scale = this.#scale > b.#scale ? this.#scale : b.#scale
    const x = at(this, scale), y = at(b, scale)
    return x < y ? -1 : x > y ? 1 : 0
  }
  equals(other) { return this.compare(other) === 0 }
  isLess(other) { return this.compare(other) < 0 }
  isGreater(other) { return this.compare(other) > 0 }
  toNumber() { return NativeNumber(this.toString()) }
  toString() {
    if (this.#scale === 0) return bigintText(this.#unscaled)
    const isNegative = this.#unscaled < 0n
    const digits = padStart(bigintText(isNegative ? -this.#unscaled : this.#unscaled), this.#scale + 1, '0')
    return (isNegative ? '-' : '') + slice(digits, 0, -this.#scale) + '.' + slice(digits, -this.#scale)
  }
  toJSON() { return this.toString() }
  valueOf() { throw new NativeTypeError('Decimals have no operators: write a.add(b), a.compare(b), a.toNumber()') }
}
const { is: isDecimal, at, rescaled } = DecimalValue
const decimalString = DecimalValue.prototype.toString
const decimalToText = (value) => apply(decimalString, value, [])

/** Half away from zero, as SQL rounds. */
function quotient(n, d) {
  if (d === 0n) throw new NativeRangeError('Division by zero')
  const whole = n / d, rest = n % d
  const twice = 2n * (rest < 0n ? -rest : rest)
  if (twice < (d < 0n ? -d : d)) return whole
  return whole + ((n < 0n) === (d < 0n) ? 1n : -1n)
}

function decimalFrom(value) {
  if (isDecimal(value)) return value
  if (typeof value === 'bigint') return new DecimalValue(value, 0)
  if (typeof value !== 'string' && typeof value !== 'number') throw new NativeTypeError('Not a decimal number: ' + typeof value)
  const text = NativeString(value)
  const match = exec(DECIMAL, text)
  if (match === null || (match[2] === '' && (match[3] === undefined || match[3] === ''))) {
    throw new NativeTypeError('Not a decimal number: ' + slice(text, 0, 100))
  }
  const fraction = match[3] ?? ''
  const scale = fraction.length - (match[4] === undefined ? 0 : NativeNumber(match[4]))
  if (scale > MAX_SCALE || scale < -MAX_SCALE) throw new NativeRangeError('Exponent out of range: ' + slice(text, 0, 100))
  const digits = NativeBigInt(match[2] + fraction)
  const unscaled = match[1] === '-' ? -digits : digits
  return scale >= 0 ? new DecimalValue(unscaled, scale) : new DecimalValue(unscaled * powerOfTen(-scale), 0)
}

/** 'Decimal('1.50')', with or without 'new'. */
function Decimal(value) { return decimalFrom(value) }
Decimal.prototype = DecimalValue.prototype
hidden(DecimalValue.prototype, 'constructor', Decimal)
hidden(globalThis, 'Decimal', Decimal)

// ---- console ----

function shown(value) {
  if (typeof value === 'string') return value
  if (typeof value === 'bigint') return bigintText(value) + 'n'
  if (typeof value === 'function') return '[function]'
  if (typeof value === 'object' && value !== null) {
    if (value instanceof NativeError) return describe(value)
    try { return toJson(value) } catch (error) { return '[object]' }
  }
  return NativeString(value)
}
const console = {}
for (const level of ['log', 'info', 'warn', 'error', 'debug']) {
  hidden(console, level, (...args) => {
    let text = ''
    for (let i = 0; i < args.length && text.length < 2000; i++) text += (i > 0 ? ' ' : '') + shown(args[i])
    hostLog(slice(text, 0, 2000))
  })
}
hidden(globalThis, 'console', console)
delete globalThis.hostLog
delete globalThis.hostRandom

// ---- Frozen, but objects that inherit may still have properties of these names ----

function overridable(prototype) {
  for (const key of ownKeys(prototype)) {
    const property = getOwnPropertyDescriptor(prototype, key)
    if (!('value' in property) || !property.configurable || key === 'prototype') continue
    const { value } = property
    defineProperty(prototype, key, {
      get: () => value,
      set(other) {
        if (this === prototype) throw new NativeTypeError('The language itself cannot be changed')
        defineProperty(this, key, { value: other, writable: true, enumerable: true, configurable: true })
      },
      enumerable: false,
      configurable: false,
    })
  }
}
for (const key of ownKeys(globalThis)) {
  const value = globalThis[key]
  if (typeof value === 'function' && (value === NativeError || getPrototypeOf(value) === NativeError)) overridable(value.prototype)
}
overridable(NativeObject.prototype)

const frozen = new NativeSet()
const setHas = uncurry(NativeSet.prototype.has), setAdd = uncurry(NativeSet.prototype.add)
function deepFreeze(value) {
  const pending = [value]
  while (pending.length > 0) {
    const next = pending.pop()
    if ((typeof next !== 'object' && typeof next !== 'function') || next === null || setHas(frozen, next)) continue
    setAdd(frozen, next)
    freeze(next)
    pending.push(getPrototypeOf(next))
    for (const key of ownKeys(next)) {
      const property = getOwnPropertyDescriptor(next, key)
      pending.push(property.value, property.get, property.set)
    }
  }
}
for (const root of [
  function* () {}, async function () {}, async function* () {}, (function* () {})(), (async function* () {})(),
  [][iterator](), ''[iterator](), new NativeMap()[iterator](), new NativeSet()[iterator](), ''.matchAll(/a/g),
  NativeUint8Array.prototype, console, Decimal,
]) deepFreeze(root)
deepFreeze(globalThis)

// ---- Helpers of the host ----

/** One line on what was thrown, with the line of the body. */
function describe(error) {
  try {
    if (!(error instanceof NativeError)) return slice('threw ' + (typeof error === 'string' ? error : shown(error)), 0, 500)
    const at = exec(/body\.js:(\d+)/, typeof error.stack === 'string' ? error.stack : '')
    const where = at === null ? '' : ' (line ' + at[1] + ')'
    return slice(NativeString(error.name) + ': ' + NativeString(error.message), 0, 500) + where
  } catch (other) {
    return 'threw a value that has no text'
  }
}

/** The functions that a module exports: of a scalar or table function one, of an aggregate its parts. */
function pick(kind, exported) {
  if (kind === 'AGGREGATE') {
    const source = exported.default !== undefined ? exported.default : exported
    const parts = []
    for (const name of aggregateParts) {
      const part = source[name]
      if (part !== undefined && typeof part !== 'function') throw new NativeTypeError(name + ' is not a function')
      parts.push(part)
    }
    return parts
  }
  if (typeof exported.default === 'function') return [exported.default]
  const functions = []
  for (const key of ownKeys(exported)) if (typeof exported[key] === 'function') functions.push(exported[key])
  if (functions.length === 1) return functions
  throw new NativeTypeError('a module exports its function: export default function ...')
}

const makeDecimal = (unscaled, scale) => new DecimalValue(unscaled, scale)
const decimalText = (value) =>
  isDecimal(value) ? decimalToText(value) : typeof value === 'bigint' ? bigintText(value) : undefined

/** The unscaled value of a Decimal at a scale. */
const unscaledAt = (value, scale) => (isDecimal(value) ? rescaled(value, scale) : undefined)
const dateMs = (value) => { try { return getTime(value) } catch (error) { return undefined } }

function makeMap(flat) {
  const map = new NativeMap()
  for (let i = 0; i < flat.length; i += 2) mapSet(map, flat[i], flat[i + 1])
  return map
}

/** Keys and values in turns, of a Map or of an object; undefined of anything else. */
function entries(value) {
  const flat = []
  if (value instanceof NativeMap) {
    mapForEach(value, (item, key) => { flat[flat.length] = key; flat[flat.length] = item })
    return flat
  }
  if (typeof value !== 'object' || value === null || isArray(value)) return undefined
  for (const key of ownKeys(value)) {
    if (typeof key === 'string') { flat[flat.length] = key; flat[flat.length] = value[key] }
  }
  return flat
}

/** The rows that a table function gives, as an array. */
function collect(rows, limit) {
  if (rows === undefined || rows === null) return []
  if (typeof rows !== 'object' || typeof rows[iterator] !== 'function') {
    throw new NativeTypeError('a table function yields rows, or returns an array of them')
  }
  const list = []
  for (const row of rows) {
    if (list.length >= limit) throw new NativeRangeError('more than ' + limit + ' rows for one record')
    list[list.length] = row
  }
  return list
}

// JSON of states: what JSON does not know is an object with one property, named below.

function replacer(key, value) {
  const own = this[key]
  if (typeof own === 'bigint') return { $bigint: bigintText(own) }
  if (typeof own === 'number' && (own !== own || own - own !== 0)) return { $number: NativeString(own) }
  if (typeof own !== 'object' || own === null || isArray(own)) return value
  if (own instanceof NativeMap) return { $map: entries(own) }
  if (own instanceof NativeSet) { const list = []; setForEach(own, (item) => { list[list.length] = item }); return { $set: list } }
  if (isDecimal(own)) return { $decimal: decimalToText(own) }
  const ms = own instanceof NativeDate ? dateMs(own) : undefined
  if (ms !== undefined) return { $date: ms }
  if (own instanceof NativeUint8Array) { let list = []; for (let i = 0; i < own.length; i++) list[i] = own[i]; return { $bytes: list } }
  return value
}

function reviver(key, value) {
  if (typeof value !== 'object' || value === null || isArray(value)) return value
  const keys = ownKeys(value)
  if (keys.length !== 1 || typeof keys[0] !== 'string' || keys[0][0] !== '$') return value
  const inner = value[keys[0]]
  switch (keys[0]) {
    case '$bigint': return NativeBigInt(inner)
    case '$number': return NativeNumber(inner)
    case '$map': return makeMap(inner)
    case '$set': { const set = new NativeSet(); for (let i = 0; i < inner.length; i++) setAdd(set, inner[i]); return set }
    case '$decimal': return Decimal(inner)
    case '$date': return new NativeDate(inner)
    case '$bytes': { const bytes = new NativeUint8Array(inner.length); for (let i = 0; i < inner.length; i++) bytes[i] = inner[i]; return bytes }
    default: return value
  }
}

/** Whether JSON keeps the value as it is, so that nothing need be replaced. */
function isPlain(value) {
  switch (typeof value) {
    case 'number': return value - value === 0
    case 'string':
    case 'boolean':
    case 'undefined': return true
    case 'object': break
    default: return false
  }
  if (value === null) return true
  if (isArray(value)) {
    for (let i = 0; i < value.length; i++) if (!isPlain(value[i])) return false
    return true
  }
  if (getPrototypeOf(value) !== NativeObject.prototype) return false
  for (const key in value) if (!isPlain(value[key])) return false
  return true
}

function toJson(value) { return isPlain(value) ? stringify(value) : stringify(value, replacer) }
function fromJson(text) { return indexOf(text, '"$') < 0 ? parse(text) : parse(text, reviver) }

return { pick, describe, makeDecimal, parseDecimal: decimalFrom, decimalText, unscaledAt, dateMs, makeMap, entries, collect, toJson, fromJson }
}`
