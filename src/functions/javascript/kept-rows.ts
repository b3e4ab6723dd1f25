/** States in declared columns. The objects of those that were used lately stay in the sandbox. */
import type { SqlType } from '../../types/sql-type.ts'
import type { Row, Value } from '../../types/value.ts'
import type { FunctionColumn } from '../definition.ts'
import { EXACT_KINDS, exactValue, MOST_VALUES } from './exact-value.ts'
import { TAG } from './quickjs.ts'
import type { Reader } from './read-in-place.ts'
import type { StateCodec } from './state-codec.ts'
import type { Vm } from './vm.ts'
import type { Writer } from './write-value.ts'

/** Most objects that stay. */
const MOST_OBJECTS = 4096

/** How states cross whose objects do not stay. */
export interface RowCodec {
  readonly write: Writer
  readonly read: Reader
}

/** The object of a state. */
interface KeptObject {
  /** Null: the object was given up. */
  owner: KeptRows | null
  /** Its address; 0 while it is lent to a call. */
  pointer: number
}

/** A state with its object. */
class KeptRow extends Array<Value> {
  #object: KeptObject | null = null

  static override get [Symbol.species](): ArrayConstructor {
    return Array
  }

  static make(length: number, object: KeptObject): KeptRow {
    const row = new KeptRow(length)
    row.#object = object
    return row
  }

  static objectOf(row: Row): KeptObject | null {
    return #object in row ? row.#object : null
  }
}

export class KeptRows implements StateCodec {
  readonly #vm: Vm
  readonly #write: Writer
  readonly #read: Reader
  /** By column, the kind of its type. */
  readonly #kinds: readonly SqlType['kind'][]
  readonly #canKeep: boolean
  /** The shape of the objects that are written here, which all that stay have; 0: not known. */
  #shape = 0
  /** In the order in which they are given up. */
  readonly #objects: (KeptObject | null)[] = new Array(MOST_OBJECTS).fill(null)
  #next = 0
  readonly #values: Value[]

  constructor(columns: readonly FunctionColumn[], { write, read }: RowCodec, vm: Vm) {
    this.#vm = vm
    this.#write = write
    this.#read = read
    this.#kinds = columns.map(({ type }) => type.kind)
    this.#canKeep = columns.length <= MOST_VALUES && this.#kinds.every((kind) => EXACT_KINDS.has(kind))
    this.#values = new Array(columns.length).fill(null)
  }

  take(state: Value, at: number): void {
    const object = KeptRow.objectOf(state as Row)
    if (object === null || object.owner !== this || object.pointer === 0) {
      this.write(state, at)
      return
    }
    this.#vm.memory.writeTag(at, TAG.object, object.pointer)
    object.pointer = 0
  }

  write(state: Value, at: number): void {
    this.#write(state, at)
    if (this.#shape !== 0 || !this.#canKeep) return
    const shape = this.#vm.heap.shapeOf(this.#vm.memory.i32[at >> 2]!)
    if (this.#vm.heap.pin(shape)) this.#shape = shape
  }

  read(at: number): Value {
    return this.#read(at)
  }

  give(at: number, before: Value): Value {
    return this.#canStay(at) ? this.#keep(at, before) : this.#read(at)
  }

  /** Whether the object holds what a new one would; its values are in `#values` then. */
  #canStay(at: number): boolean {
    const { heap, memory } = this.#vm
    if (!this.#canKeep || memory.tagAt(at) !== TAG.object) return false
    const pointer = memory.i32[at >> 2]!
    if (heap.shapeOf(pointer) !== this.#shape || !heap.isPlain(pointer) || !heap.isUnshared(pointer)) return false
    const from = heap.propertiesOf(pointer)
    for (let i = 0; i < this.#kinds.length; i++) {
      const value = exactValue(this.#kinds[i]!, from + 8 * i, this.#vm)
      if (value === undefined) return false
      this.#values[i] = value
    }
    return true
  }

  #keep(at: number, before: Value): Value {
    const { memory } = this.#vm
    const known = KeptRow.objectOf(before as Row)
    const isKnown = known !== null && known.owner === this
    const object = isKnown ? known : this.#newObject()
    const row = isKnown ? (before as Row) : KeptRow.make(this.#values.length, object)
    object.pointer = memory.i32[at >> 2]!
    memory.writeTag(at, TAG.undefined)
    for (let i = 0; i < this.#values.length; i++) row[i] = this.#values[i]!
    return row
  }

  #newObject(): KeptObject {
    const oldest = this.#objects[this.#next]!
    if (oldest !== null) {
      if (oldest.pointer !== 0) this.#vm.memory.freeObject(oldest.pointer)
      oldest.owner = null
    }
    const object = { owner: this, pointer: 0 }
    this.#objects[this.#next] = object
    this.#next = (this.#next + 1) % MOST_OBJECTS
    return object
  }
}
