/** Reads rows and structs: an object with the fields, or an array in their order. */
import type { Value } from '../../types/value.ts'
import { ABSENT, FieldPlaces } from './field-places.ts'
import { TAG, UNDEFINED } from './quickjs.ts'
import { orNull, type Reader, readElement, readInPlace, readOwned } from './read-in-place.ts'
import type { Vm } from './vm.ts'

export interface FieldReader {
  /** The first that an object has counts. */
  readonly names: readonly string[]
  /** Reads a value that is neither null nor undefined. */
  readonly read: Reader
}

export function rowReader(fields: readonly FieldReader[], refuse: (at: number) => never, vm: Vm): Reader {
  const { memory, heap, exports } = vm
  const presentReaders = fields.map(({ read }) => read)
  const readers = presentReaders.map((read) => orNull(read, vm))
  const count = readers.length
  const atoms = fields.map(({ names }) => [...new Set(names)].map((name) => vm.atom(name)))
  const fieldPlaces = new FieldPlaces(atoms, vm)
  const readByName = (at: number, i: number, slot: number): Value =>
    readOwned(firstOf(memory.raw[at >> 3]!, atoms[i]!, vm), readers[i]!, slot, vm)
  /** Reads the fields from the one of that number on. */
  const readByNames = (at: number, slot: number, values: Value[], first: number): Value[] => {
    for (let i = first; i < count; i++) values[i] = readByName(at, i, slot)
    return values
  }
  const readInPlaces = (at: number, slot: number, values: Value[], places: readonly number[]): Value[] => {
    const pointer = memory.i32[at >> 2]!
    const shape = heap.shapeOf(pointer)
    let from = heap.propertiesOf(pointer)
    for (let i = 0; i < count; i++) {
      const place = from + places[i]!
      const tag = places[i] === ABSENT ? TAG.null : memory.tagAt(place)
      if (tag === TAG.null) values[i] = null
      // Another of its names may have a value.
      else if (tag === TAG.undefined) values[i] = readByName(at, i, slot)
      else values[i] = readInPlace(place, presentReaders[i]!, slot, vm)
      if (tag !== TAG.object && tag !== TAG.undefined) continue
      // Code that ran meanwhile may have changed the object.
      if (heap.shapeOf(pointer) !== shape) return readByNames(at, slot, values, i + 1)
      from = heap.propertiesOf(pointer)
    }
    return values
  }
  const readObject = (at: number, slot: number): Value[] => {
    const places = fieldPlaces.of(memory.i32[at >> 2]!)
    const values: Value[] = new Array(count)
    return places === null ? readByNames(at, slot, values, 0) : readInPlaces(at, slot, values, places)
  }
  return (at) => {
    if (memory.tagAt(at) !== TAG.object) return refuse(at)
    const slot = memory.enter(1)
    const isArray = !heap.isPlain(memory.i32[at >> 2]!) && exports.JS_IsArray(memory.raw[at >> 3]!) > 0
    const values = isArray ? readers.map((read, i) => readElement(at, i, read, slot, vm)) : readObject(at, slot)
    memory.leave(slot)
    return values
  }
}

/** The first of the properties that there is, or undefined; owned by the caller. */
function firstOf(object: bigint, names: readonly number[], { exports, context }: Vm): bigint {
  for (const name of names) {
    const value = exports.JS_GetProperty(context, object, name)
    if (value !== UNDEFINED) return value
  }
  return UNDEFINED
}
