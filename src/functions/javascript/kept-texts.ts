/**
 * States as JSON. Numbers cross as they are. The objects of states that were given lately stay in the sandbox, found by their text: states with the same
 * text are the same, whichever group has them.
 */
import type { Value } from '../../types/value.ts'
import { CallError } from './call-error.ts'
import { exactJson, type Json, MOST_VALUES } from './exact-value.ts'
import { TAG } from './quickjs.ts'
import type { StateCodec } from './state-codec.ts'
import type { Vm } from './vm.ts'

/** Most objects that stay. A power of two. */
const PLACES = 8192

/** Objects of more shapes are written by QuickJS: each known shape stays in memory for as long as the instance lives. */
const MOST_SHAPES = 64

/** The names of an object's properties, in their order; null: the object is not one that may stay. */
type Names = readonly string[] | null

export class KeptTexts implements StateCodec {
  readonly #vm: Vm
  /** By place, which follows from the text, the JSON of the object that stays there and its address; 0: there is none. */
  readonly #texts: string[] = new Array(PLACES).fill('')
  readonly #pointers = new Int32Array(PLACES)
  /** By shape. */
  readonly #names = new Map<number, Names>()

  constructor(vm: Vm) {
    this.#vm = vm
  }

  take(state: Value, at: number): void {
    const json = state as string
    const pointer = isObjectText(json) ? this.#leave(json) : 0
    if (pointer === 0) this.write(state, at)
    else this.#vm.memory.writeTag(at, TAG.object, pointer)
  }

  write(state: Value, at: number): void {
    const json = state as string
    const number = isObjectText(json) ? Number.NaN : Number(json)
    if (Number.isFinite(number) && String(number) === json) this.#vm.memory.writeNumber(at, number)
    else writeJson(json, at, this.#vm)
  }

  read(at: number): string {
    const tag = this.#vm.memory.tagAt(at)
    const number = tag === TAG.int || tag === null ? exactJson(at, this.#vm) : undefined
    return number === undefined ? readJson(at, this.#vm) : String(number)
  }

  give(at: number): string {
    return this.#keep(at) ?? this.read(at)
  }

  /** The object that has stayed with that JSON, and no longer does; 0: none. */
  #leave(json: string): number {
    const place = placeOf(json)
    const pointer = this.#pointers[place]!
    if (pointer === 0 || this.#texts[place] !== json) return 0
    this.#pointers[place] = 0
    return pointer
  }

  /** Null: the object is not one that may stay. */
  #keep(at: number): string | null {
    const { heap, memory } = this.#vm
    if (memory.tagAt(at) !== TAG.object) return null
    const pointer = memory.i32[at >> 2]!
    if (!heap.isPlain(pointer) || !heap.isUnshared(pointer)) return null
    const json = this.#jsonOf(at, pointer)
    if (json === null) return null
    const place = placeOf(json)
    if (this.#pointers[place] !== 0) memory.freeObject(this.#pointers[place]!)
    this.#texts[place] = json
    this.#pointers[place] = pointer
    memory.writeTag(at, TAG.undefined)
    return json
  }

  #jsonOf(at: number, pointer: number): string | null {
    const { heap } = this.#vm
    const names = this.#namesOf(heap.shapeOf(pointer), at)
    if (names === null) return null
    const from = heap.propertiesOf(pointer)
    const object: Record<string, Json> = {}
    for (let i = 0; i < names.length; i++) {
      const value = exactJson(from + 8 * i, this.#vm)
      if (value === undefined) return null
      object[names[i]!] = value
    }
    return JSON.stringify(object)
  }

  #namesOf(shape: number, at: number): Names {
    const known = this.#names.get(shape)
    if (known !== undefined) return known
    if (this.#names.size >= MOST_SHAPES || !this.#vm.heap.pin(shape)) return null
    const names = this.#readNames(shape, at)
    this.#names.set(shape, names)
    return names
  }

  #readNames(shape: number, at: number): Names {
    const { heap } = this.#vm
    const properties = heap.propertiesIn(shape)
    if (properties === null || properties.length === 0 || properties.length > MOST_VALUES) return null
    if (heap.prototypeOf(shape) !== objectPrototype(this.#vm)) return null
    const names = namesByAtom(at, this.#vm)
    const ordered = properties.map(({ atom, isOrdinary }) => (isOrdinary ? names.get(atom) : undefined))
    return ordered.every((name) => name !== undefined && IDENTIFIER.test(name)) ? (ordered as string[]) : null
  }
}

/** Names that are the same in order and meaning here and there. One with a dollar may stand for what JSON does not know (prelude/state-json.ts). */
const IDENTIFIER = /^(?!__proto__$)[A-Za-z_]\w*$/

/** Characters that are looked at: a `Map` of texts that are new with each call takes three times as long. */
const SAMPLES = 32

function placeOf(json: string): number {
  const { length } = json
  const step = 1 + Math.floor(length / SAMPLES)
  let hash = length
  // FNV-1a.
  for (let i = length - 1; i >= 0; i -= step) hash = Math.imul(hash ^ json.charCodeAt(i), 0x0100_0193)
  return (hash ^ (hash >>> 15)) & (PLACES - 1)
}

const isObjectText = (json: string): boolean => json.charCodeAt(0) === OPENING_BRACE
const OPENING_BRACE = 0x7b

function objectPrototype(vm: Vm): number {
  const { exports, context, heap, memory } = vm
  const at = memory.enter(1)
  vm.store(at, exports.JS_NewObjectFrom(context, 0, at, at))
  const prototype = heap.prototypeOf(heap.shapeOf(memory.i32[at >> 2]!))
  memory.freeAt(at)
  memory.leave(at)
  return prototype
}

/** The names of the properties of a plain object that are texts. */
function namesByAtom(at: number, vm: Vm): ReadonlyMap<number, string> {
  const { memory, heap } = vm
  const slots = memory.enter(2)
  memory.copy(at, slots)
  vm.help('ownKeys', 1, slots, slots + 8)
  const list = memory.i32[(slots + 8) >> 2]!
  const names = new Map<number, string>()
  for (let i = 0; i < heap.arrayLength(list); i++) {
    const place = heap.elementsOf(list) + 8 * i
    if (!memory.isTextAt(place)) continue
    const name = vm.readText(place)
    names.set(vm.atom(name), name)
  }
  memory.freeAt(slots + 8)
  memory.leave(slots)
  return names
}

function writeJson(json: string, at: number, vm: Vm): void {
  const args = vm.memory.enter(1)
  vm.writeText(args, json)
  try {
    vm.help('fromJson', 1, args, at)
  } finally {
    vm.memory.freeAt(args)
    vm.memory.leave(args)
  }
}

function readJson(at: number, vm: Vm): string {
  const slots = vm.memory.enter(2)
  vm.memory.copy(at, slots)
  vm.help('toJson', 1, slots, slots + 8)
  try {
    if (!vm.memory.isTextAt(slots + 8)) throw new CallError('the state is undefined or a function')
    return vm.readText(slots + 8)
  } finally {
    vm.memory.freeAt(slots + 8)
    vm.memory.leave(slots)
  }
}
