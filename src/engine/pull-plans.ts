/**
 * Plans of pull queries on tables, kept for statements that differ from an earlier one in nothing but the keys that they look up. They are
 * those of one catalog: the next command that changes it makes them void.
 */
import { bindParameters, type KeyParameter } from '../plan/queries/pull-parameters.ts'
import type { PlannedTablePull } from '../plan/queries/pull-query.ts'
import type { PullForm } from '../runtime/query-runtime.ts'
import type { SettleScope } from '../runtime/worker.ts'
import type { Expression, Query } from '../sql/ast/query.ts'
import { literalPlaces, type Shape, shapeOf } from '../sql/literals.ts'
import { contains } from '../sql/walk.ts'
import type { StandbyReads } from './cluster/standby-reads.ts'
import type { Catalog } from './commands/catalog.ts'
import type { QueryRequest } from './requests.ts'

/** A plan with the query whose table it reads. */
export interface TablePullPlan {
  readonly planned: PlannedTablePull
  readonly form: PullForm
  readonly materializedBy: string
  readonly reads: StandbyReads
  /** What the reader waits for, so that it finds what was inserted before; null: for nothing. */
  readonly catchUp: SettleScope | null
  /** See `PullRequest`. */
  readonly isSnapshot?: true
}

/** Statements of this shape: which of their literals are parameters, in the order of the plan's. */
interface ShapeEntry {
  readonly parameterAt: readonly number[]
  /** Plans by the texts of the other literals. */
  readonly plans: Map<string, TablePullPlan>
}

const MAX_PLANS = 1000

export class PullPlans {
  #catalog: Catalog | null = null
  #shapes = new Map<string, ShapeEntry>()
  #count = 0

  /** The plan of an earlier statement with the request's own keys. Null: the request needs a plan of its own. */
  find(request: QueryRequest, catalog: Catalog): TablePullPlan | null {
    if (catalog !== this.#catalog) return null
    const shape = shapeOf(request.sql)
    const entry = shape === null ? undefined : this.#shapes.get(shapeKey(shape, request))
    const plan = entry?.plans.get(fixedTexts(shape!, entry.parameterAt))
    if (plan === undefined) return null
    const { parameters } = plan.planned
    if (parameters === null) return plan
    const lookup = bindParameters(
      parameters,
      entry!.parameterAt.map((index) => shape!.literals[index]!),
    )
    if (lookup === null) return null
    return { ...plan, planned: { ...plan.planned, lookup: { ...plan.planned.lookup, ...lookup } } }
  }

  /** Keeps the plan of `query` for later requests, unless it may hold what is true of this one alone. */
  keep(request: QueryRequest, query: Query, plan: TablePullPlan, catalog: Catalog): void {
    const { parameters } = plan.planned
    if (parameters === null && callsFunctions(query.where)) return
    const shape = shapeOf(request.sql)
    const parameterAt = shape === null ? null : indexesOf(parameters ?? [], shape, request.sql)
    if (shape === null || parameterAt === null) return
    if (catalog !== this.#catalog || this.#count >= MAX_PLANS) this.#clear(catalog)
    const key = shapeKey(shape, request)
    const entry = this.#shapes.get(key) ?? { parameterAt, plans: new Map() }
    if (String(entry.parameterAt) !== String(parameterAt)) return
    this.#shapes.set(key, entry)
    entry.plans.set(fixedTexts(shape, parameterAt), plan)
    this.#count++
  }

  #clear(catalog: Catalog): void {
    this.#catalog = catalog
    this.#shapes = new Map()
    this.#count = 0
  }
}

const NO_SETTINGS = {}

/** Settings decide what a query may do, so statements under others have plans of their own. */
const shapeKey = ({ text }: Shape, { properties = NO_SETTINGS }: QueryRequest): string =>
  isEmpty(properties) ? text : `${text}\n${JSON.stringify(properties)}`

function isEmpty(properties: object): boolean {
  for (const _ in properties) return false
  return true
}

function fixedTexts({ literals }: Shape, parameterAt: readonly number[]): string {
  if (literals.length === parameterAt.length) return ''
  return JSON.stringify(literals.filter((_, i) => !parameterAt.includes(i)).map(({ text }) => text))
}

/** Functions may give another value for the next request. */
const callsFunctions = (where: Expression | null): boolean =>
  where !== null && contains(where, ({ kind }) => kind === 'functionCall')

/** Where in the shape's literals the parameters stand. Null: not all are found. */
function indexesOf(parameters: readonly KeyParameter[], shape: Shape, sql: string): readonly number[] | null {
  const places = literalPlaces(shape, sql)
  const indexes = parameters.map(({ location: { line, column } }) => places.get(`${line}:${column}`))
  return indexes.every((index) => index !== undefined) ? indexes : null
}
