/** Source of expressions that read values of Avro types as values of SQL types. */
import { type ArrayType, formatType, type MapType, type SqlType, type StructType } from '../../types/sql-type.ts'
import { CHECK_ONLY } from '../format.ts'
import { byPlace, FieldIndex } from './field-index.ts'
import {
  type AvroRecord,
  type AvroType,
  type AvroUnion,
  branchName,
  codeOf,
  type LogicalType,
  nullableOf,
} from './schema.ts'
import { sizeOf } from './sizes.ts'
import { type SkipSource, Steps } from './skip-source.ts'
import type { SourceBuilder } from './source-builder.ts'

/** A column or a field of a STRUCT, and where its value goes. */
export interface Destination {
  readonly name: string
  readonly type: SqlType
  /** Index into the row, or `CHECK_ONLY`. */
  readonly target: number
}

export class ValueSource {
  readonly #source: SourceBuilder
  readonly #skips: SkipSource

  constructor(source: SourceBuilder, skips: SkipSource) {
    this.#source = source
    this.#skips = skips
  }

  /** A statement that reads a value once for all destinations, of which there is one at least. `path`: of what holds them. */
  store(type: AvroType, destinations: readonly Destination[], path: string): string {
    const [{ name, type: to }] = destinations as readonly [Destination]
    if (destinations.some((other) => formatType(other.type) !== formatType(to))) {
      return this.#severalTypes(type, destinations, path)
    }
    const targets = destinations.filter(({ target }) => target !== CHECK_ONLY)
    if (targets.length === 0 && isCheckedBySkipping(type, to)) return this.#skips.statement(type)
    const value = this.expression(type, to, `${path}->${name}`)
    const stores = targets.map(({ target }) => `row[${target}] = `).join('')
    return stores === '' ? `void ${value}` : stores + value
  }

  /** Destinations of several types are read from one field one after the other. */
  #severalTypes(type: AvroType, destinations: readonly Destination[], path: string): string {
    const reads = destinations.map((destination) => this.store(type, [destination], path))
    return `{ const start = input.position\n${reads.join('\ninput.position = start\n')} }`
  }

  expression(type: AvroType, to: SqlType, path: string): string {
    if (type.kind === 'null') return 'null'
    if (type.kind === 'union') return this.#unionValue(type, to, path)
    switch (to.kind) {
      case 'STRING':
        return this.#text(type) ?? this.mismatch(type, to, path)
      case 'ARRAY':
        return type.kind === 'array' ? this.#array(type.items, to, path) : this.mismatch(type, to, path)
      case 'MAP':
        return this.#map(type, to, path)
      case 'STRUCT':
        return type.kind === 'record' ? this.#struct(type, to, path) : this.mismatch(type, to, path)
      default:
        return this.#scalar(type, to) ?? this.mismatch(type, to, path)
    }
  }

  /** Null: the type has no text. */
  #text(type: AvroType): string | null {
    switch (type.kind) {
      case 'string':
        return 'readText(input)'
      case 'enum':
        return `readSymbol(input, ${this.#source.constant(type.symbols)})`
      case 'boolean':
        return 'String(readBoolean(input))'
      case 'int':
        return 'String(readInt(input))'
      case 'long':
        return 'String(readLong(input))'
      case 'float':
        return 'floatToText(readFloat(input))'
      case 'double':
        return 'doubleToText(readDouble(input))'
      default:
        return null
    }
  }

  /** Null: the column's type does not take values of the field's. */
  #scalar(type: AvroType, to: SqlType): string | null {
    switch (to.kind) {
      case 'BOOLEAN':
        return type.kind === 'boolean' ? 'readBoolean(input)' : null
      case 'INTEGER':
        return type.kind === 'int' ? 'readInt(input)' : null
      case 'BIGINT':
        return type.kind === 'long' ? 'readLong(input)' : type.kind === 'int' ? 'readInt(input)' : null
      case 'DOUBLE':
        return DOUBLES[type.kind] ?? null
      case 'BYTES':
        if (type.kind === 'bytes') return type.logical === null ? 'readByteText(input)' : null
        return type.kind === 'fixed' && type.logical === null ? `readFixed(input, ${type.size})` : null
      case 'DECIMAL': {
        if ((type.kind !== 'bytes' && type.kind !== 'fixed') || type.logical?.kind !== 'decimal') return null
        const { scale } = type.logical
        const target = this.#source.constant(to)
        return type.kind === 'fixed'
          ? `readFixedDecimal(input, ${type.size}, ${scale}, ${target})`
          : `readDecimal(input, ${scale}, ${target})`
      }
      case 'DATE':
        return type.kind === 'int' && isTime(type.logical, 'date') ? 'readInt(input)' : null
      case 'TIME':
        if (type.kind === 'int') return isTime(type.logical, 'time') ? 'readTimeMillis(input)' : null
        return type.kind === 'long' && isTime(type.logical, 'time') ? `readTimeIn(input, ${perMs(type.logical)})` : null
      case 'TIMESTAMP':
        if (type.kind !== 'long' || !isTime(type.logical, 'timestamp')) return null
        return perMs(type.logical) === 1 ? 'readTimestamp(input)' : `readTimestampIn(input, ${perMs(type.logical)})`
      default:
        return null
    }
  }

  #unionValue(union: AvroUnion, to: SqlType, path: string): string {
    const single = nullableOf(union)
    if (single !== null) {
      const value = this.expression(single, to, path)
      return `(readBranch(input, 2) === ${codeOf(union, single)} ? ${value} : null)`
    }
    const key = `union ${this.#source.idOf(union)} ${formatType(to)} ${path}`
    const name = this.#source.sharedFunction(key, 'input', () => this.#unionBody(union, to, path))
    return `${name}(input)`
  }

  /** A STRUCT whose fields are called as branches are has a field for each alternative, as in Kafka Connect. */
  #unionBody({ branches }: AvroUnion, to: SqlType, path: string): string {
    const alternatives =
      to.kind === 'STRUCT' && branches.some((branch) => to.fields.some(({ name }) => isSame(branchName(branch), name)))
        ? to.fields
        : null
    const cases = branches.map((branch, i) => {
      const value =
        alternatives === null || branch.kind === 'null'
          ? this.expression(branch, to, path)
          : `[${alternatives.map(({ name, type }) => (isSame(branchName(branch), name) ? this.expression(branch, type, `${path}->${name}`) : 'null'))}]`
      return `case ${2 * i}: return ${value}`
    })
    return `switch (readBranch(input, ${branches.length})) {\n${cases.join('\n')}\n}`
  }

  #array(items: AvroType, to: ArrayType, path: string): string {
    const key = `array ${this.#source.idOf(items)} ${formatType(to)} ${path}`
    const name = this.#source.sharedFunction(key, 'input', () => {
      const value = this.expression(items, to.element, path)
      return `const values = []
      ${blocks(sizeOf(items).min, `values.push(${value})`)}
      return values`
    })
    return `${name}(input)`
  }

  /** Native maps, and arrays of records with a key and a value. A key that occurs twice keeps its last value. */
  #map(type: AvroType, to: MapType, path: string): string {
    if (type.kind === 'map') return this.#nativeMap(type.values, to, path)
    const entry = type.kind === 'array' && type.items.kind === 'record' ? type.items : null
    if (entry === null) return this.mismatch(type, to, path)
    const fields = new FieldIndex(entry)
    const [key, value] = [fields.find('key'), fields.find('value')] as [number, number]
    if (key < 0 || value < 0) return this.mismatch(type, to, path)
    const name = this.#source.sharedFunction(
      `entries ${this.#source.idOf(type)} ${formatType(to)} ${path}`,
      'input',
      () => {
        const parts = entry.fields.map((field, i) => {
          if (i === key) return `key = ${this.expression(field.type, to.key, `${path}->key`)}`
          return i === value
            ? `value = ${this.expression(field.type, to.value, `${path}->value`)}`
            : this.#skips.statement(field.type)
        })
        return `const values = new Map()
      let key, value
      ${blocks(sizeOf(entry).min, `${parts.join('\n')}\nvalues.set(key, value)`)}
      return values`
      },
    )
    return `${name}(input)`
  }

  #nativeMap(values: AvroType, to: MapType, path: string): string {
    const name = this.#source.sharedFunction(
      `map ${this.#source.idOf(values)} ${formatType(to)} ${path}`,
      'input',
      () => {
        const value = this.expression(values, to.value, `${path}->value`)
        return `const values = new Map()
      ${blocks(1 + sizeOf(values).min, `const key = readText(input)\nvalues.set(key, ${value})`)}
      return values`
      },
    )
    return `${name}(input)`
  }

  #struct(record: AvroRecord, to: StructType, path: string): string {
    const name = this.#source.sharedFunction(
      `struct ${this.#source.idOf(record)} ${formatType(to)} ${path}`,
      'input',
      () => {
        const fields = new FieldIndex(record)
        const places = byPlace(to.fields.map((field, target) => ({ ...field, target, field: fields.find(field.name) })))
        const steps = new Steps()
        record.fields.forEach(({ type }, i) => {
          const here = places.get(i)
          if (here === undefined) this.#skips.into(steps, type)
          else steps.add(this.store(type, here, path))
        })
        return `const row = [${to.fields.map(() => 'null')}]
      ${this.#source.sequence('input, row', steps.all())}
      return row`
      },
    )
    return `${name}(input)`
  }

  /** An expression that throws. Source of the wording: ksqlDB's ConnectDataTranslator. */
  mismatch(type: AvroType, to: SqlType, path: string): string {
    const [from, wanted] = [CONNECT_NAMES[type.kind], CONNECT_SQL_NAMES[to.kind]]
    const message = `Cannot deserialize type ${from} as type ${wanted}${path === '' ? '' : ` for path: ${path}`}`
    const fail = this.#source.sharedFunction('fail', 'message', () => 'throw new AvroFailure(message)')
    return `${fail}(${this.#source.constant(message)})`
  }
}

const blocks = (minSize: number, readItem: string): string =>
  `for (let count = 0, total = 0; (count = readBlock(input, ${minSize}, total)) > 0; total += count) {
    for (let i = 0; i < count; i++) { ${readItem} }
  }`

const DOUBLES: { readonly [kind in AvroType['kind']]?: string } = {
  double: 'readDouble(input)',
  float: 'readFloat(input)',
  long: 'Number(readLong(input))',
  int: 'readInt(input)',
}

/** Whether a column or field means the branch of a union that is called so. */
export const isSame = (branch: string, name: string): boolean => branch.toUpperCase() === name.toUpperCase()

/** Whether the value is, or may be taken for, a time of that kind: plain numbers count in the column's own unit. */
const isTime = (logical: LogicalType | null, kind: 'date' | 'time' | 'timestamp'): boolean =>
  logical === null || logical.kind === kind

const perMs = (logical: LogicalType | null): number =>
  logical === null || logical.kind === 'decimal' ? 1 : logical.perMs

/** Stepping over such a value finds the same faults as reading it. */
function isCheckedBySkipping(type: AvroType, to: SqlType): boolean {
  const single = nullableOf(type) ?? type
  return (
    (single.kind === 'string' && to.kind === 'STRING') ||
    (single.kind === 'bytes' && to.kind === 'BYTES' && single.logical === null) ||
    (single.kind === 'double' && to.kind === 'DOUBLE')
  )
}

/** Kafka Connect's names of types, as messages show them. */
const CONNECT_NAMES: { readonly [kind in AvroType['kind']]: string } = {
  null: 'null',
  boolean: 'boolean',
  int: 'int32',
  long: 'int64',
  float: 'float32',
  double: 'float64',
  bytes: 'bytes',
  fixed: 'bytes',
  string: 'string',
  enum: 'string',
  array: 'array',
  map: 'map',
  record: 'struct',
  union: 'struct',
}

const CONNECT_SQL_NAMES: { readonly [kind in SqlType['kind']]: string } = {
  BOOLEAN: 'boolean',
  INTEGER: 'int32',
  BIGINT: 'int64',
  DOUBLE: 'float64',
  STRING: 'string',
  BYTES: 'bytes',
  DECIMAL: 'bytes',
  TIME: 'int32',
  DATE: 'int32',
  TIMESTAMP: 'int64',
  ARRAY: 'array',
  MAP: 'map',
  STRUCT: 'struct',
}
