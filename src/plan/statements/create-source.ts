/** CREATE STREAM and CREATE TABLE over a topic. */
import { declaredSchema } from '../../analysis/declared-columns.ts'
import { checkFormat, keySpec, lineColumns, valueSpec } from '../../analysis/formats.ts'
import { type FetchedSchemas, inferColumns, NO_SCHEMAS, type SchemaRequest } from '../../analysis/inferred-columns.ts'
import { timestampColumn } from '../../analysis/timestamp-column.ts'
import { type BadRecords, LINES, readWithProperties, type WithProperties } from '../../analysis/with-properties.ts'
import { placing, StatementError } from '../../errors.ts'
import type { BadRecordPolicy, DataSource } from '../../metastore/data-source.ts'
import type { FormatName, FormatSpec, Side, WrittenSchema } from '../../serde/format.ts'
import { FORMATS, resolveFormat } from '../../serde/index.ts'
import type { ColumnDefinition, CreateSource } from '../../sql/ast/definitions.ts'
import { allColumns, type Column, isSystemColumn, type Schema } from '../../types/schema.ts'
import type { PlanContext } from '../builder.ts'
import { checkPlan } from '../check-plan.ts'
import type { PhysicalPlan } from '../physical-plan.ts'
import { type SchemaRegistration, sideRegistration } from '../schema-registration.ts'
import { checkExistingTopic, cleanupPolicy, type TopicRequest, topicRequest } from '../topic-request.ts'

export interface PlannedSource {
  readonly source: DataSource
  readonly topic: TopicRequest
  /** Where its bad records go, if they go anywhere. */
  readonly deadLetterTopic: TopicRequest | null
  readonly registrations: readonly SchemaRegistration[]
}

/** What must be fetched before the statement is planned: the schemas of sides whose columns it does not declare. Throws StatementError. */
export function sourceSchemaRequests(statement: CreateSource, context: PlanContext): SchemaRequest[] {
  const properties = readWithProperties(statement.properties, 'create')
  const declared = declaredSchema(statement.columns, context.metastore)
  const formats = chooseFormats(properties, declared, context)
  const topic = properties.kafkaTopic
  if (topic === null) return []
  return SIDES.flatMap((side) => {
    const { id } = schemaProperties(properties, side)
    return isInferred(side, id, sideOf(declared, side), sideFormat(formats, side)) ? [{ side, topic, id }] : []
  })
}

const SIDES: readonly Side[] = ['KEY', 'VALUE']

const schemaProperties = ({ keySchema, valueSchema }: WithProperties, side: Side) =>
  side === 'KEY' ? keySchema : valueSchema
const sideOf = ({ key, value }: Schema, side: Side): readonly Column[] => (side === 'KEY' ? key : value)
const sideFormat = ({ key, value }: Formats, side: Side): FormatName => (side === 'KEY' ? key : value)

/** Whether the columns come from the registry. Throws StatementError for a schema id where they cannot. */
function isInferred(side: Side, id: number | null, declared: readonly Column[], format: FormatName): boolean {
  const infers = FORMATS[format].schemas?.isRegistered === true
  if (id === null) return infers && declared.length === 0
  refuseSchemaId(side, format)
  if (declared.length === 0) return true
  throw new StatementError(`Table elements and ${side}_SCHEMA_ID cannot both exist for create statement.`, {
    peerClass: 'io.confluent.ksql.util.KsqlException',
  })
}

/** Throws StatementError if the format has no schemas that an id could name. */
export function refuseSchemaId(side: Side, format: FormatName): void {
  if (FORMATS[format].schemas?.isRegistered === true) return
  throw new StatementError(
    `${side}_FORMAT should support schema inference when ${side}_SCHEMA_ID is provided. Current format is ${format}.`,
  )
}

/**
 * `fetched`: the schemas that `sourceSchemaRequests` names. Throws StatementError. Does not look whether the name is free: that is the engine's, which
 * knows IF NOT EXISTS and OR REPLACE.
 */
export function planCreateSource(
  statement: CreateSource,
  context: PlanContext,
  fetched: FetchedSchemas = NO_SCHEMAS,
): PlannedSource {
  const properties = readWithProperties(statement.properties, 'create')
  const declared = declaredSchema(statement.columns, context.metastore)
  const formats = chooseFormats(properties, declared, context)
  const schema = withInferred(declared, fetched, { properties, formats, context })
  checkTopic(statement, properties, context)
  checkKey(statement, schema, properties)
  const source: DataSource = {
    kind: statement.sourceKind,
    name: statement.name,
    schema,
    topic: properties.kafkaTopic!,
    ...specs(statement.name, { properties, schema, formats, fetched, context }),
    window: properties.window,
    timestamp: timestampColumn(properties, allColumns(schema)),
    ...(properties.badRecords !== null && {
      badRecords: placing(properties.location('DEAD_LETTER_TOPIC', 'ON_ERROR'), () =>
        badRecordPolicy(properties.badRecords!, properties.kafkaTopic!),
      ),
    }),
    isSource: statement.isSource,
    isDerived: false,
    derivedFrom: [],
    statement: statement.text,
  }
  checkSourceFormats(source, statement.columns, properties)
  const { partitions, replicas, retentionMs } = properties
  const topic = topicRequest(source.topic, { partitions, replicas, retentionMs, cleanupPolicy: cleanupPolicy(source) })
  placing(properties.location('PARTITIONS', 'REPLICAS'), () => checkExistingTopic(topic, context))
  return {
    source,
    topic,
    deadLetterTopic: deadLetterTopic(source, topic, context),
    registrations: SIDES.flatMap((side) => sideRegistration(source, side, 'ifNone') ?? []),
  }
}

interface Inference {
  readonly properties: WithProperties
  readonly formats: Formats
  readonly context: PlanContext
}

function withInferred(declared: Schema, fetched: FetchedSchemas, inference: Inference): Schema {
  const inferred = (side: Side) => {
    const schema = fetched[side]
    const { properties } = inference
    if (schema === null) return sideOf(declared, side)
    const { id } = schemaProperties(properties, side)
    return inferColumns({ side, topic: properties.kafkaTopic!, id }, schema, inferenceSpec(side, inference))
  }
  const key = inferred('KEY')
  const value = inferred('VALUE')
  const schema = { key, value: value.length > 0 ? value : lineValue(key, inference), headers: declared.headers }
  refuseNames(schema)
  return schema
}

/** The columns of lines that WITH describes. */
function lineValue(key: readonly Column[], { properties, formats }: Inference): readonly Column[] {
  const location = properties.location(...LINES, 'VALUE_FORMAT', 'FORMAT')
  return placing(location, () => lineColumns(formats.value, properties, key))
}

/** How a side whose columns are not known yet is read. A key is taken as a whole where the format can have it bare. */
function inferenceSpec(side: Side, { properties, formats, context }: Inference): FormatSpec {
  const format = sideFormat(formats, side)
  const { fullName } = schemaProperties(properties, side)
  const canBeBare = FORMATS[format].wrapping !== 'always'
  const isWrapped = properties.wrapSingleValue ?? defaultWrap(context) ?? true
  return {
    format,
    unwrapped: canBeBare && (side === 'KEY' || !isWrapped),
    ...(fullName !== null && { schemaName: fullName }),
  }
}

/** Declared names were checked where they stand; those of a schema are not. */
function refuseNames(schema: Schema): void {
  const names = allColumns(schema).map(({ name }) => name)
  const reserved = names.find(isSystemColumn)
  if (reserved !== undefined) {
    throw new StatementError(
      `'${reserved}' is a reserved column name. You cannot use it as a name for a column. The schema has a field of this name: declare the other columns.`,
    )
  }
  const repeated = names.find((name, i) => names.indexOf(name) !== i)
  if (repeated === undefined) return
  throw new StatementError(
    `Duplicate column names: ${repeated}. The names of the schema differ in letter case only, or key and value share one. Declare the columns.`,
  )
}

function checkSourceFormats(
  { schema, keyFormat, valueFormat }: DataSource,
  columns: readonly ColumnDefinition[],
  { location }: WithProperties,
): void {
  const first = (names: readonly { readonly name: string }[]) =>
    columns.find((column) => names.some(({ name }) => name === column.name))?.location
  placing(location('KEY_FORMAT', 'FORMAT') ?? first(schema.key), () => checkFormat(schema.key, keyFormat, 'KEY'))
  placing(location('VALUE_FORMAT', 'FORMAT') ?? first(schema.value), () =>
    checkFormat(schema.value, valueFormat, 'VALUE'),
  )
}

/** Throws StatementError for bad records that would be read again. */
function badRecordPolicy(policy: BadRecords, sourceTopic: string): BadRecordPolicy {
  if (policy.kind !== 'deadLetter') return policy
  const topic = policy.topic ?? `${sourceTopic}${DEAD_LETTER_SUFFIX}`
  if (topic === sourceTopic) {
    throw new StatementError(
      `DEAD_LETTER_TOPIC must be another topic than '${sourceTopic}', or its bad records would be read again. ` +
        `Leave it out for '${sourceTopic}${DEAD_LETTER_SUFFIX}'.`,
    )
  }
  return { kind: 'deadLetter', topic }
}

const DEAD_LETTER_SUFFIX = '-dead-letter'

/** As many partitions as the source's topic: a bad record keeps its partition. */
function deadLetterTopic({ badRecords }: DataSource, topic: TopicRequest, context: PlanContext): TopicRequest | null {
  if (badRecords?.kind !== 'deadLetter') return null
  const partitions = context.partitions(badRecords.topic) ?? topic.partitions ?? context.partitions(topic.name) ?? null
  const { name, replicas } = topic
  return topicRequest(badRecords.topic, { partitions, replicas, recordsOf: name })
}

interface Formats {
  readonly key: FormatName
  readonly value: FormatName
}

function chooseFormats({ keyFormat, valueFormat }: WithProperties, schema: Schema, { config }: PlanContext): Formats {
  const defaultKey = resolveFormat(config('ksql.persistence.default.format.key') ?? 'KAFKA')
  const defaultValue = config('ksql.persistence.default.format.value')
  const value = valueFormat ?? (defaultValue === undefined ? null : resolveFormat(defaultValue))
  if (value === null) {
    throw new StatementError(
      "Statement is missing the 'VALUE_FORMAT' property from the WITH clause. Either provide one or set a default via the " +
        "'ksql.persistence.default.format.value' config.",
    )
  }
  return { key: keyFormat ?? (schema.key.length === 0 ? 'NONE' : defaultKey), value }
}

function checkTopic(
  statement: CreateSource,
  { kafkaTopic, partitions, location }: WithProperties,
  context: PlanContext,
): void {
  if (kafkaTopic === null) {
    throw new StatementError(
      'Failed to prepare statement: Missing required property "KAFKA_TOPIC" which has no default value.\n' +
        "Name the topic: WITH (KAFKA_TOPIC='...', ...).",
    )
  }
  if (partitions !== null || context.partitions(kafkaTopic) !== undefined) return
  throw new StatementError(
    `Topic '${kafkaTopic}' does not exist. If you want to create a new topic for the stream/table please re-run the statement ` +
      "providing the required 'PARTITIONS' configuration in the WITH clause (and optionally 'REPLICAS'). For example: " +
      `${statement.text.replace(/\)\s*$/, ', PARTITIONS=2)')};`,
    { location: location('KAFKA_TOPIC') },
  )
}

function checkKey({ sourceKind, columns }: CreateSource, schema: Schema, { window }: WithProperties): void {
  if (columns.length === 0 && schema.key.length + schema.value.length === 0) {
    throw new StatementError('The statement does not define any columns.')
  }
  if (sourceKind === 'TABLE' && schema.key.length === 0) {
    throw new StatementError(
      'Tables require a PRIMARY KEY. Please define the PRIMARY KEY.\nFor instance: CREATE TABLE ... (ID INT PRIMARY KEY, ...).',
    )
  }
  if (window !== null && schema.key.length === 0) throw new StatementError('Windowed sources require a key column.')
}

interface SourceSpecs extends Inference {
  readonly schema: Schema
  readonly fetched: FetchedSchemas
}

function specs(sourceName: string, { properties, schema: { key, value }, formats, fetched, context }: SourceSpecs) {
  const checks = properties.checksUnusedColumns ? {} : { unchecked: true }
  const { keySchema, valueSchema, location } = properties
  const keyFormat = placing(location('KEY_FORMAT', 'FORMAT'), () =>
    keySpec(formats.key, key, { delimiter: properties.keyDelimiter, schema: keySchema, sourceName }),
  )
  const options = {
    delimiter: properties.valueDelimiter,
    schema: valueSchema,
    sourceName,
    wrap: properties.wrapSingleValue,
    defaultWrap: defaultWrap(context),
    line: properties.valueLine,
  }
  const valueFormat = placing(location('WRAP_SINGLE_VALUE', ...LINES, 'VALUE_FORMAT', 'FORMAT'), () =>
    valueSpec(formats.value, value, options),
  )
  return {
    keyFormat: { ...keyFormat, ...checks, ...named(keySchema.id, fetched.KEY) },
    valueFormat: { ...valueFormat, ...checks, ...named(valueSchema.id, fetched.VALUE) },
  }
}

/** What a spec says of a schema that WITH names by its id. */
export const named = (id: number | null, schema: WrittenSchema | null): Pick<FormatSpec, 'schemaId' | 'schema'> =>
  id === null || schema === null ? {} : { schemaId: id, schema }

/** `ksql.persistence.wrap.single.values`; null: the format decides. */
export function defaultWrap({ config }: Pick<PlanContext, 'config'>): boolean | null {
  const setting = config('ksql.persistence.wrap.single.values')
  return setting === undefined || setting === '' ? null : setting === 'true'
}

/** The query behind CREATE SOURCE TABLE: keeps the table's rows for pull queries. */
export function planSourceTable(source: DataSource, queryId: string): PhysicalPlan {
  const { key, value, headers } = source.schema
  return checkPlan({
    queryId,
    steps: [
      {
        kind: 'source',
        id: 'KsqlTopic/Source',
        source: source.name,
        sourceKind: 'table',
        topic: source.topic,
        keyFormat: source.keyFormat,
        valueFormat: source.valueFormat,
        window: source.window,
        key,
        value,
        headers,
        timestamp: source.timestamp,
        ...(source.badRecords !== undefined && { badRecords: source.badRecords }),
        columns: [
          ...value.map((column, index) => ({ ...column, from: { part: 'value', index } as const })),
          ...headers.map(({ name, type }, index) => ({ name, type, from: { part: 'header', index } as const })),
        ],
      },
      {
        kind: 'materialize',
        id: 'Materialize',
        input: 'KsqlTopic/Source',
        store: 'KsqlTopic-Reduce',
        retentionMs: null,
      },
    ],
    sources: [source.name],
    sink: null,
    materialization: { store: 'KsqlTopic-Reduce', step: 'Materialize', stages: [] },
  })
}
