/**
 * Fields from an Avro schema with the annotations of `ksql-datagen`: `{"type": "int", "arg.properties": {"range": {"min": 1, "max": 9}}}`.
 * Source: Confluent's avro-random-generator, whose properties options, range, iteration, regex, length, odds and keys are read.
 */
import { FieldError, letters } from './fields.ts'
import { type Field, integerBetween, type MadeValue, type Make, objectOf, structType } from './making.ts'
import { patternText } from './pattern-text.ts'

interface Arguments {
  readonly options?: readonly unknown[]
  readonly range?: { readonly min?: number; readonly max?: number }
  readonly iteration?: { readonly start: number; readonly step?: number; readonly restart?: number }
  readonly regex?: string
  readonly length?: number | { readonly min?: number; readonly max?: number }
  readonly odds?: number
  readonly keys?: { readonly options?: readonly string[]; readonly length?: number }
}

interface AvroType {
  readonly type: AvroSchema
  readonly name?: string
  readonly fields?: readonly { readonly name: string; readonly type: AvroSchema }[]
  readonly symbols?: readonly string[]
  readonly items?: AvroSchema
  readonly values?: AvroSchema
  readonly 'arg.properties'?: Arguments
}

type AvroSchema = string | AvroType | readonly AvroSchema[]

/** Fields of the record that `text`, the JSON of an Avro schema, describes. Throws a FieldError. */
export function fieldsOfAvroSchema(text: string): readonly Field[] {
  const schema = parse(text)
  if (Array.isArray(schema) || typeof schema === 'string' || (schema as AvroType).type !== 'record') {
    throw new FieldError('The schema is not a record: {"type": "record", "name": ..., "fields": [...]}.')
  }
  return recordFields(schema as AvroType)
}

function parse(text: string): AvroSchema {
  try {
    return JSON.parse(text) as AvroSchema
  } catch (error) {
    throw new FieldError(`The schema is not JSON: ${(error as Error).message}`)
  }
}

const recordFields = ({ fields = [] }: AvroType): Field[] =>
  fields.map(({ name, type }) => ({ name, ...madeValue(type, name) }))

function madeValue(schema: AvroSchema, name: string): MadeValue {
  if (Array.isArray(schema)) return unionValue(schema as readonly AvroSchema[], name)
  if (typeof schema === 'string') return simpleValue(schema, {}, name)
  const type = schema as AvroType
  if (typeof type.type !== 'string') return madeValue(type.type, name)
  const given = type['arg.properties'] ?? {}
  const whole = structured(type, given, name)
  if (whole === null) return simpleValue(type.type, given, name)
  return given.options === undefined ? whole : { ...whole, make: oneOf(given.options) }
}

/** NULL has its turn as often as the other branches. */
function unionValue(branches: readonly AvroSchema[], name: string): MadeValue {
  const values = branches.filter((branch) => branch !== 'null')
  if (values.length !== 1)
    throw new FieldError(`The field ${name} is a union of several types, which no column can hold.`)
  const value = madeValue(values[0]!, name)
  if (values.length === branches.length) return value
  return { ...value, make: (making) => (making.random() < 0.5 ? 'null' : value.make(making)) }
}

function structured(type: AvroType, given: Arguments, name: string): MadeValue | null {
  switch (type.type) {
    case 'record': {
      const fields = recordFields(type)
      return { sqlType: structType(fields), make: objectOf(fields) }
    }
    case 'enum':
      return { sqlType: 'STRING', make: oneOf(type.symbols ?? []) }
    case 'array': {
      const item = madeValue(type.items ?? 'string', name)
      const length = lengthOf(given)
      const make: Make = (making) =>
        `[${Array.from({ length: length(making.random) }, () => item.make(making)).join(',')}]`
      return { sqlType: `ARRAY<${item.sqlType}>`, make }
    }
    case 'map': {
      const value = madeValue(type.values ?? 'string', name)
      const { options, length: keyLength = 8 } = given.keys ?? {}
      const length = lengthOf(given)
      const key = ({ random }: { random: () => number }) =>
        options === undefined ? letters(random, keyLength) : options[integerBetween(random, 0, options.length - 1)]!
      const make: Make = (making) =>
        `{${Array.from({ length: length(making.random) }, () => `${JSON.stringify(key(making))}:${value.make(making)}`).join(',')}}`
      return { sqlType: `MAP<STRING, ${value.sqlType}>`, make }
    }
    default:
      return null
  }
}

const SQL_TYPES: Readonly<Record<string, string>> = {
  int: 'INT',
  long: 'BIGINT',
  float: 'DOUBLE',
  double: 'DOUBLE',
  string: 'STRING',
  boolean: 'BOOLEAN',
}

function simpleValue(type: string, given: Arguments, name: string): MadeValue {
  const sqlType = SQL_TYPES[type]
  if (sqlType === undefined)
    throw new FieldError(`The field ${name} has the type ${type}, for which no values can be made.`)
  if (given.options !== undefined) return { sqlType, make: oneOf(given.options) }
  const { iteration } = given
  if (iteration !== undefined) return { sqlType, make: iterated(iteration) }
  return { sqlType, make: SIMPLE[type as keyof typeof SIMPLE](given) }
}

const SIMPLE: {
  readonly [Type in 'int' | 'long' | 'float' | 'double' | 'string' | 'boolean']: (given: Arguments) => Make
} = {
  int: wholeNumber,
  long: wholeNumber,
  float: fraction,
  double: fraction,
  boolean:
    ({ odds = 0.5 }) =>
    ({ random }) =>
      String(random() < odds),
  string(given) {
    if (given.regex !== undefined) {
      const make = patternText(given.regex)
      return ({ random }) => JSON.stringify(make(random))
    }
    const length = lengthOf(given)
    return ({ random }) => JSON.stringify(letters(random, length(random)))
  },
}

function wholeNumber({ range: { min = 0, max = 2 ** 31 - 1 } = {} }: Arguments): Make {
  // The upper bound is exclusive, as in avro-random-generator.
  return ({ random }) => String(integerBetween(random, min, Math.max(min, max - 1)))
}

function fraction({ range: { min = 0, max = 1 } = {} }: Arguments): Make {
  return ({ random }) => String(min + random() * (max - min))
}

function iterated({ start, step = 1, restart }: NonNullable<Arguments['iteration']>): Make {
  const turns = restart === undefined ? Number.POSITIVE_INFINITY : Math.max(1, Math.ceil((restart - start) / step))
  return ({ index }) => String(start + step * (index % turns))
}

function oneOf(values: readonly unknown[]): Make {
  if (values.length === 0) throw new FieldError('A list of options or symbols is empty.')
  const texts = values.map((value) => JSON.stringify(value))
  return ({ random }) => texts[integerBetween(random, 0, texts.length - 1)]!
}

function lengthOf({ length = { min: 1, max: 16 } }: Arguments): (random: () => number) => number {
  if (typeof length === 'number') return () => length
  const { min = 0, max = min + 16 } = length
  return (random) => integerBetween(random, min, Math.max(min, max - 1))
}
