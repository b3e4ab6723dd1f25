/**
 * Values of a sandbox as SQL values. Exact: what does not fit the type is refused, and never made to fit, but that a DECIMAL is rounded to its
 * scale as CAST rounds. docs/functions-in-javascript.md#types has the table.
 */
import { fromBigInt, isInt64, MAX_INT32, MIN_INT32 } from '../../types/bigint64.ts'
import { Decimal, toDecimalType } from '../../types/decimal.ts'
import { type DecimalType, formatType, type SqlType } from '../../types/sql-type.ts'
import { DAY_MS } from '../../types/time-text.ts'
import type { Value } from '../../types/value.ts'
import { CallError } from './call-error.ts'
import { TAG, UINT8_ARRAY } from './quickjs.ts'
import { orNull, type Reader, readArray } from './read-in-place.ts'
import { rowReader } from './read-row.ts'
import type { Vm } from './vm.ts'

/** A field of a struct or a column of a row: the names by which a result may have it, the first that it has counts. */
export interface FieldNames {
  readonly names: readonly string[]
  readonly type: SqlType
}

/** The reader of a type in this instance. `what`: names the value in messages, such as `the result`. */
export function readerOf(type: SqlType, vm: Vm, what: string): Reader {
  return orNull(presentReader(type, vm, what), vm)
}

function presentReader(type: SqlType, vm: Vm, what: string): Reader {
  const { memory } = vm
  const refuse = (at: number): never => {
    throw new CallError(`${what} is ${nameOf(at, vm)}, not ${formatType(type)}`)
  }
  switch (type.kind) {
    case 'BOOLEAN':
      return (at) => (memory.tagAt(at) === TAG.boolean ? memory.i32[at >> 2] === 1 : refuse(at))
    case 'INTEGER':
      return (at) => {
        if (memory.tagAt(at) === TAG.int) return memory.i32[at >> 2]!
        const value = wholeNumber(at, vm) ?? refuse(at)
        return value >= MIN_INT32 && value <= MAX_INT32 ? Number(value) : refuse(at)
      }
    case 'BIGINT':
      return (at) => {
        const tag = memory.tagAt(at)
        if (tag === TAG.shortBigInt || tag === TAG.int) return memory.i32[at >> 2]!
        const value = wholeNumber(at, vm) ?? refuse(at)
        return isInt64(value) ? fromBigInt(value) : refuse(at)
      }
    case 'DOUBLE':
      return (at) => numberAt(at, vm) ?? refuse(at)
    case 'STRING':
      return (at) => (memory.isTextAt(at) ? vm.readText(at) : refuse(at))
    case 'BYTES':
      return (at) => bytesAt(at, vm) ?? refuse(at)
    case 'DECIMAL':
      return (at) => decimalAt(at, type, vm) ?? refuse(at)
    case 'TIMESTAMP':
      return (at) => integerOrDate(at, vm) ?? refuse(at)
    case 'DATE':
      return (at) => daysAt(at, vm) ?? refuse(at)
    case 'TIME':
      return (at) => {
        const ms = numberAt(at, vm)
        return ms !== null && Number.isInteger(ms) && ms >= 0 && ms < DAY_MS ? ms : refuse(at)
      }
    case 'ARRAY': {
      const element = readerOf(type.element, vm, `an element of ${what}`)
      return (at) => readArray(at, element, vm) ?? refuse(at)
    }
    case 'MAP':
      return mapReader(type, { vm, what, refuse })
    case 'STRUCT':
      return structReader(
        type.fields.map(({ name, type: field }) => ({ names: [name, name.toLowerCase()], type: field })),
        { vm, what, refuse },
      )
  }
}

interface Place {
  readonly vm: Vm
  readonly what: string
  readonly refuse: (at: number) => never
}

/** The reader of objects with these fields. */
export function structReader(fields: readonly FieldNames[], { vm, what, refuse }: Place): Reader {
  const readers = fields.map(({ names, type }) => ({ names, read: presentReader(type, vm, `${names[0]} of ${what}`) }))
  return rowReader(readers, refuse, vm)
}

/** What a value is, as a message says it. */
export function nameOf(at: number, vm: Vm): string {
  switch (vm.memory.tagAt(at)) {
    case TAG.int:
      return `the number ${vm.memory.i32[at >> 2]}`
    case null:
      return `the number ${vm.memory.readDouble(at)}`
    case TAG.boolean:
      return 'a boolean'
    case TAG.null:
    case TAG.undefined:
      return 'null'
    case TAG.string:
    case TAG.rope:
      return 'a string'
    case TAG.symbol:
      return 'a symbol'
    case TAG.bigInt:
    case TAG.shortBigInt:
      return 'a bigint'
    default:
      return objectName(vm.memory.raw[at >> 3]!, vm)
  }
}

function objectName(value: bigint, vm: Vm): string {
  if (vm.exports.JS_IsFunction(vm.context, value) !== 0) return 'a function'
  if (vm.exports.JS_IsArray(value) > 0) return 'an array'
  return vm.exports.JS_GetTypedArrayType(value) >= 0 ? 'a typed array' : 'an object'
}

// ---- Numbers -----------------------------------------------------------------------------------------------------------------------

function numberAt(at: number, vm: Vm): number | null {
  const tag = vm.memory.tagAt(at)
  if (tag === TAG.int) return vm.memory.i32[at >> 2]!
  return tag === null ? vm.memory.readDouble(at) : null
}

/** A bigint, or a number that is an integer without loss. */
function wholeNumber(at: number, vm: Vm): bigint | null {
  const tag = vm.memory.tagAt(at)
  if (tag === TAG.shortBigInt) return BigInt(vm.memory.i32[at >> 2]!)
  if (tag === TAG.bigInt) return bigintAt(at, vm)
  const value = numberAt(at, vm)
  return value !== null && Number.isSafeInteger(value) ? BigInt(value) : null
}

/** Null for one that has more than 64 bits. */
function bigintAt(at: number, vm: Vm): bigint | null {
  const value = vm.memory.raw[at >> 3]!
  const result = vm.memory.enter(2)
  vm.exports.JS_ToBigInt64(vm.context, result, value)
  const low = vm.memory.raw[result >> 3]!
  // The conversion drops the higher bits; a number made of what is left is equal only if there were none.
  vm.store(result + 8, vm.exports.JS_NewBigInt64(vm.context, low))
  const isWhole = vm.exports.JS_IsStrictEqual(vm.context, value, vm.memory.raw[(result + 8) >> 3]!) !== 0
  vm.memory.freeAt(result + 8)
  vm.memory.leave(result)
  return isWhole ? low : null
}

function decimalAt(at: number, { precision, scale }: DecimalType, vm: Vm): Decimal | null {
  const exact = (vm.memory.tagAt(at) === TAG.object ? shortDecimal(at, scale, vm) : null) ?? exactDecimal(at, vm)
  if (exact === null) return null
  try {
    return toDecimalType(exact, precision, scale)
  } catch {
    throw new CallError(`${shortened(String(exact))} does not fit DECIMAL(${precision}, ${scale})`)
  }
}

/** A Decimal of the sandbox, rounded to the scale, if that has no more than 64 bits without its point. */
function shortDecimal(at: number, scale: number, vm: Vm): Decimal | null {
  const slots = vm.memory.enter(3)
  vm.memory.copy(at, slots)
  vm.memory.writeTag(slots + 8, TAG.int, scale)
  vm.help('unscaledAt', 2, slots, slots + 16)
  try {
    const unscaled = wholeNumber(slots + 16, vm)
    return unscaled === null ? null : new Decimal(unscaled, scale)
  } finally {
    vm.memory.freeAt(slots + 16)
    vm.memory.leave(slots)
  }
}

const shortened = (text: string): string => (text.length <= 60 ? text : `${text.slice(0, 60)}...`)

function exactDecimal(at: number, vm: Vm): Decimal | null {
  const tag = vm.memory.tagAt(at)
  switch (tag) {
    case TAG.string:
    case TAG.rope:
      return parsed(vm.readText(at))
    case TAG.shortBigInt:
    case TAG.int:
      return Decimal.fromInteger(vm.memory.i32[at >> 2]!)
    case null: {
      const value = vm.memory.readDouble(at)
      return Number.isFinite(value) ? Decimal.fromNumber(value) : null
    }
    case TAG.object:
    case TAG.bigInt: {
      const text = helped('decimalText', at, vm, (result) => (vm.memory.isTextAt(result) ? vm.readText(result) : null))
      return text === null ? null : parsed(text)
    }
    default:
      return null
  }
}

function parsed(text: string): Decimal | null {
  try {
    return Decimal.parse(text)
  } catch {
    return null
  }
}

// ---- Time --------------------------------------------------------------------------------------------------------------------------

/** An integer, or the time of a Date. */
function integerOrDate(at: number, vm: Vm): number | null {
  if (vm.memory.tagAt(at) !== TAG.object) {
    const value = wholeNumber(at, vm)
    return value === null || value > Number.MAX_SAFE_INTEGER || value < Number.MIN_SAFE_INTEGER ? null : Number(value)
  }
  const ms = helped('dateMs', at, vm, (result) => numberAt(result, vm))
  return ms !== null && Number.isInteger(ms) ? ms : null
}

/** Days since 1970-01-01: a number of them, or a Date at midnight, UTC. */
function daysAt(at: number, vm: Vm): number | null {
  const value = integerOrDate(at, vm)
  if (value === null || vm.memory.tagAt(at) !== TAG.object) return value
  return value % DAY_MS === 0 ? value / DAY_MS : null
}

// ---- Bytes and structures ----------------------------------------------------------------------------------------------------------

function bytesAt(at: number, vm: Vm): Uint8Array | null {
  const value = vm.memory.raw[at >> 3]!
  if (vm.memory.tagAt(at) !== TAG.object || vm.exports.JS_GetTypedArrayType(value) !== UINT8_ARRAY) return null
  const size = vm.memory.enter(1)
  const pointer = vm.exports.JS_GetUint8Array(vm.context, size, value)
  vm.memory.refresh()
  const length = vm.memory.i32[size >> 2]!
  vm.memory.leave(size)
  return pointer === 0 ? new Uint8Array(0) : new Uint8Array(vm.memory.bytes.subarray(pointer, pointer + length))
}

function mapReader({ key, value }: Extract<SqlType, { kind: 'MAP' }>, { vm, what, refuse }: Place): Reader {
  const readKey = readerOf(key, vm, `a key of ${what}`)
  const readItem = readerOf(value, vm, `a value of ${what}`)
  return (at) => {
    if (vm.memory.tagAt(at) !== TAG.object) return refuse(at)
    const flat = helped('entries', at, vm, (result) => {
      let isKey = false
      return readArray(result, (slot) => ((isKey = !isKey) ? readKey(slot) : readItem(slot)), vm)
    })
    if (flat === null) return refuse(at)
    const map = new Map<Value, Value>()
    for (let i = 0; i < flat.length; i += 2) {
      const name = flat[i]!
      if (name === null) throw new CallError(`a key of ${what} is null`)
      map.set(name, flat[i + 1]!)
    }
    return map
  }
}

/** What `read` makes of the answer of a helper to the value at `at`. */
function helped<Result>(
  name: 'decimalText' | 'dateMs' | 'entries',
  at: number,
  vm: Vm,
  read: (result: number) => Result,
): Result {
  const slots = vm.memory.enter(2)
  vm.memory.copy(at, slots)
  vm.help(name, 1, slots, slots + 8)
  try {
    return read(slots + 8)
  } finally {
    vm.memory.freeAt(slots + 8)
    vm.memory.leave(slots)
  }
}
