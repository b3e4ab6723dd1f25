/** Qualifies every column reference of a clause with the alias of its source. */
import { type Location, StatementError } from '../errors.ts'
import type { ColumnReference, Expression } from '../sql/ast.ts'
import { rewrite, walk } from '../sql/walk.ts'
import { WINDOW_BOUNDS } from '../types/schema.ts'
import type { AnalyzedSource } from './analysis.ts'
import { alternatives, place } from './errors.ts'
import { hasColumn } from './sources.ts'

export interface NameScope {
  readonly sources: readonly AnalyzedSource[]
  /** Names that stand for themselves: a synthetic join key, the bounds of the window that the query makes. */
  readonly own: ReadonlySet<string>
}

/** As messages name it: `SELECT`, `WHERE`, `GROUP BY`, `PARTITION BY`, `HAVING`, `JOIN ON`. */
export type Clause = 'SELECT' | 'WHERE' | 'GROUP BY' | 'PARTITION BY' | 'HAVING' | 'JOIN ON'

export function resolveNames(expression: Expression, clause: Clause, scope: NameScope): Expression {
  refuseUnknownAliases(expression, scope)
  return rewrite(expression, (node) => (node.kind === 'columnReference' ? resolveReference(node, clause, scope) : null))
}

/** Before anything else is said about a column: another name's fault may only follow from it. */
function refuseUnknownAliases(expression: Expression, scope: NameScope): void {
  walk(expression, (node) => {
    if (node.kind === 'columnReference' && node.qualifier !== null) ownerOf(node.qualifier, scope, node.location)
    return true
  })
}

function ownerOf(qualifier: string, scope: NameScope, location: Location | undefined): AnalyzedSource {
  const owner = scope.sources.find(({ alias, source }) => alias === qualifier || source.name === qualifier)
  if (owner === undefined) throw unknownAlias(qualifier, scope, location)
  return owner
}

function resolveReference(reference: ColumnReference, clause: Clause, scope: NameScope): ColumnReference {
  if (reference.qualifier !== null) return resolveQualified(reference, clause, scope)
  if (scope.own.has(reference.name)) return reference
  const owners = scope.sources.filter(({ source }) => hasColumn(source, reference.name))
  if (owners.length > 1) {
    const options = alternatives(owners.map(({ alias }) => `${alias}.${reference.name}`))
    throw new StatementError(
      `${place(reference.location)}Column '${reference.name}' is ambiguous. Could be ${options}.`,
      { location: reference.location },
    )
  }
  const owner = owners[0]
  if (owner === undefined) throw unresolved(reference, clause, scope)
  return { ...reference, qualifier: owner.alias }
}

function resolveQualified(reference: ColumnReference, clause: Clause, scope: NameScope): ColumnReference {
  const owner = ownerOf(reference.qualifier!, scope, reference.location)
  if (!hasColumn(owner.source, reference.name)) {
    if (scope.own.has(reference.name) && WINDOW_BOUNDS.includes(reference.name))
      return { ...reference, qualifier: null }
    throw unresolved(reference, clause, scope)
  }
  return { ...reference, qualifier: owner.alias }
}

export function unknownAlias(alias: string, scope: NameScope, location: Location | undefined): StatementError {
  const known = scope.sources.map((source) => source.alias).join(', ')
  return new StatementError(
    `Failed to prepare statement: '${alias}' is not a valid stream/table name or alias.\nThis query reads: ${known}.`,
    { location },
  )
}

function unresolved(reference: ColumnReference, clause: Clause, scope: NameScope): StatementError {
  const shown = reference.qualifier === null ? reference.name : `${reference.qualifier}.${reference.name}`
  return new StatementError(
    `${place(reference.location)}${clause} column '${shown}' cannot be resolved.${advice(reference, clause, scope)}`,
    { location: reference.location },
  )
}

function advice(reference: ColumnReference, clause: Clause, scope: NameScope): string {
  if (clause === 'PARTITION BY') {
    return ` '${reference.name}' must be a column in the source schema since PARTITION BY is applied on the input.`
  }
  if (WINDOW_BOUNDS.includes(reference.name)) return ' The source is not windowed, and the query has no WINDOW clause.'
  const columns = scope.sources.flatMap(({ alias, source }) =>
    [...source.schema.key, ...source.schema.value, ...source.schema.headers].map(({ name }) =>
      scope.sources.length === 1 ? name : `${alias}.${name}`,
    ),
  )
  return ` Columns: ${columns.slice(0, 30).join(', ')}${columns.length > 30 ? ', ...' : ''}.`
}
