/** CREATE STREAM and CREATE TABLE over a topic. */
import { declaredSchema } from '../../analysis/declared-columns.ts'
import { checkFormat, keySpec, valueSpec } from '../../analysis/formats.ts'
import { timestampColumn } from '../../analysis/timestamp-column.ts'
import { type BadRecords, readWithProperties, type WithProperties } from '../../analysis/with-properties.ts'
import { placing, StatementError } from '../../errors.ts'
import type { BadRecordPolicy, DataSource } from '../../metastore/data-source.ts'
import type { FormatName } from '../../serde/format.ts'
import { resolveFormat } from '../../serde/index.ts'
import type { ColumnDefinition, CreateSource } from '../../sql/ast.ts'
import { allColumns, type Schema } from '../../types/schema.ts'
import type { PlanContext } from '../builder.ts'
import type { PhysicalPlan } from '../physical-plan.ts'
import { checkExistingTopic, cleanupPolicy, type TopicRequest } from '../topic-request.ts'

export interface PlannedSource {
  readonly source: DataSource
  readonly topic: TopicRequest
  /** Where its bad records go, if they go anywhere. */
  readonly deadLetterTopic: TopicRequest | null
}

/** Throws StatementError. Does not look whether the name is free: that is the engine's, which knows IF NOT EXISTS and OR REPLACE. */
export function planCreateSource(statement: CreateSource, context: PlanContext): PlannedSource {
  const properties = readWithProperties(statement.properties, 'create')
  const schema = declaredSchema(statement.columns, context.metastore)
  const formats = chooseFormats(properties, schema, context)
  refuseRegistryProperties(properties, formats)
  checkTopic(statement, properties, context)
  checkKey(statement, schema, properties)
  const source: DataSource = {
    kind: statement.sourceKind,
    name: statement.name,
    schema,
    topic: properties.kafkaTopic!,
    ...specs(properties, schema, formats, context),
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
  const topic: TopicRequest = {
    name: source.topic,
    partitions: properties.partitions,
    replicas: properties.replicas,
    retentionMs: properties.retentionMs,
    retentionLike: null,
    cleanupPolicy: cleanupPolicy(source),
  }
  placing(properties.location('PARTITIONS', 'REPLICAS'), () => checkExistingTopic(topic, context))
  return { source, topic, deadLetterTopic: deadLetterTopic(source, topic, context) }
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
  const { replicas } = topic
  return {
    name: badRecords.topic,
    partitions,
    replicas,
    retentionMs: null,
    retentionLike: null,
    cleanupPolicy: 'delete',
  }
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

export function refuseRegistryProperties({ registryProperties, location }: WithProperties, formats: Formats): void {
  placing(location(...registryProperties), () => checkRegistryProperties(registryProperties, formats))
}

function checkRegistryProperties(registryProperties: readonly string[], { key, value }: Formats): void {
  const [property] = registryProperties
  if (property === undefined) return
  const format = property.startsWith('KEY') ? key : value
  if (property.endsWith('FULL_NAME')) {
    throw new StatementError(`${format} does not support the following configs: [fullSchemaName]`)
  }
  if (property.endsWith('REPRESENTATION')) {
    throw new StatementError(`${format} does not support the following configs: [nullableRepresentation]`)
  }
  const side = property.startsWith('KEY') ? 'KEY' : 'VALUE'
  throw new StatementError(
    `${side}_FORMAT should support schema inference when ${property} is provided. Current format is ${format}.`,
  )
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
  if (columns.length === 0) throw new StatementError('The statement does not define any columns.')
  if (sourceKind === 'TABLE' && schema.key.length === 0) {
    throw new StatementError(
      'Tables require a PRIMARY KEY. Please define the PRIMARY KEY.\nFor instance: CREATE TABLE ... (ID INT PRIMARY KEY, ...).',
    )
  }
  if (window !== null && schema.key.length === 0) throw new StatementError('Windowed sources require a key column.')
}

function specs(properties: WithProperties, { key, value }: Schema, formats: Formats, { config }: PlanContext) {
  const wrapDefault = config('ksql.persistence.wrap.single.values')
  const checks = properties.checksUnusedColumns ? {} : { unchecked: true }
  const options = {
    delimiter: properties.valueDelimiter,
    wrap: properties.wrapSingleValue,
    defaultWrap: wrapDefault === undefined || wrapDefault === '' ? null : wrapDefault === 'true',
  }
  const valueFormat = placing(properties.location('WRAP_SINGLE_VALUE'), () => valueSpec(formats.value, value, options))
  return {
    keyFormat: { ...keySpec(formats.key, key, properties.keyDelimiter), ...checks },
    valueFormat: { ...valueFormat, ...checks },
  }
}

/** The query behind CREATE SOURCE TABLE: keeps the table's rows for pull queries. */
export function planSourceTable(source: DataSource, queryId: string): PhysicalPlan {
  const { key, value, headers } = source.schema
  return {
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
  }
}
