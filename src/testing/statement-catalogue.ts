/**
 * Carries out statements one by one, without a broker and without a command log: sources, types and plans of queries. Source: the
 * functional test runner of ksqlDB.
 */

import type { FetchedSchemas, SchemaRequest } from '../analysis/inferred-columns.ts'
import type { Clock } from '../clock.ts'
import { StatementError } from '../errors.ts'
import { untimedBudget } from '../functions/budget.ts'
import type { FunctionContext } from '../functions/declaration.ts'
import type { FunctionRegistry } from '../functions/registry.ts'
import { NO_CALLER } from '../functions/user-functions.ts'
import type { DataSource } from '../metastore/data-source.ts'
import {
  EMPTY_METASTORE,
  type Metastore,
  putFunction,
  putIndex,
  putQuery,
  putSource,
  putType,
  type QueryLink,
  removeIndex,
  removeType,
} from '../metastore/metastore.ts'
import type { PhysicalPlan } from '../plan/physical-plan.ts'
import { planCreateAs, planInsertInto, sinkSchemaRequests } from '../plan/queries/persistent-query.ts'
import type { PullContext } from '../plan/queries/pull-query.ts'
import { checkQueryUpgrade, replacedQuery } from '../plan/queries/replace-query.ts'
import {
  type SchemaRegistration,
  type SinkSchemas,
  sinkRegistrations,
  withSchemas,
  withSinkSchemas,
} from '../plan/schema-registration.ts'
import { planAlterSource } from '../plan/statements/alter-source.ts'
import { planCreateFunction, planDropFunction } from '../plan/statements/create-function.ts'
import { planCreateIndex } from '../plan/statements/create-index.ts'
import { planCreateSource, planSourceTable, sourceSchemaRequests } from '../plan/statements/create-source.ts'
import { planCreateType, planDropType } from '../plan/statements/custom-type.ts'
import { afterDrop, planDropSource } from '../plan/statements/drop-source.ts'
import { encodeInsertedRow, planInsertValues } from '../plan/statements/insert-values.ts'
import { checkSourceUpgrade, claimName, type NameClaim } from '../plan/statements/replace-source.ts'
import type { TopicRecord } from '../runtime/task/test-driver.ts'
import type { CreateAs, CreateSource, DropSource, InsertInto, InsertValues } from '../sql/ast/definitions.ts'
import type { Statement } from '../sql/ast/statement.ts'

/** The schema registry as statements use it. */
export interface StatementSchemas {
  /** The schemas that the requests name. Throws StatementError for one that is not there. */
  fetch(requests: readonly SchemaRequest[]): FetchedSchemas
  register(registrations: readonly SchemaRegistration[]): SinkSchemas
}

export interface StatementCatalogueOptions {
  readonly functions: FunctionRegistry
  readonly config: (name: string) => string | undefined
  /** Partition count of a topic that exists. */
  readonly partitions: (topic: string) => number | undefined
  readonly schemas: StatementSchemas
  readonly clock: Clock
  readonly random: () => number
  /** Takes what INSERT VALUES writes. */
  readonly append: (topic: string, record: TopicRecord) => void
  /** A query was made, or, with `replaced`, took another one's place. */
  readonly onQuery?: (plan: PhysicalPlan, replaced: PhysicalPlan | null) => void
  readonly onDropQuery?: (queryId: string) => void
}

type Handlers = {
  readonly [Kind in Statement['kind']]?: (statement: Extract<Statement, { kind: Kind }>) => void
}

export class StatementCatalogue {
  readonly functionContext: FunctionContext
  readonly #options: StatementCatalogueOptions
  /** Persistent queries by id, in the order of their first version. */
  readonly #plans = new Map<string, PhysicalPlan>()
  #metastore = EMPTY_METASTORE
  #queryCount = 0

  constructor(options: StatementCatalogueOptions) {
    this.#options = options
    this.functionContext = {
      now: () => options.clock.now(),
      random: options.random,
      config: (key) => options.config(`ksql.functions.${key}`),
      budget: untimedBudget(),
    }
  }

  get metastore(): Metastore {
    return this.#metastore
  }

  get plans(): readonly PhysicalPlan[] {
    return [...this.#plans.values()]
  }

  /** What expressions of test statements are evaluated with. */
  get context(): PullContext {
    return this.#context()
  }

  /** False: statements of this kind are not carried out here. Throws StatementError; its text holds the statement's. */
  execute(statement: Statement): boolean {
    const handle = this.#handlers[statement.kind] as ((statement: Statement) => void) | undefined
    if (handle === undefined) return false
    try {
      handle(statement)
    } catch (error) {
      throw error instanceof StatementError ? error.inStatement(statement.text) : error
    }
    return true
  }

  readonly #handlers: Handlers = {
    createSource: (statement) => this.#createSource(statement),
    createAs: (statement) => this.#createAs(statement),
    insertInto: (statement) => this.#insertInto(statement),
    insertValues: (statement) => this.#insertValues(statement),
    dropSource: (statement) => this.#dropSource(statement),
    alterSource: (statement) => {
      this.#metastore = putSource(this.#metastore, planAlterSource(statement, this.#metastore))
    },
    createType: (statement) => {
      const type = planCreateType(statement, this.#metastore)
      if (type !== null) this.#metastore = putType(this.#metastore, statement.name, type)
    },
    createFunction: (statement) => {
      const planned = planCreateFunction(statement, this.#context())
      if (planned !== null) this.#metastore = putFunction(this.#metastore, planned.definition.name, planned.overloads)
    },
    dropFunction: (statement) => {
      const planned = planDropFunction(statement, this.#context())
      if (planned !== null) this.#metastore = putFunction(this.#metastore, statement.name.toUpperCase(), planned.left)
    },
    createIndex: (statement) => {
      const planOf = (table: string) => this.plans.find((plan) => keptTable(plan) === table) ?? null
      const index = planCreateIndex(statement, this.#metastore, planOf)
      if (index !== null) this.#metastore = putIndex(this.#metastore, index)
    },
    dropIndex: ({ name, ifExists, location }) => {
      if (!ifExists && !this.#metastore.indexes.has(name))
        throw new StatementError(`Index ${name} does not exist.`, { location })
      this.#metastore = removeIndex(this.#metastore, name)
    },
    dropType: (statement) => {
      if (planDropType(statement, this.#metastore)) this.#metastore = removeType(this.#metastore, statement.name)
    },
  }

  #createSource(statement: CreateSource): void {
    const claim = claimName(statement, this.#context())
    if (claim.kind === 'exists') return
    const { schemas } = this.#options
    const context = this.#sourceContext(statement)
    const fetched = schemas.fetch(sourceSchemaRequests(statement, context))
    const { source, registrations } = planCreateSource(statement, context, fetched)
    schemas.register(registrations)
    this.#putSource(source, claim)
    if (source.isSource && source.kind === 'TABLE') {
      this.#putQuery(planSourceTable(source, this.#newQueryId(`CST_${source.name}`)), 'CREATE_SOURCE')
    }
  }

  /** Topics are not made here, and so PARTITIONS is not compared with what a topic has. */
  #sourceContext({ properties }: CreateSource): PullContext {
    const context = this.#context()
    const saysPartitions = properties.some(({ name }) => name.toUpperCase() === 'PARTITIONS')
    return saysPartitions ? { ...context, partitions: () => undefined } : context
  }

  #createAs(statement: CreateAs): void {
    const claim = claimName(statement, this.#context())
    if (claim.kind === 'exists') return
    const replaced = claim.kind === 'replace' ? replacedQuery(statement.name, this.#metastore) : null
    const prefix = statement.sourceKind === 'STREAM' ? 'CSAS' : 'CTAS'
    const id = replaced?.queryId ?? this.#newQueryId(`${prefix}_${statement.name}`)
    const { schemas } = this.#options
    const context = this.#context()
    const fetched = schemas.fetch(sinkSchemaRequests(statement, context))
    const { source, plan, registrations } = planCreateAs(statement, id, context, fetched)
    if (replaced !== null) checkQueryUpgrade(this.#plans.get(id)!, plan)
    const written = schemas.register(registrations)
    this.#putSource(withSchemas(source, written), claim)
    this.#putQuery(withSinkSchemas(plan, written), 'CREATE_AS')
  }

  #insertInto(statement: InsertInto): void {
    const { plan, registrations } = planInsertInto(statement, this.#newQueryId('INSERTQUERY'), this.#context())
    this.#putQuery(withSinkSchemas(plan, this.#options.schemas.register(registrations)), 'INSERT')
  }

  #insertValues(statement: InsertValues): void {
    const rows = planInsertValues(statement, this.#context())
    const written = this.#options.schemas.register(sinkRegistrations(rows[0]!.source))
    const source = withSchemas(rows[0]!.source, written)
    const records = rows.map((row) => ({ row, ...encodeInsertedRow({ ...row, source }) }))
    for (const { row, key, value } of records) {
      this.#options.append(source.topic, {
        key,
        value,
        timestamp: row.timestamp ?? this.#options.clock.now(),
        headers: [],
      })
    }
  }

  #dropSource(statement: DropSource): void {
    const drop = planDropSource(statement, this.#metastore)
    if (drop === null) return
    this.#metastore = afterDrop(this.#metastore, drop)
    for (const id of drop.queryIds) {
      this.#plans.delete(id)
      this.#options.onDropQuery?.(id)
    }
  }

  #putSource(source: DataSource, claim: NameClaim): void {
    if (claim.kind === 'replace') checkSourceUpgrade(claim.existing, source)
    this.#metastore = putSource(this.#metastore, source)
  }

  /** Plans must survive being written and read: that is how the command log keeps them. */
  #putQuery(planned: PhysicalPlan, kind: QueryLink['kind']): void {
    const plan = JSON.parse(JSON.stringify(planned)) as PhysicalPlan
    const replaced = this.#plans.get(plan.queryId) ?? null
    this.#plans.set(plan.queryId, plan)
    this.#metastore = putQuery(this.#metastore, {
      queryId: plan.queryId,
      kind,
      reads: plan.sources,
      writes: plan.sink,
    })
    this.#options.onQuery?.(plan, replaced)
  }

  #newQueryId(prefix: string): string {
    return `${prefix}_${this.#queryCount++}`
  }

  #context(): PullContext {
    const { config, partitions } = this.#options
    const own = [...this.#metastore.functions.values()].flat()
    const functions = this.#options.functions.withUsers(own, NO_CALLER)
    return { metastore: this.#metastore, functions, config, partitions, functionContext: this.functionContext }
  }
}

/** Name of the table whose rows a query keeps: that which it writes, or, of a source table, which it reads. */
const keptTable = ({ materialization, sink, sources }: PhysicalPlan): string | null =>
  materialization === null ? null : (sink ?? sources[0] ?? null)
