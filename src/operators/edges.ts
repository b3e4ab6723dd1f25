/** Facts about the steps at the edges of a topology, which the runtime carries out. */
import { type Column, formatColumn } from '../types/schema.ts'
import { INTEGER } from '../types/sql-type.ts'
import { type ColumnRead, noExpressions, sameColumns, sameTypes } from './column-read.ts'
import type { RepartitionStep, SinkStep, SourceStep, StepId, SubscriberStep } from './step.ts'
import { type FixedProperty, nothingFixed, type StepFacts } from './step-facts.ts'

/** Steps at the edges of a topology. */
export type EdgeStep = SourceStep | RepartitionStep | SinkStep | SubscriberStep

export interface EdgeDefinition<Step> extends StepFacts<Step> {
  /** The steps that feed it. */
  readonly inputs: (step: Step) => readonly StepId[]
}

const source: EdgeDefinition<SourceStep> = {
  label: 'SOURCE',
  peerName: ({ sourceKind }) => (sourceKind === 'stream' ? 'StreamSource' : 'TableSource'),
  oldValue: 'ignores',
  usesStreamTime: false,
  passesKey: false,
  expressions: noExpressions,
  reads: readsOfTopic,
  view: null,
  upgrade: (step, next) => [
    { property: 'sourceName', before: step.source, after: next.source },
    { property: 'topicName', before: step.topic, after: next.topic },
    fixedFormats(step, next),
    {
      property: 'schema',
      before: columnList([...step.key, ...step.value]),
      after: columnList([...next.key, ...next.value]),
    },
  ],
  inputs: () => [],
}

/** Carries old values along where it carries changes, and lays records by their key. */
const repartition: EdgeDefinition<RepartitionStep> = {
  label: 'REPARTITION',
  peerName: 'Repartition',
  oldValue: 'passes',
  usesStreamTime: false,
  passesKey: false,
  expressions: noExpressions,
  reads: ({ partitionColumn: index }, [input]) =>
    index === undefined ? [] : [{ row: input!.value, index, name: null, type: INTEGER }],
  view: null,
  upgrade: nothingFixed,
  inputs: ({ input }) => [input],
}

/** Whether a sink looks at the key depends on its format and the source's: see `needsKey` in plan/key-use.ts. */
const sink: EdgeDefinition<SinkStep> = {
  label: 'SINK',
  peerName: 'Sink',
  oldValue: 'ignores',
  usesStreamTime: false,
  passesKey: false,
  expressions: noExpressions,
  reads: ({ key, value }, [input]) => [...sameTypes(key, input!.key), ...sameColumns(value, input!.value)],
  view: null,
  upgrade: (step, next) => [{ property: 'topicName', before: step.topic, after: next.topic }, fixedFormats(step, next)],
  inputs: ({ input }) => [input],
}

const subscriber: EdgeDefinition<SubscriberStep> = {
  label: 'SUBSCRIBER',
  peerName: 'Subscriber',
  oldValue: 'ignores',
  usesStreamTime: false,
  passesKey: false,
  expressions: noExpressions,
  reads: ({ keyColumns }, [input]) =>
    keyColumns.flatMap((index, i) =>
      typeof index === 'number' ? [{ row: input!.key, index, name: null, type: input!.value[i]!.type }] : [],
    ),
  view: null,
  upgrade: 'refused',
  inputs: ({ input }) => [input],
}

export const EDGES: { readonly [K in EdgeStep['kind']]: EdgeDefinition<Extract<EdgeStep, { kind: K }>> } = {
  source,
  repartition,
  sink,
  subscriber,
}

type Formats = Pick<SourceStep | SinkStep, 'keyFormat' | 'valueFormat'>

const fixedFormats = (step: Formats, next: Formats): FixedProperty => ({
  property: 'formats',
  before: formatsText(step),
  after: formatsText(next),
})

/** Without the schemas of rows that are written: readers take those of the records. */
const formatsText = ({ keyFormat, valueFormat }: Formats): string =>
  JSON.stringify([keyFormat, valueFormat].map(({ schema: _schema, ...spec }) => spec))
const columnList = (columns: readonly Column[]): string => `[${columns.map(formatColumn).join(', ')}]`

/** A source reads the topic's columns: its row begins there. */
function readsOfTopic({ key, value, headers, columns }: SourceStep): ColumnRead[] {
  const parts = { key, value, header: headers }
  return columns.flatMap(({ type, from }) =>
    from.part === 'system' ? [] : [{ row: parts[from.part], index: from.index, name: null, type }],
  )
}
