/**
 * Documents that the engine's JSON.parse reads faster than the scanner does: with most of their properties wanted, and values that are
 * nested, not ASCII or long with escapes. What JSON.parse gives is taken only where it is surely what the scanner would give; else, and for
 * every fault, the scanner reads the document, so that coercions and messages are its alone.
 */
import type { SqlType, StructType } from '../../types/sql-type.ts'
import type { Row, Value } from '../../types/value.ts'

/** Stands for a value that is not to be had this way; no SQL value is `undefined`. */
const NOT_EXACT = undefined
type Converted = Value | typeof NOT_EXACT
/** From what JSON.parse gives. */
type Convert = (value: unknown) => Converted

/**
 * Source of what holds for a `value`, not null, that is the SQL value but for the sign of a zero, which JSON's zero has none of.
 * Larger integers are the scanner's: see hasRounded.
 */
const TESTS: { readonly [Kind in SqlType['kind']]?: string } = {
  STRING: `typeof value === 'string'`,
  BOOLEAN: `typeof value === 'boolean'`,
  INTEGER: `typeof value === 'number' && (value | 0) === value`,
  BIGINT: `typeof value === 'number' && value < ${2 ** 41} && value > -${2 ** 41} && Math.floor(value) === value`,
  DOUBLE: `typeof value === 'number'`,
}
const NUMBERS: ReadonlySet<SqlType['kind']> = new Set(['INTEGER', 'BIGINT', 'DOUBLE'] as const)

/** Source that leaves the SQL value in `value`, or returns `refusal`. */
function scalarSource(kind: SqlType['kind'], refusal: string): string {
  const sign = NUMBERS.has(kind) ? 'value += 0' : ''
  return `if (value !== null) {if (!(${TESTS[kind]})) return ${refusal}; ${sign}}`
}

/** Null for a type that is not read from what JSON.parse gives. */
function converter(type: SqlType): Convert | null {
  switch (type.kind) {
    case 'ARRAY':
      return arrayConverter(converter(type.element))
    case 'MAP':
      return mapConverter(converter(type.value))
    case 'STRUCT':
      return structConverter(type)
    default:
      if (TESTS[type.kind] === undefined) return null
      return new Function('value', `${scalarSource(type.kind, 'undefined')}; return value`) as Convert
  }
}

/** What JSON.parse makes of a document; NOT_EXACT if it refuses it, or if an integer in it may not be what is written. */
export function parseDocument(text: string): unknown {
  if (hasRounded(text)) return NOT_EXACT
  try {
    return JSON.parse(text)
  } catch {
    return NOT_EXACT
  }
}

/**
 * Whether JSON.parse may have rounded a number up to an integer, where the dialect cuts the fraction. Below 2^41 that takes a run of three
 * nines, in which the point may stand if there is an exponent. Few documents have one; only they are looked at more closely.
 */
const hasRounded = (text: string): boolean =>
  (text.includes('.') || text.includes('-')) &&
  (text.includes('999') || text.includes('99.9') || text.includes('9.99')) &&
  FRACTION_OF_NINES.test(text)

const FRACTION_OF_NINES = /\.999|\d[eE]/

function arrayConverter(element: Convert | null): Convert | null {
  if (element === null) return null
  return (value) => {
    if (value === null) return null
    if (!Array.isArray(value)) return NOT_EXACT
    const values: Value[] = []
    for (let i = 0; i < value.length; i++) {
      const converted = element(value[i])
      if (converted === NOT_EXACT) return NOT_EXACT
      values.push(converted)
    }
    return values
  }
}

function mapConverter(item: Convert | null): Convert | null {
  if (item === null) return null
  return (value) => {
    if (value === null) return null
    if (typeof value !== 'object' || Array.isArray(value)) return NOT_EXACT
    const values = new Map<Value, Value>()
    for (const key in value) {
      // Names that look like numbers come in numeric order, not in the document's.
      const first = key.charCodeAt(0)
      if (first >= 0x30 && first <= 0x39) return NOT_EXACT
      const converted = item((value as Record<string, unknown>)[key])
      if (converted === NOT_EXACT) return NOT_EXACT
      values.set(key, converted)
    }
    return values
  }
}

function structConverter({ fields }: StructType): Convert | null {
  const properties = fields.map(({ name, type }, target) => ({ name, type, target }))
  if (!isParsable(properties)) return null
  const object = new ParsedObject(properties)
  const blank = fields.map((): Value => null)
  return (value) => {
    if (value === null) return null
    const values = blank.slice()
    return object.take(value, values) ? values : NOT_EXACT
  }
}

export interface ParsedProperty {
  readonly name: string
  readonly type: SqlType
  /** Index into the row. */
  readonly target: number
}

/** Whether JSON.parse gives values of all these types. */
export const isParsable = (properties: readonly ParsedProperty[]): boolean =>
  properties.every(({ type }) => converter(type) !== null)

/** Ways to write an object, by the names in their order, that are learned; one that has more is left to the scanner. */
const MAX_FORMS = 16

/** Sets the targets of an object's properties; false if its names are not the expected ones or a value is not to be had this way. */
type Take = (object: object, row: Row) => boolean

/** Takes wanted properties from objects. Objects of one topic mostly have the same names in the same order, for which source is generated. */
export class ParsedObject {
  readonly #properties: readonly ParsedProperty[]
  readonly #slotOf: ReadonlyMap<string, number>
  #takeExpected: Take = () => false
  #forms = 0

  /** `properties` are parsable. */
  constructor(properties: readonly ParsedProperty[]) {
    this.#properties = properties
    this.#slotOf = new Map(properties.map(({ name }, slot) => [name, slot]))
  }

  /** Sets the targets of the properties that the object has, whose others are to be null before; false if that is not to be had this way. */
  take(object: unknown, row: Row): boolean {
    if (typeof object !== 'object' || object === null || Array.isArray(object)) return false
    if (this.#takeExpected(object, row)) return true
    if (this.#forms === MAX_FORMS) return false
    this.#forms++
    this.#takeExpected = this.#learn(Object.keys(object))
    return this.#takeExpected(object, row)
  }

  /** Matching as in property-names.ts; where two names mean one property, the scanner knows which one counts. */
  #learn(names: readonly string[]): Take {
    const slots = names.map((name) => this.#slotOf.get(name) ?? this.#slotOf.get(name.toUpperCase()))
    const wanted = slots.filter((slot) => slot !== undefined)
    if (new Set(wanted).size < wanted.length) return () => false
    const properties = this.#properties
    const converters = properties.map(({ type }) => converter(type))
    const steps = names.map((name, i) => {
      const slot = slots[i]
      const read = `value = object[${JSON.stringify(name)}]`
      // What is in there the scanner would not read, but count its brackets.
      if (slot === undefined) return `${read}; if (typeof value === 'object' && value !== null) return false`
      const { type, target } = properties[slot]!
      const convert =
        TESTS[type.kind] === undefined
          ? `if ((value = converters[${slot}](value)) === undefined) return false`
          : scalarSource(type.kind, 'false')
      return `${read}; ${convert}; row[${target}] = value`
    })
    const source = `return (object, row) => {
      let place = 0
      for (const name in object) if (name !== names[place++]) return false
      if (place !== names.length) return false
      let value
      ${steps.join('\n')}
      return true
    }`
    return new Function('names', 'converters', source)(names, converters) as Take
  }
}
