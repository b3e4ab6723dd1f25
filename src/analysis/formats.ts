/** Formats of a source: chosen from WITH, defaults and what the query reads, then checked against the columns. */
import { messageOf, StatementError } from '../errors.ts'
import type { FormatName, FormatSpec, LineProperty, Side } from '../serde/format.ts'
import { FORMATS } from '../serde/index.ts'
import { parseCsvHeader } from '../serde/lines/csv-header.ts'
import { patternOfGrok } from '../serde/lines/grok.ts'
import { type FieldKind, patternOfRegex } from '../serde/lines/line-pattern.ts'
import { type Column, formatColumn } from '../types/schema.ts'
import { BIGINT, BOOLEAN, containsKind, DOUBLE, formatType, INTEGER, type SqlType, STRING } from '../types/sql-type.ts'
import type { LineProperties, SchemaProperties, WithProperties } from './with-properties.ts'

/** What statements say of one side's format beside its name. */
export interface SideOptions {
  readonly delimiter: string | null
  readonly schema: SchemaProperties
  /** Name of the source that the statement makes: the default name of an Avro key record has it. */
  readonly sourceName: string
}

/** How the key of a source is written. `inherited`: the spec of the source that a query reads. */
export function keySpec(
  format: FormatName,
  columns: readonly Column[],
  options: SideOptions,
  inherited?: FormatSpec,
): FormatSpec {
  const wrapping = FORMATS[format].wrapping
  const unwrapped = columns.length === 1 && wrapping !== 'always'
  return { format, unwrapped, ...sideSpec(format, 'KEY', options, inherited) }
}

/** The key format of records without a key. */
export const NO_KEY: FormatSpec = { format: 'NONE', unwrapped: false }

/** The spec of a key with the columns on a topic that only the engine reads. */
export const internalKeySpec = (format: FormatName, columns: readonly Column[]): FormatSpec => ({
  format,
  unwrapped: columns.length === 1 && FORMATS[format].wrapping !== 'always',
  ...delimiterOf(format, null),
})

export function valueSpec(
  format: FormatName,
  columns: readonly Column[],
  options: SideOptions & {
    readonly wrap: boolean | null
    readonly defaultWrap: boolean | null
    readonly line: LineProperties
  },
  inherited?: FormatSpec,
): FormatSpec {
  const { wrapping } = FORMATS[format]
  refuseWrap(format, wrapping, columns, options.wrap)
  const wrap = options.wrap ?? (wrapping === 'optional' ? options.defaultWrap : null) ?? wrapping !== 'never'
  const spec = { format, unwrapped: columns.length === 1 && !wrap, ...sideSpec(format, 'VALUE', options, inherited) }
  return { ...spec, ...lineSpec(spec, options.line) }
}

function sideSpec(
  format: FormatName,
  side: Side,
  { delimiter, schema, sourceName }: SideOptions,
  inherited?: FormatSpec,
): Omit<FormatSpec, 'format' | 'unwrapped'> {
  refuseSchemaProperties(format, schema)
  const schemaName = schema.fullName ?? defaultSchemaName(format, side, sourceName)
  const nullable = schema.nullable ?? (inherited?.format === format ? inherited.nullable : undefined)
  return {
    ...delimiterOf(format, delimiter, inherited),
    ...(schemaName !== null && { schemaName }),
    ...(nullable !== undefined && { nullable }),
  }
}

/** What the spec says of lines. Throws StatementError for properties that the format does not take, lacks or cannot read. */
function lineSpec(
  { format, delimiter }: Pick<FormatSpec, 'format' | 'delimiter'>,
  { header, regex, grok, grokPatterns }: LineProperties,
): Pick<FormatSpec, 'header' | 'line'> {
  const { lineProperty } = FORMATS[format]
  const given = { VALUE_CSV_HEADER: header, VALUE_REGEX: regex, VALUE_GROK: grok, VALUE_GROK_PATTERNS: grokPatterns }
  for (const [name, value] of Object.entries(given)) {
    if (value !== null && LINE_PROPERTIES.get(name) !== lineProperty)
      throw new StatementError(`${format} does not support the following configs: [${name}]`)
  }
  switch (lineProperty) {
    case 'header':
      return header === null ? {} : { header: reading('VALUE_CSV_HEADER', () => parseCsvHeader(header, delimiter!)) }
    case 'regex':
      return { line: reading('VALUE_REGEX', () => patternOfRegex(required('VALUE_REGEX', regex, REGEX_EXAMPLE))) }
    case 'grok': {
      const pattern = required('VALUE_GROK', grok, GROK_EXAMPLE)
      return { line: reading('VALUE_GROK', () => patternOfGrok(pattern, grokPatterns ?? '')) }
    }
    default:
      return {}
  }
}

/** The types of fields that a pattern gives one. */
const FIELD_TYPES: { readonly [kind in FieldKind]: SqlType } = {
  int: INTEGER,
  long: BIGINT,
  float: DOUBLE,
  double: DOUBLE,
  boolean: BOOLEAN,
}

/**
 * The fields in their order, with upper-case names; STRING unless the pattern says more. A field that the key has is left out. Empty for formats
 * whose lines have no fields with names. Throws StatementError for a pattern that is missing or wrong.
 */
export function lineColumns(
  format: FormatName,
  { valueLine, valueDelimiter }: WithProperties,
  key: readonly Column[],
): readonly Column[] {
  const { line, header } = lineSpec({ format, delimiter: valueDelimiter ?? ',' }, valueLine)
  const fields = line?.fields ?? header?.map((name) => ({ name: name.trim(), kind: undefined })) ?? []
  return fields
    .map(
      ({ name, kind }): Column => ({ name: name.toUpperCase(), type: kind === undefined ? STRING : FIELD_TYPES[kind] }),
    )
    .filter(({ name }) => !key.some((column) => column.name === name))
}

const LINE_PROPERTIES: ReadonlyMap<string, LineProperty> = new Map([
  ['VALUE_CSV_HEADER', 'header'],
  ['VALUE_REGEX', 'regex'],
  ['VALUE_GROK', 'grok'],
  ['VALUE_GROK_PATTERNS', 'grok'],
])
const REGEX_EXAMPLE = "'(?<level>[A-Z]+) (?<message>.*)'"
const GROK_EXAMPLE = "'%{LOGLEVEL:level} %{GREEDYDATA:message}'"

function required(name: string, value: string | null, example: string): string {
  if (value !== null) return value
  throw new StatementError(`${name} is missing: it says how lines become columns. For instance: ${name}=${example}.`)
}

function reading<Result>(name: string, read: () => Result): Result {
  try {
    return read()
  } catch (error) {
    if (error instanceof StatementError) throw error
    throw new StatementError(`${name} cannot be used: ${messageOf(error)}`, { cause: error })
  }
}

function refuseSchemaProperties(format: FormatName, { fullName, nullable }: SchemaProperties): void {
  const { schemas } = FORMATS[format]
  if (fullName !== null && schemas?.takesName !== true) {
    throw new StatementError(`${format} does not support the following configs: [fullSchemaName]`)
  }
  if (fullName?.trim() === '') {
    throw new StatementError('fullSchemaName cannot be empty. Format configuration: {fullSchemaName=}')
  }
  if (nullable !== null && schemas?.takesNullable !== true) {
    throw new StatementError(`${format} does not support the following configs: [nullableRepresentation]`)
  }
}

/** The record of an Avro key is called by its source, as keys of several sources may meet in one registry. Source: ksqlDB's AvroFormat. */
function defaultSchemaName(format: FormatName, side: Side, sourceName: string): string | null {
  return format === 'AVRO' && side === 'KEY' ? `io.confluent.ksql.avro_schemas.${upperCamel(sourceName)}Key` : null
}

/** `MY_STREAM` is `MyStream`; characters that Avro names cannot have are left out. */
const upperCamel = (name: string): string =>
  name
    .split('_')
    .map((word) => word.slice(0, 1).toUpperCase() + word.slice(1).toLowerCase())
    .join('')
    .replaceAll(/[^A-Za-z0-9]/g, '')

function refuseWrap(
  format: FormatName,
  wrapping: 'always' | 'never' | 'optional',
  columns: readonly Column[],
  wrap: boolean | null,
): void {
  if (wrap === null) return
  const unsupported = (wrap && wrapping === 'never') || (!wrap && wrapping === 'always')
  if (unsupported) throw new StatementError(`Format '${format}' does not support 'WRAP_SINGLE_VALUE' set to '${wrap}'.`)
  if (columns.length !== 1) {
    throw new StatementError("'WRAP_SINGLE_VALUE' is only valid for single-field value schemas")
  }
}

function delimiterOf(format: FormatName, delimiter: string | null, inherited?: FormatSpec): { delimiter?: string } {
  if (!FORMATS[format].takesDelimiter) return {}
  const inheritedDelimiter = inherited?.format === format ? inherited.delimiter : undefined
  return { delimiter: delimiter ?? inheritedDelimiter ?? ',' }
}

/** Throws StatementError if the format cannot carry the columns: our words first, then ksqlDB's, on which clients match. */
export function checkFormat(columns: readonly Column[], spec: FormatSpec, side: Side): void {
  if (side === 'KEY') refuseMaps(columns)
  const reason = FORMATS[spec.format].refusal(columns, spec, side)
  if (reason === null) return
  const mark = side === 'KEY' ? ' KEY' : ''
  const shown = columns.map((column) => formatColumn(column) + mark).join(', ')
  throw new StatementError(
    `${spec.format} cannot hold ${side === 'KEY' ? 'this key' : 'these values'}: ${reason}\n` +
      `${side === 'KEY' ? 'Key' : 'Value'} format does not support schema.\nformat: ${spec.format}\n` +
      `schema: Persistence{columns=[${shown}], features=[${features(spec, columns)}]}\nreason: ${reason}`,
  )
}

const features = (spec: FormatSpec, columns: readonly Column[]): string =>
  spec.unwrapped && columns.length === 1 && FORMATS[spec.format].wrapping === 'optional' ? 'UNWRAP_SINGLES' : ''

export function refuseMaps(key: readonly Column[]): void {
  const bad = key.find(({ type }) => containsKind(type, 'MAP'))
  if (bad === undefined) return
  throw new StatementError(
    'Map keys, including types that contain maps, are not supported as they may lead to unexpected behavior due to ' +
      `inconsistent serialization. Key column name: \`${bad.name}\`. Column type: ${formatType(bad.type)}. ` +
      'See https://github.com/confluentinc/ksql/issues/6621 for more.',
  )
}
