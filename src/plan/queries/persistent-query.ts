/** CREATE STREAM/TABLE AS SELECT and INSERT INTO ... SELECT: source, topic and physical plan. */

import type { Analysis } from '../../analysis/analysis.ts'
import { analyzeQuery } from '../../analysis/analyze-query.ts'
import { place } from '../../analysis/errors.ts'
import { type FetchedSchemas, NO_SCHEMAS, type SchemaRequest } from '../../analysis/inferred-columns.ts'
import { countReads } from '../../analysis/normal-form/common-tables.ts'
import { normalForm } from '../../analysis/normal-form/normal-form.ts'
import { stateTtlMs } from '../../analysis/state-ttl.ts'
import { readWithProperties, type WithProperties } from '../../analysis/with-properties.ts'
import { placing, StatementError } from '../../errors.ts'
import type { DataSource, SourceKind } from '../../metastore/data-source.ts'
import { nameHint } from '../../metastore/lookup.ts'
import { FORMATS } from '../../serde/index.ts'
import type { CreateAs, InsertInto } from '../../sql/ast/definitions.ts'
import type { Query } from '../../sql/ast/query.ts'
import { type Column, formatSchema, type Schema } from '../../types/schema.ts'
import { equalTypes } from '../../types/sql-type.ts'
import { PlanBuilder, type PlanContext, type Relation } from '../builder.ts'
import { checkPlan } from '../check-plan.ts'
import { type Projection, planSinkProjection } from '../clauses/projection.ts'
import { planQuery } from '../clauses/query-planner.ts'
import type { PhysicalPlan } from '../physical-plan.ts'
import { isComposedTable, planComposedSink } from '../relations/composed-sink.ts'
import { derivedBy } from '../relations/derived.ts'
import { type SchemaRegistration, sinkRegistrations } from '../schema-registration.ts'
import type { PlannedSource } from '../statements/create-source.ts'
import { checkExistingTopic, cleanupPolicy, topicRequest } from '../topic-request.ts'
import { functionsOf } from '../used-functions.ts'
import { refuseLoop } from './loops.ts'
import { addSink, checkStateTypes, findMaterialization, sinkFormats, sinkValueFormat } from './sink.ts'

export interface PlannedPersistentQuery {
  readonly plan: PhysicalPlan
  /** Schemas whose ids the plan's sink gets: see `withSinkSchemas`. */
  readonly registrations: readonly SchemaRegistration[]
}

export interface PlannedCreateAs
  extends PlannedPersistentQuery,
    Omit<PlannedSource, 'deadLetterTopic' | 'registrations'> {}

/**
 * What must be fetched before the statement is planned: the schemas that WITH names by id. Whatever else is wrong with the statement is found
 * first. Throws StatementError.
 */
export function sinkSchemaRequests(statement: CreateAs, context: PlanContext): SchemaRequest[] {
  const properties = readWithProperties(statement.properties, 'createAs')
  const topic = sinkTopic(statement, properties, context)
  const { keySchema, valueSchema } = properties
  const requests: SchemaRequest[] = [
    ...(keySchema.id === null ? [] : [{ side: 'KEY', topic, id: keySchema.id } as const]),
    ...(valueSchema.id === null ? [] : [{ side: 'VALUE', topic, id: valueSchema.id } as const]),
  ]
  if (requests.length > 0) planCreateAs(statement, 'NOT_FETCHED', context)
  return requests
}

const sinkTopic = ({ name }: CreateAs, { kafkaTopic }: WithProperties, { config }: PlanContext): string =>
  kafkaTopic ?? (config('ksql.output.topic.name.prefix') ?? '') + name

/**
 * `fetched`: the schemas that `sinkSchemaRequests` names. Throws StatementError. As with `planCreateSource`, the engine looks whether the name is
 * free.
 */
export function planCreateAs(
  statement: CreateAs,
  queryId: string,
  context: PlanContext,
  fetched: FetchedSchemas = NO_SCHEMAS,
): PlannedCreateAs {
  const properties = readWithProperties(statement.properties, 'createAs')
  const { analysis, builder } = analyze(statement.query, statement.name, context)
  const projection = planPersistent(analysis, builder)
  checkKind(statement.sourceKind, projection.relation)
  const [first] = builder.sources as readonly [DataSource]
  checkStateTypes(builder.steps, sinkValueFormat(properties, first.valueFormat.format, projection.value))
  const topic = sinkTopic(statement, properties, context)
  const formats = sinkFormats({ name: statement.name, properties, first, fetched, topic }, projection, context)
  const source: DataSource = {
    kind: statement.sourceKind,
    name: statement.name,
    schema: schemaOf(projection),
    topic,
    ...formats,
    window: projection.relation.window,
    isSource: false,
    isDerived: true,
    derivedFrom: builder.sources.map(({ name }) => name),
    statement: statement.text,
  }
  addSink(projection, source, builder)
  const request = topicRequest(topic, {
    partitions: properties.partitions ?? inheritedPartitions(analysis, context),
    replicas: properties.replicas,
    retentionMs: placing(properties.location('RETENTION_MS'), () =>
      retention(properties.retentionMs, source, analysis),
    ),
    retentionLike: source.kind === 'STREAM' ? analysis.sources[0]!.source.topic : null,
    cleanupPolicy: cleanupPolicy(source),
  })
  if (properties.partitions !== null) {
    placing(properties.location('PARTITIONS'), () => checkExistingTopic(request, context))
  }
  placing(properties.location('KAFKA_TOPIC'), () =>
    refuseLoop({ queryId, reads: source.derivedFrom, writesTopic: topic }, context),
  )
  const plan = physicalPlan(queryId, statement.name, builder)
  return { source, topic: request, plan, registrations: sinkRegistrations(source) }
}

function inheritedPartitions({ sources }: Analysis, { partitions }: PlanContext): number {
  return partitions(sources[0]!.source.topic) ?? 1
}

const WITHOUT_END = -1

/** Windowed results are kept at least as long as their windows, and without end for -1; other tables for good. */
function retention(given: number | null, { kind, window }: DataSource, analysis: Analysis): number | null {
  if (kind === 'TABLE' && window === null) {
    if (given === null) return null
    throw new StatementError(
      'Invalid config variable in the WITH clause: RETENTION_MS. Non-windowed tables do not support retention.',
    )
  }
  if (analysis.window === null || given === WITHOUT_END) return given
  return Math.max(given ?? 0, analysis.window.retentionMs)
}

interface Analyzed {
  readonly analysis: Analysis
  /** Holds the steps of queries in FROM. */
  readonly builder: PlanBuilder
}

function analyze(query: Query, sinkName: string, context: PlanContext): Analyzed {
  const { metastore, functions } = context
  const inlined = normalForm(query, functions)
  const builder = PlanBuilder.reading(countReads(inlined), context).keeping(stateTtlMs(inlined))
  const derive = derivedBy(builder)
  const analysis = analyzeQuery(inlined, {
    metastore,
    functions,
    use: 'persistent',
    sinkName,
    ttlMs: builder.ttlMs,
    derive,
  })
  const windowed = analysis.sources.find(({ source }) => source.kind === 'TABLE' && source.window !== null)
  if (windowed !== undefined) {
    throw new StatementError('KSQL does not support persistent queries on windowed tables.', {
      location: windowed.location,
    })
  }
  return { analysis, builder }
}

function planPersistent(analysis: Analysis, builder: PlanBuilder): Projection {
  const { relation, columns } = planQuery(analysis, builder)
  if (isComposedTable(relation)) return planComposedSink(columns, relation, analysis, builder)
  const kept = analysis.joins.length > 0 && relation.kind === 'table' && analysis.groupBy === null
  return planSinkProjection(columns, kept ? keepJoined(relation, builder) : relation, analysis, builder)
}

/** A joined table keeps its rows, so that pull queries can read them. */
const keepJoined = (relation: Relation, builder: PlanBuilder): Relation => ({
  ...relation,
  step: builder.add({
    kind: 'materialize',
    id: 'Join/Materialize',
    input: relation.step,
    store: 'Join-Materialize',
    retentionMs: null,
  }),
})

function checkKind(kind: SourceKind, relation: Relation): void {
  const produced = relation.kind === 'table' ? 'TABLE' : 'STREAM'
  if (produced === kind) return
  throw new StatementError(
    `Invalid result type. Your SELECT query produces a ${produced}. Please use CREATE ${produced} AS SELECT statement instead.`,
  )
}

const schemaOf = ({ key, value }: Projection): Schema => ({ key, value, headers: [] })

function physicalPlan(queryId: string, sink: string, builder: PlanBuilder): PhysicalPlan {
  return checkPlan({
    queryId,
    steps: builder.steps,
    sources: builder.sources.map(({ name }) => name),
    sink,
    materialization: findMaterialization(builder.steps),
    ...functionsOf(builder.steps, builder.context.metastore),
  })
}

/** Throws StatementError. */
export function planInsertInto(statement: InsertInto, queryId: string, context: PlanContext): PlannedPersistentQuery {
  const target = insertTarget(statement, context)
  const { analysis, builder } = analyze(statement.query, target.name, context)
  const projection = planPersistent(analysis, builder)
  if (projection.relation.kind === 'table') {
    throw new StatementError(
      'Invalid result type. Your SELECT query produces a TABLE, and INSERT INTO writes to streams. Use CREATE TABLE AS SELECT.',
    )
  }
  checkSchema(projection, target)
  addSink(projection, target, builder)
  const plan = physicalPlan(queryId, target.name, builder)
  refuseLoop({ queryId, reads: plan.sources, writesTopic: target.topic }, context)
  return { plan, registrations: sinkRegistrations(target) }
}

function insertTarget({ target, targetLocation: location }: InsertInto, { metastore }: PlanContext): DataSource {
  const source = metastore.sources.get(target)
  if (source === undefined) {
    throw new StatementError(
      `${place(location)}Source \`${target}\` does not exist.${nameHint(metastore, target, 'STREAM')}`,
      { location },
    )
  }
  const refuse = (message: string): never => {
    throw new StatementError(message, { location })
  }
  if (source.kind === 'TABLE') {
    refuse(`INSERT INTO can only be used to insert into a stream. ${target} is a table.`)
  }
  if (source.isSource) refuse(`Cannot insert into read-only stream: ${target}`)
  if (!FORMATS[source.valueFormat.format].isWritable)
    refuse(`Cannot insert into ${target}: its format ${source.valueFormat.format} reads lines and does not write them`)
  if (source.schema.headers.length > 0) refuse(`Cannot insert into ${target} because it has header columns`)
  return source
}

function checkSchema({ key, value }: Projection, { schema }: DataSource): void {
  if (fits(key, schema.key) && fits(value, schema.value)) return
  throw new StatementError(
    'Incompatible schema between results and sink.\n' +
      `Result schema is ${formatSchema({ key, value, headers: [] })}\nSink schema is ${formatSchema(schema)}`,
  )
}

const fits = (columns: readonly Column[], sink: readonly Column[]): boolean =>
  columns.length === sink.length &&
  columns.every(({ name, type }, i) => {
    const column = sink[i]!
    return name === column.name && (equalTypes(type, column.type) || widens(type, column.type))
  })

function widens(from: Column['type'], to: Column['type']): boolean {
  if (from.kind !== 'DECIMAL' || to.kind !== 'DECIMAL') return false
  return to.scale >= from.scale && to.precision - to.scale >= from.precision - from.scale
}
