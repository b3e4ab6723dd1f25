/** The schemas that a statement registers, and what the ids that they get are for. */
import type { DataSource } from '../metastore/data-source.ts'
import type { Step } from '../operators/index.ts'
import { type SchemaType, subjectOf } from '../registry/schema-registry.ts'
import type { FormatSpec, Side, WrittenSchema } from '../serde/format.ts'
import { FORMATS } from '../serde/index.ts'
import type { PhysicalPlan } from './physical-plan.ts'

export interface SchemaRegistration {
  readonly side: Side
  readonly topic: string
  readonly subject: string
  readonly type: SchemaType
  readonly text: string
  /**
   * `ifNone`: only if the subject has no schema. `always`: the id is needed, as rows will be written with it. `unchanged`: likewise, but another
   * schema than the subject's newest is refused.
   */
  readonly mode: 'ifNone' | 'always' | 'unchanged'
  /** The id that the statement names, which the subject's must equal; null: any. */
  readonly id: number | null
}

/** Schemas of a sink by side; null: that side has none. */
export interface SinkSchemas {
  readonly KEY: WrittenSchema | null
  readonly VALUE: WrittenSchema | null
}

/** The registration of one side of a source; null: its format keeps no schema in the registry, or it has no columns. */
export function sideRegistration(
  { topic, schema, keyFormat, valueFormat }: Pick<DataSource, 'topic' | 'schema' | 'keyFormat' | 'valueFormat'>,
  side: Side,
  mode: SchemaRegistration['mode'],
): SchemaRegistration | null {
  const [spec, columns] = side === 'KEY' ? [keyFormat, schema.key] : [valueFormat, schema.value]
  const { schemas } = FORMATS[spec.format]
  if (schemas?.isRegistered !== true || columns.length === 0) return null
  return {
    side,
    topic,
    subject: subjectOf(topic, side),
    type: schemas.type,
    text: isNamed(spec) ? spec.schema!.text : schemas.schemaOf(columns, spec, side),
    mode,
    id: spec.schemaId ?? null,
  }
}

/** Whether the schema is the one that the statement names by its id. */
const isNamed = ({ schemaId, schema }: FormatSpec): boolean => schemaId !== undefined && schema?.id === schemaId

/** What a query that writes to the source registers. */
export const sinkRegistrations = (sink: DataSource): SchemaRegistration[] =>
  (['KEY', 'VALUE'] as const).flatMap((side) => sideRegistration(sink, side, 'always') ?? [])

/**
 * What INSERT VALUES registers. Keys are placed by their bytes, which hold the id of a schema: with another one a key would leave the partition
 * of its other records. Source: ksqlDB's InsertValuesExecutor.
 */
export const insertRegistrations = (source: DataSource): SchemaRegistration[] =>
  sinkRegistrations(source).map((one) => (one.side === 'KEY' ? { ...one, mode: 'unchanged' } : one))

/** The source with the schemas that its rows are written with. */
export const withSchemas = (source: DataSource, schemas: SinkSchemas): DataSource => ({
  ...source,
  ...specsWith(source, schemas),
})

/** The plan with the schemas that its sink writes with. */
export const withSinkSchemas = (plan: PhysicalPlan, schemas: SinkSchemas): PhysicalPlan => ({
  ...plan,
  steps: plan.steps.map((step): Step => (step.kind === 'sink' ? { ...step, ...specsWith(step, schemas) } : step)),
})

/**
 * A source whose rows can be encoded without a registry, under an id that no registry gives: to check values before anything is done.
 */
export function withProvisionalSchemas(source: DataSource): DataSource {
  const known = PROVISIONAL.get(source)
  if (known !== undefined) return known
  const schemas = { KEY: provisional(source, 'KEY'), VALUE: provisional(source, 'VALUE') }
  const made = schemas.KEY === null && schemas.VALUE === null ? source : withSchemas(source, schemas)
  PROVISIONAL.set(source, made)
  return made
}

/** The encoders of a source belong to its object. */
const PROVISIONAL = new WeakMap<DataSource, DataSource>()

function provisional(source: DataSource, side: Side): WrittenSchema | null {
  const spec = side === 'KEY' ? source.keyFormat : source.valueFormat
  const registration = spec.schema === undefined ? sideRegistration(source, side, 'always') : null
  return registration === null ? null : { id: 0, type: registration.type, text: registration.text, imports: {} }
}

/** Why no row of the source can be written with a schema that WITH names by its id, a sentence for each side. */
export const unwritableSides = ({ name, schema, keyFormat, valueFormat }: DataSource): string[] =>
  (
    [
      [schema.key, keyFormat],
      [schema.value, valueFormat],
    ] as const
  ).flatMap(([columns, spec]) => {
    if (!isNamed(spec)) return []
    const reason = FORMATS[spec.format].schemas!.writeRefusal(columns, spec.schema!, spec)
    return reason === null ? [] : [`No row of ${name} can be written with schema ${spec.schemaId}: ${reason}`]
  })

interface Specs {
  readonly keyFormat: FormatSpec
  readonly valueFormat: FormatSpec
}

const specsWith = ({ keyFormat, valueFormat }: Specs, { KEY, VALUE }: SinkSchemas): Specs => ({
  keyFormat: KEY === null ? keyFormat : { ...keyFormat, schema: KEY },
  valueFormat: VALUE === null ? valueFormat : { ...valueFormat, schema: VALUE },
})
