/** Facts about the steps at the edges of a topology, which the runtime carries out. */
import { type Column, formatColumn } from '../types/schema.ts'
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
