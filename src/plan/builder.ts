/** Collecting the steps of a plan, and what the planner knows of the relation planned so far. */
import type { FunctionRegistry } from '../functions/registry.ts'
import type { DataSource, KeyWindow } from '../metastore/data-source.ts'
import type { Metastore } from '../metastore/metastore.ts'
import type { Step } from '../operators/index.ts'
import type { NamedExpression, StepId } from '../operators/step.ts'
import type { FormatSpec } from '../serde/format.ts'
import type { QueryExpression, Expression as Syntax } from '../sql/ast/query.ts'
import type { Column } from '../types/schema.ts'
import type { SqlType } from '../types/sql-type.ts'
import { withResultStores } from './result-stores.ts'

/** The parts of the world that planning may read. */
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
  /** Present where all rows have the same value: an aggregate over all rows is grouped by a constant. */
  readonly isConstant?: true
}

/** The key of rows that are grouped by these expressions. */
export const groupKey = (groups: readonly NamedExpression[]): KeyColumn[] =>
  groups.map(({ name, type, expression }) => ({
    name,
    type,
    columns: [name],
    ...(expression.kind === 'literal' && { isConstant: true }),
  }))

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
  /**
   * Absent: rows lie where their key is placed. Else what places them: for each part the columns of the row that hold it. A part without columns
   * is one that the row does not tell, as behind a union; no parts: all rows lie in one partition.
   */
  readonly placedBy?: readonly (readonly string[])[]
  /**
   * Present for the table of a query in FROM, and for what is made of one: each change has the row before it, and NULL can be part of a key. A
   * table without key columns is a bag of rows, in which a row can stand several times.
   */
  readonly isComposed?: true
  /** Present where changes of one key may come in another order than they happened, whatever partition they are in. */
  readonly isUnsettled?: boolean
}

/** The relation of a query in FROM: its row holds, behind the columns of SELECT, those of its key that SELECT leaves out. */
export interface DerivedRelation {
  readonly relation: Relation
  readonly visible: readonly Column[]
}

/** Columns that steps know as the key. */
export const keySchema = ({ key }: Relation): readonly Column[] => key.map(({ name, type }) => ({ name, type }))

/** Where the key columns stand in the row. */
export const positionsOf = (key: readonly KeyColumn[], { columns }: Pick<Relation, 'columns'>): number[] =>
  key.map((column) => columns.findIndex(({ name }) => name === column.columns[0]))

/** What the builders of one plan share. */
interface PlanParts {
  readonly steps: Step[]
  /** Sources that the plan reads, left-most first. */
  readonly sources: DataSource[]
  /** Relations of queries in FROM, by their query: one that is read twice is planned once. */
  readonly derived: Map<QueryExpression, DerivedRelation>
  /** Relations of queries in FROM, by what the analysis takes for their source. */
  readonly byFrom: Map<DataSource, DerivedRelation>
  /** Steps of sources that are read at several places, by the source's name. */
  readonly shared: Map<string, StepId>
  /** How often the statement reads each source, by name; absent: once. */
  readonly reads: ReadonlyMap<string, number>
  /** Whether the plan runs once, over the rows that there are. */
  readonly isSnapshot: boolean
}

const emptyParts = (): PlanParts => ({
  steps: [],
  sources: [],
  derived: new Map(),
  byFrom: new Map(),
  shared: new Map(),
  reads: new Map(),
  isSnapshot: false,
})

export class PlanBuilder {
  readonly context: PlanContext
  readonly #parts: PlanParts
  readonly #path: string
  /** How long state is kept that nothing else bounds, in event time; null: for good. */
  readonly ttlMs: number | null

  constructor(context: PlanContext, parts: PlanParts = emptyParts(), path = '', ttlMs: number | null = null) {
    this.context = context
    this.#parts = parts
    this.#path = path
    this.ttlMs = ttlMs
  }

  /** A builder at the same place for a query that says how long state is kept; null: as the query around says. */
  keeping(ttlMs: number | null): PlanBuilder {
    return ttlMs === null ? this : new PlanBuilder(this.context, this.#parts, this.#path, ttlMs)
  }

  /** A builder for a statement that reads sources several times. `isSnapshot`: once, over the rows that there are. */
  static reading(
    reads: ReadonlyMap<string, number>,
    context: PlanContext,
    { isSnapshot = false }: { readonly isSnapshot?: boolean } = {},
  ): PlanBuilder {
    return new PlanBuilder(context, { ...emptyParts(), reads, isSnapshot })
  }

  get isSnapshot(): boolean {
    return this.#parts.isSnapshot
  }

  /** Whether it builds a query in FROM. */
  get isNested(): boolean {
    return this.#path !== ''
  }

  /** A builder for a part of the plan, whose steps, stores and topics are named below `name`. */
  scoped(name: string): PlanBuilder {
    const base = `${this.#path}${name.replaceAll(/[^A-Za-z0-9_]/g, '_')}`
    let path = `${base}/`
    for (let i = 2; this.#parts.steps.some(({ id }) => id.startsWith(path)); i++) path = `${base}_${i}/`
    return new PlanBuilder(this.context, this.#parts, path, this.ttlMs)
  }

  /** Adds a step and gives its id. Ids are unique: planners name steps by role. */
  add(step: Step): StepId {
    const named = withPath(step, this.#path)
    if (this.#parts.steps.some(({ id }) => id === named.id)) throw new Error(`Two steps are called ${named.id}`)
    this.#parts.steps.push(named)
    return named.id
  }

  /** The step that `add` makes for `name`, at the top of the plan: made at its first use, shared by the others. */
  once(name: string, add: (top: PlanBuilder) => StepId): StepId {
    const { shared } = this.#parts
    const step = shared.get(name) ?? add(new PlanBuilder(this.context, this.#parts, ''))
    shared.set(name, step)
    return step
  }

  get steps(): readonly Step[] {
    return withResultStores(this.#parts.steps)
  }

  /** Notes that the plan reads a source. */
  reads(source: DataSource): void {
    if (!this.#parts.sources.some(({ name }) => name === source.name)) this.#parts.sources.push(source)
  }

  /** The sources that the plan reads, left-most first. */
  get sources(): readonly DataSource[] {
    return this.#parts.sources
  }

  isShared({ name }: DataSource): boolean {
    return (this.#parts.reads.get(name) ?? 1) > 1
  }

  get derived(): Map<QueryExpression, DerivedRelation> {
    return this.#parts.derived
  }

  get byFrom(): Map<DataSource, DerivedRelation> {
    return this.#parts.byFrom
  }
}

/** Properties of steps that hold names of stores and topics. */
const NAMES = ['store', 'leftStore', 'rightStore', 'subscriptionStore', 'valueStore', 'topicSuffix'] as const

function withPath(step: Step, path: string): Step {
  if (path === '') return step
  const prefix = path.replaceAll('/', '-')
  const names = NAMES.flatMap((name) =>
    name in step ? [[name, `${prefix}${(step as unknown as Record<string, string>)[name]}`] as const] : [],
  )
  return { ...step, ...Object.fromEntries(names), id: `${path}${step.id}` }
}
