/** Reads values where they lie in arrays and objects of a sandbox. */
import type { Value } from '../../types/value.ts'
import { CallError } from './call-error.ts'
import { type RawValue, TAG } from './quickjs.ts'
import type { Vm } from './vm.ts'

/** The value in the slot at `at`, which stays owned by the caller. Throws a CallError for one of another type. */
export type Reader = (at: number) => Value

/** Reads null and undefined as NULL, and all else as `read` does. */
export const orNull =
  (read: Reader, { memory }: Vm): Reader =>
  (at) => {
    const tag = memory.tagAt(at)
    return tag === TAG.null || tag === TAG.undefined ? null : read(at)
  }

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
  memory.copy(place, slot)
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
  return index < heap.elementCount(pointer)
    ? readInPlace(heap.elementsOf(pointer) + index * 8, read, slot, vm)
    : readOwned(exports.JS_GetPropertyUint32(context, memory.raw[array >> 3]!, index), read, slot, vm)
}

/** The elements of an array or a typed array; null for anything else. */
export function readArray(at: number, element: Reader, vm: Vm): Value[] | null {
  const { memory } = vm
  if (memory.tagAt(at) !== TAG.object) return null
  const slot = memory.enter(1)
  const length = lengthOf(at, slot, vm)
  if (length > MOST_ELEMENTS) throw new CallError(`an array has ${length} elements, more than ${MOST_ELEMENTS}`)
  const values: Value[] | null = length < 0 ? null : new Array(length)
  for (let i = 0; i < length; i++) values![i] = readElement(at, i, element, slot, vm)
  memory.leave(slot)
  return values
}

/** -1 for what is neither an array nor a typed array. */
function lengthOf(at: number, slot: number, { memory, heap, exports, context }: Vm): number {
  const length = heap.arrayLength(memory.i32[at >> 2]!)
  if (length >= 0) return length
  const value = memory.raw[at >> 3]!
  if (exports.JS_IsArray(value) <= 0 && exports.JS_GetTypedArrayType(value) < 0) return -1
  exports.JS_GetLength(context, value, slot)
  memory.refresh()
  return Number(memory.raw[slot >> 3]!)
}

/** More do not fit into the largest value that an expression may make, at the least of its settings that make sense. */
const MOST_ELEMENTS = 8_000_000
