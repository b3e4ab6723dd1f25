/** Collecting the steps of a plan, and what the planner knows of the relation planned so far. */
import type { FunctionRegistry } from '../functions/registry.ts'
import type { KeyWindow } from '../metastore/data-source.ts'
import type { Metastore } from '../metastore/metastore.ts'
import type { Step } from '../operators/index.ts'
import type { StepId } from '../operators/step.ts'
import type { FormatSpec } from '../serde/format.ts'
import type { Expression as Syntax } from '../sql/ast.ts'
import type { Column } from '../types/schema.ts'
import type { SqlType } from '../types/sql-type.ts'

/** What planning may ask of the world. */
export interface PlanContext {
  readonly metastore: Metastore
  readonly functions: FunctionRegistry
  /** Partition count of a topic; undefined if it does not exist. */
  readonly partitions: (topic: string) => number | undefined
  /** A configuration value in force for the statement, or undefined. */
  readonly config: (name: string) => string | undefined
}

/** A key column of a relation. */
export interface KeyColumn {
  readonly name: string
  readonly type: SqlType
  /** Columns of the row that equal it, most natural first. Empty: it can only be named by `synthetic`. */
  readonly columns: readonly string[]
}

/** How missing keys are worded. */
export type KeyOrigin = 'key column' | 'grouping expression' | 'partitioning expression' | 'join expression'

/** A relation planned so far: the step it leaves, and what its rows and keys are. */
export interface Relation {
  readonly step: StepId
  readonly kind: 'stream' | 'table'
  readonly columns: readonly Column[]
  readonly key: readonly KeyColumn[]
  readonly keyOrigin: KeyOrigin
  /** How messages name the key columns (or, for a join, the columns that equal the key). */
  readonly keyTexts: readonly string[]
  readonly window: KeyWindow | null
  /** Names that stand for an expression over the row: a synthetic join key. */
  readonly macros: ReadonlyMap<string, Syntax>
  /** Columns that hold the results of calls, with the calls as the user wrote them: messages show those. */
  readonly callTexts: ReadonlyMap<string, string>
  readonly keyFormat: FormatSpec
  readonly valueFormat: FormatSpec
  /** The source whose partition count it has. */
  readonly partitionsOf: string
}

/** Columns that steps know as the key. */
export const keySchema = ({ key }: Relation): readonly Column[] => key.map(({ name, type }) => ({ name, type }))

export class PlanBuilder {
  readonly context: PlanContext
  readonly #steps: Step[] = []

  constructor(context: PlanContext) {
    this.context = context
  }

  /** Adds a step and gives its id. Ids are unique: planners name steps by role. */
  add(step: Step): StepId {
    if (this.#steps.some(({ id }) => id === step.id)) throw new Error(`Two steps are called ${step.id}`)
    this.#steps.push(step)
    return step.id
  }

  get steps(): readonly Step[] {
    return this.#steps
  }
}
