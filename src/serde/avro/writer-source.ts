/** Generated source that writes rows as payloads of one schema. Source: ksqlDB's AvroSRSchemaDataTranslator. */
import type { Column } from '../../types/schema.ts'
import {
  type ArrayType,
  formatType,
  type MapType,
  type SqlType,
  type StructField,
  type StructType,
} from '../../types/sql-type.ts'
import type { Row } from '../../types/value.ts'
import type { ByteSink } from '../format.ts'
import type { PassedColumns } from '../passed-values.ts'
import { checkDigits, checkKey, checkSize, inInt, symbolPlace, toInt, toLong } from './checks.ts'
import { defaultBytes } from './defaults.ts'
import { byPlace, FieldIndex } from './field-index.ts'
import { decimalSource, numberSource } from './number-source.ts'
import {
  writeByte,
  writeBytes,
  writeByteText,
  writeDecimal,
  writeDouble,
  writeFixedDecimal,
  writeFloat,
  writeInt,
  writeLong,
  writeText,
} from './output.ts'
import { passedText, writePassedText } from './passed-text.ts'
import {
  type AvroField,
  type AvroRecord,
  type AvroType,
  type AvroUnion,
  branchName,
  codeOf,
  indexOfName,
  nullableOf,
} from './schema.ts'
import { SourceBuilder } from './source-builder.ts'

/** Throws an Error for a value that the schema does not take. */
export type WritePayload = (row: Row, out: ByteSink) => void

const LIBRARY = {
  checkDigits,
  checkKey,
  checkSize,
  inInt,
  passedText,
  symbolPlace,
  toInt,
  toLong,
  writeByte,
  writeBytes,
  writeByteText,
  writeDecimal,
  writeDouble,
  writeFixedDecimal,
  writeFloat,
  writeInt,
  writeLong,
  writePassedText,
  writeText,
}

/** Writes the columns at `sources` of a row as a record; texts that are `passed` are copied. */
export function recordWriter(
  type: AvroType,
  columns: readonly Column[],
  sources: readonly number[],
  passed: PassedColumns | null = null,
): WritePayload {
  const writer = new WriterSource(passed)
  const root = nullableOf(type) ?? type
  const branch = root === type ? '' : `writeByte(${codeOf(type, root)}, out)\n`
  const values = sources.map((source) => `row[${source}]`)
  return writer.build('row', branch + writer.root(root, columns, values))
}

/** Writes the column at `source`, which is not NULL, as itself. */
export function bareWriter(type: AvroType, column: Column, source: number): WritePayload {
  const writer = new WriterSource()
  return writer.build('row', `const value = row[${source}]\n${writer.value(type, column.type, 'value', column.name)}`)
}

/** Why the columns cannot be written as a record of that type, in the dialect's words; null: they can, as far as types tell. */
export function missingDefault(type: AvroType, columns: readonly StructField[]): string | null {
  const root = nullableOf(type) ?? type
  if (root.kind !== 'record') return null
  const places = columnsByField(root, columns)
  for (const [i, field] of root.fields.entries()) {
    const column = places.get(i)?.[0]
    if (column === undefined) {
      if (defaultBytes(field) === null) return noDefault(field)
    } else if (column.type.kind === 'STRUCT') {
      const inner = missingDefault(field.type, column.type.fields)
      if (inner !== null) return inner
    }
  }
  return null
}

class WriterSource {
  readonly #source = new SourceBuilder(LIBRARY)
  readonly #passed: PassedColumns | null

  constructor(passed: PassedColumns | null = null) {
    this.#passed = passed
  }

  build(parameter: string, body: string): WritePayload {
    return this.#source.build(this.#source.function(`${parameter}, out`, body)) as WritePayload
  }

  root(type: AvroType, columns: readonly StructField[], values: readonly string[]): string {
    if (type.kind === 'record')
      return this.#source.sequence('row, out', this.#fields(type, columns, values, '', this.#passed))
    return this.#fail(`A row cannot be written as an Avro ${type.kind}`)
  }

  /** Statements for the fields in their order. `values`: an expression for each column. */
  #fields(
    record: AvroRecord,
    columns: readonly StructField[],
    values: readonly string[],
    path: string,
    passed: PassedColumns | null = null,
  ): string[] {
    const fields = new FieldIndex(record)
    const lost = columns.find(({ name }) => fields.findExactFirst(name) < 0)
    if (lost !== undefined) return [this.#fail(`The Avro record ${record.name} has no field for ${path}${lost.name}`)]
    const places = columnsByField(record, columns)
    const shared = [...places.values()].find(({ length }) => length > 1)
    if (shared !== undefined) {
      const names = shared.map(({ name }) => path + name).join(' and ')
      return [this.#fail(`The Avro record ${record.name} has one field for ${names}`)]
    }
    return record.fields.map((field, i) => {
      const column = places.get(i)?.[0]
      if (column === undefined) return this.#defaultOf(field)
      const { name, type, place } = column
      const slot = passed?.slots[place] ?? -1
      if (passed !== null && slot >= 0)
        return this.#passedField(field, { type, name, value: values[place]! }, passed, slot)
      return `{ const value = ${values[place]}\n${this.#fieldValue(field, type, path + name)} }`
    })
  }

  /** Texts are copied into fields of texts; for others, a text that is passed becomes a value. */
  #passedField(
    field: AvroField,
    { type, name, value }: StructField & { readonly value: string },
    { values }: PassedColumns,
    slot: number,
  ): string {
    const passed = this.#source.constant(values)
    const isPassed = `${passed}.starts[${slot}] >= 0`
    const usual = this.#fieldValue(field, type, name)
    const text = nullableOf(field.type) ?? field.type
    if (text.kind !== 'string') {
      return `{ const value = ${isPassed} ? passedText(${passed}, ${slot}) : ${value}\n${usual} }`
    }
    const branch = text === field.type ? '' : `writeByte(${codeOf(field.type, text)}, out)\n`
    return `if (${isPassed}) { ${branch}writePassedText(${passed}, ${slot}, out) } else { const value = ${value}\n${usual} }`
  }

  /** NULL is the field's default, if it has one, as in Kafka Connect's Struct: for a nullable field too. */
  #fieldValue(field: AvroField, from: SqlType, path: string): string {
    const write = this.#nullableValue(field.type, from, 'value', path)
    const hasDefault = field.default !== undefined && field.default !== null && defaultBytes(field) !== null
    return hasDefault ? `if (value === null) { ${this.#defaultOf(field)} } else { ${write} }` : write
  }

  #defaultOf(field: AvroField): string {
    const bytes = defaultBytes(field)
    if (bytes === null) return this.#fail(noDefault(field))
    if (bytes.length === 0) return ''
    return bytes.length === 1 ? `writeByte(${bytes[0]}, out)` : `writeBytes(${this.#source.constant(bytes)}, out)`
  }

  /** Writes `value`, the name of a variable that may hold null. */
  #nullableValue(type: AvroType, from: SqlType, value: string, path: string): string {
    const place = type.kind === 'union' ? type.branches.findIndex(({ kind }) => kind === 'null') : -1
    const write = this.value(type, from, value, path)
    if (type.kind === 'null')
      return `if (${value} !== null) ${this.#fail(`${path} can only be null in the Avro schema`)}`
    if (place >= 0) return `if (${value} === null) writeInt(${place}, out); else { ${write} }`
    const message = `Invalid value: null used for required field: "${path}", schema type: ${CONNECT_TYPES[type.kind]}`
    return `if (${value} === null) ${this.#fail(message)}\n${write}`
  }

  /** Writes `value`, the name of a variable that does not hold null. */
  value(type: AvroType, from: SqlType, value: string, path: string): string {
    if (type.kind === 'union') return this.#union(type, from, value, path)
    return this.#tryValue(type, from, value, path) ?? this.#fail(mismatch(type, from, path))
  }

  /** Null: the type does not take values of that SQL type. */
  #tryValue(type: AvroType, from: SqlType, value: string, path: string): string | null {
    switch (from.kind) {
      case 'ARRAY':
        return type.kind === 'array' ? this.#array(type.items, from, value, path) : null
      case 'MAP':
        return this.#map(type, from, value, path)
      case 'STRUCT':
        return type.kind === 'record' ? this.#struct(type, from, value, path) : null
      case 'STRING':
        if (type.kind === 'string') return `writeText(${value}, out)`
        return type.kind === 'enum'
          ? `writeInt(symbolPlace(${value}, ${this.#source.constant(type.symbols)}), out)`
          : null
      case 'BOOLEAN':
        return type.kind === 'boolean' ? `writeByte(${value} ? 1 : 0, out)` : null
      case 'BYTES':
        if (type.kind === 'bytes') return type.logical === null ? `writeByteText(${value}, out)` : null
        return type.kind === 'fixed' && type.logical === null
          ? `writeBytes(checkSize(${value}, ${type.size}), out)`
          : null
      case 'DECIMAL':
        if ((type.kind !== 'bytes' && type.kind !== 'fixed') || type.logical?.kind !== 'decimal') return null
        return decimalSource(type, type.logical, from, value)
      default:
        return numberSource(type, from.kind, value)
    }
  }

  #union(union: AvroUnion, from: SqlType, value: string, path: string): string {
    const { branches } = union
    const single = nullableOf(union)
    if (single !== null) return `writeByte(${codeOf(union, single)}, out)\n${this.value(single, from, value, path)}`
    if (from.kind === 'STRUCT' && from.fields.some(({ name }) => branchPlace(union, name) >= 0)) {
      return this.#alternatives(union, from, value, path)
    }
    for (const [i, branch] of branches.entries()) {
      const write = branch.kind === 'null' ? null : this.#tryValue(branch, from, value, path)
      if (write !== null) return `writeInt(${i}, out)\n${write}`
    }
    return this.#fail(`No branch of the Avro union of ${path} takes ${formatType(from)}`)
  }

  /** The first alternative that is not NULL is the value. */
  #alternatives(union: AvroUnion, { fields }: StructType, value: string, path: string): string {
    const nothing = union.branches.findIndex(({ kind }) => kind === 'null')
    const cases = fields.map(({ name, type }, i) => {
      const place = branchPlace(union, name)
      const inner = `${value}[${i}]`
      const write =
        place < 0
          ? this.#fail(`The Avro union of ${path} has no branch ${name}`)
          : `writeInt(${place}, out)\n${this.#call(union.branches[place]!, type, inner, `${path}->${name}`)}`
      return `if (${inner} !== null) { ${write} } else `
    })
    const none = nothing < 0 ? this.#fail(`All alternatives of ${path} are NULL`) : `writeInt(${nothing}, out)`
    return `${cases.join('')}{ ${none} }`
  }

  /** Writes the value of an expression. */
  #call(type: AvroType, from: SqlType, expression: string, path: string): string {
    return `{ const inner = ${expression}\n${this.value(type, from, 'inner', path)} }`
  }

  #array(items: AvroType, from: ArrayType, value: string, path: string): string {
    const key = `array ${this.#source.idOf(items)} ${formatType(from)} ${path}`
    const name = this.#source.sharedFunction(key, 'values, out', () => {
      const write = this.#nullableValue(items, from.element, 'value', `${path}[]`)
      return `const count = values.length
      if (count > 0) writeInt(count, out)
      for (let i = 0; i < count; i++) { const value = values[i]\n${write} }
      writeByte(0, out)`
    })
    return `${name}(${value}, out)`
  }

  #map(type: AvroType, from: MapType, value: string, path: string): string | null {
    if (type.kind === 'map') {
      const write = `writeText(checkKey(key), out)\n${this.#nullableValue(type.values, from.value, 'value', `${path}->value`)}`
      return this.#entries(type, from, value, path, write)
    }
    const entry = type.kind === 'array' && type.items.kind === 'record' ? type.items : null
    if (entry === null) return null
    const fields = new FieldIndex(entry)
    const places = ['key', 'value'].map((name) => fields.findExactFirst(name))
    if (places.includes(-1)) return null
    const parts = entry.fields.map((field, i) => {
      if (i === places[0]) return this.#mapKey(field.type, `${path}->key`)
      if (i === places[1]) return this.#nullableValue(field.type, from.value, 'value', `${path}->value`)
      return this.#defaultOf(field)
    })
    return this.#entries(type, from, value, path, parts.join('\n'))
  }

  /** Keys are STRING in SQL; entries may have whole numbers. */
  #mapKey(type: AvroType, path: string): string {
    const inner = nullableOf(type) ?? type
    const branch = inner === type ? '' : `writeByte(${codeOf(type, inner)}, out)\n`
    const convert = inner.kind === 'int' ? 'toInt' : inner.kind === 'long' ? 'toLong' : null
    if (convert === null) return this.#nullableValue(type, { kind: 'STRING' }, 'key', path)
    return `${branch}${inner.kind === 'int' ? 'writeInt' : 'writeLong'}(${convert}(checkKey(key)), out)`
  }

  #entries(type: AvroType, from: MapType, value: string, path: string, write: string): string {
    const name = this.#source.sharedFunction(
      `map ${this.#source.idOf(type)} ${formatType(from)} ${path}`,
      'values, out',
      () => `if (values.size > 0) writeInt(values.size, out)
      for (const [key, value] of values) { ${write} }
      writeByte(0, out)`,
    )
    return `${name}(${value}, out)`
  }

  #struct(record: AvroRecord, from: StructType, value: string, path: string): string {
    const name = this.#source.sharedFunction(
      `struct ${this.#source.idOf(record)} ${formatType(from)} ${path}`,
      'row, out',
      () => {
        const values = from.fields.map((_, i) => `row[${i}]`)
        return this.#source.sequence('row, out', this.#fields(record, from.fields, values, `${path}->`))
      },
    )
    return `${name}(${value}, out)`
  }

  /** A statement that throws; also an expression. */
  #fail(message: string): string {
    const fail = this.#source.sharedFunction('fail', 'message', () => 'throw new Error(message)')
    return `${fail}(${this.#source.constant(message)})`
  }
}

/** Columns by the place of the field that they are written to. */
function columnsByField(record: AvroRecord, columns: readonly StructField[]) {
  const fields = new FieldIndex(record)
  return byPlace(columns.map((column, place) => ({ ...column, place, field: fields.findExactFirst(column.name) })))
}

const branchPlace = ({ branches }: AvroUnion, name: string): number =>
  indexOfName(
    branches.map((branch) => (branch.kind === 'null' ? '' : branchName(branch))),
    name,
  )

/** Word for word as ksqlDB. */
const noDefault = ({ name }: AvroField): string =>
  `Missing default value for required Avro field: [${name}]. This field appears in Avro schema in Schema Registry`

const mismatch = (type: AvroType, from: SqlType, path: string): string =>
  `${path} is ${formatType(from)}, which cannot be written as the Avro type ${type.kind}`

/** Kafka Connect's types, as its messages show them. */
const CONNECT_TYPES: { readonly [kind in AvroType['kind']]: string } = {
  null: 'NULL',
  boolean: 'BOOLEAN',
  int: 'INT32',
  long: 'INT64',
  float: 'FLOAT32',
  double: 'FLOAT64',
  bytes: 'BYTES',
  fixed: 'BYTES',
  string: 'STRING',
  enum: 'STRING',
  array: 'ARRAY',
  map: 'MAP',
  record: 'STRUCT',
  union: 'STRUCT',
}
