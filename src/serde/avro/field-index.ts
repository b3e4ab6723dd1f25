/** Places of a record's fields by name. */
import { type AvroRecord, avroName } from './schema.ts'

export class FieldIndex {
  readonly #exact = new Map<string, number>()
  readonly #upperCase = new Map<string, number>()

  constructor({ fields }: AvroRecord) {
    fields.forEach(({ name }, i) => {
      this.#exact.set(name, i)
      this.#note(name, i)
    })
    fields.forEach(({ aliases }, i) => {
      for (const alias of aliases) this.#note(alias, i)
    })
  }

  #note(name: string, place: number): void {
    const upper = name.toUpperCase()
    if (!this.#upperCase.has(upper)) this.#upperCase.set(upper, place)
  }

  /**
   * For reading: letter case does not count, the first field of a name wins, names come before aliases. -1: the record has no such field.
   * Source: ksqlDB's ConnectDataTranslator.
   */
  find(columnName: string): number {
    return this.#upperCase.get(avroName(columnName).toUpperCase()) ?? -1
  }

  /** For writing, where each column has its own field: the exact name comes first. */
  findExactFirst(columnName: string): number {
    return this.#exact.get(avroName(columnName)) ?? this.find(columnName)
  }
}

/** Things by the place of the field that they have; those without one are left out. */
export function byPlace<T extends { readonly field: number }>(things: readonly T[]): ReadonlyMap<number, readonly T[]> {
  const places = new Map<number, T[]>()
  for (const thing of things) {
    const here = places.get(thing.field)
    if (here !== undefined) here.push(thing)
    else if (thing.field >= 0) places.set(thing.field, [thing])
  }
  return places
}
