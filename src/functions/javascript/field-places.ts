/** Where the fields of a row or struct are in objects that a function gives: found once for each shape of object. */
import type { Vm } from './vm.ts'

/** The place of a field that objects of the shape do not have. */
export const ABSENT = -1

/** By field, in bytes from where the values of the properties are; or `ABSENT`. Null: the fields have to be read by name. */
type Places = readonly number[] | null

/** Objects of more shapes than that are read by name: each known shape stays in memory for as long as the instance lives. */
const MOST_SHAPES = 8

interface KnownShape {
  readonly shape: number
  readonly places: Places
}

export class FieldPlaces {
  readonly #vm: Vm
  /** By field, the names that it may have; the first that is there counts. */
  readonly #atoms: readonly (readonly number[])[]
  readonly #known: KnownShape[] = []
  #last: KnownShape = { shape: 0, places: null }

  constructor(atoms: readonly (readonly number[])[], vm: Vm) {
    this.#vm = vm
    this.#atoms = atoms
  }

  /** The places in an object of that address. */
  of(pointer: number): Places {
    const { heap } = this.#vm
    if (!heap.hasPlainProperties(pointer)) return null
    const shape = heap.shapeOf(pointer)
    if (shape === this.#last.shape) return this.#last.places
    const known = this.#known.find((one) => one.shape === shape) ?? this.#learn(shape)
    if (known === null) return null
    this.#last = known
    return known.places
  }

  /** Null if the shape is not worth knowing. */
  #learn(shape: number): KnownShape | null {
    if (this.#known.length >= MOST_SHAPES || !this.#vm.heap.pin(shape)) return null
    const known = { shape, places: this.#find(shape) }
    this.#known.push(known)
    return known
  }

  #find(shape: number): Places {
    const { heap } = this.#vm
    const properties = heap.propertiesIn(shape)
    if (properties === null) return null
    const prototype = heap.prototypeOf(shape)
    const places: number[] = []
    for (const names of this.#atoms) {
      let place = ABSENT
      for (const name of names) {
        const index = properties.findIndex(({ atom }) => atom === name)
        if (index < 0 ? this.#mayInherit(prototype, name) : !properties[index]!.hasValue) return null
        if (index < 0) continue
        place = index * 8
        break
      }
      places.push(place)
    }
    return places
  }

  /** Whether an object with that prototype might have a property of that name from there, at some time. */
  #mayInherit(prototype: number, name: number): boolean {
    if (prototype === 0) return false
    const { heap } = this.#vm
    const shape = heap.shapeOf(prototype)
    // `Object.prototype`, which is frozen, and has no prototype itself.
    if (heap.isExtensible(prototype) || !heap.hasPlainProperties(prototype) || heap.prototypeOf(shape) !== 0)
      return true
    return heap.propertiesIn(shape)?.some(({ atom }) => atom === name) ?? true
  }
}
