/** SELECT: expands `*`, `alias.*` and `struct->*`, and gives each column its name. */
import { type Location, StatementError } from '../errors.ts'
import type { AllColumns, ColumnReference, Expression, SelectItem, SingleColumn, StructAll } from '../sql/ast/query.ts'
import { equalExpressions } from '../sql/walk.ts'
import { allColumns, isSystemColumn, PSEUDO_COLUMNS, WINDOW_BOUNDS } from '../types/schema.ts'
import type { StructType } from '../types/sql-type.ts'
import type { AnalyzedSource, QueryUse, SelectColumn } from './analysis.ts'
import { layoutName } from './layout-names.ts'
import { type NameScope, resolveNames, unknownAlias } from './resolve-names.ts'
import { hasColumn } from './sources.ts'

export interface SelectScope extends NameScope {
  readonly use: QueryUse
  /** Name of a synthetic join key, which `*` shows first; else null. */
  readonly syntheticKey: string | null
  /** Resolved expressions of PARTITION BY; null if there is none. */
  readonly partitionBy: readonly Expression[] | null
  /** The type of a resolved expression that `->*` is applied to. */
  readonly structType: (expression: Expression) => StructType
}

export function analyzeSelect(items: readonly SelectItem[], scope: SelectScope): SelectColumn[] {
  const names = new AliasGenerator(scope.sources)
  return items.flatMap((item) => {
    switch (item.kind) {
      case 'allColumns':
        return expandAll(item, scope)
      case 'structAll':
        return expandStruct(item, scope)
      case 'singleColumn':
        return [single(item, scope, names)]
    }
  })
}

function refuseReserved(name: string, { use }: SelectScope, location: Location | undefined): void {
  if (use !== 'persistent' || !isSystemColumn(name)) return
  throw new StatementError(`Reserved column name in select: \`${name}\`. Please remove or alias the column.`, {
    location,
  })
}

function expandAll(item: AllColumns, scope: SelectScope): SelectColumn[] {
  if (item.qualifier === null) {
    const key = scope.syntheticKey
    const synthetic: SelectColumn[] =
      key === null ? [] : [{ name: key, expression: reference(null, key), location: item.location }]
    if (scope.partitionBy !== null) return expandPartitioned(scope.partitionBy, synthetic, item, scope)
    return [...synthetic, ...scope.sources.flatMap((source) => columnsOf(source, item, scope))]
  }
  const source = scope.sources.find(
    ({ alias, source: { name } }) => alias === item.qualifier || name === item.qualifier,
  )
  if (source === undefined) throw unknownAlias(item.qualifier, scope, item.location)
  return columnsOf(source, item, scope)
}

function columnsOf({ alias, source }: AnalyzedSource, { location }: AllColumns, scope: SelectScope): SelectColumn[] {
  const declared = allColumns(source.schema).map(({ name }) => name)
  const keys = source.schema.key.length
  const shown =
    source.window !== null && (scope.use !== 'persistent' || scope.sources.length > 1)
      ? [...declared.slice(0, keys), ...WINDOW_BOUNDS, ...declared.slice(keys)]
      : declared
  const prefix = scope.sources.length > 1 ? `${alias}_` : ''
  return shown.map((name) => ({ name: prefix + name, expression: reference(alias, name), location }))
}

/**
 * The columns of a stream under a new key: that key, then of each source the values and, behind them, its old key. In a join the system columns lie
 * before the old key, since from there on they are columns like others. Source: ksqlDB `UserRepartitionNode`.
 */
function expandPartitioned(
  partitionBy: readonly Expression[],
  synthetic: readonly SelectColumn[],
  { location }: AllColumns,
  { sources }: SelectScope,
): SelectColumn[] {
  const names = new AliasGenerator(sources)
  const keys = partitionBy.map((expression) => ({
    name: partitionName(expression, sources, names),
    expression,
    location,
  }))
  const moved = sources.flatMap(({ alias, source: { schema } }) => {
    const columns = [...schema.value, ...schema.headers].map(({ name }) => name)
    const system = sources.length > 1 ? PSEUDO_COLUMNS : []
    return [...columns, ...system, ...schema.key.map(({ name }) => name)].map((name) => {
      const expression = reference(alias, name)
      return { name: layoutName(expression, sources), expression, location }
    })
  })
  const isKey = ({ expression }: SelectColumn) => partitionBy.some((key) => equalExpressions(key, expression))
  return [...keys, ...[...synthetic, ...moved].filter((column) => !isKey(column))]
}

function partitionName(expression: Expression, sources: readonly AnalyzedSource[], names: AliasGenerator): string {
  if (expression.kind === 'columnReference') return layoutName(expression, sources)
  return expression.kind === 'dereference' ? names.forField(expression.field) : names.generated()
}

function expandStruct(item: StructAll, scope: SelectScope): SelectColumn[] {
  const base = resolveNames(item.base, 'SELECT', scope)
  return scope.structType(base).fields.map(({ name }) => {
    refuseReserved(name, scope, item.location)
    return {
      name,
      expression: { kind: 'dereference', base, field: name, ...(item.location && { location: item.location }) },
      location: item.location,
    }
  })
}

function single(item: SingleColumn, scope: SelectScope, names: AliasGenerator): SelectColumn {
  refuseReservedName(item, scope)
  const expression = resolveNames(item.expression, 'SELECT', scope)
  const name = item.alias ?? defaultName(expression, scope, names)
  refuseReserved(name, scope, item.location)
  return { name, expression, location: item.location }
}

/** Before names are resolved: a window bound that cannot be stored need not exist either. */
function refuseReservedName({ alias, expression, location }: SingleColumn, scope: SelectScope): void {
  const own = expression.kind === 'columnReference' ? expression.name : null
  if (alias !== null && alias !== own && isSystemColumn(alias)) {
    throw new StatementError(`\`${alias}\` is a reserved column name. You cannot use it as an alias for a column.`, {
      location,
    })
  }
  const name = alias ?? (scope.sources.length === 1 ? own : null)
  if (name !== null) refuseReserved(name, scope, location)
}

function defaultName(expression: Expression, scope: SelectScope, names: AliasGenerator): string {
  switch (expression.kind) {
    case 'columnReference':
      return isAmbiguous(expression, scope) ? `${expression.qualifier}_${expression.name}` : expression.name
    case 'dereference':
      return names.forField(expression.field)
    default:
      return names.generated()
  }
}

const isAmbiguous = ({ qualifier, name }: ColumnReference, { sources }: SelectScope): boolean =>
  qualifier !== null && sources.filter(({ source }) => hasColumn(source, name)).length > 1

const reference = (qualifier: string | null, name: string): ColumnReference => ({
  kind: 'columnReference',
  qualifier,
  name,
})

/** Names for columns that have none of their own: `KSQL_COL_0`, ...; skips names that the sources use. Source: ksqlDB `ColumnNames`. */
export class AliasGenerator {
  readonly #used: Set<string>
  #next = 0

  constructor(sources: readonly AnalyzedSource[]) {
    this.#used = new Set(sources.flatMap(({ source }) => allColumns(source.schema).map(({ name }) => name)))
  }

  generated(): string {
    let name: string
    do name = `KSQL_COL_${this.#next++}`
    while (this.#used.has(name))
    return name
  }

  /** The name of a key column: a column keeps its name, a struct field gives its own, another expression gets a generated one. */
  forKey(expression: Expression): string {
    if (expression.kind === 'columnReference') return expression.name
    return expression.kind === 'dereference' ? this.forField(expression.field) : this.generated()
  }

  /** The field's name, or with a number after it while that is in use. */
  forField(field: string): string {
    let name = field
    for (let i = 1; this.#used.has(name); i++) name = `${field}_${i}`
    this.#used.add(name)
    return name
  }
}
