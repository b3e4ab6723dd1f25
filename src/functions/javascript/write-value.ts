/** SQL values into a sandbox. docs/functions-in-javascript.md#types has the table. */
import type { Int64 } from '../../types/bigint64.ts'
import type { Decimal } from '../../types/decimal.ts'
import type { SqlType, StructType } from '../../types/sql-type.ts'
import type { Value } from '../../types/value.ts'
import type { DecimalForm } from '../definition.ts'
import { CallError } from './call-error.ts'
import { TAG } from './quickjs.ts'
import type { Vm } from './vm.ts'
import { allocate } from './vm-memory.ts'

/** Writes a value to the slot at `at`. What it writes there is owned by the caller: `VmMemory.freeAt` ends it. */
export type Writer = (value: Value, at: number) => void

/** Up to so many values of an array lie in the slots of the call; more are put into memory of their own. */
const MOST_SLOTS = 256

/** The writer of a type in this instance. */
export function writerOf(type: SqlType, vm: Vm, decimals: DecimalForm): Writer {
  const { memory } = vm
  const write = presentWriter(type, vm, decimals)
  return (value, at) => {
    if (value === null) memory.writeTag(at, TAG.null)
    else write(value, at)
  }
}

function presentWriter(type: SqlType, vm: Vm, decimals: DecimalForm): Writer {
  const { memory } = vm
  switch (type.kind) {
    case 'BOOLEAN':
      return (value, at) => memory.writeTag(at, TAG.boolean, Number(value))
    case 'INTEGER':
      return (value, at) => memory.writeTag(at, TAG.int, value as number)
    case 'DOUBLE':
    case 'DATE':
    case 'TIME':
    case 'TIMESTAMP':
      return (value, at) => memory.writeNumber(at, value as number)
    case 'BIGINT':
      return (value, at) => writeBigInt(value as Int64, at, vm)
    case 'STRING':
      return (value, at) => vm.writeText(at, value as string)
    case 'BYTES':
      return (value, at) => writeBytes(value as Uint8Array, at, vm)
    case 'DECIMAL':
      return decimals === 'text'
        ? (value, at) => vm.writeText(at, String(value))
        : (value, at) => writeDecimal(value as Decimal, at, vm)
    case 'ARRAY': {
      const write = writerOf(type.element, vm, decimals)
      return (value, at) => writeArray(value as readonly Value[], at, write, vm)
    }
    case 'MAP': {
      const key = writerOf(type.key, vm, decimals)
      const item = writerOf(type.value, vm, decimals)
      return (value, at) => writeMap(value as ReadonlyMap<Value, Value>, at, { key, item }, vm)
    }
    case 'STRUCT':
      return structWriter(type, vm, decimals)
  }
}

function writeBigInt(value: Int64, at: number, vm: Vm): void {
  if (typeof value === 'number' && (value | 0) === value) vm.memory.writeTag(at, TAG.shortBigInt, value)
  else vm.store(at, vm.exports.JS_NewBigInt64(vm.context, BigInt(value)))
}

function writeBytes(value: Uint8Array, at: number, vm: Vm): void {
  vm.withBytes(value.length, (pointer) => {
    vm.memory.bytes.set(value, pointer)
    vm.store(at, vm.exports.JS_NewUint8ArrayCopy(vm.context, pointer, value.length))
  })
}

const MAX_INT64 = 2n ** 63n

function writeDecimal({ unscaled, scale }: Decimal, at: number, vm: Vm): void {
  const args = vm.memory.enter(2)
  if (unscaled < MAX_INT64 && unscaled > -MAX_INT64) {
    vm.store(args, vm.exports.JS_NewBigInt64(vm.context, unscaled))
    vm.memory.writeTag(args + 8, TAG.int, scale)
    vm.help('makeDecimal', 2, args, at)
  } else {
    vm.writeText(args, decimalText(unscaled, scale))
    vm.help('parseDecimal', 1, args, at)
  }
  vm.memory.freeAt(args)
  vm.memory.leave(args)
}

/** With an exponent, which the parser of the sandbox takes: no digit moves. */
const decimalText = (unscaled: bigint, scale: number): string => `${unscaled}E-${scale}`

function writeArray(values: readonly Value[], at: number, write: Writer, vm: Vm): void {
  const { memory } = vm
  const { length } = values
  if (length <= MOST_SLOTS) {
    const slots = memory.enter(length)
    for (let i = 0; i < length; i++) write(values[i]!, slots + i * 8)
    vm.store(at, vm.exports.JS_NewArrayFrom(vm.context, length, slots))
    memory.leave(slots)
    return
  }
  const pointer = vm.exports.wasm_malloc(length * 8)
  if (pointer === 0) throw new CallError('an argument does not fit into the memory of the function')
  memory.refresh()
  for (let i = 0; i < length; i++) write(values[i]!, pointer + i * 8)
  vm.store(at, vm.exports.JS_NewArrayFrom(vm.context, length, pointer))
  vm.exports.wasm_free(pointer)
}

function writeMap(
  map: ReadonlyMap<Value, Value>,
  at: number,
  { key, item }: { readonly key: Writer; readonly item: Writer },
  vm: Vm,
): void {
  const flat: Value[] = []
  for (const [name, value] of map) flat.push(name, value)
  let isKey = false
  const write: Writer = (value, slot) => {
    isKey = !isKey
    if (isKey) key(value, slot)
    else item(value, slot)
  }
  const args = vm.memory.enter(1)
  writeArray(flat, args, write, vm)
  vm.help('makeMap', 1, args, at)
  vm.memory.freeAt(args)
  vm.memory.leave(args)
}

function structWriter({ fields }: StructType, vm: Vm, decimals: DecimalForm): Writer {
  const { memory } = vm
  const writers = fields.map(({ type }) => writerOf(type, vm, decimals))
  const count = fields.length
  // The names stay where they are for as long as the instance lives.
  const names = allocate(Math.max(1, count) * 4, vm.exports)
  const atoms = fields.map(({ name }) => vm.atom(name))
  memory.refresh()
  memory.i32.set(atoms, names >> 2)
  return (value, at) => {
    const slots = memory.enter(count)
    for (let i = 0; i < count; i++) writers[i]!((value as readonly Value[])[i] ?? null, slots + i * 8)
    vm.store(at, vm.exports.JS_NewObjectFrom(vm.context, count, names, slots))
    memory.leave(slots)
  }
}
