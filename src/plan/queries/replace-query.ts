/**
 * CREATE OR REPLACE ... AS SELECT: whether a running query can go on, with its offsets and its state, as another plan. Filters may come,
 * go and change, projected columns be computed anew or added, aggregates be added; what decides where a record or a state lies may not
 * change. Source: sql.md 13.
 */
import { StatementError } from '../../errors.ts'
import type { Metastore, QueryLink } from '../../metastore/metastore.ts'
import type { Step } from '../../operators/index.ts'
import { type Column, formatColumn } from '../../types/schema.ts'
import { quoteName } from '../../types/sql-type.ts'
import type { PhysicalPlan } from '../physical-plan.ts'

/** The query that OR REPLACE takes over; null if nothing writes `sink`. Throws StatementError if others write it, too. */
export function replacedQuery(sink: string, metastore: Metastore): QueryLink | null {
  const writers = [...metastore.queries.values()].filter(({ writes }) => writes === sink)
  const [writer] = writers
  if (writer === undefined) return null
  if (writers.length === 1 && writer.kind === 'CREATE_AS') return writer
  throw new StatementError(
    `REPLACE for sink ${sink} is not supported because there are ${writers.length === 1 ? 'other' : 'multiple'} queries writing ` +
      `into it: [${writers.map(({ queryId }) => queryId).join(', ')}]. Terminate them first.`,
  )
}

/** Throws StatementError if the state or the position of `existing` means nothing to `next`. */
export function checkQueryUpgrade(existing: PhysicalPlan, next: PhysicalPlan): void {
  const before = existing.steps.filter(isCompared)
  const after = next.steps.filter(isCompared)
  for (const step of [...before, ...after]) refuseUnsupported(step)
  before.forEach((step, i) => {
    const other = after[i]
    if (other?.kind !== step.kind)
      throw differs(step, 'type', peerName(step), other === undefined ? 'none' : peerName(other))
    compareStep(step, other)
  })
  const added = after[before.length]
  if (added !== undefined) throw differs(added, 'type', 'none', peerName(added))
}

/** Filters keep nothing, so they are free. */
const isCompared = ({ kind }: Step): boolean => kind !== 'filter' && kind !== 'tableFilter'

function refuseUnsupported(step: Step): void {
  if (SUPPORTED.has(step.kind)) return
  throw new StatementError(`Upgrades not yet supported for ${peerName(step)}. Drop the source and create it anew.`)
}

const SUPPORTED: ReadonlySet<Step['kind']> = new Set([
  'source',
  'materialize',
  'project',
  'flatMap',
  'selectKey',
  'repartition',
  'groupBy',
  'aggregate',
  'sink',
])

const PEER_NAMES: { readonly [Kind in Step['kind']]: string } = {
  source: 'Source',
  filter: 'StreamFilter',
  tableFilter: 'TableFilter',
  project: 'Select',
  flatMap: 'StreamFlatMap',
  selectKey: 'StreamSelectKey',
  repartition: 'Repartition',
  groupBy: 'StreamGroupBy',
  tableGroupBy: 'TableGroupBy',
  aggregate: 'StreamAggregate',
  windowedAggregate: 'StreamWindowedAggregate',
  tableAggregate: 'TableAggregate',
  materialize: 'Materialize',
  streamStreamJoin: 'StreamStreamJoin',
  streamTableJoin: 'StreamTableJoin',
  tableTableJoin: 'TableTableJoin',
  foreignKeySubscribe: 'ForeignKeyTableTableJoin',
  foreignKeyLookup: 'ForeignKeyTableTableJoin',
  foreignKeyResolve: 'ForeignKeyTableTableJoin',
  sink: 'Sink',
  subscriber: 'Subscriber',
}

const peerName = (step: Step): string =>
  step.kind === 'source' ? `${step.sourceKind === 'stream' ? 'Stream' : 'Table'}Source` : PEER_NAMES[step.kind]

function compareStep(step: Step, other: Step): void {
  const compare = COMPARISONS[step.kind] as ((step: Step, other: Step) => void) | undefined
  compare?.(step, other)
}

type Comparisons = {
  readonly [Kind in Step['kind']]?: (step: Extract<Step, { kind: Kind }>, other: Extract<Step, { kind: Kind }>) => void
}

const COMPARISONS: Comparisons = {
  source(step, other) {
    same(step, 'sourceName', step.source, other.source)
    same(step, 'topicName', step.topic, other.topic)
    same(step, 'formats', formatsText(step), formatsText(other))
    same(step, 'schema', columnList([...step.key, ...step.value]), columnList([...other.key, ...other.value]))
  },
  /** What an aggregation reads lies in its repartition topic; the other projections are the sink's, which the schema rules cover. */
  project(step, other) {
    if (step.id !== 'Aggregate/Prepare' && other.id !== 'Aggregate/Prepare') return
    const columns = (project: typeof step) => namesOf([...project.key, ...project.columns])
    sameFor('StreamAggregate', 'columns not part of aggregate', columns(step), columns(other))
  },
  flatMap: (step, other) => same(step, 'tableFunctions', textsOf(step.functions), textsOf(other.functions)),
  selectKey: (step, other) => same(step, 'keyExpressions', textsOf(step.key), textsOf(other.key)),
  groupBy: (step, other) => same(step, 'groupByExpressions', textsOf(step.key), textsOf(other.key)),
  aggregate(step, other) {
    const kept = other.functions.slice(0, step.functions.length)
    same(step, 'aggregationFunctions', textsOf(step.functions), textsOf(kept))
  },
  sink(step, other) {
    same(step, 'topicName', step.topic, other.topic)
    same(step, 'formats', formatsText(step), formatsText(other))
  },
}

const same = (step: Step, property: string, before: string, after: string): void =>
  sameFor(peerName(step), property, before, after)

function sameFor(name: string, property: string, before: string, after: string): void {
  if (before !== after) throw refusal(name, property, before, after)
}

const differs = (step: Step, property: string, before: string, after: string): StatementError =>
  refusal(peerName(step), property, before, after)

const refusal = (name: string, property: string, before: string, after: string): StatementError =>
  new StatementError(
    `Query is not upgradeable. Plan step of type ${name} must have matching ${property}. Values differ: ${before} vs. ${after}`,
  )

const formatsText = ({ keyFormat, valueFormat }: Extract<Step, { kind: 'source' | 'sink' }>): string =>
  JSON.stringify([keyFormat, valueFormat])

const textsOf = (items: readonly { readonly text: string }[]): string => `[${items.map(({ text }) => text).join(', ')}]`
const namesOf = (columns: readonly Column[]): string => `[${columns.map(({ name }) => quoteName(name)).join(', ')}]`
const columnList = (columns: readonly Column[]): string => `[${columns.map(formatColumn).join(', ')}]`
