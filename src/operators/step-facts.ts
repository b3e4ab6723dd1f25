/**
 * What the planner, EXPLAIN, CREATE OR REPLACE and pull queries must know about a kind of step. Every definition states every fact, so
 * that a new kind of step does not compile until each is decided.
 */

import type { Expression } from '../expressions/expression.ts'
import type { Window } from '../types/record.ts'
import type { SqlType } from '../types/sql-type.ts'
import type { Row } from '../types/value.ts'
import type { ColumnRead } from './column-read.ts'
import type { OperatorContext } from './operator-context.ts'
import type { StepSchema } from './step.ts'

export type OldValueUse = 'reads' | 'passes' | 'ignores'

export interface StepFacts<Step> {
  /** The name in EXPLAIN's tree. */
  readonly label: string
  /** The name of ksqlDB's plan step, which messages about CREATE OR REPLACE show. */
  readonly peerName: string | ((step: Step) => string)
  /**
   * What the step does with `oldValue` of its input: `reads` computes with it, `passes` hands it (or a projection of it) on, so that the
   * steps behind decide, `ignores` drops it. A step that reads it without saying so gets nulls.
   */
  readonly oldValue: OldValueUse | ((step: Step) => OldValueUse)
  /**
   * Whether what the step does depends on stream time, or on the order of its inputs by time: behind a repartition it needs the watermarks
   * of the tasks upstream.
   */
  readonly usesStreamTime: boolean | ((step: Step) => boolean)
  /** Whether the key leaves as it came and is not looked at: a key that nobody looks at need not be decoded. */
  readonly passesKey: boolean
  /** The expressions that it evaluates on rows of its only input. */
  readonly expressions: (step: Step) => readonly Expression[]
  /** The other columns that it reads by their place. */
  readonly reads: (step: Step, inputs: readonly StepSchema[]) => readonly ColumnRead[]
  /** How a pull query reads the table behind this step; null: it cannot look through or into it. */
  readonly view: StepView<Step> | null
  /** What CREATE OR REPLACE may change about a running query's step. */
  readonly upgrade: StepUpgrade<Step>
}

/** Turns a row of the step's store, or of the stage before, into a row of the step's output; null: there is none. */
export type ViewStage = (row: Row, key: Row, window: Window | null) => Row | null

/** How entries of a store that each hold several rows are read. */
export interface ListView {
  /** Types of the first columns of the table's key, under whose text a store has an entry. */
  readonly entryTypes: readonly SqlType[]
  /** The rows of an entry, as the step's output has them, with their keys. */
  readonly rowsOf: (entry: Row) => readonly ListedRow[]
}

export interface ListedRow {
  readonly key: Row
  readonly row: Row
}

export interface StepView<Step> {
  /** What the step keeps; null: it keeps nothing and is a pure stage behind a step that does. */
  readonly kept: ((step: Step) => KeptTable) | null
  readonly compile: (step: Step, context: OperatorContext) => ViewStage
  /** For stores with several rows in an entry, which are read by it instead of `compile`; null: this step's has one. Absent: they all have. */
  readonly list?: (step: Step, output: StepSchema, context: OperatorContext) => ListView | null
}

export interface KeptTable {
  readonly store: string
  /** Types of the states of aggregate functions in the store, which the sink's value format must be able to hold. */
  readonly states: readonly SqlType[]
}

/**
 * `free`: the step keeps nothing, so that it may come, go and change. `refused`: a query with it cannot be replaced. Otherwise the step
 * must stay, and the function names the properties that must be the same in the new plan's step.
 */
export type StepUpgrade<Step> = 'free' | 'refused' | ((step: Step, next: Step) => readonly FixedProperty[])

export interface FixedProperty {
  readonly property: string
  readonly before: string
  readonly after: string
  /** The name of the step in the refusal, where it is not the step's own. */
  readonly peerName?: string
}

/** Nothing but the step's kind is fixed. */
export const nothingFixed = (): readonly FixedProperty[] => []

/** The SQL of expressions or calls, as a refusal shows it. */
export const textsOf = (items: readonly { readonly text: string }[]): string =>
  `[${items.map(({ text }) => text).join(', ')}]`
