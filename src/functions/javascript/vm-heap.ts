/**
 * Strings and objects of QuickJS where they lie in the memory of an instance. What is read there needs no call, which costs more than most of
 * what it would do: a row of two columns is read in 0.07 µs.
 *
 * The layout is that of the installed build (quickjs-ng 0.18.0 with 32-bit pointers); `isSample` recognizes it. Below are the structs of its
 * quickjs.c; offsets are in bytes, from where the value's pointer points:
 *
 *   all              -4 count of references
 *   JSString          0 length, bit 31: two bytes a character; 4 bits 28 and 29: kind, 0: the characters are here; 24 characters
 *   JSObject          8 flags; 10 class; 12 shape; 16 properties, 8 bytes each; 20 weak references; of an array: 28 elements; 32 how many
 *   JSShape           8 whether it is shared by all objects of its kind; 16 hash mask; 24 properties; 28 deleted ones; 36 prototype;
 *                    40 hash table of 4 bytes an entry, one more than its mask; then the properties
 *   JSShapeProperty   0 flags in bits 26 to 31; 4 atom
 *
 * A shape, QuickJS's list of the properties that an object has, is changed in place only if nothing else refers to it. One that is pinned here therefore
 * means the same for as long as the instance lives.
 */
import { REFERENCES, TAG } from './quickjs.ts'
import { MOST_CHARACTERS, ShortTexts } from './short-texts.ts'
import type { VmMemory } from './vm-memory.ts'

const STRING = { kind: 4, characters: 24 } as const
const OBJECT = { flags: 8, shape: 12, properties: 16, weakReferences: 20, elements: 28, count: 32 } as const
const SHAPE = { isShared: 8, hashMask: 16, count: 24, deleted: 28, prototype: 36, hashTable: 40 } as const
const SHAPE_PROPERTY = { flags: 0, atom: 4, bytes: 8 } as const

/** Bits of a string's kind. */
const KIND = 0x3000_0000

/** `extensible`, `is_exotic` and `fast_array` of JSObject. */
const EXTENSIBLE = 0x02
const EXOTIC = 0x08
const FAST_ARRAY = 0x10

/** `class_id` of JSObject, which lies above its flags: `JS_CLASS_OBJECT` and `JS_CLASS_ARRAY`. */
const CLASS = 0xffff_0000
const CLASS_OBJECT = 1 << 16
const CLASS_ARRAY = 2 << 16

/** Class and flags of objects that are nothing but their properties, under a mask without those that do not matter. */
const PLAIN_MASK = CLASS | EXTENSIBLE | EXOTIC | FAST_ARRAY
const PLAIN = CLASS_OBJECT | EXTENSIBLE

/** Class and flags of arrays without holes. */
const ARRAY_MASK = CLASS | FAST_ARRAY
const ARRAY = CLASS_ARRAY | FAST_ARRAY

/** Flags of a property: `JS_PROP_TMASK`, under which 0 is a value, and `JS_PROP_C_W_E`, those of one that was simply assigned. */
const PROPERTY_FLAGS_SHIFT = 26
const PROPERTY_KIND = 0x30
const ASSIGNED = 0x07

export interface ShapeProperty {
  readonly atom: number
  /** Whether it has a value, and not a getter. */
  readonly hasValue: boolean
  /** Whether it may be changed, deleted and enumerated, as one that was assigned. */
  readonly isOrdinary: boolean
}

/** An object by which the layout is checked. */
export const HEAP_SAMPLE = "{ n: 7, list: ['text', '日本'], get g() { return 1 } }"

export class VmHeap {
  readonly #memory: VmMemory
  readonly #shortTexts = new ShortTexts()

  constructor(memory: VmMemory) {
    this.#memory = memory
  }

  // ---- Strings ---------------------------------------------------------------------------------------------------------------------

  /** The string whose value lies at `at`; null if it has to be read by QuickJS: it is in parts, or has characters beyond Latin-1. */
  textAt(at: number): string | null {
    const { i32 } = this.#memory
    if (i32[(at >> 2) + 1] !== TAG.string) return null
    const pointer = i32[at >> 2]!
    const length = i32[pointer >> 2]!
    if (length < 0 || (i32[(pointer + STRING.kind) >> 2]! & KIND) !== 0) return null
    if (length === 0) return ''
    const from = pointer + STRING.characters
    return length <= MOST_CHARACTERS
      ? this.#shortTexts.read(from, length, this.#memory)
      : this.#memory.bytes.latin1Slice(from, from + length)
  }

  // ---- References ------------------------------------------------------------------------------------------------------------------

  references(pointer: number): number {
    return this.#memory.i32[(pointer + REFERENCES) >> 2]!
  }

  /** Whether nothing but its holder refers to an object, not even weakly. */
  isUnshared(pointer: number): boolean {
    return this.references(pointer) === 1 && this.#memory.i32[(pointer + OBJECT.weakReferences) >> 2] === 0
  }

  retain(pointer: number): void {
    this.#memory.i32[(pointer + REFERENCES) >> 2]!++
  }

  // ---- Arrays ----------------------------------------------------------------------------------------------------------------------

  /** The length of an array; -1: it is something else, or its elements do not lie in a row. */
  arrayLength(pointer: number): number {
    // The first property of an array is its length.
    return this.elementCount(pointer) < 0 ? -1 : this.#memory.i32[this.propertiesOf(pointer) >> 2]!
  }

  /** How many elements of an array lie in a row; those behind, up to its length, have no values. As `arrayLength` otherwise. */
  elementCount(pointer: number): number {
    const { i32 } = this.#memory
    return (i32[(pointer + OBJECT.flags) >> 2]! & ARRAY_MASK) === ARRAY ? i32[(pointer + OBJECT.count) >> 2]! : -1
  }

  /** Where the elements of an array are. */
  elementsOf(pointer: number): number {
    return this.#memory.i32[(pointer + OBJECT.elements) >> 2]!
  }

  // ---- Objects ---------------------------------------------------------------------------------------------------------------------

  /** Whether properties are all that the object has. */
  isPlain(pointer: number): boolean {
    return (this.#memory.i32[(pointer + OBJECT.flags) >> 2]! & PLAIN_MASK) === PLAIN
  }

  /** Whether reading a property does nothing but that; not of a proxy. */
  hasPlainProperties(pointer: number): boolean {
    return (this.#memory.i32[(pointer + OBJECT.flags) >> 2]! & EXOTIC) === 0
  }

  isExtensible(pointer: number): boolean {
    return (this.#memory.i32[(pointer + OBJECT.flags) >> 2]! & EXTENSIBLE) !== 0
  }

  shapeOf(pointer: number): number {
    return this.#memory.i32[(pointer + OBJECT.shape) >> 2]!
  }

  /** Where the values of the properties are, in the order of the shape. */
  propertiesOf(pointer: number): number {
    return this.#memory.i32[(pointer + OBJECT.properties) >> 2]!
  }

  prototypeOf(shape: number): number {
    return this.#memory.i32[(shape + SHAPE.prototype) >> 2]!
  }

  /** Keeps the shape as it is for as long as the instance lives. False if it belongs to one object alone, which may change it. */
  pin(shape: number): boolean {
    if ((this.#memory.i32[(shape + SHAPE.isShared) >> 2]! & 0xff) !== 1) return false
    this.retain(shape)
    return true
  }

  /** Null of a shape from which properties were deleted. */
  propertiesIn(shape: number): readonly ShapeProperty[] | null {
    const { i32 } = this.#memory
    if (i32[(shape + SHAPE.deleted) >> 2] !== 0) return null
    const first = shape + SHAPE.hashTable + 4 * (i32[(shape + SHAPE.hashMask) >> 2]! + 1)
    return Array.from({ length: i32[(shape + SHAPE.count) >> 2]! }, (_, i) => {
      const property = first + SHAPE_PROPERTY.bytes * i
      const flags = i32[(property + SHAPE_PROPERTY.flags) >> 2]! >>> PROPERTY_FLAGS_SHIFT
      const atom = i32[(property + SHAPE_PROPERTY.atom) >> 2]!
      return { atom, hasValue: (flags & PROPERTY_KIND) === 0, isOrdinary: flags === ASSIGNED }
    })
  }

  // ---- The layout ------------------------------------------------------------------------------------------------------------------

  /** Whether the object is read as `HEAP_SAMPLE` is written. */
  isSample(pointer: number): boolean {
    const { i32 } = this.#memory
    const places = this.propertiesIn(this.shapeOf(pointer))
    const values = this.propertiesOf(pointer)
    if (places?.map(({ isOrdinary, hasValue }) => `${isOrdinary}, ${hasValue}`).join('; ') !== SAMPLE_PROPERTIES)
      return false
    const list = i32[(values + 8) >> 2]!
    const first = this.elementsOf(list)
    return (
      this.references(pointer) === 1 &&
      this.isPlain(pointer) &&
      !this.isPlain(list) &&
      this.arrayLength(pointer) === -1 &&
      this.arrayLength(list) === 2 &&
      this.elementCount(list) === 2 &&
      i32[values >> 2] === 7 &&
      this.textAt(first) === 'text' &&
      this.textAt(first + 8) === null
    )
  }
}

const SAMPLE_PROPERTIES = 'true, true; true, true; false, false'
