/** What CREATE ... AS SELECT writes: formats, topic and steps of the sink. */
import { checkFormat, internalKeySpec, keySpec, valueSpec } from '../../analysis/formats.ts'
import {
  checkSinkColumns,
  type FetchedSchemas,
  inferColumns,
  type SchemaRequest,
} from '../../analysis/inferred-columns.ts'
import { timestampColumn } from '../../analysis/timestamp-column.ts'
import type { WithProperties } from '../../analysis/with-properties.ts'
import { StatementError } from '../../errors.ts'
import type { DataSource } from '../../metastore/data-source.ts'
import { factsOf, type Step } from '../../operators/index.ts'
import { inputsOf } from '../../operators/inputs.ts'
import type { FormatName, FormatSpec, Side } from '../../serde/format.ts'
import { FORMATS, resolveFormat } from '../../serde/index.ts'
import type { Column } from '../../types/schema.ts'
import type { PlanBuilder, PlanContext } from '../builder.ts'
import type { Projection } from '../clauses/projection.ts'
import type { Materialization } from '../physical-plan.ts'
import { defaultWrap, named, refuseSchemaId } from '../statements/create-source.ts'

export type SinkFormats = Pick<DataSource, 'keyFormat' | 'valueFormat' | 'timestamp'>

export interface SinkOptions {
  readonly name: string
  readonly properties: WithProperties
  /** The left-most source. */
  readonly first: DataSource
  readonly fetched: FetchedSchemas
  /** The sink's topic. */
  readonly topic: string
}

/** Formats of the sink: from WITH, else those of the left-most source. */
export function sinkFormats(
  { name: sourceName, properties, first, fetched, topic }: SinkOptions,
  { relation, key, value }: Projection,
  context: PlanContext,
): SinkFormats {
  refuseFormatWithoutKey(properties, key)
  const { keySchema, valueSchema } = properties
  const keyFormat = keySpec(
    sinkKeyFormat(properties, first, { relation, key }, context),
    key,
    { delimiter: properties.keyDelimiter, schema: keySchema, sourceName },
    first.keyFormat,
  )
  const valueFormat = valueSpec(
    sinkValueFormat(properties, relation.valueFormat.format, value),
    value,
    {
      delimiter: properties.valueDelimiter,
      schema: valueSchema,
      sourceName,
      wrap: properties.wrapSingleValue,
      defaultWrap: defaultWrap(context),
      line: properties.valueLine,
    },
    relation.valueFormat,
  )
  refuseForeignDelimiters(properties, { keyFormat, valueFormat })
  checkFormat(key, keyFormat, 'KEY')
  checkFormat(value, valueFormat, 'VALUE')
  const written = (side: Side, spec: FormatSpec, columns: readonly Column[], id: number | null): FormatSpec =>
    id === null ? spec : withFetched({ side, topic, id }, spec, columns, fetched)
  return {
    keyFormat: written('KEY', keyFormat, key, keySchema.id),
    valueFormat: written('VALUE', valueFormat, value, valueSchema.id),
    timestamp: timestampColumn(properties, [...key, ...value]),
  }
}

/** The spec with the schema that WITH names by id; without it if it is not fetched yet. Throws StatementError if the columns do not fit it. */
function withFetched(
  request: SchemaRequest,
  spec: FormatSpec,
  columns: readonly Column[],
  fetched: FetchedSchemas,
): FormatSpec {
  const { side } = request
  refuseSchemaId(side, spec.format)
  const schema = fetched[side]
  if (schema === null) return spec
  checkSinkColumns(columns, inferColumns(request, schema, spec), side)
  return { ...spec, ...named(request.id, schema) }
}

/** FORMAT sets both sides, so it may be given all the same. */
function refuseFormatWithoutKey({ keyFormat, valueFormat }: WithProperties, key: readonly Column[]): void {
  if (key.length > 0 || keyFormat === null || keyFormat === 'NONE' || keyFormat === valueFormat) return
  throw new StatementError('Key format specified for stream without key columns.')
}

/** What was made of lines is written as JSON unless WITH names a format, or it is the lines themselves. */
export function sinkValueFormat(
  { valueFormat, location }: WithProperties,
  inherited: FormatName,
  value: readonly Column[],
): FormatName {
  if (valueFormat === null) {
    if (!FORMATS[inherited].isWritable) return 'JSON'
    const isRefused = FORMATS[inherited].refusal(value, { format: inherited, unwrapped: true }, 'VALUE') !== null
    return inherited === 'LINE' && isRefused ? 'JSON' : inherited
  }
  if (FORMATS[valueFormat].isWritable) return valueFormat
  throw new StatementError(`${valueFormat} reads lines and does not write them. Name another VALUE_FORMAT.`, {
    location: location('VALUE_FORMAT', 'FORMAT'),
  })
}

function sinkKeyFormat(
  { keyFormat }: WithProperties,
  source: DataSource,
  { relation, key }: Pick<Projection, 'relation' | 'key'>,
  { config }: PlanContext,
): FormatName {
  if (keyFormat !== null) return keyFormat
  if (key.length === 0) return 'NONE'
  const own = source.keyFormat.format
  const inherited = own === 'NONE' ? resolveFormat(config('ksql.persistence.default.format.key') ?? 'KAFKA') : own
  // Which columns are the key of a composed query follows from all of its parts, and is not the user's choice.
  const isHeld = FORMATS[inherited].refusal(key, internalKeySpec(inherited, key), 'KEY') === null
  return isHeld || relation.isComposed !== true ? inherited : 'JSON'
}

function refuseForeignDelimiters(
  { keyDelimiter, valueDelimiter }: WithProperties,
  { keyFormat, valueFormat }: Omit<SinkFormats, 'timestamp'>,
): void {
  const bad =
    keyDelimiter !== null && !FORMATS[keyFormat.format].takesDelimiter
      ? keyFormat
      : valueDelimiter !== null && !FORMATS[valueFormat.format].takesDelimiter
        ? valueFormat
        : null
  if (bad !== null) throw new StatementError(`${bad.format} does not support the following configs: [delimiter]`)
}

/** States of aggregate functions are stored as the sink's values are, and some formats hold no nested types. */
export function checkStateTypes(steps: readonly Step[], valueFormat: FormatName): void {
  if (FORMATS[valueFormat].holdsNested) return
  const states = steps.flatMap((step) => factsOf(step).view?.kept?.(step).states ?? [])
  const nested = states.some(({ kind }) => kind === 'ARRAY' || kind === 'MAP' || kind === 'STRUCT')
  if (nested) {
    throw new StatementError(
      'One of the functions used in the statement has an intermediate type that the value format can not handle. ' +
        'Please remove the function or change the format.',
      { peerClass: 'io.confluent.ksql.util.KsqlStatementException' },
    )
  }
}

export interface SinkTarget extends SinkFormats {
  readonly topic: string
}

export function addSink({ relation, key, value }: Projection, target: SinkTarget, builder: PlanBuilder): void {
  builder.add({
    kind: 'sink',
    id: 'Sink',
    input: relation.step,
    topic: target.topic,
    keyFormat: target.keyFormat,
    valueFormat: target.valueFormat,
    window: relation.window,
    key,
    value,
    timestamp: target.timestamp,
  })
}

/** Follows the steps from the sink back, through those that a pull query can look through, to the last one that keeps its rows. */
export function findMaterialization(steps: readonly Step[]): Materialization | null {
  const stages: string[] = []
  const before = (step: Step): Step | undefined => steps.find(({ id }) => id === inputsOf(step)[0])
  const sink = steps.find(({ kind }) => kind === 'sink')
  let step = sink === undefined ? undefined : before(sink)
  while (step !== undefined) {
    const { view } = factsOf(step)
    if (view === null) return null
    if (view.kept !== null) return { store: view.kept(step).store, step: step.id, stages }
    stages.unshift(step.id)
    step = before(step)
  }
  return null
}
