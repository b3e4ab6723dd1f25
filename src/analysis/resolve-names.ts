/** Qualifies every column reference of a clause with the alias of its source. */
import { type Location, StatementError } from '../errors.ts'
import type { ColumnReference, Expression } from '../sql/ast/query.ts'
import { displayExpression } from '../sql/format.ts'
import { rewrite, walk } from '../sql/walk.ts'
import { suggestion } from '../suggest.ts'
import { WINDOW_BOUNDS } from '../types/schema.ts'
import type { AnalyzedSource } from './analysis.ts'
import { alternatives, place } from './errors.ts'
import { hasColumn } from './sources.ts'

export interface NameScope {
  readonly sources: readonly AnalyzedSource[]
  /** Sources that are read by their alias only. */
  readonly hidden?: readonly AnalyzedSource[]
  /** Names that stand for themselves: a synthetic join key, the bounds of the window that the query makes. */
  readonly own: ReadonlySet<string>
  /** Aliases that SELECT gives, with what they stand for: no other clause can read them. */
  readonly aliases?: ReadonlyMap<string, Expression>
  /** Whether there is a function of this name, which may have lost its brackets. */
  readonly isFunction?: (name: string) => boolean
}

/** As messages name it: `SELECT`, `WHERE`, `GROUP BY`, `PARTITION BY`, `HAVING`, `JOIN ON`. */
export type Clause = 'SELECT' | 'WHERE' | 'GROUP BY' | 'PARTITION BY' | 'HAVING' | 'QUALIFY' | 'JOIN ON'

export function resolveNames(expression: Expression, clause: Clause, scope: NameScope): Expression {
  refuseUnknownAliases(expression, scope)
  refuseArrows(expression, clause, scope)
  return rewrite(expression, (node) => (node.kind === 'columnReference' ? resolveReference(node, clause, scope) : null))
}

/** Before anything else is said about a column: another name's fault may only follow from it. */
function refuseUnknownAliases(expression: Expression, scope: NameScope): void {
  walk(expression, (node) => {
    if (node.kind === 'columnReference' && node.qualifier !== null) ownerOf(node.qualifier, scope, node.location)
    return true
  })
}

/** `x -> x + 1` reads the field X of a column X: most likely a lambda is meant. */
function refuseArrows(expression: Expression, clause: Clause, scope: NameScope): void {
  walk(expression, (node) => {
    if (node.kind !== 'dereference' || node.base.kind !== 'columnReference') return true
    const { qualifier, name } = node.base
    if (qualifier !== null || name !== node.field || isKnown(name, scope)) return true
    throw unresolved(node.base, clause, scope, ` A lambda is written with =>: ${name} => ${name} ....`)
  })
}

const isKnown = (name: string, { sources, own }: NameScope): boolean =>
  own.has(name) || sources.some(({ source }) => hasColumn(source, name))

function ownerOf(qualifier: string, scope: NameScope, location: Location | undefined): AnalyzedSource {
  const sources = [...scope.sources, ...(scope.hidden ?? [])]
  const owner = sources.find(({ alias, source }) => alias === qualifier || source.name === qualifier)
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
  const known = scope.sources.map((source) => source.alias)
  const field = isKnown(alias, scope) ? `\nA field of a STRUCT is written ${alias}->field.` : ''
  return new StatementError(
    `Failed to prepare statement: '${alias}' is not a valid stream/table name or alias.\nThis query reads: ${known.join(', ')}.${field}`,
    { location },
  )
}

function unresolved(
  reference: ColumnReference,
  clause: Clause,
  scope: NameScope,
  advice = adviceFor(reference, clause, scope),
): StatementError {
  const shown = reference.qualifier === null ? reference.name : `${reference.qualifier}.${reference.name}`
  return new StatementError(`${place(reference.location)}${clause} column '${shown}' cannot be resolved.${advice}`, {
    location: reference.location,
  })
}

function adviceFor({ qualifier, name }: ColumnReference, clause: Clause, scope: NameScope): string {
  const aliased = qualifier === null ? scope.aliases?.get(name) : undefined
  if (clause === 'PARTITION BY') {
    return ` '${name}' must be a column in the source schema since PARTITION BY is applied on the input.`
  }
  if (aliased !== undefined) {
    return ` ${name} is an alias, which only the result has: write ${displayExpression(aliased)} here.`
  }
  if (WINDOW_BOUNDS.includes(name)) return ' The source is not windowed, and the query has no WINDOW clause.'
  const columns = scope.sources.flatMap(({ alias, source }) =>
    [...source.schema.key, ...source.schema.value, ...source.schema.headers].map((column) =>
      scope.sources.length === 1 ? column.name : `${alias}.${column.name}`,
    ),
  )
  const shown = scope.sources.length > 1 && qualifier !== null ? `${qualifier}.${name}` : name
  if (qualifier === null && scope.isFunction?.(name)) return ` ${name} is a function: write ${name}(...).`
  const text = name === name.toUpperCase() ? '' : ` A text stands in single quotes: '${name}'.`
  return `${suggestion(shown, columns, { label: 'Columns', most: 30 })}${text}`
}
