/** WITH (...): names, values and their checks. Source: ksqlDB's CreateSourceProperties and CreateConfigs. */
import { type Location, ParseError, placing, StatementError } from '../errors.ts'
import type { KeyWindow } from '../metastore/data-source.ts'
import type { FormatName, NullableRepresentation, Side } from '../serde/format.ts'
import { FORMATS, resolveFormat } from '../serde/index.ts'
import type { Property } from '../sql/ast/statement-node.ts'
import { CHANGE_PROPERTIES } from '../sql/change-properties.ts'
import { suggestion } from '../suggest.ts'
import { parseTimestamp } from '../types/time-text.ts'
import { durationMs } from './durations.ts'

/** START: where a new version of a query begins to read. A number is a time, epoch ms. */
export type Start = 'kept' | 'earliest' | 'latest' | number

/** Null: not given. */
export interface WithProperties {
  readonly kafkaTopic: string | null
  readonly partitions: number | null
  readonly replicas: number | null
  readonly retentionMs: number | null
  readonly keyFormat: FormatName | null
  readonly valueFormat: FormatName | null
  readonly keyDelimiter: string | null
  readonly valueDelimiter: string | null
  readonly wrapSingleValue: boolean | null
  readonly timestamp: string | null
  readonly timestampFormat: string | null
  readonly window: KeyWindow | null
  readonly badRecords: BadRecords | null
  /** UNUSED_COLUMNS: whether the values of columns that a query does not use are checked, so that all queries see the same records. */
  readonly checksUnusedColumns: boolean
  readonly queryId: string | null
  readonly start: Start | null
  /** SWITCH: whether a new version takes the place of the running one as soon as it has come as far. */
  readonly switchesAtOnce: boolean
  readonly keySchema: SchemaProperties
  readonly valueSchema: SchemaProperties
  readonly valueLine: LineProperties
  /** Where the first of the properties stands that was given, for errors. */
  readonly location: (...names: readonly string[]) => Location | undefined
}

/** What WITH says of the schema of one side; only some formats take it. Null: not given. */
export interface SchemaProperties {
  /** KEY_SCHEMA_ID, VALUE_SCHEMA_ID. */
  readonly id: number | null
  /** KEY_SCHEMA_FULL_NAME, VALUE_SCHEMA_FULL_NAME. */
  readonly fullName: string | null
  /** KEY_PROTOBUF_NULLABLE_REPRESENTATION, VALUE_PROTOBUF_NULLABLE_REPRESENTATION. */
  readonly nullable: NullableRepresentation | null
}

/** What WITH says of the lines that values are; only some formats take it. Null: not given. */
export interface LineProperties {
  /** VALUE_CSV_HEADER. */
  readonly header: string | null
  /** VALUE_REGEX. */
  readonly regex: string | null
  /** VALUE_GROK. */
  readonly grok: string | null
  /** VALUE_GROK_PATTERNS. */
  readonly grokPatterns: string | null
}

/** ON_ERROR. `topic` null: by the name of the source's topic. */
export type BadRecords =
  | { readonly kind: 'skip' | 'fail' }
  | { readonly kind: 'deadLetter'; readonly topic: string | null }

export type WithUse = 'create' | 'createAs' | 'insertInto'

const COMMON = [
  'KAFKA_TOPIC',
  'PARTITIONS',
  'REPLICAS',
  'RETENTION_MS',
  'FORMAT',
  'KEY_FORMAT',
  'VALUE_FORMAT',
  'KEY_DELIMITER',
  'VALUE_DELIMITER',
  'WRAP_SINGLE_VALUE',
  'TIMESTAMP',
  'TIMESTAMP_FORMAT',
]
const REGISTRY = [
  'KEY_SCHEMA_ID',
  'VALUE_SCHEMA_ID',
  'KEY_SCHEMA_FULL_NAME',
  'VALUE_SCHEMA_FULL_NAME',
  'VALUE_AVRO_SCHEMA_FULL_NAME',
  'KEY_PROTOBUF_NULLABLE_REPRESENTATION',
  'VALUE_PROTOBUF_NULLABLE_REPRESENTATION',
]
export const LINES: readonly string[] = ['VALUE_CSV_HEADER', 'VALUE_REGEX', 'VALUE_GROK', 'VALUE_GROK_PATTERNS']
const ERRORS = ['ON_ERROR', 'DEAD_LETTER_TOPIC', 'UNUSED_COLUMNS']
const KNOWN: { readonly [Use in WithUse]: ReadonlySet<string> } = {
  create: new Set([
    ...COMMON,
    ...REGISTRY,
    ...LINES,
    'WINDOW_TYPE',
    'WINDOW_SIZE',
    ...ERRORS,
    'SOURCED_BY_CONNECTOR',
    'SOURCE_CONNECTOR',
  ]),
  createAs: new Set([...COMMON, ...REGISTRY, 'VALUE_CSV_HEADER', ...CHANGE_PROPERTIES]),
  insertInto: new Set(['QUERY_ID']),
}

/** Throws StatementError for unknown names and bad values. */
export function readWithProperties(properties: readonly Property[], use: WithUse): WithProperties {
  const given = new Map(properties.map((property) => [property.name.toUpperCase(), property]))
  refuseUnknown(given, use)
  const read = new PropertyReader(given)
  const formats = readFormats(read)
  const result = {
    kafkaTopic: read.text('KAFKA_TOPIC'),
    partitions: read.count('PARTITIONS'),
    replicas: read.count('REPLICAS', -1),
    retentionMs: read.count('RETENTION_MS', -1),
    ...formats,
    keyDelimiter: read.delimiter('KEY_DELIMITER'),
    valueDelimiter: read.delimiter('VALUE_DELIMITER'),
    wrapSingleValue: read.boolean('WRAP_SINGLE_VALUE'),
    timestamp: read.identifier('TIMESTAMP'),
    timestampFormat: read.text('TIMESTAMP_FORMAT'),
    window: readWindow(read),
    badRecords: readBadRecords(read),
    checksUnusedColumns: readUnusedColumns(read),
    queryId: read.text('QUERY_ID'),
    start: readStart(read),
    switchesAtOnce: readSwitch(read),
    keySchema: readSchema(read, 'KEY'),
    valueSchema: readSchema(read, 'VALUE'),
    valueLine: {
      header: read.text('VALUE_CSV_HEADER'),
      regex: read.text('VALUE_REGEX'),
      grok: read.text('VALUE_GROK'),
      grokPatterns: read.text('VALUE_GROK_PATTERNS'),
    },
    location: (...names: readonly string[]) => given.get(names.find((name) => given.has(name)) ?? '')?.location,
  }
  refuseBadDelimiters(result)
  return result
}

function refuseUnknown(given: ReadonlyMap<string, Property>, use: WithUse): void {
  const cleanup = given.get('CLEANUP_POLICY')
  if (use !== 'insertInto' && cleanup !== undefined) {
    throw new StatementError(
      'Invalid config variable in the WITH clause: CLEANUP_POLICY.\nThe cleanup policy follows from the kind of source: ' +
        'streams delete, tables compact, windowed tables do both.',
      { location: cleanup.location },
    )
  }
  const unknown = [...given.keys()].filter((name) => !KNOWN[use].has(name))
  const [first] = unknown
  if (first === undefined) return
  const advice = unknown.some((name) => ERRORS.includes(name))
    ? ERRORS_ELSEWHERE
    : suggestion(first, [...KNOWN[use]], { label: 'Known here', most: 30 })
  throw new StatementError(
    `Failed to prepare statement: Invalid config variable(s) in the WITH clause: ${unknown.join(', ')}\n${advice.trim()}`,
    { location: given.get(first)!.location },
  )
}

const ERRORS_ELSEWHERE = `${ERRORS.slice(0, -1).join(', ')} and ${ERRORS.at(-1)} belong to the CREATE STREAM or CREATE TABLE over the topic that is read.`

function readFormats(read: PropertyReader): Pick<WithProperties, 'keyFormat' | 'valueFormat'> {
  const both = read.format('FORMAT')
  const keyFormat = read.format('KEY_FORMAT')
  const valueFormat = read.format('VALUE_FORMAT')
  if (both === null) return { keyFormat, valueFormat }
  const extra = keyFormat !== null ? 'KEY_FORMAT' : valueFormat !== null ? 'VALUE_FORMAT' : null
  if (extra !== null) {
    throw new StatementError(
      `Cannot supply both '${extra}' and 'FORMAT' properties, as 'FORMAT' sets both key and value formats. ` +
        "Either use just 'FORMAT', or use 'KEY_FORMAT' and 'VALUE_FORMAT'.",
      { location: read.location(extra) },
    )
  }
  return { keyFormat: both, valueFormat: both }
}

function readSchema(read: PropertyReader, side: Side): SchemaProperties {
  const fullName = read.text(`${side}_SCHEMA_FULL_NAME`)
  const older = side === 'VALUE' ? read.text('VALUE_AVRO_SCHEMA_FULL_NAME') : null
  return {
    id: read.count(`${side}_SCHEMA_ID`),
    fullName: fullName ?? older,
    nullable: readNullable(read, `${side}_PROTOBUF_NULLABLE_REPRESENTATION`),
  }
}

function readNullable(read: PropertyReader, name: string): NullableRepresentation | null {
  const word = read.text(name)?.toUpperCase() ?? null
  if (word === null || word === 'OPTIONAL' || word === 'WRAPPER') return word
  throw read.invalid(name, `Unknown value: '${word}'. It is OPTIONAL or WRAPPER.`)
}

function readWindow(read: PropertyReader): KeyWindow | null {
  const type = read.text('WINDOW_TYPE')?.toUpperCase() ?? null
  const sizeMs = read.duration('WINDOW_SIZE')
  if (type === null) {
    if (sizeMs === null) return null
    throw new ParseError("'WINDOW_SIZE' needs a 'WINDOW_TYPE': TUMBLING or HOPPING.", {
      location: read.location('WINDOW_SIZE'),
    })
  }
  if (type === 'SESSION') {
    if (sizeMs === null) return { type, sizeMs }
    throw new ParseError("'WINDOW_SIZE' should not be set for SESSION windows.", {
      location: read.location('WINDOW_SIZE'),
    })
  }
  if (type !== 'TUMBLING' && type !== 'HOPPING') {
    throw read.invalid('WINDOW_TYPE', `Unknown window type: '${type}'. It is one of SESSION, HOPPING, TUMBLING.`)
  }
  if (sizeMs === null) {
    throw new ParseError(
      `'WINDOW_SIZE' must be provided for ${type} windows. Size must be a duration, for instance '10 SECONDS'.`,
      { location: read.location('WINDOW_TYPE') },
    )
  }
  return { type, sizeMs }
}

function readBadRecords(read: PropertyReader): BadRecords | null {
  const word = read.text('ON_ERROR')
  const topic = read.text('DEAD_LETTER_TOPIC')
  const kind = word === null ? null : ON_ERROR.get(word.toUpperCase().replaceAll('-', '_'))
  if (kind === undefined)
    throw read.invalid('ON_ERROR', `Unknown value: '${word}'. It is one of SKIP, FAIL, DEAD_LETTER.`)
  if (kind === 'deadLetter') return { kind, topic }
  if (topic !== null) throw read.invalid('DEAD_LETTER_TOPIC', "It needs ON_ERROR='DEAD_LETTER'.")
  return kind === null ? null : { kind }
}

function readUnusedColumns(read: PropertyReader): boolean {
  const word = read.text('UNUSED_COLUMNS')?.toUpperCase() ?? 'CHECK'
  if (word !== 'CHECK' && word !== 'SKIP')
    throw read.invalid('UNUSED_COLUMNS', `Unknown value: '${word}'. It is CHECK or SKIP.`)
  return word === 'CHECK'
}

function readStart(read: PropertyReader): Start | null {
  const text = read.text('START')
  if (text === null) return null
  const word = text.toLowerCase()
  if (word === 'kept' || word === 'earliest' || word === 'latest') return word
  if (/^\d+$/.test(text) && Number.isSafeInteger(Number(text))) return Number(text)
  try {
    return parseTimestamp(text)
  } catch {
    throw read.invalid(
      'START',
      `'${text}' is neither 'kept', 'earliest' nor 'latest', nor a time such as '2026-01-31T12:00:00'.`,
    )
  }
}

function readSwitch(read: PropertyReader): boolean {
  const word = read.text('SWITCH')?.toUpperCase() ?? 'AT_ONCE'
  if (word === 'AT_ONCE' || word === 'BY_APPLY') return word === 'AT_ONCE'
  throw read.invalid('SWITCH', `Unknown value: '${word}'. It is AT_ONCE or BY_APPLY.`)
}

const ON_ERROR: ReadonlyMap<string, BadRecords['kind']> = new Map([
  ['SKIP', 'skip'],
  ['FAIL', 'fail'],
  ['DEAD_LETTER', 'deadLetter'],
])

function refuseBadDelimiters(properties: Omit<WithProperties, 'queryId'>): void {
  const sides = [
    ['KEY_DELIMITER', properties.keyFormat, properties.keyDelimiter],
    ['VALUE_DELIMITER', properties.valueFormat, properties.valueDelimiter],
  ] as const
  for (const [name, format, delimiter] of sides) {
    if (delimiter !== null && format !== null && !FORMATS[format].takesDelimiter) {
      throw new StatementError(`${format} does not support the following configs: [delimiter]`, {
        location: properties.location(name),
      })
    }
  }
}

const DELIMITER_EXAMPLE = "\nExample valid value: ';'"

class PropertyReader {
  readonly #given: ReadonlyMap<string, Property>

  constructor(given: ReadonlyMap<string, Property>) {
    this.#given = given
  }

  text(name: string): string | null {
    const literal = this.#given.get(name)?.value
    if (literal === undefined) return null
    switch (literal.kind) {
      case 'nullLiteral':
        throw this.invalid(name, 'it must not be NULL.')
      case 'bigintLiteral':
      case 'decimalLiteral':
        return literal.text
      default:
        return String(literal.value)
    }
  }

  /** A column name in a string: upper-cased unless it is quoted. */
  identifier(name: string): string | null {
    const text = this.text(name)
    if (text === null) return null
    const quoted = /^(`|")(.*)\1$/s.exec(text)
    return quoted === null ? text.toUpperCase() : quoted[2]!.replaceAll(quoted[1]! + quoted[1]!, quoted[1]!)
  }

  /** A whole number > 0, or `special`. */
  count(name: string, special?: number): number | null {
    const text = this.text(name)
    if (text === null) return null
    const value = Number(text)
    if (Number.isSafeInteger(value) && (value > 0 || value === special)) return value
    throw this.invalid(name, `'${text}' is not a whole number above 0.`)
  }

  boolean(name: string): boolean | null {
    const text = this.text(name)?.toLowerCase() ?? null
    if (text === null) return null
    if (text === 'true' || text === 'false') return text === 'true'
    throw this.invalid(name, `'${text}' is not true or false.`)
  }

  format(name: string): FormatName | null {
    const text = this.text(name)
    return text === null ? null : placing(this.location(name), () => resolveFormat(text))
  }

  delimiter(name: string): string | null {
    const text = this.text(name)
    if (text === null) return null
    if (text.trim() === '') {
      throw new StatementError(
        `Failed to prepare statement: Configuration ${name} is invalid: Delimiter cannot be empty, if you meant to have a tab or ` +
          `space for delimiter, please use the special values 'TAB' or 'SPACE'${DELIMITER_EXAMPLE}`,
        { location: this.location(name) },
      )
    }
    if (text.length === 1) return text
    if (text.toUpperCase() === 'TAB') return '\t'
    if (text.toUpperCase() === 'SPACE') return ' '
    throw new StatementError(
      `Failed to prepare statement: Configuration ${name} is invalid: Invalid delimiter value: '${text}'. Delimiter must be a single ` +
        `character or TAB,SPACE${DELIMITER_EXAMPLE}`,
      { location: this.location(name) },
    )
  }

  /** `'10 SECONDS'`, in ms. */
  duration(name: string): number | null {
    const text = this.text(name)
    if (text === null) return null
    const [amount, word, ...rest] = text.trim().split(/\s+/)
    if (word === undefined || rest.length > 0) {
      throw this.invalid(name, `Invalid duration: '${text}'. Expected a number and a unit. E.g. '10 SECONDS'`)
    }
    const value = Number(amount)
    if (!Number.isSafeInteger(value))
      throw this.invalid(name, `Invalid duration: '${text}'. Not a whole number: '${amount}'`)
    const unit = UNITS.get(word.toUpperCase())
    if (unit === undefined)
      throw this.invalid(name, `Invalid duration: '${text}'. Unknown time unit: '${word.toUpperCase()}'`)
    return durationMs({ value, unit })
  }

  /** For a value that a rule of the clause refuses. */
  invalid(name: string, reason: string): ParseError {
    return new ParseError(`Failed to prepare statement: Configuration ${name} is invalid: ${reason}`, {
      location: this.location(name),
    })
  }

  /** Where the value stands. */
  location(name: string): Location | undefined {
    const property = this.#given.get(name)
    return property?.value.location ?? property?.location
  }
}

const UNITS = new Map(
  (['DAYS', 'HOURS', 'MINUTES', 'SECONDS', 'MILLISECONDS'] as const).flatMap((unit) => [
    [unit as string, unit],
    [unit.slice(0, -1), unit],
  ]),
)
