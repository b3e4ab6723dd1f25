/**
 * What CREATE OR REPLACE ... AS SELECT does to a running query: it continues in place with its state, or a new version is built beside it, or
 * the statement is refused. The rules of ksqlDB come first: what they allow keeps the state. See docs/changing-queries.md#two-ways.
 */
import type { Start } from '../../analysis/with-properties.ts'
import { StatementError } from '../../errors.ts'
import type { DataSource } from '../../metastore/data-source.ts'
import type { CreateAs } from '../../sql/ast/definitions.ts'
import type { PhysicalPlan } from '../physical-plan.ts'
import { checkQueryUpgrade, queryUpgradeProblem } from '../queries/replace-query.ts'
import { checkSourceUpgrade, sourceUpgradeProblem } from '../statements/replace-source.ts'
import { haveStores, stepSchemas } from '../topology.ts'
import { checkReaders } from './check-readers.ts'
import { checkSameTopic } from './check-same-topic.ts'
import { type SourceRead, sourceReads } from './start.ts'

/** A query with the stream or table that it writes. */
export interface PlannedVersion {
  readonly plan: PhysicalPlan
  readonly source: DataSource
}

export interface ChangeRequest {
  readonly statement: CreateAs
  readonly running: PlannedVersion
  readonly next: PlannedVersion
  /** Null: the statement does not say. */
  readonly start: Start | null
  /** Plans of the queries that read the sink. */
  readonly readers: readonly PhysicalPlan[]
  /** `millrace.replace.any.query`. */
  readonly replacesAny: boolean
}

export type Change =
  | { readonly way: 'kept' }
  /** `reason`: why state and positions cannot be kept; null: the statement chooses another start. */
  | { readonly way: 'rebuilt'; readonly reason: string | null; readonly reads: readonly SourceRead[] }

/** Throws StatementError if the query cannot be replaced. */
export function decideChange(request: ChangeRequest): Change {
  const { running, next, start, replacesAny, statement } = request
  if (!replacesAny) {
    checkSourceUpgrade(running.source, next.source)
    checkQueryUpgrade(running.plan, next.plan)
    return { way: 'kept' }
  }
  const reason = upgradeProblem(running, next)
  if (reason === null && (start === null || start === 'kept')) return { way: 'kept' }
  checkSameTopic(running.source, next.source, statement)
  checkReaders(request.readers, next.source)
  return { way: 'rebuilt', reason, reads: sourceReads(next.plan, rebuiltStart(request, reason)) }
}

function rebuiltStart({ start, next: { plan } }: ChangeRequest, reason: string | null): Exclude<Start, 'kept'> {
  if (start !== 'kept') return start ?? 'earliest'
  if (!haveStores(plan.steps, stepSchemas(plan.steps))) return 'latest'
  throw new StatementError(
    `START='kept' needs a query that can continue with the state of the running one, and this one cannot: ${reason} ` +
      "Leave START out, or write START='earliest', and the state is built again from the sources.",
  )
}

/** Null: the running query can continue as the new plan. */
const upgradeProblem = (running: PlannedVersion, next: PlannedVersion): string | null =>
  sourceUpgradeProblem(running.source, next.source) ?? queryUpgradeProblem(running.plan, next.plan)?.reason ?? null
