/**
 * Generated source that reads payloads of one writer's schema into rows: the wanted columns are decoded, everything else is stepped over,
 * and what stands behind the last wanted one is not looked at. Fields are found by name, as ksqlDB's ConnectDataTranslator does, so that
 * neither the record's name nor a reader's schema plays a part.
 */

import { doubleToText } from '../../types/double-text.ts'
import type { Column } from '../../types/schema.ts'
import { type ArrayType, formatType, type MapType, type SqlType, type StructType } from '../../types/sql-type.ts'
import type { Row } from '../../types/value.ts'
import { floatToText } from '../float-text.ts'
import { CHECK_ONLY, type WantedColumn } from '../format.ts'
import { AvroFailure } from './failure.ts'
import {
  type AvroInput,
  readBlock,
  readBoolean,
  readBranch,
  readByteText,
  readDouble,
  readFixed,
  readFloat,
  readInt,
  readLong,
  readSymbol,
  readText,
  skipBlock,
  skipExtent,
  skipFixed,
  skipNumber,
} from './input.ts'
import {
  type AvroField,
  type AvroRecord,
  type AvroType,
  type AvroUnion,
  avroName,
  branchName,
  type LogicalType,
  nullableOf,
} from './schema.ts'
import { sizeOf } from './sizes.ts'
import { SourceBuilder } from './source-builder.ts'
import { readDecimal, readFixedDecimal, readTimeIn, readTimeMillis, readTimestamp, readTimestampIn } from './values.ts'

/** Throws an AvroFailure where a payload cannot be read. */
export interface PayloadReader {
  /** Sets the `first` columns. True: the payload stands for null. */
  open(input: AvroInput, row: Row): boolean
  /** Sets the others of the payload that `open` read last. */
  finish(input: AvroInput, row: Row): void
}

export interface PayloadShape {
  readonly columns: readonly Column[]
  readonly wanted: readonly WantedColumn[]
  /** The payload is the single column's value, not a record with it. */
  readonly isBare: boolean
}

const LIBRARY = {
  AvroFailure,
  doubleToText,
  floatToText,
  readBlock,
  readBoolean,
  readBranch,
  readByteText,
  readDecimal,
  readDouble,
  readFixed,
  readFixedDecimal,
  readFloat,
  readInt,
  readLong,
  readSymbol,
  readText,
  readTimeIn,
  readTimeMillis,
  readTimestamp,
  readTimestampIn,
  skipBlock,
  skipExtent,
  skipFixed,
  skipNumber,
}

export const makePayloadReader = (type: AvroType, shape: PayloadShape): PayloadReader =>
  new ReaderSource().reader(type, shape)

/** A column and where its value goes. */
interface Destination {
  readonly name: string
  readonly type: SqlType
  /** Index into the row, or `CHECK_ONLY`. */
  readonly target: number
}

class ReaderSource {
  readonly #source = new SourceBuilder(LIBRARY)
  readonly #ids = new Map<AvroType, number>()

  reader(type: AvroType, { columns, wanted, isBare }: PayloadShape): PayloadReader {
    const all = wanted.map(({ column, target, first }) => ({ ...columns[column]!, target, first }))
    if (isBare) return this.#build(this.#bareBody(type, all[0]), '')
    const root = nullableOf(type) ?? type
    const nullCheck = root === type ? '' : `if (readBranch(input, 2) !== ${codeOf(type, root)}) return true\n`
    if (root.kind === 'record') return this.#recordReader(root, nullCheck, all)
    if (root.kind === 'union') return this.#build(`${this.#alternativesBody(root, all)}\nreturn false`, '')
    return this.#build(`${nullCheck}${this.#mismatch(root, { kind: 'STRUCT', fields: columns }, '')}`, '')
  }

  #build(open: string, finish: string): PayloadReader {
    const names = [this.#source.function('input, row', open), this.#source.function('input, row', finish)]
    return this.#source.build(`{ open: ${names[0]}, finish: ${names[1]} }`) as PayloadReader
  }

  #bareBody(type: AvroType, column: Destination | undefined): string {
    if (column === undefined) return 'return false'
    const value = this.#value(type, column.type, '')
    const store = column.target === CHECK_ONLY ? '' : `\nrow[${column.target}] = value`
    return `const value = ${value}\nif (value === null) return true${store}\nreturn false`
  }

  /**
   * `open` steps over columns that it does not decode and notes where they are, up to the last one that it decodes. `finish` reads those,
   * and then continues behind.
   */
  #recordReader(record: AvroRecord, nullCheck: string, columns: readonly (Destination & { first: boolean })[]) {
    const fields = new FieldIndex(record)
    const placed = columns.map((column) => ({ ...column, field: fields.find(column.name) }))
    const first = placed.filter((column) => column.first)
    const later = placed.filter((column) => !column.first)
    const split = 1 + Math.max(-1, ...first.map(({ field }) => field))
    const finishFrom = 1 + Math.max(-1, ...later.map(({ field }) => field))
    const positions = this.#source.constant(new Int32Array(split + 1))
    const deferred: string[] = []
    const opening = new Steps()
    for (let i = 0; i < split; i++) {
      const field = record.fields[i]!
      const isLater = later.some((column) => column.field === i)
      if (isLater) {
        opening.add(`${positions}[${i}] = input.position`)
        deferred.push(`input.position = ${positions}[${i}]`, this.#field(field, destinationsAt(later, i)))
      }
      const now = destinationsAt(first, i)
      if (now.length > 0) opening.add(this.#field(field, now))
      else this.#skipInto(opening, field.type)
    }
    const rest = new Steps()
    for (let i = split; i < finishFrom; i++) {
      const field = record.fields[i]!
      const destinations = destinationsAt(later, i)
      if (destinations.length > 0) rest.add(this.#field(field, destinations))
      else this.#skipInto(rest, field.type)
    }
    const returning = deferred.length > 0 && rest.all().length > 0
    const open = this.#source.sequence('input, row', [...absent(first), ...opening.all()])
    const finish = this.#source.sequence('input, row', [
      ...absent(later),
      ...deferred,
      ...(returning ? [`input.position = ${positions}[${split}]`] : []),
      ...rest.all(),
    ])
    const noteEnd = returning ? `\n${positions}[${split}] = input.position` : ''
    return this.#build(`${nullCheck}${open}${noteEnd}\nreturn false`, finish)
  }

  /** A root that is one of several types: columns are alternatives, as Kafka Connect sees such unions. */
  #alternativesBody(union: AvroUnion, columns: readonly Destination[]): string {
    const cases = union.branches.map((branch, i) => {
      if (branch.kind === 'null') return `case ${2 * i}: return true`
      const chosen = columns.filter(({ name }) => isSame(branchName(branch), name))
      return `case ${2 * i}: ${chosen.map((column) => this.#store(branch, [column], column.name)).join('\n')}; break`
    })
    return `${absentAll(columns)}\nswitch (readBranch(input, ${union.branches.length})) {\n${cases.join('\n')}\n}`
  }

  #field(field: AvroField, destinations: readonly Destination[]): string {
    const [column] = destinations as [Destination]
    return destinations.every(({ type }) => formatType(type) === formatType(column.type))
      ? this.#store(field.type, destinations, column.name)
      : this.#severalTypes(field.type, destinations)
  }

  /** Columns of several types are read from one field one after the other. */
  #severalTypes(type: AvroType, destinations: readonly Destination[]): string {
    const reads = destinations.map((column) => this.#store(type, [column], column.name))
    return `{ const start = input.position\n${reads.join('\ninput.position = start\n')} }`
  }

  #store(type: AvroType, destinations: readonly Destination[], path: string): string {
    const targets = destinations.filter(({ target }) => target !== CHECK_ONLY)
    const { type: sqlType } = destinations[0]!
    if (targets.length === 0 && isCheckedBySkipping(type, sqlType)) return this.#skip(type)
    const value = this.#value(type, sqlType, `->${path}`)
    return targets.length === 0
      ? `void ${value}`
      : `${targets.map(({ target }) => `row[${target}] = `).join('')}${value}`
  }

  /** An expression that reads a value. */
  #value(type: AvroType, to: SqlType, path: string): string {
    if (type.kind === 'null') return 'null'
    if (type.kind === 'union') return this.#unionValue(type, to, path)
    switch (to.kind) {
      case 'STRING':
        return this.#text(type) ?? this.#mismatch(type, to, path)
      case 'ARRAY':
        return type.kind === 'array' ? this.#array(type.items, to, path) : this.#mismatch(type, to, path)
      case 'MAP':
        return this.#map(type, to, path)
      case 'STRUCT':
        return type.kind === 'record' ? this.#struct(type, to, path) : this.#mismatch(type, to, path)
      default:
        return this.#scalar(type, to) ?? this.#mismatch(type, to, path)
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
      const value = this.#value(single, to, path)
      return `(readBranch(input, 2) === ${codeOf(union, single)} ? ${value} : null)`
    }
    const key = `union ${this.#idOf(union)} ${formatType(to)} ${path}`
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
          ? this.#value(branch, to, path)
          : `[${alternatives.map(({ name, type }) => (isSame(branchName(branch), name) ? this.#value(branch, type, `${path}->${name}`) : 'null'))}]`
      return `case ${2 * i}: return ${value}`
    })
    return `switch (readBranch(input, ${branches.length})) {\n${cases.join('\n')}\n}`
  }

  #array(items: AvroType, to: ArrayType, path: string): string {
    const key = `array ${this.#idOf(items)} ${formatType(to)} ${path}`
    const name = this.#source.sharedFunction(key, 'input', () => {
      const value = this.#value(items, to.element, path)
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
    if (entry === null) return this.#mismatch(type, to, path)
    const fields = new FieldIndex(entry)
    const [key, value] = [fields.find('key'), fields.find('value')] as [number, number]
    if (key < 0 || value < 0) return this.#mismatch(type, to, path)
    const name = this.#source.sharedFunction(`entries ${this.#idOf(type)} ${formatType(to)} ${path}`, 'input', () => {
      const parts = entry.fields.map((field, i) => {
        if (i === key) return `key = ${this.#value(field.type, to.key, `${path}->key`)}`
        return i === value ? `value = ${this.#value(field.type, to.value, `${path}->value`)}` : this.#skip(field.type)
      })
      return `const values = new Map()
      let key, value
      ${blocks(sizeOf(entry).min, `${parts.join('\n')}\nvalues.set(key, value)`)}
      return values`
    })
    return `${name}(input)`
  }

  #nativeMap(values: AvroType, to: MapType, path: string): string {
    const name = this.#source.sharedFunction(`map ${this.#idOf(values)} ${formatType(to)} ${path}`, 'input', () => {
      const value = this.#value(values, to.value, `${path}->value`)
      return `const values = new Map()
      ${blocks(1 + sizeOf(values).min, `const key = readText(input)\nvalues.set(key, ${value})`)}
      return values`
    })
    return `${name}(input)`
  }

  #struct(record: AvroRecord, to: StructType, path: string): string {
    const name = this.#source.sharedFunction(`struct ${this.#idOf(record)} ${formatType(to)} ${path}`, 'input', () => {
      const fields = new FieldIndex(record)
      const destinations = to.fields.map(({ name, type }, target) => ({ name, type, target, field: fields.find(name) }))
      const steps = new Steps()
      record.fields.forEach((field, i) => {
        const here = destinations.filter((destination) => destination.field === i)
        if (here.length === 0) this.#skipInto(steps, field.type)
        else if (here.length > 1) steps.add(this.#severalTypes(field.type, here))
        else
          steps.add(`row[${here[0]!.target}] = ${this.#value(field.type, here[0]!.type, `${path}->${here[0]!.name}`)}`)
      })
      return `const row = [${to.fields.map(() => 'null')}]
      ${this.#source.sequence('input, row', steps.all())}
      return row`
    })
    return `${name}(input)`
  }

  /** An expression that throws. Source of the wording: ksqlDB's ConnectDataTranslator. */
  #mismatch(type: AvroType, to: SqlType, path: string): string {
    const [from, wanted] = [CONNECT_NAMES[type.kind], CONNECT_SQL_NAMES[to.kind]]
    const message = `Cannot deserialize type ${from} as type ${wanted}${path === '' ? '' : ` for path: ${path}`}`
    const fail = this.#source.sharedFunction('fail', 'message', () => 'throw new AvroFailure(message)')
    return `${fail}(${this.#source.constant(message)})`
  }

  #skipInto(steps: Steps, type: AvroType): void {
    const { min, isFixed } = sizeOf(type)
    if (isFixed) steps.skip(min)
    else steps.add(this.#skip(type))
  }

  /** A statement that steps over a value. */
  #skip(type: AvroType): string {
    const { min, isFixed } = sizeOf(type)
    if (isFixed) return min === 0 ? '' : `skipFixed(input, ${min})`
    switch (type.kind) {
      case 'bytes':
      case 'string':
        return 'skipExtent(input)'
      case 'array':
        return this.#skipBlocks(type, type.items, '')
      case 'map':
        return this.#skipBlocks(type, type.values, 'skipExtent(input)\n')
      case 'record':
        return this.#skipShared(type, () => {
          const steps = new Steps()
          for (const field of type.fields) this.#skipInto(steps, field.type)
          return this.#source.sequence('input', steps.all())
        })
      case 'union': {
        const single = nullableOf(type)
        if (single !== null) return `if (readBranch(input, 2) === ${codeOf(type, single)}) { ${this.#skip(single)} }`
        return this.#skipShared(type, () => {
          const cases = type.branches.map((branch, i) => `case ${2 * i}: ${this.#skip(branch)}; break`)
          return `switch (readBranch(input, ${type.branches.length})) {\n${cases.join('\n')}\n}`
        })
      }
      default:
        return 'skipNumber(input)'
    }
  }

  #skipBlocks(type: AvroType, items: AvroType, before: string): string {
    const min = sizeOf(items).min + (type.kind === 'map' ? 1 : 0)
    return this.#skipShared(
      type,
      () => `for (let count = 0, total = 0; count >= 0; total += count) {
        count = skipBlock(input, ${min}, total)
        for (let i = 0; i < count; i++) { ${before}${this.#skip(items)} }
      }`,
    )
  }

  #skipShared(type: AvroType, body: () => string): string {
    return `${this.#source.sharedFunction(`skip ${this.#idOf(type)}`, 'input', body)}(input)`
  }

  #idOf(type: AvroType): number {
    const known = this.#ids.get(type)
    if (known !== undefined) return known
    this.#ids.set(type, this.#ids.size)
    return this.#ids.size - 1
  }
}

/** Statements that read or step over fields in their order; neighbours of fixed size are stepped over at once. */
class Steps {
  readonly #statements: string[] = []
  #skipped = 0

  add(statement: string): void {
    this.#flush()
    this.#statements.push(statement)
  }

  skip(size: number): void {
    this.#skipped += size
  }

  all(): readonly string[] {
    this.#flush()
    return this.#statements
  }

  #flush(): void {
    if (this.#skipped > 0) this.#statements.push(`skipFixed(input, ${this.#skipped})`)
    this.#skipped = 0
  }
}

/** Places of a record's fields by name: letter case does not count, the first field of a name wins, names come before aliases. */
class FieldIndex {
  readonly #places = new Map<string, number>()

  constructor({ fields }: AvroRecord) {
    fields.forEach(({ name }, i) => this.#note(name, i))
    fields.forEach(({ aliases }, i) => {
      for (const alias of aliases) this.#note(alias, i)
    })
  }

  #note(name: string, place: number): void {
    const upper = name.toUpperCase()
    if (!this.#places.has(upper)) this.#places.set(upper, place)
  }

  /** -1: the record has no such field. */
  find(columnName: string): number {
    return this.#places.get(avroName(columnName).toUpperCase()) ?? -1
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

const isSame = (branch: string, name: string): boolean => branch.toUpperCase() === name.toUpperCase()

/** Whether the value is, or may be taken for, a time of that kind: plain numbers count in the column's own unit. */
const isTime = (logical: LogicalType | null, kind: 'date' | 'time' | 'timestamp'): boolean =>
  logical === null || logical.kind === kind

const perMs = (logical: LogicalType | null): number =>
  logical === null || logical.kind === 'decimal' ? 1 : logical.perMs

/** What stands in the data for `branch` of a union: its place, zigzag. */
const codeOf = (union: AvroType, branch: AvroType): number => 2 * (union as AvroUnion).branches.indexOf(branch)

/** Stepping over such a value finds the same faults as reading it. */
function isCheckedBySkipping(type: AvroType, to: SqlType): boolean {
  const single = nullableOf(type) ?? type
  return (
    (single.kind === 'string' && to.kind === 'STRING') ||
    (single.kind === 'bytes' && to.kind === 'BYTES' && single.logical === null) ||
    (single.kind === 'double' && to.kind === 'DOUBLE')
  )
}

const destinationsAt = <T extends { readonly field: number }>(columns: readonly T[], field: number): T[] =>
  columns.filter((column) => column.field === field)

/** Columns that the record does not have are NULL. */
const absent = (columns: readonly (Destination & { readonly field: number })[]): string[] =>
  columns.flatMap(({ target, field }) => (field < 0 && target !== CHECK_ONLY ? [`row[${target}] = null`] : []))

const absentAll = (columns: readonly Destination[]): string =>
  absent(columns.map((column) => ({ ...column, field: -1 }))).join('\n')

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
