/** Reads values where they lie in arrays and objects of a sandbox. */
import type { Value } from '../../types/value.ts'
import { CallError } from './call-error.ts'
import { type RawValue, TAG } from './quickjs.ts'
import type { Vm } from './vm.ts'

/** The value in the slot at `at`, which stays owned by the caller. Throws a CallError for one of another type. */
export type Reader = (at: number) => Value

/** Reads a value that belongs to the reader. `slot`: a free one. */
export function readOwned(value: RawValue, read: Reader, slot: number, vm: Vm): Value {
  vm.store(slot, value)
  try {
    return read(slot)
  } finally {
    vm.memory.freeAt(slot)
  }
}

/** Reads the value at `place`, within an array or an object. `slot`: a free one. */
export function readInPlace(place: number, read: Reader, slot: number, vm: Vm): Value {
  const { memory } = vm
  // Reading an object may run code that takes it out of its place. Nothing else does.
  if (memory.tagAt(place) !== TAG.object) return read(place)
  memory.raw[slot >> 3] = memory.raw[place >> 3]!
  vm.heap.retain(memory.i32[slot >> 2]!)
  try {
    return read(slot)
  } finally {
    memory.freeAt(slot)
  }
}

/** The element of an array, or the property of that number. */
export function readElement(array: number, index: number, read: Reader, slot: number, vm: Vm): Value {
  const { heap, memory, exports, context } = vm
  const pointer = memory.i32[array >> 2]!
  return index < heap.arrayLength(pointer)
    ? readInPlace(heap.arrayValues(pointer) + index * 8, read, slot, vm)
    : readOwned(exports.JS_GetPropertyUint32(context, memory.raw[array >> 3]!, index), read, slot, vm)
}

/** The elements of an array or a typed array; null for anything else. */
export function readArray(at: number, element: Reader, vm: Vm): Value[] | null {
  const { memory, exports, context } = vm
  const value = memory.raw[at >> 3]!
  if (memory.tagAt(at) !== TAG.object) return null
  if (exports.JS_IsArray(value) <= 0 && exports.JS_GetTypedArrayType(value) < 0) return null
  const slot = memory.enter(1)
  exports.JS_GetLength(context, value, slot)
  memory.refresh()
  const length = Number(memory.raw[slot >> 3]!)
  if (length > MOST_ELEMENTS) throw new CallError(`an array has ${length} elements, more than ${MOST_ELEMENTS}`)
  const values: Value[] = new Array(length)
  for (let i = 0; i < length; i++) values[i] = readElement(at, i, element, slot, vm)
  memory.leave(slot)
  return values
}

/** More do not fit into the largest value that an expression may make, at the least of its settings that make sense. */
const MOST_ELEMENTS = 8_000_000
